"""Lines and delimiters of CSV files."""

from __future__ import annotations

import csv
import io

import pytest

from ingestion.errors.unreadable import UnreadableFile
from ingestion.readers import csv_reader
from ingestion.readers.base import LONGEST_RECORD
from ingestion.readers.csv_reader import CsvReader, LineFeed, Lines, count_rows, find_delimiter
from ingestion.readers.options import ReadOptions
from tests.support.row_logs import MemoryLog


@pytest.mark.parametrize(
    ("lines", "delimiter"),
    [
        (["id,product\n"], ","),
        (["id;product\n"], ";"),
        (["id\tproduct\n"], "\t"),
        (["id|product\n"], "|"),
        (["id\n"], ","),
        (["ID;product,a\n"], ";"),
        (["\n", " ; \n", "id;a\n"], ";"),
        (['"a,b";id\n'], ";"),
        (["sep=|\n", "id;a\n"], "|"),
        (["SEP=;\r\n", "id,a\n"], ";"),
        (['"sep=\t"\n', "id,a\n"], "\t"),
        (['"errors (ignored)";"id,x"\n'], ";"),
        (["a,b,c;d\n"], ","),
        ([], ","),
    ],
)
def test_the_delimiter_is_what_gives_the_header_its_id(lines: list[str], delimiter: str) -> None:
    assert find_delimiter(lines, ["id"]) == delimiter


def test_another_column_can_be_looked_for() -> None:
    assert find_delimiter(["sku;name,id\n"], ["sku"]) == ";"


@pytest.mark.parametrize(
    ("data", "rows"),
    [(b"", 0), (b"id\n", 0), (b"id", 0), (b"id\na\nb\n", 2), (b"id\na\nb", 2), (b"id\r\na\r\n", 1), (b"id\ra\rb\r", 2)],
)
def test_rows_are_counted_by_their_line_ends(data: bytes, rows: int) -> None:
    assert count_rows(io.BytesIO(data)) == rows


@pytest.mark.parametrize("block", [1, 3, 8, 1000])
def test_lines_are_whole_whatever_the_blocks(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_reader, "BLOCK", block)
    data = "id,note\r\na,é\rb,中\n\nc,😀"
    found = [line for block in Lines(io.BytesIO(data.encode())).blocks() for line in block.lines]
    assert "".join(found) == data
    assert [line.rstrip("\r\n") for line in found if line.strip()] == ["id,note", "a,é", "b,中", "c,😀"]


@pytest.mark.parametrize(
    ("data", "plain"),
    [
        (b"id\na\n", True),
        ("id\né\n".encode(), True),
        (b'id\n"a"\n', False),
        (b"id\na\0\n", False),
        (b"id\n\xe9\n", False),
        ("id\n\ufffd\n".encode(), False),
    ],
)
def test_lines_that_need_a_closer_look_are_told(data: bytes, plain: bool) -> None:
    first = next(Lines(io.BytesIO(data)).blocks())
    assert first.is_plain is plain


def test_a_line_without_end_is_cut() -> None:
    data = b"id\n" + b"x" * (LONGEST_RECORD + 300_000) + b"\nlast\n"
    found = [line for block in Lines(io.BytesIO(data)).blocks() for line in block.lines]
    assert [found[0], found[-1]] == ["id\n", "last\n"]
    assert LONGEST_RECORD < sum(map(len, found[1:-1])) < LONGEST_RECORD + 200_000


def test_lines_can_be_given_again() -> None:
    feed = LineFeed(["a\n", "b\n"])
    assert list(feed) == ["a\n", "b\n"]
    assert feed.exhausted
    feed.restart(1)
    assert not feed.exhausted
    assert list(csv.reader(feed)) == [["b"]]


def test_a_header_far_below_blank_lines_is_not_looked_for() -> None:
    with pytest.raises(UnreadableFile, match=r"It does not begin with a header."):
        CsvReader(io.BytesIO(b"\n" * 400_000 + b"id\n"), MemoryLog())


def test_a_header_behind_some_blank_lines_is_found() -> None:
    reader = CsvReader(io.BytesIO(b"\n" * 100_000 + b"id\nabc12345\n"), MemoryLog())
    assert (reader.header, reader.header_row, reader.first_row) == (("id",), 100_001, 100_002)
    rows = [row for batch in reader for row in batch.rows]
    assert rows == [["abc12345"]]


@pytest.mark.parametrize("data", [b"", b"\xef\xbb\xbf"])
def test_an_empty_file_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableFile, match=r"It is empty."):
        CsvReader(io.BytesIO(data), MemoryLog())


def test_excels_line_about_the_delimiter_is_no_header() -> None:
    reader = CsvReader(io.BytesIO(b"\nsep=;\nid;a,b\n1;2\n"), MemoryLog())
    assert (reader.said_row, reader.header_row, reader.header, reader.delimiter) == (2, 3, ("id", "a,b"), ";")


