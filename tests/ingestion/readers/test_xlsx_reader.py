"""Codes get the values that people see in a workbook. A cell whose look nobody can tell is named."""

from __future__ import annotations

import io
import re
from typing import Any
from zipfile import ZipFile

import pytest

from ingestion.errors.unreadable import UnreadableFile
from ingestion.readers.options import AS_IT_IS
from ingestion.readers.xlsx_reader import HEADERLESS, WorkbookReader
from ingestion.results.errors_beside_rows import add_errors_to_rows
from ingestion.results.rows_with_errors import stream_rows_with_errors
from tests.support.demo import Demo
from tests.support.given_back import assert_stays, check
from tests.support.products import imported, problems
from tests.support.products import workbook as sheets
from tests.support.row_logs import MemoryLog
from tests.support.uploads import ingested
from tests.support.workbooks import rows_of, text, workbook
from workorders.models import Code

HEADER = text("A1", "id") + text("B1", "product") + text("C1", "note")
AS_TEXT = "Format the column as text and enter it again."
NO_VALUE = "It holds a formula without a value; open the workbook in your spreadsheet, save it, and upload it again."
ERROR = "This cell holds an error of Excel's, such as #N/A; mend its formula, or enter the value."
TOO_LONG = f"It is a number of more digits than the 15 that a spreadsheet keeps. {AS_TEXT}"
UNMERGE = "unmerge them, and fill each."
ONE_NAME = "Its header has merged cells, {}; unmerge them, so that each column has one name."
IN_1904 = '<workbookPr date1904="1"/>'
UNCALCULATED = '<calcPr fullCalcOnLoad="1"/>'


def codes_of(demo: Demo, *rows: str, **more: Any) -> Any:
    """What comes of a workbook with our header and those rows: its codes, or its errors, or how it is refused."""
    record = ingested(demo.staff, workbook(rows_of(HEADER, *rows), **more), "xlsx")
    if record.status == "completed":
        codes = Code.objects.select_related("product").order_by("sequence")
        found = [(code.identifier, code.product.sku if code.product else "", code.scm_data) for code in codes]
        Code.objects.all().delete()
        warned = [
            (each["warning"], each["row"], each["column"], each["message"].partition("codes get. ")[2])
            for each in record.warnings
            if each["warning"] != "unknown_column_warning"
        ]
        return [*found, *warned]
    assert not Code.objects.exists()
    return [(error.row, error.column, error.value, error.error, error.detail) for error in record.errors.all()]


def note(cell: str, **more: Any) -> tuple[str, dict[str, Any]]:
    """A row with that cell in the column note."""
    return text("A2", "abc12345") + text("B2", "sku1") + cell, more


def stored(value: str, *warning: str) -> list[Any]:
    """The code of such a row, and what is remarked about it."""
    code = ("abc12345", "sku1", {"note": value} if value else {})
    return [code, *(("shown_otherwise_warning", 2, "note", detail) for detail in warning)]


def wrong(value: str, detail: str) -> list[Any]:
    return [(2, "note", value, "invalid_row_error", detail)]


def number(stored: str, code: str) -> tuple[str, dict[str, Any]]:
    """A row whose note is a number in that format."""
    return note(f'<c r="C2" s="1"><v>{stored}</v></c>', formats=(code.replace('"', "&quot;"),))


def padded(shown: str, value: str) -> list[Any]:
    return wrong(value, f"Its format shows {shown}, but the number is {value} without zeros. {AS_TEXT}")


