"""Files in encodings of seven bits, which would pass as ASCII."""

from __future__ import annotations

import io
from typing import Any

import pytest

from ingestion.errors.unreadable import UnreadableFile
from ingestion.readers.open import open_reader
from tests.support.row_logs import MemoryLog

ROWS = "id,plant\nabc12345,x\nabc12346,{}\n"
MEND = "is not read; open the file in the program that wrote it, and save it as CSV in UTF-8."


def read(data: bytes, filetype: str = "csv") -> list[list[str]]:
    return [row for batch in open_reader(io.BytesIO(data), filetype, MemoryLog()) for row in batch.rows]


@pytest.mark.parametrize(
    ("label", "codec", "cell", "line"),
    [
        ("ISO-2022-JP", "iso2022_jp", "東京", r"abc12346,\x1b$BEl5~\x1b(B"),
        ("HZ", "hz", "上海", "abc12346,~{IO:#~}"),
        ("UTF-7", "utf-7", "Köln", "abc12346,K+APY-ln"),
        ("UTF-7", "utf-7", "Größe L", "abc12346,Gr+APYA3w-e L"),
        ("UTF-7", "utf-7", "上海", "abc12346,+Tgptdw"),
        ("UTF-7", "utf-7", "Москва", "abc12346,+BBwEPgRBBDoEMgQw"),
    ],
)
@pytest.mark.parametrize("rows_before", [0, 10_000])
def test_they_are_refused_by_name(label: str, codec: str, cell: str, line: str, rows_before: int) -> None:
    data = ROWS.format("y\n" + "abc12340,x\n" * rows_before + f"abc12346,{cell}")
    with pytest.raises(UnreadableFile) as refused:
        read(data.encode(codec))
    said = str(refused.value)
    assert said.startswith(f"It seems to be in {label}: line {rows_before + 4:,} is {line}")
    assert said.endswith(f", where this is `abc12346,{cell}`. {label} {MEND}")


def test_those_of_korea_and_china_are_told_by_their_marks() -> None:
    for label, data in (
        ("ISO-2022-KR: line 3", ROWS.format("서울").encode("iso2022_kr")),
        ("ISO-2022-CN: line 1", b"\x1b$)A" + ROWS.format("\x0eIO:#\x0f").encode()),
    ):
        with pytest.raises(UnreadableFile, match=f"^It seems to be in {label} is "):
            read(data)


def test_they_are_refused_in_json_too() -> None:
    with pytest.raises(UnreadableFile, match="It seems to be in UTF-7: line 1 is"):
        read('[{"id": "abc12345", "plant": "Köln"}]'.encode("utf-7"), "json")


@pytest.mark.parametrize(
    "cell",
    [
        "C++",
        "C++-Kurs",
        "A+B",
        "A+B-C",
        "Mug+Ago",
        "Mug+Aes, large",
        "+49-30-1234567",
        "+4930123456-12",
        "1.5E+10",
        "3+-",
        "x+y=z",
        "+",
        "+-",
        "a+abc-1",
        "+2014-2015",
        "A+AAA-B",
        "~{x}~",
        "~{a,b}",
        "~{}~",
        "~~",
        "K+APY-ln and C+B",
        "a+a@example.com",
    ],
)
def test_their_marks_alone_are_no_such_encoding(cell: str) -> None:
    assert read(ROWS.format(f'"{cell}"').encode()) == [["abc12345", "x"], ["abc12346", cell]]


def test_a_file_in_utf_8_keeps_what_looks_like_them() -> None:
    rows: Any = read(ROWS.format("Köln K+APY-ln").encode())
    assert rows == [["abc12345", "x"], ["abc12346", "Köln K+APY-ln"]]
