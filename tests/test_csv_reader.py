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

from ingestion.csv_reader import CsvReader
from ingestion.errors import ErrorLog
from ingestion.reading import UnreadableFile

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


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    width=st.integers(2, 5),
    rows=st.lists(st.lists(CELLS, min_size=5, max_size=5), max_size=12),
    delimiter=st.sampled_from(",;\t|"),
    ending=st.sampled_from(["\n", "\r\n", "\r"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
    block=st.integers(1, 40),
)
def test_any_table_reads_back_equal(
    log: ErrorLog, width: int, rows: list[list[str]], delimiter: str, ending: str, quoting: Any, block: int
) -> None:
    header = ["id", "b", "c", "d", "e"][:width]
    table = [row[:width] for row in rows]
    if quoting == csv.QUOTE_MINIMAL:
        ending = "\r\n"  # csv.writer quotes no line break but those of its own line ends
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator=ending, quoting=quoting).writerows([header, *table])
    with patch("ingestion.csv_reader.BLOCK", block):
        found = read(out.getvalue().encode(), log)
    assert found == (header, dict(enumerate(table, 2)))
    assert not log.counts


@settings(max_examples=2000, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=60), block=st.integers(1, 70))
def test_no_bytes_make_the_reader_fall_over(tmp_path: Path, data: bytes, block: int) -> None:
    with patch("ingestion.csv_reader.BLOCK", block), closing(ErrorLog(1, tmp_path)) as log:
        header, rows = read(b'id,"b"\nabc12345,' + data, log)
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