CELLS: dict[str, tuple[tuple[str, dict[str, Any]], list[Any]]] = {
    # formulas
    "no value": (note('<c r="C2"><f>1+1</f></c>'), wrong("=1+1", NO_VALUE)),
    "an empty value": (note('<c r="C2"><f>1+1</f><v/></c>'), wrong("=1+1", NO_VALUE)),
    "no value, as text": (note('<c r="C2" t="str"><f>A1</f></c>'), wrong("=A1", NO_VALUE)),
    "an array's": (note('<c r="C2"><f t="array" ref="C2:C9">A1:A8</f><v/></c>'), wrong("=A1:A8", NO_VALUE)),
    "a shared one": (note('<c r="C2"><f t="shared" si="0"/></c>'), wrong("=", NO_VALUE)),
    "a data table": (note('<c r="C2"><f t="dataTable" ref="C2:C9"/></c>'), wrong("=", NO_VALUE)),
    "left to the spreadsheet": (note('<c r="C2"><f>1+1</f><v>0</v></c>', book=UNCALCULATED), wrong("=1+1", NO_VALUE)),
    "an array of constants": (note('<c r="C2"><f>{1}</f></c>'), wrong("={1}", NO_VALUE)),
    "a newer one": (note('<c r="C2"><f>SORT(A1)</f></c>'), wrong("=SORT(A1)", NO_VALUE)),
    "one with what no text can hold": (
        note('<c r="C2"><f>"a_x0001__xFFFF_&lt;"</f></c>'),
        wrong('="a\\x01\\uffff<"', NO_VALUE),
    ),
    "a number": (note('<c r="C2"><f>1+1</f><v>2</v></c>', book=UNCALCULATED), stored("2")),
    "a real zero": (note('<c r="C2"><f>1-1</f><v>0</v></c>'), stored("0")),
    "a text": (note('<c r="C2" t="str"><f>A1</f><v>id</v></c>'), stored("id")),
    "an empty text": (note('<c r="C2" t="str"><f>""</f><v></v></c>'), stored("")),
    "an error": (note('<c r="C2" t="e"><f>NA()</f><v>#N/A</v></c>'), wrong("#N/A", ERROR)),
    "a lost reference": (note('<c r="C2" t="e"><v>#REF!</v></c>'), wrong("#REF!", ERROR)),
    # texts
    "rich": (
        note(
            '<c r="C2" t="s"><v>0</v></c>',
            strings='<si><r><t>to</t></r><r><t>kyo</t></r><rPh sb="0"><t>x</t></rPh></si>',
        ),
        stored("tokyo"),
    ),
    "rich and inline": (
        note('<c r="C2" t="inlineStr"><is><r><t>a </t></r><r><t>b</t></r><rPh><t>x</t></rPh></is></c>'),
        stored("a b"),
    ),
    "escaped": (note(text("C2", "_x0041_ _x005F_x0041_ _xD83D__xDE00_")), stored("A _x0041_ \N{GRINNING FACE}")),
    "XML": (note(text("C2", "&lt;r&gt;&lt;t&gt;x&lt;/t&gt;&lt;/r&gt;")), stored("<r><t>x</t></r>")),
    "characters that do not print": (note(text("C2", "a_x000D__xFFFE_")), stored("a\r\ufffe")),
    "control characters": (
        note(text("C2", "a_x0001_")),
        [
            (
                2,
                "note",
                "a\\x01",
                "invalid_scm_field_error",
                "Character 2 is U+0001, a control character. Delete it, or enter the true character.",
            )
        ],
    ),
    "hidden by its format": (
        note('<c r="C2" s="1" t="inlineStr"><is><t>x</t></is></c>', formats=(";;;",)),
        wrong("x", f"Its format shows the text otherwise, or hides it. {AS_TEXT}"),
    ),
    "white space hidden by its format": (
        (text("A2", "abc12345") + '<c r="B2" s="1" t="inlineStr"><is><t> </t></is></c>', {"formats": (";;;",)}),
        [(2, "product", " ", "product_not_found_error", "")],
    ),
    "an error without a name": (note('<c r="C2" t="e"><v> </v></c>'), wrong("#VALUE!", ERROR)),
    # numbers
    "18 digits": (note('<c r="C2"><v>3.4012345E+17</v></c>'), wrong("340123450000000000", TOO_LONG)),
    "16 digits": (note('<c r="C2"><v>1234567890123456</v></c>'), wrong("1234567890123456", TOO_LONG)),
    "15 digits": (note('<c r="C2"><v>123456789012345</v></c>'), stored("123456789012345")),
    "13 digits": (note('<c r="C2"><v>8.712345678906E+12</v></c>'), stored("8712345678906")),
    "a sum": (note('<c r="C2"><v>0.30000000000000004</v></c>'), stored("0.3")),
    "17 digits": (note('<c r="C2"><v>0.12345678901234494</v></c>'), stored("0.123456789012345")),
    "a small one": (note('<c r="C2"><v>1E-7</v></c>'), stored("0.0000001")),
    "no number": (
        note('<c r="C2"><v>NaN</v></c>'),
        wrong("NaN", f"The cell says that it holds a number, and holds none. {AS_TEXT}"),
    ),
    "000000": (number("123", "000000"), padded("000123", "123")),
    "000000 that is full": (number("123456", "000000"), stored("123456")),
    "0##": (number("5", "0##"), padded("005", "5")),
    '"PAL"0000': (number("12", '"PAL"0000'), padded("PAL0012", "12")),
    "000-000": (
        number("123456", "000-000"),
        wrong("123456", f"Its format shows the number 123456 with characters between its digits. {AS_TEXT}"),
    ),
    "#,##0": (number("1234", "#,##0"), stored("1234", "1234 is stored where 1,234 is shown.")),
    "#,##0 below": (number("234", "#,##0"), stored("234")),
    "0.00": (number("12.5", "0.00"), stored("12.5", "12.5 is stored where 12.50 is shown.")),
    "thirty decimals": (
        number("123456789012.5", f"0.{'0' * 30}"),
        stored("123456789012.5", f"123456789012.5 is stored where 123456789012.5{'0' * 29} is shown."),
    ),
    "a thousand decimals": (number("2.5", f"0.{'#' * 900}"), stored("2.5", "2.5 is stored.")),
    "an EAN": (number("8712345678906", "0"), stored("8712345678906")),
    "0": (number("1.6", "0"), stored("1.6", "1.6 is stored where 2 is shown.")),
    "0%": (number("0.5", "0%"), stored("0.5", "0.5 is stored where 50% is shown.")),
    "currency": (number("12.5", '#,##0.00\\ "€"'), stored("12.5", "12.5 is stored where 12.50 € is shown.")),
    "Chinese digits": (number("123", "[DBNum1][$-804]General"), stored("123", "123 is stored.")),
    "0.00E+00": (number("123000", "0.00E+00"), stored("123000", "123000 is stored.")),
    "# ?/?": (number("0.5", "# ?/?"), stored("0.5", "0.5 is stored.")),
    "negative": (number("-5", "0;[Red](0)"), stored("-5", "-5 is stored where (5) is shown.")),
    "yes": (note('<c r="C2" t="b"><v>1</v></c>'), stored("true", "true is stored where TRUE is shown.")),
    # dates
    "yyyy-mm-dd": (number("46053", "yyyy\\-mm\\-dd;@"), stored("2026-01-31")),
    "dd.mm.yyyy": (number("46053", "dd.mm.yyyy"), stored("2026-01-31", "2026-01-31 is stored.")),
    "in 1904": (
        note('<c r="C2" s="1"><v>44591</v></c>', formats=("yyyy-mm-dd",), book=IN_1904),
        stored("2026-01-31"),
    ),
    "before all dates": (
        number("-1", "yyyy-mm-dd"),
        wrong("-1", f"The cell shows a date, and holds a number that is none. {AS_TEXT}"),
    ),
    "after all dates": (
        note('<c r="C2" s="1"><v>2957004</v></c>', formats=("yyyy-mm-dd",), book=IN_1904),
        wrong("2957004", f"The cell shows a date, and holds a number that is none. {AS_TEXT}"),
    ),
    "hours": (number("1.5", "[h]:mm:ss"), stored("36:00:00")),
    "hours in 1904": (
        note('<c r="C2" s="1"><v>1.5</v></c>', formats=("[h]:mm:ss",), book=IN_1904),
        stored("36:00:00"),
    ),
    "on a day that was none": (number("60", "yyyy-mm-dd"), stored("1900-02-28", "1900-02-28 is stored.")),
    "before that day": (number("59", "yyyy-mm-dd"), stored("1900-02-28", "1900-02-28 is stored.")),
    "after that day": (number("61", "yyyy-mm-dd"), stored("1900-03-01")),
    "a time as a text": (
        note('<c r="C2" t="d"><v>08:05:00</v></c>'),
        wrong("08:05:00", f"It holds a date or a time in a form that is not read. {AS_TEXT}"),
    ),
    "no month as a text": (
        note('<c r="C2" t="d"><v>2026-13-01</v></c>'),
        wrong("2026-13-01", f"It holds a date or a time in a form that is not read. {AS_TEXT}"),
    ),
    "as a text": (
        note('<c r="C2" t="d"><v>2026-01-31T08:05:00</v></c>'),
        stored("2026-01-31 08:05:00"),
    ),
    # sheets
    "a hidden column": (
        note(text("C2", "x"), before='<cols><col min="3" max="3" hidden="1"/></cols>'),
        [
            *stored("x"),
            ("hidden_cells_warning", None, "", ""),
        ],
    ),
    "no place": (
        ("<c t='inlineStr'><is><t>abc12345</t></is></c><c/><c><v>7</v></c>", {}),
        [("abc12345", "", {"note": "7"})],
    ),
}


