"""The rules of rows: what a row must be to become a code."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count, repeat
from typing import ClassVar

from ingestion.readers.base import BYTE_ORDER_MARK, ERRORS_COLUMN, Batch, BrokenRow, is_blank
from ingestion.rules.attributes import AttributeRules, AttributeValues
from ingestion.rules.findings import FileFindings
from ingestion.rules.scm_cells import ScmRules
from portal.values.problems import say_problem

CheckedRow = tuple[str, int, AttributeValues, str | None]
"""Id, row number, attributes, and SCM data as JSON text; what a change leaves alone is None."""


class RowRules:
    """Checks rows whose cells stand in the order of one header; `key` is the column of their ids."""

    attribute_rules: ClassVar[type[AttributeRules]] = AttributeRules
    scm_rules: ClassVar[type[ScmRules]] = ScmRules

    def __init__(self, header: tuple[str, ...], findings: FileFindings) -> None:
        self.header, self.findings, self.log = header, findings, findings.log
        self.ids, self.longest_id = findings.ids, findings.limits.longest_id
        key = next((name for name in findings.key_names if name in header), "")
        self.key = key or findings.key_names[0]
        self.id_at = header.index(key) if key else -1
        self.wrong_names: list[str] = []  # of columns, which the rules of the file find
        self.attributes = self.attribute_rules(header, findings)
        self.scm = self.scm_rules(header, findings, self.key)

    def check(self, batch: Batch) -> list[CheckedRow]:
        """Return what the rows say that have a valid id: by columns where all is well, else row by row."""
        return self._check_columns(batch) or self._check_rows(batch)

    def _check_columns(self, batch: Batch) -> list[CheckedRow] | None:
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
            rows = zip(count(batch.first), keys, columns[self.id_at], strict=False)
            attributes = [self.attributes.check(row, key, identifier) for row, key, identifier in rows]
        else:
            attributes = list(map(known.__getitem__, keys))
        return list(zip(identifiers, count(batch.first), attributes, scm, strict=False))

    def _check_rows(self, batch: Batch) -> list[CheckedRow]:
        """Check a batch in which something is wrong, and report it row by row."""
        width, id_at, findings = len(self.header), self.id_at, self.findings
        codes: list[CheckedRow] = []
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
                self.report_id(row, identifier)
                continue
            if len(kept) > self.longest_id:
                self.report_long_id(row, kept)
            codes.append((kept, row, attributes, self.scm.write(cells)))
        return codes

    def _note_product(self, sku: str, identifier: str) -> None:
        """Note whether a row of this product has an id."""
        if identifier:
            self.findings.skus_with_id.add(sku)
        else:
            self.findings.skus_without_id[sku] += 1

    def _report_width(self, row: int, cells: list[str]) -> None:
        header = self.header
        if header[0] == ERRORS_COLUMN:  # which is ours
            cells, header = cells[1:], header[1:]
        self.log.add("invalid_row_error", row, "", ",".join(cells), detail=wrong_width(cells, header))

    def report_id(self, row: int, identifier: str) -> None:
        """Report an id that is wrong or missing."""
        if identifier:
            is_header = identifier.lstrip(BYTE_ORDER_MARK) == self.key
            fault = say_problem("The header stands here once more: delete the row.") if is_header else ""
            fault = fault or self.ids.fault(identifier)
            self.log.add(self.ids.error, row, self.key, identifier, detail=fault, id=identifier)
        else:
            self.log.add("missing_id_error", row, self.key, "")

    def report_long_id(self, row: int, identifier: str) -> None:
        """Report an id with which the URL becomes too long."""
        detail = say_problem(
            "The longest id that fits has {longest_id} characters, this has {count}.",
            longest_id=self.longest_id,
            count=len(identifier),
        )
        self.log.add("url_too_long_error", row, self.key, identifier, detail=detail, id=identifier)


def wrong_width(cells: Sequence[str], header: Sequence[str]) -> str:
    """Say that a row has too few or too many cells for its header, and how that is mended."""
    found, wanted = len(cells), len(header)
    if found < wanted:
        said = say_problem(
            "It has too few fields: {found:,} where the header has {wanted:,}.", found=found, wanted=wanted
        )
        if not any(header[found:]):
            mend = say_problem("The header ends in separators with no name behind them: delete them.")
        elif found == 1:
            mend = say_problem("If it is no row of the table, such as a total or a remark, delete it.")
        else:
            mend = say_problem("A cell that holds a line break has to stand in quotes.")
        return f"{said} {mend}"
    said = say_problem("It has too many fields: {found:,} where the header has {wanted:,}.", found=found, wanted=wanted)
    if is_blank(cells[wanted:]):
        mend = say_problem(
            "It ends in separators with nothing behind them: delete them, or name their columns in the header."
        )
    elif any(cell.lstrip().startswith('"') for cell in cells if cell[:1].isspace()):
        mend = say_problem("A quote counts right behind a separator alone: delete the space before it.")
    else:
        mend = say_problem("A cell that holds a separator has to stand in quotes.")
    return f"{said} {mend}"
