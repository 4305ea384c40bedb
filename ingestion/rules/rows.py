"""What a row must be to become a code. One `FileRules` checks one file."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import count, repeat
from json.encoder import encode_basestring as _as_json

from ingestion.errors.log import RowLog
from ingestion.errors.text import shown
from ingestion.errors.unreadable import UnreadableFile
from ingestion.fields import (
    ATTRIBUTES,
    ERRORS_COLUMN,
    LONGEST_SCM_VALUE,
    MOST_SCM_FIELDS,
    OWN_COLUMNS,
    REASONS,
    SCM_KEY,
    STATUSES,
    Defaults,
    contradict,
    contradiction,
)
from ingestion.readers.base import Batch, BrokenRow, Trouble, is_blank
from ingestion.readers.cells import Number
from ingestion.readers.encoding import LOOKS_LIKE
from ingestion.rules.column_mapping import LeftOut
from ingestion.rules.identifiers import IdRules
from ingestion.rules.suggestions import (
    SHORTENED_MARK,
    NearMisses,
    is_shortened,
    marks_of,
    may_be_marked,
    meant_name,
    meant_status,
    respelled,
)
from portal.values.characters import beyond_ascii
from workorders.codes.gaps import Gaps
from workorders.codes.new_codes import Attributes, NewCode

NOT_FOUND = -1  # no product has this id
MARKED = ("=", "'")  # how values begin that a spreadsheet may have marked
MOST_FAULTS = 1000  # sets of wrong cells of which is remembered what is wrong with them
MOST_HEADERS = 1000  # whose rules are kept at a time
STRANGE_ID = 4  # characters of a name that may be `id` in letters of another script
OTHERWISE_SPLIT = (
    " The separator of its names stands in quotes, or is another than a line `sep=` above or the upload says."
)
ALIKE = {"id", "ids", "code", "identifier", "extended_id", "serial", "serial_number"}  # what people call an id


@dataclass(frozen=True)
class Limits:
    """What the rows of one file are held against.

    `products` gives the id of each SKU that may be used; `longest_id` is how many characters of id fit the URL.
    """

    defaults: Defaults
    products: Mapping[str, int]
    longest_id: int
    ids: IdRules


class FileRules:
    """Checks one file, whose rows may name their fields each in its own way."""

    def __init__(self, limits: Limits, log: RowLog) -> None:
        self.limits, self.log = limits, log
        self.blank_rows = Gaps()
        self.skus_with_id: set[str] = set()
        self.skus_without_id: Counter[str] = Counter()  # rows that have this SKU and no id
        self.is_table = False  # one header holds for all rows
        self.nameless: set[int] = set()  # places of columns without a name, which are to be empty
        self._noted: set[str] = set()
        self._names_reported = False
        self._rules: dict[tuple[str, ...], RowRules] = {}

    @cached_property
    def near_products(self) -> NearMisses:
        """Finds the product that an unknown SKU was meant to be."""
        return NearMisses(self.limits.products)

    def check_header(self, header: tuple[str, ...], row: int) -> None:
        """Check the names that hold for all rows, once; UnreadableFile when they cannot serve.

        A column that has no name is left out, unless a row has something in it.
        """
        _refuse_header(header)
        self.is_table = True
        self.nameless = {at for at, name in enumerate(header) if not name and not isinstance(name, LeftOut)}
        self._header_row = row
        header = tuple(filter(None, header))
        self._report_names(_wrong_names(header), header, row)
        self._note_names(header, row)
        self._names_reported = True

    def check(self, batch: Batch) -> list[NewCode]:
        """The codes of the rows in `batch` that have a valid id, to be stored if no row of the file has an error."""
        if batch.faults:
            self._report_cells(batch)
        if _is_too_wide(batch.header):
            self._report_too_many(batch)
            return []
        rules = self._rules.get(batch.header)
        if rules is None:
            if len(self._rules) == MOST_HEADERS:
                self._rules.clear()
            rules = self._rules[batch.header] = RowRules(batch.header, self)
            if not self._names_reported:
                self._note_names(batch.header, batch.first)
        if rules.wrong_names and not self._names_reported:
            for row in range(batch.first, batch.first + len(batch.rows)):
                self._report_names(rules.wrong_names, batch.header, row)
        return rules.check(batch)

    def _report_cells(self, batch: Batch) -> None:
        """Report what is wrong with single cells, whose rows count as broken then, and tell what is strange."""
        silent = {at for at, name in enumerate(batch.header) if isinstance(name, LeftOut) or name == ERRORS_COLUMN}
        id_at = batch.header.index("id") if "id" in batch.header else -1
        for fault in batch.faults:
            name = batch.header[fault.at]
            if fault.at in silent or (fault.trouble is Trouble.KEY and name != "id"):
                continue
            at = fault.row - batch.first
            row = batch.rows[at]
            if fault.trouble is Trouble.FORM and name not in ("id", "product"):
                self.log.warn("shown_otherwise_warning", fault.row, name, fault.value, detail=fault.detail)
            elif name != "id" or not isinstance(row[id_at] if row else "", Number):  # which is wrong in any form
                identifier = row[id_at] if row and id_at >= 0 and name != "id" else ""
                self.log.add("invalid_row_error", fault.row, name, fault.value, detail=fault.detail, id=identifier)
                batch.rows[at] = BrokenRow(row)

    def _report_too_many(self, batch: Batch) -> None:
        fields = len(batch.header) - (ERRORS_COLUMN in batch.header)
        detail = f"It has {fields:,} fields; a code has {MOST_SCM_FIELDS:,} SCM fields at most."
        for row in range(batch.first, batch.first + len(batch.rows)):
            self.log.add("invalid_row_error", row, "", "", detail=detail)

    def _report_names(self, names: list[str], header: tuple[str, ...], row: int) -> None:
        alike = Counter(map(respelled, names))
        beside = {*header, *(name for name, times in alike.items() if times > 1)}
        for name in names:
            hints = filter(None, (meant_name(name, beside), beyond_ascii(name)))
            detail = " ".join(["It is the field's name that is wrong.", *hints])
            self.log.add("invalid_scm_field_error", row, name, name, detail=detail)

    def _note_names(self, names: tuple[str, ...], row: int) -> None:
        for name in _scm_names(names):
            if name not in self._noted and len(self._noted) < MOST_SCM_FIELDS and SCM_KEY.fullmatch(name):
                self._noted.add(name)
                self.log.warn("unknown_column_warning", row, name, "", detail=meant_name(name))

    def note_cell(self, at: int) -> None:
        """Report, once, that a row has something in the column at this place, which has no name."""
        self.nameless.remove(at)
        detail = f"It is the field's name that is wrong. Column {at + 1:,} has no name: name it, or delete it."
        self.log.add("invalid_scm_field_error", self._header_row, "", "", detail=detail)

    def count_without_id(self, sku: str) -> None:
        """Note a row that has this SKU and no id."""
        self.skus_without_id[sku] += 1

    def warn(self) -> None:
        """Note what is no error in any row, but may not be what was meant, when all rows have been checked."""
        for name in self.limits.defaults.scm:
            if meant := meant_name(name):
                detail = f"It is a default of the upload. {meant}"
                self.log.warn("unknown_column_warning", None, name, name, detail=detail)
        for sku, rows in self.skus_without_id.items():
            if rows > 1 and sku not in self.skus_with_id:
                self.log.warn("product_without_ids_warning", None, "product", sku, detail=f"It has {rows:,} rows.")


def _scm_names(header: tuple[str, ...]) -> list[str]:
    """The names in `header` that are meant to be keys of SCM fields."""
    silent = (*OWN_COLUMNS, ERRORS_COLUMN)
    return [name for name in header if name not in silent and not isinstance(name, LeftOut)]


def _is_too_wide(header: tuple[str, ...]) -> bool:
    """Whether there are more columns than a code can have fields; those without a name and ours do not count."""
    most = MOST_SCM_FIELDS + len(OWN_COLUMNS)
    return len(header) > most and sum(1 for name in header if name not in ("", ERRORS_COLUMN)) > most


def _wrong_names(header: tuple[str, ...]) -> list[str]:
    """The names in `header` that cannot be keys of SCM fields."""
    return [name for name in _scm_names(header) if not SCM_KEY.fullmatch(name)]


class RowRules:
    """Checks rows of `file` whose cells stand in the order of one header."""

    def __init__(self, header: tuple[str, ...], file: FileRules) -> None:
        self.header, self.file, self.log = header, file, file.log
        limits = file.limits
        self.defaults, self.products = limits.defaults, limits.products
        self.ids, self.longest_id = limits.ids, limits.longest_id
        self.wrong_names = _wrong_names(header)
        self.id_at = header.index("id") if "id" in header else -1
        self.attributes_at = [header.index(name) if name in header else -1 for name in ATTRIBUTES]
        self.known_attributes: dict[tuple[str, ...], Attributes] = {}
        self.known_faults: dict[tuple[str, ...], list[tuple[str, str, str, str]]] = {}
        scm_names = {*_scm_names(header)} - {""}
        self.scm = [(index, name) for index, name in enumerate(header) if name in scm_names]
        scm = self.defaults.scm
        self.scm_begin = [(index, f"{_as_json(name)}: ", _default_json(scm, name)) for index, name in self.scm]
        self.scm_constant = [f"{_as_json(k)}: {_as_json(v)}" for k, v in scm.items() if k not in header]
        parts = [begin.replace("%", "%%") + "%s" for _index, begin, _default in self.scm_begin]
        parts += [constant.replace("%", "%%") for constant in self.scm_constant]
        self.scm_template = "{" + ", ".join(parts) + "}"

    def check(self, batch: Batch) -> list[NewCode]:
        """The codes of the rows in `batch` that have a valid id, to be stored if no row of the file has an error."""
        return self._check_columns(batch) or self._check_rows(batch)

    def _check_columns(self, batch: Batch) -> list[NewCode] | None:
        """The same a column at a time, for a batch whose rows are whole and whose ids are valid; None for others."""
        if self.id_at < 0 or set(map(len, batch.rows)) != {len(self.header)}:
            return None
        columns = list(zip(*batch.rows, strict=True))
        identifiers = self.ids.column(columns[self.id_at], self.longest_id)
        if identifiers is None:
            return None
        cells = [columns[at] if at >= 0 else repeat("", len(identifiers)) for at in self.attributes_at]
        keys = list(zip(*cells, strict=True))
        scm = self._scm_column(batch, columns)
        if scm is None:
            return None
        self._note_nameless(columns)
        distinct = set(keys)
        self.file.skus_with_id.update(key[0] for key in distinct if key[0] in self.products)
        wrong = {key for key in distinct - self.known_attributes.keys() if self._resolved(key) is None}
        if wrong:
            rows = zip(count(batch.first), keys, identifiers, strict=False)
            attributes = [self._attributes(row, key, identifier) for row, key, identifier in rows]
        else:
            attributes = list(map(self.known_attributes.__getitem__, keys))
        return list(zip(identifiers, count(batch.first), attributes, scm, strict=False))

    def _scm_column(self, batch: Batch, columns: list[tuple[str, ...]]) -> Iterable[str] | None:
        """The SCM data of all rows as JSON; None where a value is too long, or a spreadsheet may have changed one."""
        if not self.scm:
            return repeat(self.scm_template % ())
        used = [columns[at] for at, _name in self.scm]
        if any(max(map(len, column)) > LONGEST_SCM_VALUE or may_be_marked("".join(column)) for column in used):
            return None
        if all(map(all, used)):
            return map(self.scm_template.__mod__, zip(*(map(_as_json, column) for column in used), strict=True))
        return list(map(self._scm, batch.rows))

    def _check_rows(self, batch: Batch) -> list[NewCode]:
        """The same for a batch in which something is wrong, which is reported row by row."""
        width, id_at = len(self.header), self.id_at
        codes: list[NewCode] = []
        for row, cells in enumerate(batch.rows, batch.first):
            if isinstance(cells, BrokenRow):
                continue
            identifier = cells[id_at] if 0 <= id_at < len(cells) else ""
            if self.file.is_table and not identifier.strip() and is_blank(cells):
                self.file.blank_rows.add(row)
                continue
            if len(cells) != width:
                self._wrong_width(row, cells)
                continue
            if self.file.nameless:
                self._note_nameless(cells)
            key = tuple([cells[at] if at >= 0 else "" for at in self.attributes_at])
            attributes = self._attributes(row, key, identifier)
            self._check_scm(row, cells, identifier)
            if key[0] in self.products:
                (self.file.skus_with_id.add if identifier else self.file.count_without_id)(key[0])
            kept = self.ids.kept(identifier)
            if kept is None:
                self._wrong_id(row, identifier)
                continue
            if len(kept) > self.longest_id:
                self._too_long(row, kept)
            codes.append((kept, row, attributes, self._scm(cells)))
        return codes

    def _note_nameless(self, cells: Sequence[Iterable[str]]) -> None:
        """Report columns without a name that have something in one row, or in one of all rows."""
        for at in [at for at in self.file.nameless if not is_blank(cells[at])]:
            self.file.note_cell(at)

    def _resolved(self, cells: tuple[str, ...]) -> Attributes | None:
        """What the cells of product, activation status and blacklist reason mean; None when one of them is wrong."""
        known = self.known_attributes.get(cells)
        if known is None:
            product, status, reason = self._meaning(cells)
            if product == NOT_FOUND or status is None or reason is None or contradict(status, reason):
                return None
            known = self.known_attributes[cells] = (product, status, reason)
        return known

    def _meaning(self, cells: tuple[str, ...]) -> tuple[int | None, int | None, int | None]:
        """Product, activation status and blacklist reason by their cells: NOT_FOUND or None for a wrong one."""
        product_cell, status_cell, reason_cell = cells
        sku = product_cell or self.defaults.product
        return (
            self.products.get(sku, NOT_FOUND) if sku else None,
            STATUSES.get(status_cell) if status_cell else self.defaults.activation_status,
            REASONS.get(reason_cell) if reason_cell else self.defaults.blacklist_reason,
        )

    def _attributes(self, row: int, cells: tuple[str, ...], identifier: str) -> Attributes:
        """Product, activation status and blacklist reason of a row; what is wrong with them is reported."""
        faults = self.known_faults.get(cells)
        if faults is None:
            known = self._resolved(cells)
            if known is not None:
                return known
            if len(self.known_faults) == MOST_FAULTS:
                self.known_faults.clear()
            faults = self.known_faults[cells] = list(self._faults(cells))
        for kind, column, value, detail in faults:
            self.log.add(kind, row, column, value, detail=detail, id=identifier)
        return None, 0, 0

    def _faults(self, cells: tuple[str, ...]) -> Iterator[tuple[str, str, str, str]]:
        """Kind, column, value and detail of what is wrong with the cells of product, status and reason."""
        product_cell, status_cell, reason_cell = cells
        product, status, reason = self._meaning(cells)
        if product == NOT_FOUND:
            sku = product_cell or self.defaults.product
            detail = self.file.near_products.of(sku) if product_cell else "It is the upload's default product."
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

    def _scm(self, cells: list[str]) -> str:
        """The row's SCM data as JSON."""
        parts = [begin + _as_json(cells[at]) if cells[at] else default for at, begin, default in self.scm_begin]
        return "{" + ", ".join(filter(None, parts + self.scm_constant)) + "}"

    def _check_scm(self, row: int, cells: list[str], identifier: str) -> None:
        """Report values that are too long, and warn of those that a spreadsheet may have shortened."""
        for at, name in self.scm:
            cell = cells[at]
            if len(cell) > LONGEST_SCM_VALUE:
                detail = f"It has {len(cell):,} characters."
                self.log.add("invalid_scm_field_error", row, name, cell, detail=detail, id=identifier)
            if SHORTENED_MARK in cell and not isinstance(cell, Number) and is_shortened(cell):
                self.log.warn("shortened_number_warning", row, name, cell)
            elif cell[:1] in MARKED and (hint := marks_of(cell)):
                self.log.warn("spreadsheet_mark_warning", row, name, cell, detail=hint)

    def _wrong_width(self, row: int, cells: list[str]) -> None:
        wanted = len(self.header)
        if self.header[0] == ERRORS_COLUMN:  # which is ours
            cells, wanted = cells[1:], wanted - 1
        self.log.add("invalid_row_error", row, "", ",".join(cells), detail=wrong_width(len(cells), wanted))

    def _wrong_id(self, row: int, identifier: str) -> None:
        if identifier:
            self.log.add("invalid_id_error", row, "id", identifier, detail=self.ids.fault(identifier), id=identifier)
        else:
            self.log.add("missing_id_error", row, "id", "")

    def _too_long(self, row: int, identifier: str) -> None:
        detail = f"The longest id that fits has {self.longest_id} characters, this has {len(identifier)}."
        self.log.add("url_too_long_error", row, "id", identifier, detail=detail, id=identifier)