def test_each_kind_of_cell_is_what_people_see_or_named(committed_demo: Demo) -> None:
    found = {name: codes_of(committed_demo, row, **more) for name, ((row, more), _expected) in CELLS.items()}
    assert found == {name: expected for name, (_row, expected) in CELLS.items()}


def test_a_formula_without_a_value_is_named_in_every_column(committed_demo: Demo) -> None:
    formula = '<c r="{}2"><f>1</f></c>'
    assert codes_of(committed_demo, formula.format("A") + text("B2", "sku1")) == [
        (2, "id", "=1", "invalid_row_error", NO_VALUE)
    ]
    assert codes_of(committed_demo, text("A2", "abc12345") + formula.format("B")) == [
        (2, "product", "=1", "invalid_row_error", NO_VALUE)
    ]
    record = ingested(committed_demo.staff, workbook(rows_of(text("A1", "id") + '<c r="B1"><f>1</f></c>')), "xlsx")
    assert record.errors.get().detail == f"Its header cannot be read, in column B: {NO_VALUE}"
    page = imported(committed_demo.staff, workbook(rows_of(text("A1", "sku"), '<c r="A2"><f>1</f></c>')), "a.xlsx")
    assert problems(page) == [("2", "sku", "=1", NO_VALUE)]


def test_products_and_skus_shown_otherwise_are_refused(committed_demo: Demo) -> None:
    committed_demo.company.products.create(sku="1234")
    cell = '<c r="B2" s="1"><v>1234</v></c>'
    (error,) = codes_of(committed_demo, text("A2", "abc12345") + cell, formats=("#,##0",))
    assert error == (2, "product", "1234", "invalid_row_error", "1234 is stored where 1,234 is shown.")
    assert codes_of(committed_demo, text("A2", "abc12345") + '<c r="B2"><v>1234</v></c>') == [("abc12345", "1234", {})]
    sku = workbook(rows_of(text("A1", "sku"), '<c r="A2" s="1"><v>12</v></c>'), formats=("0000",))
    detail = f"Its format shows 0012, but the number is 12 without zeros. {AS_TEXT}"
    assert problems(imported(committed_demo.staff, sku, "a.xlsx")) == [("2", "sku", "12", detail)]


