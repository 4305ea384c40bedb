"""The rules of SCM fields."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import repeat
from json.encoder import encode_basestring as _as_json

from ingestion.readers.base import Batch
from ingestion.readers.cells import Number
from ingestion.rules.findings import FileFindings
from ingestion.rules.header import scm_names
from ingestion.rules.suggestions import SHORTENED_MARK, is_shortened, marks_of, may_be_marked
from portal.values.characters import control_in
from portal.values.problems import say_problem
from workorders.codes.field_types import FieldRule
from workorders.codes.fields import LONGEST_SCM_VALUE

MOST_FAULTS = 1000  # values of which is remembered what is wrong with them
MARKED = ("=", "'")  # how values begin that a spreadsheet may have marked


class ScmRules:
    """Checks the SCM fields of rows with one header, and writes them as JSON.

    `columns` are the places and names of the fields, `members` where each stands, how its member begins and what it is
    where the cell is empty, `constant` the members that all rows have.
    """

    def __init__(self, header: tuple[str, ...], findings: FileFindings, key: str) -> None:
        self._log, self._has_marks = findings.log, findings.limits.empty_marker
        defaults = findings.limits.defaults.scm
        names = {*scm_names(header, key)} - {""}
        self.columns = [(at, name) for at, name in enumerate(header) if name in names]
        self.members = [(at, f"{_as_json(name)}: ", _member_of(defaults, name)) for at, name in self.columns]
        self.missing: list[FieldRule] = []  # that every code needs, and no row with this header has
        declared = findings.limits.declared
        self.declared = [(at, declared[name]) for at, name in self.columns if name in declared]
        self._needed = {at for at, rule in self.declared if self._is_needed(rule, defaults)}
        self._faults: dict[tuple[str, str], str] = {}  # of a field and a value
        self.constant = [_member_of(defaults, name) for name in defaults if name not in header]
        parts = [begin.replace("%", "%%") + "%s" for _at, begin, _default in self.members]
        parts += [constant.replace("%", "%%") for constant in self.constant]
        self._template = "{" + ", ".join(parts) + "}"  # for rows in which every cell has a value

    def write_columns(self, batch: Batch, columns: list[tuple[str, ...]]) -> Iterable[str | None] | None:
        """Return the JSON of all rows of a batch, whose columns are `columns`.

        Returns None when a value is wrong or missing, or when a spreadsheet may have changed one: `check` tells which.
        """
        if self.missing or not all(self.fits(at, rule, columns[at]) for at, rule in self.declared):
            return None
        if not self.columns:
            return repeat(self._template % ())
        used = [columns[at] for at, _name in self.columns]
        if any(max(map(len, column)) > LONGEST_SCM_VALUE or _is_doubtful("".join(column)) for column in used):
            return None
        if all(map(all, used)):
            return map(self._template.__mod__, zip(*(map(_as_json, column) for column in used), strict=True))
        return list(map(self.write, batch.rows))

    def write(self, cells: list[str]) -> str | None:
        """Return the JSON of one row; an empty cell takes the default of its field, or leaves the field out."""
        parts = [begin + _as_json(cells[at]) if cells[at] else default for at, begin, default in self.members]
        return "{" + ", ".join(filter(None, parts + self.constant)) + "}"

    def check(self, row: int, cells: list[str], identifier: str) -> None:
        """Report values that are wrong or missing, and warn of those that a spreadsheet may have changed."""
        for rule in self.missing:
            self._log.add("invalid_scm_field_error", row, rule.key, "", detail=rule.needed, id=identifier)
        for at, rule in self.declared:
            if fault := self._fault_of(at, rule, cells[at]):
                self._log.add("invalid_scm_field_error", row, rule.key, cells[at], detail=fault, id=identifier)
        for at, name in self.columns:
            cell = cells[at]
            if len(cell) > LONGEST_SCM_VALUE:
                detail = say_problem("It has {count:,} characters.", count=len(cell))
                self._log.add("invalid_scm_field_error", row, name, cell, detail=detail, id=identifier)
            if control := control_in(cell):
                self._log.add("invalid_scm_field_error", row, name, cell, detail=control, id=identifier)
            if SHORTENED_MARK in cell and not isinstance(cell, Number) and is_shortened(cell):
                self._log.warn("shortened_number_warning", row, name, cell)
            elif cell[:1] in MARKED and (hint := marks_of(cell)):
                self._log.warn("spreadsheet_mark_warning", row, name, cell, detail=hint)

    def _is_needed(self, rule: FieldRule, defaults: Mapping[str, str]) -> bool:
        """Say whether each cell of the field's column has to have a value."""
        return rule.is_required and rule.key not in defaults

    def fits(self, at: int, rule: FieldRule, column: tuple[str, ...]) -> bool:
        """Say whether the field takes all cells of a column."""
        return rule.all_fit(column) and not (at in self._needed and "" in column)

    def _fault_of(self, at: int, rule: FieldRule, cell: str) -> str:
        """Say why the field does not take a cell; or nothing."""
        if not cell:
            return rule.needed if at in self._needed else ""
        if len(cell) > LONGEST_SCM_VALUE:
            return ""  # which is reported of any field
        fault = self._faults.get((rule.key, cell))
        if fault is None:
            if len(self._faults) == MOST_FAULTS:
                self._faults.clear()
            fault = self._faults[rule.key, cell] = rule.fault(cell)
        return fault


def _is_doubtful(text: str) -> bool:
    """Say whether a value in `text`, which are many together, has to be looked at closely."""
    return may_be_marked(text) or bool(control_in(text))


def _member_of(defaults: Mapping[str, str], name: str) -> str:
    """Return the member of a JSON object for the default of the field `name`, or nothing where it has none."""
    return f"{_as_json(name)}: {_as_json(defaults[name])}" if name in defaults else ""
