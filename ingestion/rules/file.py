"""The rules of one file, whose rows may have different headers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from ingestion.errors.log import RowLog
from ingestion.errors.unreadable import UnreadableFile
from ingestion.errors.warning_kinds import UNKNOWN_COLUMN_WARNING
from ingestion.readers.base import ERRORS_COLUMN, Batch, Table
from ingestion.readers.clean_objects import CleanObjects
from ingestion.readers.clean_rows import CleanRows
from ingestion.rules.cell_faults import report_faults
from ingestion.rules.change_names import KnownFields
from ingestion.rules.column_mapping import map_header
from ingestion.rules.findings import FileFindings
from ingestion.rules.header import (
    advise_names,
    describe_wrong_names,
    is_too_wide,
    nameless_places,
    refuse_header,
    scm_names,
    wrong_names,
)
from ingestion.rules.header_matching import find_header_row
from ingestion.rules.limits import Limits
from ingestion.rules.rows import CheckedRow, RowRules
from ingestion.rules.shown_digits import ShownDigits
from ingestion.rules.suggestions import meant_name, meant_otherwise
from portal.values.problems import say_problem
from workorders.codes.field_types import FieldRule
from workorders.codes.fields import MOST_SCM_FIELDS, SCM_KEY
from workorders.codes.scm_fields import fields_in_use
from workorders.codes.url_prefixes import SHORTEST_ID

if TYPE_CHECKING:
    from workorders.codes.code_block import CodeBlock

MOST_GROWTH = 16  # times the length of the shortest row, by which a row may grow with names and defaults of fields
MOST_HEADERS = 1000  # whose rules are kept at a time


class FileRules:
    """Checks one file. In JSON, each row may name its fields in its own way."""

    row_rules: ClassVar[type[RowRules]] = RowRules

    def __init__(self, limits: Limits, log: RowLog) -> None:
        self.limits, self.log = limits, log
        self.findings = FileFindings(limits, log)
        self.blank_rows = self.findings.blank_rows
        self._digits = ShownDigits()
        self._noted: set[str] = set()
        self._declared_names = KnownFields(limits.declared)
        self._names_reported = False
        self._rules: dict[tuple[str, ...], RowRules] = {}

    @cached_property
    def _names_in_use(self) -> KnownFields:
        """The SCM fields that codes of the company have."""
        return KnownFields(fields_in_use(self.limits.company_id) if self.limits.company_id else ())

    @property
    def _has_text_keys(self) -> bool:
        """Whether rows name their codes by any text, and not by ids or numbers."""
        return False

    def check_header(self, header: tuple[str, ...], row: int) -> None:
        """Check the header of a table, once. Raises UnreadableFile when it cannot serve.

        A column that has no name is left out, unless a row has something in it.
        """
        self._refuse_header(header)
        self.findings.is_table = True
        self.findings.header_row = row
        self.findings.nameless = nameless_places(header)
        header = tuple(filter(None, header))
        self._report_names(self._wrong_names(header), header, range(row, row + 1))
        self._warn_of_names(header, row)
        for missing in self._missing_fields(header):
            detail = f"{missing.needed} {say_problem('No column has this name, and no default either.')}"
            self.log.add("invalid_scm_field_error", row, missing.key, "", detail=detail)
        self._names_reported = True

    def columns_of(self, header: tuple[str, ...], columns: Mapping[str, str]) -> Mapping[str, str]:
        """Return how the columns of a table are read: as the upload's `columns` say, and as its header shows."""
        return columns

    def check_table(self, table: Table, columns: Mapping[str, str]) -> None:
        """Check the header of a table under its new names. UnreadableFile, with what to do, when it cannot serve."""
        try:
            self.check_header(map_header(table.header, columns), table.header_row)
        except UnreadableFile as problem:
            if (found := find_header_row(table.beginning, self._keys)) > 1:
                row = table.header_row + found - 1
                said = say_problem(
                    'Row {row:,} looks like the header; upload it with `"header_row": {number}`.', row=row, number=row
                )
                raise UnreadableFile(f"{problem} {said}", header_row=row) from None
            advice = self._advise_names(table.header, columns)
            raise UnreadableFile(f"{problem}{advice}", **problem.offer) from None

    def takes_clean_rows(self, header: tuple[str, ...]) -> bool:
        """Say whether rows with this header may come many at once: what each becomes is not much more than it is."""
        most = MOST_GROWTH * (SHORTEST_ID + len(header))
        return self.limits.defaults.scm_size + sum(map(len, header)) <= most and not is_too_wide(header)

    def check_many(self, batch: Batch) -> list[CheckedRow] | CodeBlock:
        """Return what `check` does, as columns where no row needs a closer look and they are many."""
        if isinstance(batch.rows, CleanRows | CleanObjects) and self.takes_clean_rows(batch.header):
            from ingestion.rules.clean_blocks import check_clean  # takes time and memory, and only long files need it

            rules = self._rules.get(batch.header) or self._rules_of(batch)
            if rules.wrong_names and not self._names_reported:
                return self.check(batch)
            block = check_clean(rules, batch.rows, batch.first)
            if block is not None:
                return block
        return self.check(batch)

    def check(self, batch: Batch) -> list[CheckedRow]:
        """Return the rows that have a valid id; they are stored if no row of the file has an error."""
        if self.limits.shown_digits and not self._has_text_keys:
            batch = self._digits.take(batch, self._key_of(batch.header))
        if batch.faults:
            report_faults(batch, self.log, self._key_of(batch.header), is_text=self._has_text_keys)
        if is_too_wide(batch.header):
            self._report_too_many(batch)
            return []
        rules = self._rules.get(batch.header) or self._rules_of(batch)
        if rules.wrong_names and not self._names_reported:
            self._report_names(rules.wrong_names, batch.header, range(batch.first, batch.first + len(batch.rows)))
        return rules.check(batch)

    def _rules_of(self, batch: Batch) -> RowRules:
        """Make the rules of a header that was not met before, or not lately."""
        if len(self._rules) == MOST_HEADERS:
            self._rules.clear()
        rules = self._rules[batch.header] = self.row_rules(batch.header, self.findings)
        rules.wrong_names = self._wrong_names(batch.header)
        if not self.findings.is_table:  # of whose header they were reported at once
            rules.scm.missing = self._missing_fields(batch.header)
        if not self._names_reported:
            self._warn_of_names(batch.header, batch.first)
        return rules

    def _key_of(self, header: tuple[str, ...]) -> str:
        """Return the name that the column of ids has in this header, or should have."""
        names = self.findings.key_names
        return next((name for name in names if name in header), names[0])

    def _refuse_header(self, header: tuple[str, ...]) -> None:
        """Raise UnreadableFile for the header of a table that cannot serve."""
        refuse_header(header, self.limits.remembered)

    @property
    def _keys(self) -> tuple[str, ...]:
        """The names of columns by which rows may name their codes."""
        return ("id",)

    def _advise_names(self, header: tuple[str, ...], columns: Mapping[str, str]) -> str:
        """Say how the columns of a refused header should be named; or nothing."""
        return "" if columns else advise_names(header, self.limits.remembered)

    def _wrong_names(self, header: tuple[str, ...]) -> list[str]:
        """Return the names in `header` that cannot be those of SCM fields."""
        return wrong_names(header, self._key_of(header))

    def _describe_wrong_names(self, names: list[str], header: tuple[str, ...]) -> Iterator[tuple[str, str]]:
        """Yield each of the wrong `names` of `header`, and what is wrong with it."""
        return describe_wrong_names(names, header, (), self.limits.remembered)

    def _remark_on(self, name: str, header: tuple[str, ...]) -> str | None:
        """Say what is to be known of a name that becomes an SCM field; None where that is in order.

        It is in order for a declared field, and, where none is declared, for any that is like no name of ours and
        no slip for a field that codes of the company have.
        """
        if not SCM_KEY.fullmatch(name) or name in self.limits.declared:
            return None
        if meant := meant_name(name) or meant_otherwise(name, header):
            return meant
        if not self.limits.declared:
            near = self._names_in_use.nearest(name)
            return say_problem("It looks like `{near}`, which codes of yours have.", near=near) if near else None
        near = self._declared_names.nearest(name)
        return say_problem("The nearest declared field is `{near}`.", near=near) if near else ""

    def _missing_fields(self, header: tuple[str, ...]) -> list[FieldRule]:
        """Return the fields that every code needs and that neither the header nor a default has."""
        given = {*header, *self.limits.defaults.scm}
        return [rule for rule in self.limits.declared.values() if rule.is_required and rule.key not in given]

    def _report_too_many(self, batch: Batch) -> None:
        fields = len(batch.header) - (ERRORS_COLUMN in batch.header)
        detail = say_problem(
            "It has {count:,} fields; a code has {most:,} SCM fields at most.", count=fields, most=MOST_SCM_FIELDS
        )
        for row in range(batch.first, batch.first + len(batch.rows)):
            self.log.add("invalid_row_error", row, "", "", detail=detail)

    def _report_names(self, names: list[str], header: tuple[str, ...], rows: range) -> None:
        described = [*self._describe_wrong_names(names, header)]
        for row in rows:
            for name, detail in described:
                self.log.add("invalid_scm_field_error", row, name, name, detail=detail)

    def _warn_of_names(self, names: tuple[str, ...], row: int) -> None:
        """Warn, once each, that columns become SCM fields."""
        for name in scm_names(names, self._key_of(names)):
            if name not in self._noted and len(self._noted) < MOST_SCM_FIELDS:
                self._noted.add(name)
                if (remark := self._remark_on(name, names)) is not None:
                    self.log.warn(UNKNOWN_COLUMN_WARNING, row, name, "", detail=remark)

    def warn(self) -> None:
        """Warn of what is no error in any row, but may not be meant; called when all rows have been checked."""
        for name in self.limits.defaults.scm:
            if (remark := self._remark_on(name, ())) is not None:
                detail = f"{say_problem('It is a default of the upload.')} {remark}".rstrip()
                self.log.warn(UNKNOWN_COLUMN_WARNING, None, name, name, detail=detail)
        self.findings.warn_of_products_without_ids()