def test_a_column_that_is_left_out_may_hold_anything(committed_demo: Demo) -> None:
    data = workbook(rows_of(HEADER, text("A2", "abc12345") + '<c r="C2" t="e"><v>#N/A</v></c>'))
    assert ingested(committed_demo.staff, data, "xlsx", columns={"note": ""}).status == "completed"


def merged(*names: str) -> str:
    return "<mergeCells>" + "".join(f'<mergeCell ref="{name}"/>' for name in names) + "</mergeCells>"


def test_cells_merged_in_one_column_all_have_the_value(committed_demo: Demo) -> None:
    rows = [
        text("A2", "abc12345") + text("B2", "sku1"),
        text("A3", "abc12346") + text("B3", "sku2") + text("C3", "x"),  # what the merged cell hides
        "",
        text("A5", "abc12347"),
        text("A6", "abc12348"),
    ]
    assert codes_of(committed_demo, *rows, after=merged("B2:B5", "C3:C6")) == [
        ("abc12345", "sku1", {}),
        ("abc12346", "sku1", {"note": "x"}),
        ("abc12347", "sku1", {"note": "x"}),
        ("abc12348", "", {"note": "x"}),
    ]


MERGED: dict[str, tuple[tuple[list[str], list[str]], list[Any]]] = {
    # the ranges, and the rows below the header; what comes of them
    "what it hides": (
        (["B2:B3"], [text("A2", "abc12345"), text("A3", "abc12346") + text("B3", "sku1")]),
        [("abc12345", "", {}), ("abc12346", "", {})],
    ),
    "what a block hides": (
        (["B2:C3"], [text("A2", "abc12345") + text("C2", "x"), text("A3", "abc12346") + text("B3", "sku1")]),
        [("abc12345", "", {}), ("abc12346", "", {})],
    ),
    "a row of what is hidden": (
        (
            ["A2:A3", "B2:B3"],
            [text("A2", "abc12345") + text("B2", "sku1"), text("A3", "abc12346"), text("A4", "abc12347")],
        ),
        [("abc12345", "sku1", {}), ("abc12347", "", {})],
    ),
    "beside a column without a name": (
        (["C2:D3"], [text("A2", "abc12345") + text("C2", "x"), text("A3", "abc12346") + text("D3", "y")]),
        [("abc12345", "", {"note": "x"}), ("abc12346", "", {"note": "x"})],
    ),
    "from below": (
        (["B3:B2"], [text("A2", "abc12345") + text("B2", "sku1"), text("A3", "abc12346")]),
        [("abc12345", "sku1", {}), ("abc12346", "sku1", {})],
    ),
    "one cell": ((["B2:B2"], [text("A2", "abc12345") + text("B2", "sku1")]), [("abc12345", "sku1", {})]),
    "a block": (
        (["B2:C4"], [text("A2", "abc12345") + text("B2", "sku1"), "", text("A4", "abc12346")]),
        [
            (row, column, value, "invalid_row_error", f"Cells of several columns are merged, B2:C4; {UNMERGE}")
            for row in (2, 4)
            for column, value in (("product", "sku1"), ("note", ""))
        ],
    ),
    "an error": (
        (["C2:C3"], [text("A2", "abc12345") + '<c r="C2" t="e"><v>#N/A</v></c>', text("A3", "abc12346")]),
        [(row, "note", "#N/A", "invalid_row_error", ERROR) for row in (2, 3)],
    ),
    "in a column without a name": (
        (["D2:D3"], [text("A2", "abc12345") + text("D2", "x"), text("A3", "abc12346")]),
        [(row, "", "x", "invalid_row_error", HEADERLESS) for row in (2, 3)],
    ),
    "ids": (
        (["A2:A3"], [text("A2", "abc12345") + text("B2", "sku1"), text("A3", "abc12346") + text("B3", "sku1")]),
        [(3, "id", "abc12345", "invalid_row_error", f"It is merged with the cells above it, A2:A3; {UNMERGE}")],
    ),
    "the header": (
        (["A1:B1"], [text("A2", "abc12345")]),
        [(None, "", "", "invalid_file_error", ONE_NAME.format("A1:B1"))],
    ),
    "the header with what is below": (
        (["B1:B2"], [text("A2", "abc12345")]),
        [(None, "", "", "invalid_file_error", ONE_NAME.format("B1:B2"))],
    ),
    "overlapping": (
        (["A2:B2", "B2:C3"], [text("A2", "abc12345")]),
        [(None, "", "", "invalid_file_error", "Its merged cells A2:B2 and B2:C3 overlap; unmerge them.")],
    ),
}


