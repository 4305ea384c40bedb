"""The CSV reader alone: whatever a program writes as CSV reads back equal, and nothing makes it fall over."""

from __future__ import annotations

import csv
import io
from contextlib import closing
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingestion.errors.log import ErrorLog
from ingestion.errors.unreadable import UnreadableFile
from ingestion.readers import csv_reader
from ingestion.readers.base import BLOCK
from ingestion.readers.csv_reader import CsvReader

CELLS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12)


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Any:
    made = ErrorLog(1, tmp_path_factory.mktemp("log"))
    yield made
    made.close()


def read(data: bytes, log: ErrorLog) -> tuple[list[str], dict[int, list[str]]]:
    """The header, and every row that is not blank by its number."""
    reader = CsvReader(io.BytesIO(data), log)
    rows = {number: row for batch in reader for number, row in enumerate(batch.rows, batch.first) if row}
    return list(reader.header), rows


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_what_spreadsheets_write_is_read(log: ErrorLog, delimiter: str, encoding: str, ending: str) -> None:
    table = [["id", "product", "note"], ["abc12345", "sku1", f"é{delimiter}x"], ["abc12346", "two\nlines", 'a "b"']]
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator=ending, quoting=csv.QUOTE_ALL).writerows(table)
    assert read(out.getvalue().encode(encoding), log) == (table[0], {2: table[1], 3: table[2]})


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_in_a_header_of_several_lines(log: ErrorLog, delimiter: str) -> None:
    data = f'"pallet\nnumber"{delimiter}"id"\n1{delimiter}abc12345\n'
    assert read(data.encode(), log) == (["pallet\nnumber", "id"], {2: ["1", "abc12345"]})


def test_the_delimiter_of_a_header_without_id_is_what_gives_most_columns(log: ErrorLog) -> None:
    assert read(b"Code;Product, if any;Note\n", log)[0] == ["Code", "Product, if any", "Note"]


@pytest.mark.parametrize(
    "end",
    [
        b"\n",
        b"\n\x1a",
        b"\r\n\x1a\r\n",
        b"\n\n\x1a\n\n\x1a",
        b"\r\x1a\r",
        b"\n" + 100 * b"\x1a",
        b"\n\x1a" + 100 * b"\n",
    ],
)
@pytest.mark.parametrize("size", [7, BLOCK])
def test_ctrl_z_behind_the_last_line_is_the_end(
    log: ErrorLog, monkeypatch: pytest.MonkeyPatch, size: int, end: bytes
) -> None:
    monkeypatch.setattr(csv_reader, "BLOCK", size)
    header, rows = read(b"id,note\nabc12345,a\x1a\n\x1a\nabc12346,b" + end, log)
    assert header == ["id", "note"]
    assert {number: row for number, row in rows.items() if row} == {
        2: ["abc12345", "a\x1a"],
        3: ["\x1a"],
        4: ["abc12346", "b"],
    }


def test_ctrl_z_by_the_thousand_is_no_end_but_rows(log: ErrorLog) -> None:
    _header, rows = read(b"id\n" + 2000 * b"\x1a\n" + b"abc12345\n", log)
    assert (rows[2001], rows[2002], len(rows)) == (["\x1a"], ["abc12345"], 2001)


def test_half_of_a_surrogate_pair_in_utf16_is_the_fault_of_its_row(tmp_path: Path) -> None:
    table = "id,note\nabc12345,\ud800\nabc12346,x\n".encode("utf-16", "surrogatepass")
    with closing(ErrorLog(1, tmp_path)) as log:
        _header, rows = read(table, log)
        log.spool.flush()
        assert log.path.read_text().split("\t") == [
            "1",
            "2",
            "note",
            "\\\\ud800",
            "invalid_row_error",
            "It holds half of a surrogate pair, which is no character.\n",
        ]
    assert rows == {3: ["abc12346", "x"]}


@pytest.mark.parametrize("end", [b"", b'x"y\n'])
def test_a_file_whose_every_line_opens_a_quote_is_given_up(tmp_path: Path, end: bytes) -> None:
    reason = r"^In row [0-9,]+ and many before it a quote opens that ends far below, if at all\.$"
    with closing(ErrorLog(1, tmp_path)) as log, pytest.raises(UnreadableFile, match=reason):
        read(b"id,note\n" + b'x","\n' * 20_000 + end, log)  # each row is to be read to the file's end


@settings(max_examples=1000, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    header=st.lists(st.text(st.sampled_from('ab "é'), max_size=6).map(str.strip), max_size=4),
    rows=st.lists(st.lists(CELLS, min_size=5, max_size=5), max_size=12),
    delimiter=st.sampled_from(",;\t|"),
    ending=st.sampled_from(["\n", "\r\n", "\r"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC, csv.QUOTE_NONE]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    block=st.integers(4, 40),  # bytes: a byte order mark is seen whole
)
def test_any_table_reads_back_equal(
    log: ErrorLog,
    header: list[str],
    rows: list[list[str]],
    delimiter: str,
    ending: str,
    quoting: Any,
    encoding: str,
    block: int,
) -> None:
    """In every dialect of csv.writer that doubles quotes; what a dialect cannot tell apart is left out of the cells."""
    lost = {csv.QUOTE_MINIMAL: {*"\r\n"} - {*ending}, csv.QUOTE_NONE: {*'\r\n",', delimiter}}.get(quoting, set())
    header = ["id", *(name for name in header if lost.isdisjoint(name))]
    if len(header) == 1:
        delimiter = ","  # which such a header does not show
    table = [["".join(c for c in cell if c not in lost) for cell in row[: len(header)]] for row in rows]
    if quoting == csv.QUOTE_NONE:
        table = [row for row in table if row != [""]]  # which it cannot write
    while table and not "".join(table[-1]).strip("\x1a"):
        table.pop()  # which is the end of the file
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator=ending, quoting=quoting).writerows([header, *table])
    with patch("ingestion.readers.csv_reader.BLOCK", block):
        found = read(out.getvalue().encode(encoding), log)
    assert found == (header, dict(enumerate(table, 2)))
    assert not log.counts


@settings(max_examples=2000, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=60), block=st.integers(1, 70))
def test_no_bytes_make_the_reader_fall_over(tmp_path: Path, data: bytes, block: int) -> None:
    with patch("ingestion.readers.csv_reader.BLOCK", block), closing(ErrorLog(1, tmp_path)) as log:
        try:
            header, rows = read(b'id,"b"\nabc12345,' + data, log)
        except UnreadableFile as refused:
            assert str(refused).startswith("It seems to be in ISO-2022")  # of very few
            return
        assert header == ["id", "b"]
        assert all(number >= 2 for number in rows)


@settings(max_examples=2000, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=60))
def test_a_file_of_any_bytes_is_read_or_refused_with_a_reason(tmp_path: Path, data: bytes) -> None:
    with closing(ErrorLog(1, tmp_path)) as log:
        try:
            header, _rows = read(data, log)
        except UnreadableFile as refused:
            assert str(refused)
        else:
            assert header