def test_the_facts_tell_delimiter_and_encoding() -> None:
    reader = CsvReader(io.BytesIO("id\tproduct\n".encode("utf-16")), MemoryLog())
    assert reader.facts == {"delimiter": "\t", "encoding": "UTF-16"}


def test_a_broken_row_is_reported_and_reading_goes_on() -> None:
    log = MemoryLog()
    reader = CsvReader(io.BytesIO(b'id,product\nabc12345,"x"y\nabc12346,sku1\nabc12347,"open\n'), log)
    rows = [row for batch in reader for row in batch.rows]
    assert rows == [[], ["abc12346", "sku1"], []]
    assert [(kind, row, value, detail) for kind, row, _column, value, detail, _id in log.errors] == [
        (
            "invalid_row_error",
            2,
            'abc12345,"x"y',
            "After a closing quote comes something other than the next field. Write a quote within quotes twice.",
        ),
        ("invalid_row_error", 4, 'abc12347,"open', "A quote is opened and never closed."),
    ]


def test_a_file_in_another_encoding_is_read_whatever_the_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    data = "id;plant\r\nabc12345;上海\r\nabc12346;喆\r\n".encode("gb18030")
    for block in (1, 2, 3, 7, 1000):
        monkeypatch.setattr(csv_reader, "BLOCK", block)
        monkeypatch.setattr(csv_reader, "HEADER_BLOCKS", 100)
        reader = CsvReader(io.BytesIO(data), MemoryLog(), ReadOptions(encoding="gb18030"))
        assert [row for batch in reader for row in batch.rows] == [["abc12345", "上海"], ["abc12346", "喆"]]
        assert reader.facts == {"delimiter": ";", "encoding": "GB18030"}


def test_a_byte_that_the_encoding_has_not_is_an_error_of_its_row() -> None:
    log = MemoryLog()
    reader = CsvReader(io.BytesIO(b"id,note\na,\x80\nb,x\x81y\n"), log, ReadOptions(encoding="windows-1252"))
    assert [row for batch in reader for row in batch.rows] == [["a", "€"], []]
    assert log.errors == [
        (
            "invalid_row_error",
            3,
            "note",
            "x\udc81y",
            "Character 2 is the byte 0x81, which Windows-1252 does not have. Save the file in UTF-8.",
            "",
        )
    ]


@pytest.mark.parametrize(
    ("data", "row", "header", "rows"),
    [
        (b"Codes for March\n\nid;a,b\n1;2\n", 3, ("id", "a,b"), [["1", "2"]]),
        (b'A "title" that\n"is open\nid,a\n1,2\n', 3, ("id", "a"), [["1", "2"]]),
        (b'"two\nlines"\nid,a\n1,2\n', 2, ("id", "a"), [["1", "2"]]),
        (b"sep=;\n\xff\nid;a\n1;2\n", 3, ("id", "a"), [["1", "2"]]),
        (b"id\nid,a\n1,2\n", 2, ("id", "a"), [["1", "2"]]),
        (b"id\n1\n", 1, ("id",), [["1"]]),
    ],
)
def test_rows_above_the_header_are_skipped(data: bytes, row: int, header: tuple[str], rows: list[list[str]]) -> None:
    log = MemoryLog()
    reader = CsvReader(io.BytesIO(data), log, ReadOptions(header_row=row))
    assert (reader.header, reader.header_row, reader.first_row) == (header, row, row + 1)
    assert [cells for batch in reader for cells in batch.rows] == rows
    assert log.errors == []


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (2, "Row 2 is blank, so it is not the header that `header_row` names."),
        (4, "It has no row 4, which `header_row` names."),
    ],
)
def test_a_header_row_without_a_name_is_refused(row: int, reason: str) -> None:
    with pytest.raises(UnreadableFile) as refused:
        CsvReader(io.BytesIO(b"title\n,\nid\n"), MemoryLog(), ReadOptions(header_row=row))
    assert str(refused.value) == reason


def test_the_encoding_of_the_file_is_suggested_beside_each_wrong_cell() -> None:
    log = MemoryLog()
    data = b"id;plant;size\n" + b"plain;x;y\n" * 20_000 + "a;Köln;Größe 1\nb;Süd;x\n".encode("cp1252")
    assert sum(len(batch.rows) for batch in CsvReader(io.BytesIO(data), log)) == 20_002
    again = 'upload it again with `"encoding": "windows-1252"`, or save it in UTF-8.'
    reason = (
        "Character 2 is the byte {}, which is not UTF-8. The file seems to be in Windows-1252, where this is `{}`: {}"
    )
    assert [(row, column, detail) for _kind, row, column, _value, detail, _id in log.errors] == [
        (20_002, "plant", reason.format("0xF6", "Köln", again)),
        (20_003, "plant", reason.format("0xFC", "Süd", again)),
    ]