def test_what_people_see_in_merged_cells_is_what_codes_get(committed_demo: Demo) -> None:
    found = {
        name: codes_of(committed_demo, *rows, after=merged(*ranges))
        for name, ((ranges, rows), _expected) in MERGED.items()
    }
    assert found == {name: expected for name, (_made, expected) in MERGED.items()}


def test_what_is_hidden_is_read_and_told(committed_demo: Demo) -> None:
    rows = rows_of(HEADER, text("A2", "abc12345")) + f'<row r="3" hidden="1">{text("A3", "abc12346")}</row>'
    record = ingested(committed_demo.staff, workbook(rows), "xlsx")
    assert record.result_data["codes_created"] == 2
    (warning,) = [each for each in record.warnings if each["warning"] == "hidden_cells_warning"]
    assert warning["message"].endswith("1 of its rows are hidden, the first of them row 3.")


DAMAGED = {
    "rows out of order": f'<row r="3">{text("A3", "abc12345")}</row><row r="2">{text("A2", "abc12346")}</row>',
    "a cell twice": rows_of(HEADER, text("A2", "abc12345") + text("A2", "abc12346")),
    "a cell of another row": rows_of(HEADER, text("A7", "abc12345")),
    "a text that is not there": rows_of(HEADER, '<c r="A2" t="s"><v>0</v></c>'),
    "a text before the first": rows_of(HEADER, '<c r="A2" t="s"><v>-1</v></c>'),
    "a style that is not there": rows_of(HEADER, '<c r="A2" s="9"><v>1</v></c>'),
    "no number": rows_of(HEADER, '<c r="A2"><v>x</v></c>'),
    "a number of Python's": rows_of(HEADER, '<c r="A2"><v>1_000</v></c>'),
    "a number of other digits": rows_of(HEADER, '<c r="A2"><v>\uff11\uff12</v></c>'),
}