def wrong_width(found: int, wanted: int) -> str:
    """What is wrong with a row of `found` fields where the header has `wanted`."""
    return f"It has too {'few' if found < wanted else 'many'} fields: {found:,} where the header has {wanted:,}."


def otherwise_split(header: tuple[str, ...], column: str) -> str:
    """Say that a name of the header holds `column` and a separator, if one does."""
    unsplit = re.compile(rf"(^|[,;\t|])\s*{column}\s*[,;\t|]|[,;\t|]\s*{column}\s*$", re.IGNORECASE)
    return OTHERWISE_SPLIT if any(map(unsplit.search, header)) else ""


def _refuse_header(header: tuple[str, ...]) -> None:
    silent = ("", ERRORS_COLUMN)
    counted = Counter(name for name in header if name not in silent and not isinstance(name, LeftOut))
    repeated = [name for name, times in counted.items() if times > 1]
    if "id" not in header:
        alike = next((name for name in header if name.strip().lower() in ALIKE), "")
        strange = next((name for name in header if len(name) < STRANGE_ID and not name.isascii()), "")
        hint = f" Is it `{shown(alike)}` that should be named `id`?" if alike else LOOKS_LIKE.get(header[0][:1], "")
        hint = hint or otherwise_split(header, "id")
        if strange and not hint:
            hint = f" In `{shown(strange)}`, {beyond_ascii(strange).replace('C', 'c', 1)}"
        raise UnreadableFile(f"Its header has no column `id`, only: {shown(', '.join(header))}.{hint}")
    if _is_too_wide(header):
        raise UnreadableFile(
            f"Its header has {len(header):,} columns; a code has {MOST_SCM_FIELDS:,} SCM fields at most."
        )
    if repeated:
        raise UnreadableFile(f"Its header has the column `{shown(repeated[0])}` more than once.")


def _default_json(defaults: Mapping[str, str], name: str) -> str:
    """What the JSON says of field `name` where the row leaves it empty."""
    return f"{_as_json(name)}: {_as_json(defaults[name])}" if name in defaults else ""
