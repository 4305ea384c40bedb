"""Small files that become large ones: refused early and by name, in memory that stays flat."""

from __future__ import annotations

import gzip
import io
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from pytest_django.fixtures import Settings

from ingestion.errors import log
from ingestion.models import IngestionRecord
from ingestion.products import product_file
from ingestion.readers import unpack
from ingestion.stages import checking
from tests.support.demo import Demo
from tests.support.products import imported, problems
from tests.support.uploads import assert_no_trace, ingested
from tests.support.workbooks import MAIN, rows_of, text, workbook
from workorders.models import Code

MOST_MORE = 48  # MiB of memory that a bomb may take beyond a file of one row
MB = 1024**2
CSV = "save the sheet as CSV in UTF-8 and upload that."
RATIO = (
    "Unpacked it is more than 400 times as large as the upload, which no table of codes is; if this one is, upload it"
    " without compressing it."
)
LONG_CELL = f"The workbook unpacks to a cell of more than 1,048,576 bytes; {CSV}"
LONG_ROW = f"The workbook unpacks to a row of more than 1,048,576 characters; {CSV}"
DAMAGED = "It is a damaged Excel workbook; save it again in Excel."
GOOD = rows_of(text("A1", "id"), text("A2", "abc12345"))


def packed(*pieces: tuple[bytes, int]) -> bytes:
    """Pieces so many times each, compressed by gzip."""
    content = io.BytesIO()
    with gzip.GzipFile(fileobj=content, mode="wb", compresslevel=9, mtime=0) as file:
        for piece, times in pieces:
            at_once = max(1, MB // len(piece))
            for done in range(0, times, at_once):
                file.write(piece * min(at_once, times - done))
    return content.getvalue()


def with_part(name: str, *pieces: tuple[bytes, int]) -> bytes:
    """A workbook of one row, one of whose parts consists of pieces so many times each."""
    content = io.BytesIO()
    with ZipFile(io.BytesIO(workbook(GOOD))) as good, ZipFile(content, "w", ZIP_DEFLATED) as book:
        for member in good.namelist():
            if member != name:
                book.writestr(member, good.read(member))
        with book.open(name, "w", force_zip64=True) as part:
            for piece, times in pieces:
                at_once = max(1, MB // len(piece))
                for done in range(0, times, at_once):
                    part.write(piece * min(at_once, times - done))
    return content.getvalue()


def strings(*pieces: tuple[bytes, int]) -> bytes:
    return with_part("xl/sharedStrings.xml", (f'<sst xmlns="{MAIN}">'.encode(), 1), *pieces, (b"</sst>", 1))


def sheet(*pieces: tuple[bytes, int]) -> bytes:
    begin, end = f'<worksheet xmlns="{MAIN}"><sheetData>'.encode(), b"</sheetData></worksheet>"
    return with_part("xl/worksheets/sheet1.xml", (begin, 1), *pieces, (end, 1))


def bombs() -> Iterator[tuple[str, bytes, str, int]]:
    """Name, content, and how it is refused as a whole, or in how many places."""
    yield "line-ends.csv.gz", packed((b"id\n", 1), (b"\n", 20_000_000)), RATIO, 0
    yield "nul.csv.gz", packed((b"\0", 20_000_000)), RATIO, 0
    yield "spaces.json.gz", packed((b" ", 20_000_000)), RATIO, 0
    yield (
        "nul.csv",
        b"\0" * 30_000_000,
        (
            "It seems to be in UTF-16 or UTF-32 without a byte order mark; save it in UTF-8, or upload UTF-16 again"
            ' with `"encoding": "utf-16"`.'
        ),
        0,
    )
    yield "line.csv", b"id\n" + b"x" * 30_000_000, "", 1
    yield (
        "header.csv",
        b"id" + b",x" * 15_000_000,
        "Its header has 524,289 columns; a code has 10,000 SCM fields at most.",
        0,
    )
    yield "quotes.csv", b"id\n" + b'"\n' * 100_000, "", 0  # of white space, so blank
    yield (
        "columns.csv",
        b"id" + b",x" * 400_000,
        "Its header has 400,001 columns; a code has 10,000 SCM fields at most.",
        0,
    )
    yield "parts.csv.gz", gzip.compress(b"", mtime=0) * 50_000, "It is empty.", 0
    yield (
        "text.json",
        b'["' + b"x" * 30_000_000,
        ("Row 1 is not JSON: it is longer than 1,048,576 characters, or one of its quotes or braces is never closed."),
        0,
    )
    yield "arrays.json", b"[" * 3_000_000, "Row 1 is nested too deeply.", 0
    yield "numbers.json", b"[" + b"1," * 100_000 + b"1]", "", 100_001
    yield (
        "strings.xlsx",
        strings((b"<si><t>x</t></si>", 110_000)),
        f"The workbook unpacks to more than 100,000 texts; {CSV}",
        0,
    )
    yield "string.xlsx", strings((b"<si><t>", 1), (b"x", 30_000_000), (b"</t></si>", 1)), LONG_ROW, 0
    yield "rich.xlsx", strings((b"<si>", 1), (b"<r><t>" + b"x" * 100 + b"</t></r>", 20_000), (b"</si>", 1)), LONG_ROW, 0
    yield "many.xlsx", strings((b"<si><t>" + b"x" * 1000 + b"</t></si>", 60_000)), "", 0
    yield "comment.xlsx", sheet((b"<!--", 1), (b"<a>", 1_000_000), (b"-->", 1)), LONG_CELL, 0
    yield "attributes.xlsx", sheet((b"<c ", 1), *((f'a{at}="" '.encode(), 1) for at in range(200_000))), LONG_CELL, 0
    yield "deep.xlsx", sheet((b"<a>", 1_000_000)), DAMAGED, 0
    yield (
        "row.xlsx",
        sheet((b"<row>", 1), (text("A1", "x" * 1000).replace(' r="A1"', "").encode(), 10_000)),
        LONG_ROW,
        0,
    )
    yield "empty.xlsx", sheet((b"<row/>", 600_000)), f"The workbook unpacks to more than 500,000 elements; {CSV}", 0
    yield (
        "one-text.xlsx",
        workbook(
            rows_of(text("A1", "id") + text("B1", "note"))
            + "".join('<row><c/><c t="s"><v>0</v></c></row>' for _ in range(300)),
            strings=f"<si><t>{'x' * 300_000}</t></si>",
        ),
        f"The workbook unpacks to more than 64 MB; {CSV}",
        440,
    )
    yield (
        "styles.xlsx",
        with_part("xl/styles.xml", (b"<styleSheet><cellXfs>", 1), (b"<xf/>", 200_000), (b"</cellXfs></styleSheet>", 1)),
        f"The workbook unpacks to more than 100,000 styles of cells; {CSV}",
        0,
    )
    yield (
        "merged.xlsx",
        workbook(GOOD, after='<mergeCell ref="B2:B3"/>' * 100_001),
        (f"The workbook unpacks to more than 100,000 merged cells; {CSV}"),
        0,
    )
    yield (
        "overlap.xlsx",
        workbook(GOOD, after='<mergeCell ref="A2:A3"/>' * 2),
        ("Its merged cells A2:A3 and A2:A3 overlap; unmerge them."),
        0,
    )


def test_bombs_are_refused_in_flat_memory(tmp_path: Path) -> None:
    files, expected = [tmp_path / "good.csv"], [["", 0]]
    files[0].write_text("id\nabc12345\n")
    for name, content, refusal, count in bombs():
        files.append(tmp_path / name)
        files[-1].write_bytes(content)
        expected.append([refusal, count])
    output = subprocess.run(
        [sys.executable, "-m", "tests.support.reading_alone", *files], check=True, capture_output=True, text=True
    ).stdout
    found = [json.loads(line) for line in output.splitlines()]
    outcomes = {file.name: each[:2] for file, each in zip(files, found, strict=True)}
    assert outcomes == {file.name: each for file, each in zip(files, expected, strict=True)}
    most = found[0][2] + MOST_MORE
    assert {file.name: used for file, (_refusal, _count, used) in zip(files, found, strict=True) if used > most} == {}


def refusal(record: IngestionRecord) -> str:
    """Why a file is refused as a whole, without a trace in the table of codes."""
    assert_no_trace(record)
    return refusal_of(record)


def refusal_of(record: IngestionRecord) -> str:
    """Why a file is refused as a whole."""
    assert record.status == "error"
    return record.errors.get(error="invalid_file_error").detail


def test_blank_rows_are_bounded_but_for_those_between_codes(
    committed_demo: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checking, "MOST_BLANK_ROWS", 50_000)
    detail = refusal(ingested(committed_demo.staff, "id\nabc12345\n" + "\n" * 100_000))
    assert detail == "65,524 of its rows are blank; delete those."
    rows = "".join(f"code-{number:06d}\r\r\n" for number in range(60_000))
    record = ingested(committed_demo.staff, f"id\r\r\n{rows}")
    assert record.result_data == {"codes_created": 60_000, "duplicates_ignored": 0}


def test_default_values_count_for_each_code(committed_demo: Demo, settings: Settings) -> None:
    settings.MAX_UNPACKED_BYTES = 1_000_000
    rows = "id\n" + "".join(f"code-{number:06d}\n" for number in range(1000))
    record = ingested(committed_demo.staff, rows, default_scm_data={"note": "x" * 996})
    assert record.status == "completed"
    more = rows.replace("code", "more") + "more-more\n"
    detail = refusal_of(ingested(committed_demo.staff, more, default_scm_data={"note": "x" * 996}))
    assert detail == "With its default values it becomes larger than 1,000,000 bytes; upload it in parts."


@pytest.mark.parametrize("is_repeated", [False, True])
def test_errors_are_listed_up_to_a_number(
    committed_demo: Demo, monkeypatch: pytest.MonkeyPatch, is_repeated: bool
) -> None:
    rows = "id\n" + "".join(f"code-{number:04d}\n" if is_repeated else f"{number}\n" for number in range(200))
    if is_repeated:
        ingested(committed_demo.staff, rows)
    monkeypatch.setattr(log, "MOST_ERRORS", 100)
    record = ingested(committed_demo.staff, rows)
    kind = "duplicate_id_error" if is_repeated else "invalid_id_error"
    assert record.result_data["error_counts"] == {kind: 100, "invalid_file_error": 1}
    detail = record.errors.get(error="invalid_file_error").detail
    assert detail == "It has more than 100 errors; those that were found first are listed."
    assert record.errors.count() == 101
    assert Code.objects.count() == (200 if is_repeated else 0)


@pytest.mark.parametrize("filetype", ["csv", "csv.gz", "json", "xlsx"])
def test_a_file_that_takes_too_long_to_read_is_refused_and_not_tried_again(
    committed_demo: Demo, monkeypatch: pytest.MonkeyPatch, settings: Settings, filetype: str
) -> None:
    monkeypatch.setattr(unpack, "LEAST_SECONDS", 0)
    settings.SECONDS_PER_MB = 0
    data = {
        "csv": b"id\nabc12345\n",
        "csv.gz": gzip.compress(b"id\nabc12345\n"),
        "json": b'[{"id": "abc12345"}]',
        "xlsx": workbook(GOOD),
    }[filetype]
    record = ingested(committed_demo.staff, data, filetype.removesuffix(".gz"))
    assert refusal(record).startswith("Reading it took longer than a file of ")
    assert record.attempts == 1


def test_good_files_that_compress_well_are_taken(committed_demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ids that follow one another, and forty cells that say the same in each row: a ratio of 150."""
    monkeypatch.setattr(unpack, "FREE_BYTES", 0)
    columns = ",".join(f"field_{number}" for number in range(40))
    same = ",".join("always the same" for _ in range(40))
    rows = "".join(f"code-{number:06d},{same}\n" for number in range(3000))
    data = gzip.compress(f"id,{columns}\n{rows}".encode())
    assert len(rows) > 100 * len(data)
    assert ingested(committed_demo.staff, data).status == "completed"


PRODUCT_BOMBS: dict[str, tuple[bytes, str]] = {
    "strings": (
        strings((b"<si><t>" + b"x" * 1000 + b"</t></si>", 40_000)),
        f"The workbook unpacks to more than 32 MB; {CSV}",
    ),
    "elements": (sheet((b"<a/>", 600_000)), f"The workbook unpacks to more than 500,000 elements; {CSV}"),
    "rows": (b"sku\n" + b"\n" * 1_200_000, "It has more than 200,000 rows, nearly all of them blank; delete those."),
    "problems": (
        b"sku\n" + b",,\n" * 10_001,
        "It has more than 10,000 problems; reading it ended with row 10,002.",
    ),
    "values": (b"[" + b"1," * 15_000 + b"1]", "It has more than 10,000 problems; reading it ended with row 10,001."),
    "columns": (b"sku" + b",a" * 1000 + b"\nx", "It has 1,001 columns, more than 1,000; leave only sku and name."),
    "members": (
        b'[{"sku":"x"},{' + b",".join(b'"%d":1' % number for number in range(1001)) + b"}]",
        "It has 1,001 columns, more than 1,000; leave only sku and name.",
    ),
}


@pytest.mark.parametrize("name", PRODUCT_BOMBS)
def test_the_import_of_products_is_held_to_little(demo: Demo, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(product_file, "MOST_CELLS", 100_000)
    monkeypatch.setattr(product_file, "MOST_SECONDS", 60.0)  # on a busy machine, it is not the first to be met
    data, detail = PRODUCT_BOMBS[name]
    page = imported(demo.staff, data, f"{name}.xlsx")
    assert detail in [message for _row, _column, _value, message in problems(page)]