def test_sheets_that_are_read_in_two_ways_are_refused(committed_demo: Demo) -> None:
    for name, rows in DAMAGED.items():
        record = ingested(committed_demo.staff, workbook(rows), "xlsx")
        assert [error.detail for error in record.errors.all()] == [
            "It is a damaged Excel workbook; save it again in Excel."
        ], name


def test_a_workbook_whose_sheets_are_all_hidden_says_so(committed_demo: Demo) -> None:
    data = workbook(rows_of(text("A1", "id"), text("A2", "abc12345")))
    content = io.BytesIO()
    with ZipFile(io.BytesIO(data)) as book, ZipFile(content, "w") as hidden:
        for name in book.namelist():
            part = book.read(name)
            hidden.writestr(name, part.replace(b'sheetId="1"', b'sheetId="1" state="hidden"'))
    record = ingested(committed_demo.staff, content.getvalue(), "xlsx")
    assert [error.detail for error in record.errors.all()] == [
        "All of its sheets are hidden, and hidden ones are not read; show the one with the ids in Excel, and save."
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            '\ufeff<?xml version="1.0"?>\n<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">',
            "It is an Excel workbook in XML of 2003; open it in Excel, and save it as .xlsx (Excel Workbook).",
        ),
        *(
            (
                page,
                "It is a web page that is called a workbook; open it in Excel, and save it as .xlsx (Excel Workbook).",
            )
            for page in ("\r\n<!DOCTYPE html><HTML>", "<table border=1><tr><td>id")
        ),
        (
            '<?xml version="1.0"?><codes>',
            "It is XML, and not an Excel workbook (.xlsx); save the table as .xlsx, or upload CSV.",
        ),
        ("id,product\n", "It is not an Excel workbook (.xlsx); save it as one, or upload CSV."),
    ],
)
def test_what_is_called_a_workbook_and_is_none_is_named(content: str, said: str) -> None:
    for encoding in ("utf-8", "utf-16"):
        with pytest.raises(UnreadableFile) as refused:
            WorkbookReader(io.BytesIO(content.encode(encoding)), MemoryLog())
        assert str(refused.value) == said


def test_a_workbook_with_entities_is_refused_before_they_are_read() -> None:
    book, changed = io.BytesIO(workbook(rows_of(text("A1", "id"), text("A2", "abc12345")))), io.BytesIO()
    declared = b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><worksheet '
    assert list(WorkbookReader(book, MemoryLog()))
    with ZipFile(book) as old, ZipFile(changed, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b"<worksheet ", declared))
    changed.seek(0)
    with pytest.raises(UnreadableFile, match=r"^It is a damaged Excel workbook; save it again in Excel\.$"):
        list(WorkbookReader(changed, MemoryLog()))


def test_other_zip_files_are_named(committed_demo: Demo) -> None:
    for members, detail in (
        (
            {"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": "<x/>"},
            "It is an OpenDocument file (.ods); save it as .xlsx, or upload CSV.",
        ),
        (
            {"export/Codes.CSV": "id\nabc12345\n"},
            "It is a zip file with a CSV file in it; unpack it and upload that, or compress it by gzip.",
        ),
        (
            {
                "_rels/.rels": '<R><Relationship Id="1" Type="a/officeDocument" Target="word/document.xml"/></R>',
                "word/document.xml": "<x/>",
            },
            "It is a Word document (.docx); copy its table into a spreadsheet, and save that as .xlsx.",
        ),
        (
            {
                "_rels/.rels": '<R><Relationship Id="1" Type="a/officeDocument" Target="ppt/presentation.xml"/></R>',
                "ppt/presentation.xml": "<x/>",
            },
            "It is a presentation (.pptx); copy its table into a spreadsheet, and save that as .xlsx.",
        ),
        (
            {"Index/Document.iwa": "x"},
            "It is a file of Apple Numbers (.numbers); export it to Excel there (File, Export To), or to CSV.",
        ),
        ({"a.txt": "x"}, "It is no Excel workbook, but another zip file; save it as .xlsx, or upload CSV."),
        (
            {"_rels/.rels": '<R><Relationship Id="1" Type="a/officeDocument" Target="xl/workbook.bin"/></R>'},
            "It is a binary Excel workbook (.xlsb); save it as .xlsx.",
        ),
    ):
        data = io.BytesIO()
        with ZipFile(data, "w") as book:
            for name, content in members.items():
                book.writestr(name, content)
        record = ingested(committed_demo.staff, data.getvalue(), "xlsx")
        assert [error.detail for error in record.errors.all()] == [detail]


