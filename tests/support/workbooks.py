"""Workbooks written part by part, as programs write them that are not Excel."""

from __future__ import annotations

import io
from collections.abc import Mapping
from zipfile import ZIP_DEFLATED, ZipFile

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def text(place: str, value: str) -> str:
    """A cell with a text of its own."""
    return f'<c r="{place}" t="inlineStr"><is><t>{value}</t></is></c>'


def rows_of(*rows: str) -> str:
    """Rows of those cells, from the first on."""
    return "".join(f'<row r="{number}">{cells}</row>' for number, cells in enumerate(rows, 1))


def workbook(
    rows: str,
    *,
    before: str = "",
    after: str = "",
    strings: str = "",
    formats: tuple[str, ...] = (),
    book: str = "",
    parts: Mapping[str, bytes | str] | None = None,
) -> bytes:
    """A workbook of one sheet with those `rows`, and what stands before and after them in the sheet.

    A cell of style 1 has the first of `formats`, and so on. `book` goes into the part that lists the sheets.
    """
    codes = "".join(f'<numFmt numFmtId="{200 + at}" formatCode="{code}"/>' for at, code in enumerate(formats))
    styles = "".join(f'<xf numFmtId="{200 + at}"/>' for at in range(len(formats)))
    related = (("worksheet", "worksheets/sheet1.xml"), ("sharedStrings", "sharedStrings.xml"), ("styles", "styles.xml"))
    relations = "".join(
        f'<Relationship Id="rId{at}" Type="{OFFICE}/{kind}" Target="{target}"/>'
        for at, (kind, target) in enumerate(related, 1)
    )
    sheets = '<sheets><sheet name="Codes" sheetId="1" r:id="rId1"/></sheets>'
    members: dict[str, bytes | str] = {
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">{book}{sheets}</workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}">{relations}</Relationships>',
        "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}">{strings}</sst>',
        "xl/styles.xml": (
            f'<styleSheet xmlns="{MAIN}"><numFmts>{codes}</numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>'
            f'<cellXfs><xf numFmtId="0"/>{styles}</cellXfs></styleSheet>'
        ),
        "xl/worksheets/sheet1.xml": (
            f'<worksheet xmlns="{MAIN}">{before}<sheetData>{rows}</sheetData>{after}</worksheet>'
        ),
        **(parts or {}),
    }
    content = io.BytesIO()
    with ZipFile(content, "w", ZIP_DEFLATED) as file:
        for name, part in members.items():
            file.writestr(name, part)
    return content.getvalue()
