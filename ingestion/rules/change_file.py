"""The rules of one file of changes."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from typing import Any, ClassVar

from ingestion.errors.log import RowLog
from ingestion.errors.warning_kinds import EXPORT_WARNING
from ingestion.readers.base import Batch
from ingestion.rules.change_names import KnownFields, column_beside, doubt_of
from ingestion.rules.changes import ChangeRowRules
from ingestion.rules.defaults import parse_defaults
from ingestion.rules.exported import columns_of_export, left_out
from ingestion.rules.file import FileRules
from ingestion.rules.header import advise_names, describe_wrong_names, refuse_unusable, scm_names
from ingestion.rules.keys import ID, ID_COLUMNS, KEY_COLUMNS, SERIAL_NUMBER, key_in, names_of, rules_of
from ingestion.rules.limits import Limits
from ingestion.rules.rows import CheckedRow, RowRules
from ingestion.rules.suggestions import respelled
from portal.values.problems import say_problem
from workorders.codes.field_types import FieldRule
from workorders.codes.fields import MOST_SCM_FIELDS
from workorders.codes.scm_fields import declared_fields
from workorders.products.services import archived_products, usable_products


def change_limits(company_id: int, options: Mapping[str, Any]) -> Limits:
    """Return the limits for a company's changes with these options; keys may be as long as they like."""
    defaults = parse_defaults(options.get("default_scm_data", {}), status=None, reason=None)
    return Limits(
        defaults,
        usable_products(company_id),
        sys.maxsize,
        rules_of(ID, options),
        bool(options.get("empty_marker")),
        declared_fields(company_id),
        bool(options.get("shown_digits")),
        kept_products=archived_products(company_id),
    )


class ChangeFileRules(FileRules):
    """Checks one file of changes. `key` is what names its codes, once a header with such a column has been seen.

    `fields` are the SCM fields that codes of the company have.
    """

    row_rules: ClassVar[type[RowRules]] = ChangeRowRules

    def __init__(self, limits: Limits, log: RowLog, options: Mapping[str, Any], fields: Collection[str]) -> None:
        super().__init__(limits, log)
        self.key, self._is_settled = ID, False
        self.scm_names = {*limits.defaults.scm}  # that any row may change
        self._options, self._fields = options, KnownFields(fields)
        self._mapped = {*options.get("columns", {}).values()}
        self._left_out: list[str] = []  # columns of an export
        self._find_doubt = lru_cache(MOST_SCM_FIELDS)(self._look_for_doubt)  # of a name, however often it is asked for

    @property
    def key_column(self) -> str:
        """The name of the column of keys, as errors tell it."""
        return self.findings.key_names[0]

    @property
    def _has_text_keys(self) -> bool:
        return self.key not in (ID, SERIAL_NUMBER)

    def columns_of(self, header: tuple[str, ...], columns: Mapping[str, str]) -> Mapping[str, str]:
        exported = columns_of_export(header, self._options.get("data_key", ""), self._fields)
        self._mapped |= {*exported.values()}
        self._left_out = [name for name in left_out(exported) if name not in columns]
        return {**exported, **columns}

    def warn(self) -> None:
        super().warn()
        if self._left_out:
            detail = say_problem("These are left out: {names}.", names=", ".join(self._left_out))
            self.log.warn(EXPORT_WARNING, self.findings.header_row, "", "", detail=detail)

    def takes_clean_rows(self, header: tuple[str, ...]) -> bool:
        return False  # there is more to say about rows that change codes

    def check(self, batch: Batch) -> list[CheckedRow]:
        self._take_key(batch.header)
        return super().check(batch)

    def _take_key(self, header: tuple[str, ...], *, is_table: bool = False) -> None:
        """Find out once what names the codes. Objects that have none of the names leave it to those that follow."""
        if self._is_settled:
            return
        key = key_in(header, self._options.get("data_key", ""), is_table=is_table)
        self._is_settled = bool(key)
        self.key = key or ID
        names = names_of(self.key)
        self.findings.key_names = tuple(sorted(names, key=lambda name: name not in header))
        self.findings.ids = rules_of(self.key, self._options)
        self._rules.clear()

    @property
    def _keys(self) -> tuple[str, ...]:
        return (*KEY_COLUMNS, self._options.get("data_key") or ID)

    def _advise_names(self, header: tuple[str, ...], columns: Mapping[str, str]) -> str:
        is_settled = columns or self._options.get("data_key") or not {*header}.isdisjoint(KEY_COLUMNS)
        key = next((spelled for spelled in map(respelled, header) if spelled in ID_COLUMNS), "")
        return "" if is_settled or not key else advise_names(header, key=key, known=[*self._fields])

    def _refuse_header(self, header: tuple[str, ...]) -> None:
        self._take_key(header, is_table=True)
        refuse_unusable(header)

    def _wrong_names(self, header: tuple[str, ...]) -> list[str]:
        self.scm_names |= {*scm_names(header, self._key_of(header))} - {""}
        doubtful = (name for name in scm_names(header, self._key_of(header)) if self._doubt_of(name, header))
        return [*dict.fromkeys([*super()._wrong_names(header), *doubtful])]

    def _describe_wrong_names(self, names: list[str], header: tuple[str, ...]) -> Iterator[tuple[str, str]]:
        plain = [name for name in names if not self._doubt_of(name, header)]
        yield from describe_wrong_names(plain, header, [*KEY_COLUMNS, *self._fields])
        for name in names:
            if doubt := self._doubt_of(name, header):
                said = say_problem("It is the field's name that is wrong.")
                yield name, f"{said} {doubt}"

    def _remark_on(self, name: str, header: tuple[str, ...]) -> str | None:
        is_known = name in self._fields or bool(self._doubt_of(name, header))
        return None if is_known else super()._remark_on(name, header)

    def _missing_fields(self, header: tuple[str, ...]) -> list[FieldRule]:
        """Return nothing: what a change leaves out stays as it is."""
        return []

    def _doubt_of(self, name: str, header: tuple[str, ...]) -> str:
        beside = column_beside(name, self._fields)
        key = self._key_of(header)
        return self._find_doubt(name, key, bool(beside) and beside in header, key in header)

    def _look_for_doubt(self, name: str, key: str, is_exported: bool, has_key: bool) -> str:
        return doubt_of(name, key, self._fields, self._mapped, is_exported=is_exported, has_key=has_key)