GIVEN_BACK: dict[str, bytes] = {
    **{name: workbook(rows_of(HEADER, row, text("A3", "short")), **more) for name, ((row, more), _) in CELLS.items()},
    **{
        name: workbook(rows_of(HEADER, *rows, text(f"A{len(rows) + 2}", "short")), after=merged(*ranges))
        for name, ((ranges, rows), expected) in MERGED.items()
        if expected[0][0] is not None
    },
    "merged with our errors": workbook(
        rows_of(
            text("A1", "id") + text("B1", "errors (ignored)") + text("C1", "product") + text("D1", "note"),
            text("A2", "abc12345") + text("C2", "sku1"),
            text("A3", "abc12346") + text("C3", "sku1"),
        ),
        after=merged("A2:C2", "B3:B4", "A3:A4"),
    ),
    "a row of white space with a format": workbook(
        rows_of(HEADER, '<c r="C2" s="1" t="inlineStr"><is><t> </t></is></c>', text("A3", "short")), formats=(";;;",)
    ),
    "a row of white space below a bad header": workbook(
        rows_of(HEADER + text("D1", "Bad name"), text("C2", " "), text("A3", "abc12345"))
    ),
    "without a name": workbook(rows_of(HEADER, text("A2", "abc12345") + text("D2", "x"), text("A3", "abc12346"))),
    "nul": workbook(rows_of(HEADER, text("A2", "abc12345") + text("C2", "a_x0000_b"))),
    "half a character": workbook(rows_of(HEADER, text("A2", "abc12345") + text("C2", "a_xD83D_b"))),
    "replaced": workbook(rows_of(HEADER, text("A2", "abc12345") + text("C2", "a\N{REPLACEMENT CHARACTER}b"))),
    "a product shown otherwise": workbook(rows_of(HEADER, text("A2", "abc12345") + '<c r="B2" t="b"><v>1</v></c>')),
    "numbers and dates as ids": workbook(
        rows_of(HEADER, '<c r="A2" s="1"><v>46053</v></c>', '<c r="A3"><v>12345678</v></c>'), formats=("dd.mm.yyyy",)
    ),
}


def test_rows_given_back_unchanged_are_refused_again_for_the_same() -> None:
    for name, data in GIVEN_BACK.items():
        assert assert_stays(data, "xlsx"), name


def test_merged_cells_come_back_merged_with_their_value_in_each() -> None:
    rows = [
        text("A2", "abc12345") + text("B2", "sku1"),
        "",
        text("A4", "abc12346") + text("B4", "sku2") + text("D4", "x"),
    ]
    data = workbook(rows_of(HEADER, *rows), after=merged("B2:B4", "A2:A3", "C2:D4"))
    first = check(data, "xlsx")
    book = ZipFile(io.BytesIO(b"".join(add_errors_to_rows(io.BytesIO(data), "xlsx", AS_IT_IS, iter(first.told)))))
    sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert re.findall('<mergeCell ref="(.*?)"/>', sheet) == ["B2:B3", "C2:C4", "D2:D4"]
    assert re.findall(r'<c r="C(\d)"[^>]*><is><t>(.*?)</t>', sheet) == [("1", "product"), ("2", "sku1"), ("4", "sku1")]


def test_a_sheet_that_excel_could_not_name_comes_back(committed_demo: Demo) -> None:
    sheets_ = f'<sheets><sheet name="{"📦" * 20}" sheetId="1" r:id="rId1"/></sheets>'
    record = ingested(committed_demo.staff, workbook(rows_of(HEADER, text("A2", "short")), book=sheets_), "xlsx")
    book = ZipFile(io.BytesIO(b"".join(stream_rows_with_errors(record))))
    assert f'name="{"📦" * 15}"' in book.read("xl/workbook.xml").decode()


