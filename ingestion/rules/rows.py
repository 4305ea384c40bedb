"""The rules of rows: what a row must be to become a code."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import count, repeat
from json.encoder import encode_basestring as _as_json

from ingestion.errors.log import RowLog
from ingestion.readers.base import ERRORS_COLUMN, Batch, BrokenRow, is_blank
from ingestion.readers.cells import Number
from ingestion.rules.findings import FileFindings
from ingestion.rules.header import scm_names, wrong_names
from ingestion.rules.suggestions import SHORTENED_MARK, is_shortened, marks_of, may_be_marked, meant_status
from portal.values.characters import beyond_ascii
from workorders.codes.bulk_load import Attributes, NewCode
from workorders.codes.fields import ATTRIBUTES, LONGEST_SCM_VALUE, REASONS, STATUSES, contradict, contradiction

MARKED = ("=", "'")  # how values begin that a spreadsheet may have marked

NOT_FOUND = -1  # no product has this id
MOST_FAULTS = 1000  # sets of wrong cells of which is remembered what is wrong with them


class RowRules:
    """Checks rows whose cells stand in the order of one header."""

    def __init__(self, header: tuple[str, ...], findings: FileFindings) -> None:
        self.header, self.findings, self.log = header, findings, findings.log
        self.ids, self.longest_id = findings.limits.ids, findings.limits.longest_id
        self.wrong_names = wrong_names(header)
        self.id_at = header.index("id") if "id" in header else -1
        self.attributes = AttributeRules(header, findings)
        self.scm = ScmRules(header, findings.limits.defaults.scm, findings.log)

    def check(self, batch: Batch) -> list[NewCode]:
        """Return the codes of the rows that have a valid id: by columns where all is well, else row by row."""
        return self._check_columns(batch) or self._check_rows(batch)

    def _check_columns(self, batch: Batch) -> list[NewCode] | None:
        """Check a batch whose rows are whole and whose ids are valid; return None for any other."""
        if self.id_at < 0 or set(map(len, batch.rows)) != {len(self.header)}:
            return None
        columns = list(zip(*batch.rows, strict=True))
        identifiers = self.ids.column(columns[self.id_at], self.longest_id)
        if identifiers is None:
            return None
        cells = [columns[at] if at >= 0 else repeat("", len(identifiers)) for at in self.attributes.at]
        keys = list(zip(*cells, strict=True))
        scm = self.scm.write_columns(batch, columns)
        if scm is None:
            return None
        self.findings.report_nameless(columns)
        distinct = set(keys)
        self.findings.skus_with_id.update(key[0] for key in distinct if key[0] in self.findings.limits.products)
        known = self.attributes.known
        if [key for key in distinct - known.keys() if self.attributes.resolve(key) is None]:
            rows = zip(count(batch.first), keys, identifiers, strict=False)
            attributes = [self.attributes.check(row, key, identifier) for row, key, identifier in rows]
        else:
            attributes = list(map(known.__getitem__, keys))
        return list(zip(identifiers, count(batch.first), attributes, scm, strict=False))

    def _check_rows(self, batch: Batch) -> list[NewCode]:
        """Check a batch in which something is wrong, and report it row by row."""
        width, id_at, findings = len(self.header), self.id_at, self.findings
        codes: list[NewCode] = []
        for row, cells in enumerate(batch.rows, batch.first):
            if isinstance(cells, BrokenRow):
                continue
            identifier = cells[id_at] if 0 <= id_at < len(cells) else ""
            if findings.is_table and not identifier.strip() and is_blank(cells):
                findings.blank_rows.add(row)
                continue
            if len(cells) != width:
                self._report_width(row, cells)
                continue
            if findings.nameless:
                findings.report_nameless(cells)
            key = tuple([cells[at] if at >= 0 else "" for at in self.attributes.at])
            attributes = self.attributes.check(row, key, identifier)
            self.scm.check(row, cells, identifier)
            if key[0] in findings.limits.products:
                self._note_product(key[0], identifier)
            kept = self.ids.kept(identifier)
            if kept is None:
                self._report_id(row, identifier)
                continue
            if len(kept) > self.longest_id:
                self._report_long_id(row, kept)
            codes.append((kept, row, attributes, self.scm.write(cells)))
        return codes

    def _note_product(self, sku: str, identifier: str) -> None:
        """Note whether a row of this product has an id."""
        if identifier:
            self.findings.skus_with_id.add(sku)
        else:
            self.findings.skus_without_id[sku] += 1

    def _report_width(self, row: int, cells: list[str]) -> None:
        wanted = len(self.header)
        if self.header[0] == ERRORS_COLUMN:  # which is ours
            cells, wanted = cells[1:], wanted - 1
        self.log.add("invalid_row_error", row, "", ",".join(cells), detail=wrong_width(len(cells), wanted))

    def _report_id(self, row: int, identifier: str) -> None:
        if identifier:
            self.log.add("invalid_id_error", row, "id", identifier, detail=self.ids.fault(identifier), id=identifier)
        else:
            self.log.add("missing_id_error", row, "id", "")

    def _report_long_id(self, row: int, identifier: str) -> None:
        detail = f"The longest id that fits has {self.longest_id} characters, this has {len(identifier)}."
        self.log.add("url_too_long_error", row, "id", identifier, detail=detail, id=identifier)


def wrong_width(found: int, wanted: int) -> str:
    """Say what is wrong with a row of `found` fields where the header has `wanted`."""
    return f"It has too {'few' if found < wanted else 'many'} fields: {found:,} where the header has {wanted:,}."


class AttributeRules:
    """Checks the cells of product, activation status and blacklist reason, in the columns `at` of one header.

    Many rows have the same three cells, so what they mean, or what is wrong with them, is remembered in `known`.
    """

    def __init__(self, header: tuple[str, ...], findings: FileFindings) -> None:
        self.at = [header.index(name) if name in header else -1 for name in ATTRIBUTES]
        self.known: dict[tuple[str, ...], Attributes] = {}
        self._faults_of: dict[tuple[str, ...], list[tuple[str, str, str, str]]] = {}
        self._findings, self._log = findings, findings.log
        self._defaults, self._products = findings.limits.defaults, findings.limits.products

    def resolve(self, cells: tuple[str, ...]) -> Attributes | None:
        """Return what the three cells mean, or None when one of them is wrong."""
        known = self.known.get(cells)
        if known is None:
            product, status, reason = self._meaning(cells)
            if product == NOT_FOUND or status is None or reason is None or contradict(status, reason):
                return None
            known = self.known[cells] = (product, status, reason)
        return known

    def check(self, row: int, cells: tuple[str, ...], identifier: str) -> Attributes:
        """Return what the three cells of a row mean, and report what is wrong with them."""
        faults = self._faults_of.get(cells)
        if faults is None:
            known = self.resolve(cells)
            if known is not None:
                return known
            if len(self._faults_of) == MOST_FAULTS:
                self._faults_of.clear()
            faults = self._faults_of[cells] = list(self._faults(cells))
        for kind, column, value, detail in faults:
            self._log.add(kind, row, column, value, detail=detail, id=identifier)
        return None, 0, 0

    def _meaning(self, cells: tuple[str, ...]) -> tuple[int | None, int | None, int | None]:
        """Return product, activation status and blacklist reason: NOT_FOUND or None for a wrong one."""
        product_cell, status_cell, reason_cell = cells
        sku = product_cell or self._defaults.product
        return (
            self._products.get(sku, NOT_FOUND) if sku else None,
            STATUSES.get(status_cell) if status_cell else self._defaults.activation_status,
            REASONS.get(reason_cell) if reason_cell else self._defaults.blacklist_reason,
        )

    def _faults(self, cells: tuple[str, ...]) -> Iterator[tuple[str, str, str, str]]:
        """Yield kind, column, value and detail of everything that is wrong with the three cells."""
        product_cell, status_cell, reason_cell = cells
        product, status, reason = self._meaning(cells)
        if product == NOT_FOUND:
            sku = product_cell or self._defaults.product
            is_default = "It is the upload's default product."
            detail = self._findings.product_suggestions.suggest(sku) if product_cell else is_default
            yield "product_not_found_error", "product", sku, detail
        if status is None:
            hint = meant_status(status_cell) or beyond_ascii(status_cell)
            yield "invalid_activation_status_error", "activation_status", status_cell, hint
        if reason is None:
            detail = f"A blacklist reason is a number from 0 to 10. {beyond_ascii(reason_cell)}".rstrip()
            yield "invalid_scm_field_error", "blacklist_reason", reason_cell, detail
        elif status is not None and contradict(status, reason):
            detail = contradiction(status, reason)
            if not (status_cell and reason_cell):
                detail += f" The {'reason' if status_cell else 'status'} is the upload's default."
            yield "invalid_scm_field_error", "blacklist_reason", str(reason), detail


class ScmRules:
    """Checks the SCM fields of rows with one header, and writes them as JSON."""

    def __init__(self, header: tuple[str, ...], defaults: Mapping[str, str], log: RowLog) -> None:
        self._log = log
        names = {*scm_names(header)} - {""}
        self._columns = [(at, name) for at, name in enumerate(header) if name in names]
        self._members = [(at, f"{_as_json(name)}: ", _member_of(defaults, name)) for at, name in self._columns]
        self._constant = [_member_of(defaults, name) for name in defaults if name not in header]
        parts = [begin.replace("%", "%%") + "%s" for _at, begin, _default in self._members]
        parts += [constant.replace("%", "%%") for constant in self._constant]
        self._template = "{" + ", ".join(parts) + "}"  # for rows in which every cell has a value

    def write_columns(self, batch: Batch, columns: list[tuple[str, ...]]) -> Iterable[str] | None:
        """Return the JSON of all rows of a batch, whose columns are `columns`.

        Returns None when a value is too long, or when a spreadsheet may have changed one: `check` tells which.
        """
        if not self._columns:
            return repeat(self._template % ())
        used = [columns[at] for at, _name in self._columns]
        if any(max(map(len, column)) > LONGEST_SCM_VALUE or may_be_marked("".join(column)) for column in used):
            return None
        if all(map(all, used)):
            return map(self._template.__mod__, zip(*(map(_as_json, column) for column in used), strict=True))
        return list(map(self.write, batch.rows))

    def write(self, cells: list[str]) -> str:
        """Return the JSON of one row; an empty cell takes the default of its field, or leaves the field out."""
        parts = [begin + _as_json(cells[at]) if cells[at] else default for at, begin, default in self._members]
        return "{" + ", ".join(filter(None, parts + self._constant)) + "}"

    def check(self, row: int, cells: list[str], identifier: str) -> None:
        """Report values that are too long, and warn of those that a spreadsheet may have changed."""
        for at, name in self._columns:
            cell = cells[at]
            if len(cell) > LONGEST_SCM_VALUE:
                detail = f"It has {len(cell):,} characters."
                self._log.add("invalid_scm_field_error", row, name, cell, detail=detail, id=identifier)
            if SHORTENED_MARK in cell and not isinstance(cell, Number) and is_shortened(cell):
                self._log.warn("shortened_number_warning", row, name, cell)
            elif cell[:1] in MARKED and (hint := marks_of(cell)):
                self._log.warn("spreadsheet_mark_warning", row, name, cell, detail=hint)


def _member_of(defaults: Mapping[str, str], name: str) -> str:
    """Return the member of a JSON object for the default of the field `name`, or nothing where it has none."""
    return f"{_as_json(name)}: {_as_json(defaults[name])}" if name in defaults else ""
