"""The rules of rows that change codes, where they differ from those of new codes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import chain, repeat
from json.encoder import encode_basestring as _as_json
from typing import ClassVar

from ingestion.errors.warning_kinds import EMPTY_MARKER_WARNING
from ingestion.readers.base import Batch
from ingestion.readers.cells import Null
from ingestion.rules.attributes import AttributeRules, AttributeValues
from ingestion.rules.rows import CheckedRow, RowRules
from ingestion.rules.scm_cells import ScmRules
from portal.values.problems import say_problem
from workorders.codes.field_types import FieldRule
from workorders.codes.fields import ATTRIBUTES
from workorders.codes.scm_fields import REQUIRED

KINDS_OF = dict(
    zip(
        ATTRIBUTES,
        ("product_not_found_error", "invalid_activation_status_error", "invalid_scm_field_error"),
        strict=True,
    )
)


REMOVES = "<empty>"  # the cell that removes an SCM field, where the upload says so


def removes(cell: str) -> bool:
    """Say whether a cell is the one that removes an SCM field, whatever its case and the space around it."""
    return "<" in cell and cell.strip().lower() == REMOVES


class ChangedAttributeRules(AttributeRules):
    """Checks the cells of product, status and reason, of which an empty one leaves the code's value alone."""

    def check(self, row: int, cells: tuple[str, ...], identifier: str) -> AttributeValues:
        for name, cell in zip(ATTRIBUTES, cells, strict=True):
            if isinstance(cell, Null):
                detail = say_problem("It cannot be removed; leave it out to leave it alone.")
                self._log.add(KINDS_OF[name], row, name, "null", detail=detail, id=identifier)
        return super().check(row, cells, identifier)


class ChangedScmRules(ScmRules):
    """Checks SCM fields, of which null, and a cell that says so, removes one; None where no field changes."""

    def _is_needed(self, rule: FieldRule, defaults: Mapping[str, str]) -> bool:
        return False  # an empty cell leaves the field alone

    def _removes(self, cell: str) -> bool:
        return isinstance(cell, Null) or (self._has_marks and removes(cell))

    def fits(self, at: int, rule: FieldRule, column: tuple[str, ...]) -> bool:
        may_remove = rule.is_required and (self._has_marks or "" in column)
        return super().fits(at, rule, column) and not (may_remove and any(map(self._removes, column)))

    def _fault_of(self, at: int, rule: FieldRule, cell: str) -> str:
        if self._removes(cell):
            return REQUIRED if rule.is_required else ""
        return super()._fault_of(at, rule, cell)

    def write_columns(self, batch: Batch, columns: list[tuple[str, ...]]) -> Iterable[str | None] | None:
        if not self.columns and not self.constant:
            return repeat(None)
        written = super().write_columns(batch, columns)
        marked = (columns[at] for at, _name in self.columns if "<" in "".join(columns[at]))
        if written is None or not any(map(removes, chain.from_iterable(marked))):
            return written
        return list(map(self.write, batch.rows)) if self._has_marks else None

    def check(self, row: int, cells: list[str], identifier: str) -> None:
        super().check(row, cells, identifier)
        if not self._has_marks:
            for name, cell in ((name, cells[at]) for at, name in self.columns if removes(cells[at])):
                self._log.warn(EMPTY_MARKER_WARNING, row, name, cell)

    def write(self, cells: list[str]) -> str | None:
        members = [self._member(begin, cells[at], default) for at, begin, default in self.members]
        said = [*filter(None, members + self.constant)]
        return "{" + ", ".join(said) + "}" if said else None

    def _member(self, begin: str, cell: str, default: str) -> str:
        if self._removes(cell):
            return begin + "null"
        return begin + _as_json(cell) if cell else default


class ChangeRowRules(RowRules):
    """Checks rows that change codes."""

    attribute_rules: ClassVar[type[AttributeRules]] = ChangedAttributeRules
    scm_rules: ClassVar[type[ScmRules]] = ChangedScmRules

    def _check_columns(self, batch: Batch) -> list[CheckedRow] | None:
        places = [] if self.findings.is_table else [at for at in self.attributes.at if at >= 0]
        if places and Null in {row[at].__class__ for row in batch.rows for at in places}:
            return None
        return super()._check_columns(batch)