def test_the_sheet_that_has_the_column_is_named(committed_demo: Demo) -> None:
    codes = [("id",), ("abc12345",)]
    moved = "has: name it in the option `sheet`, or move it to the front."
    for first in ([("Fill in the second sheet",)], [("",)]):
        record = ingested(committed_demo.staff, sheets(first, [("Notes",)], codes), "xlsx")
        detail = f"Its first sheet, Sheet1, has no column `id`, but sheet 3, Sheet3, {moved}"
        assert record.errors.get().detail == detail
    data = sheets([("serial",), ("abc12345",)], codes)
    assert ingested(committed_demo.staff, data, "xlsx", columns={"serial": "id"}).status == "completed"
    page = imported(committed_demo.staff, sheets([("Notes",)], [("SKU",), ("a-1",)]), "a.xlsx")
    detail = f"Its first sheet, Sheet1, has no column `sku`, but sheet 2, Sheet2, {moved}"
    assert [message for *_where, message in problems(page)] == [detail]


@pytest.mark.parametrize(("others", "is_found"), [(18, True), (19, False)])
def test_the_column_is_looked_for_in_twenty_sheets(committed_demo: Demo, others: int, is_found: bool) -> None:
    data = sheets([("Fill in the last sheet",)], *[[("Notes",)]] * others, [("id",), ("abc12345",)])
    detail = ingested(committed_demo.staff, data, "xlsx").errors.get().detail
    assert (f"sheet {others + 2}, Sheet{others + 2}, has" in detail) is is_found


def test_rows_above_the_header_that_is_said_are_skipped(committed_demo: Demo) -> None:
    rows = [text("A1", "Codes for March"), text("A3", "id") + text("B3", "note"), text("A4", "abc12345")]
    data = workbook("".join(f'<row r="{row[7]}">{row}</row>' for row in rows))
    assert ingested(committed_demo.staff, data, "xlsx", header_row=3).status == "completed"
    assert Code.objects.get().identifier == "abc12345"
    for row in (2, 5):
        record = ingested(committed_demo.staff, data, "xlsx", header_row=row)
        detail = f"Row {row} is blank, so it is not the header that `header_row` names."
        assert record.errors.get().detail == detail


def test_the_sheet_that_is_said_is_read(committed_demo: Demo) -> None:
    data = sheets([("Fill in the second sheet",)], [("id",), ("abc12345",), ("abc1",)])
    record = ingested(committed_demo.staff, data, "xlsx", sheet="Sheet2")
    assert (record.errors.get().row, record.warnings) == (3, [])
    assert record.file_facts == {"sheet": "Sheet2", "sheets": "2"}
    back = b"".join(stream_rows_with_errors(record))
    again = ingested(committed_demo.staff, back, "xlsx", sheet="Sheet2")
    assert [(error.row, error.error, error.value) for error in again.errors.all()] == [(3, "invalid_id_error", "abc1")]
    record = ingested(committed_demo.staff, data, "xlsx", sheet="sheet 2")
    assert record.errors.get().detail == "It has no sheet sheet 2 that people see. The nearest is Sheet2."
    record = ingested(committed_demo.staff, sheets([("id",)], [("",)]), "xlsx", sheet="Sheet2")
    assert record.errors.get().detail == "Its sheet Sheet2 is empty."


def test_the_row_that_looks_like_the_header_is_named_below_a_title(committed_demo: Demo) -> None:
    merged = '<mergeCells><mergeCell ref="A1:B1"/></mergeCells>'
    rows = [text("A1", "Codes for March"), text("A3", "id") + text("B3", "note"), text("A4", "abc12345")]
    data = workbook("".join(f'<row r="{row[7]}">{row}</row>' for row in rows), after=merged)
    detail = ingested(committed_demo.staff, data, "xlsx").errors.get().detail
    assert detail == (
        "Its header has no column `id`, only: Codes for March. Row 3 looks like the header; upload it with"
        ' `"header_row": 3`.'
    )
    assert ingested(committed_demo.staff, data, "xlsx", header_row=3).status == "completed"


def test_a_title_above_the_header_sends_nobody_to_another_sheet(committed_demo: Demo) -> None:
    data = sheets([("Codes for March",), ("",), ("id",), ("abc12345",)], [("id",), ("old-00001",)])
    record = ingested(committed_demo.staff, data, "xlsx")
    assert '`"header_row": 3`' in record.errors.get().detail
