"""The rule for rows that are given back: read again unchanged, they are refused as before, or are what they were.

Files are damaged at random, refused, given back and read again. `GIVEN_BACK=100000 make test
ARGS=tests/ingestion/results/test_given_back.py` tries so many.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import random
from collections.abc import Callable
from typing import Any

import pytest

from tests.support.example_files import EXPECTED
from tests.support.given_back import assert_stays
from tests.support.paths import FILES
from tests.support.random_workbooks import RandomWorkbook

Maker = Callable[[random.Random], tuple[bytes, dict[str, Any]]]
"""Makes the bytes of a file, and the options with which it is read."""

INPUTS = int(os.environ.get("GIVEN_BACK", "400"))  # of each kind of file
SEED = 20_261_128
LARGEST = 20_000  # bytes
BOMBS = {name for name in EXPECTED if name.endswith(".gz") and not name.startswith("compressed")}
FORMULAS = [
    "=1+1",
    "+49",
    "-5",
    "@x",
    "\t=1",
    "\r=1",
    "\uff1d1",
    "\uff0d2",
    " =1",
    "'=1",
    "''-1",
    "'x",
    "abcdefgh;=1+1",
    "|=1",
]
TEXTS = ["", "sku1", "pal1", "é", "中文", "📦", "a,b", "a;b", 'a "b"', '"', "two\nlines", "two\r\nlines", "\ufeffx"]
TEXTS += ["�", "�xF6"]
DAMAGE = [b'"', b'""', b",", b";", b"\t", b"|", b"\n", b"\r", b"\0", b"\xf6", b"\xc3", b"\xed\xa0\x80", b"\xef\xbb\xbf"]
DAMAGE += ["\ufffd".encode(), b"=", b"'", b"\\", b"\\u", b"\\ud83d", b"{", b"}", b"[", b"]", b":", b"1", b"null", b"  "]


def damaged(data: bytes, chance: random.Random) -> bytes:
    """`data` with one to four changes."""
    changed = bytearray(data)
    for _change in range(chance.randint(1, 4)):
        at = chance.randint(0, len(changed))
        match chance.randrange(5):
            case 0 | 1:
                changed[at:at] = chance.choice(DAMAGE)
            case 2:
                del changed[at : at + chance.randint(1, 9)]
            case 3 if at < len(changed):
                changed[at] ^= 1 << chance.randrange(8)
            case _:
                changed[at:at] = changed[at : at + chance.randint(1, 30)]
    return bytes(changed)


def cell(chance: random.Random) -> str:
    return chance.choice([chance.choice(FORMULAS), chance.choice(TEXTS), f"v{chance.randrange(99)}"])


def table(chance: random.Random) -> list[list[str]]:
    """A header and some rows, of which some are wrong."""
    names = ["id", "product", "note", "activation_status", "blacklist_reason", "=x", "", "errors (ignored)", "note_2"]
    header = ["id", *chance.sample(names[1:], chance.randint(1, 4))]
    chance.shuffle(header)
    rows = []
    for number in range(chance.randint(1, 8)):
        values = {"id": f"code-{number:04}", "product": "sku1", "activation_status": "2", "blacklist_reason": "4"}
        row = [values.get(name, cell(chance)) if chance.random() < 0.85 else cell(chance) for name in header]
        rows.append(chance.choice([row, row, row, row, row[:-1], [*row, "x"], [""] * len(row), [" "], []]))
    return [header, *rows]


def csv_file(chance: random.Random) -> tuple[bytes, dict[str, Any]]:
    delimiter = chance.choice(",;\t|")
    out = io.StringIO(newline="")
    if chance.random() < 0.2:
        out.write(chance.choice([f"sep={delimiter}\r\n", f'"sep={delimiter}"\n', "\n", "   \n", f"{delimiter}\n"]))
    quoting: Any = chance.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
    writer = csv.writer(out, delimiter=delimiter, quoting=quoting, lineterminator=chance.choice(["\n", "\r\n", "\r"]))
    writer.writerows(table(chance))
    encoding = chance.choice(["utf-8", "utf-8", "utf-8-sig", "utf-16", "utf-16-be"])
    text = f"\ufeff{out.getvalue()}" if encoding == "utf-16-be" else out.getvalue()
    options: dict[str, Any] = {}
    if chance.random() < 0.3:
        options["delimiter"] = delimiter
    if chance.random() < 0.3:
        options["columns"] = {"note": "remark", "#2": "", "": ""}
    return text.encode(encoding), options


def json_file(chance: random.Random) -> tuple[bytes, dict[str, Any]]:
    header, *rows = table(chance)
    values: list[Any] = []
    odd: list[Any] = [None, True, 7, 1.50, [], {"a": [1]}, "\ud83d", "a\0b", "x", ""]
    for row in rows:
        odd_or = [chance.choice(odd) if chance.random() < 0.1 else text for text in row]
        texts = [json.dumps(member, ensure_ascii=chance.random() < 0.5) for member in odd_or]
        members = [f"{json.dumps(name)}: {text}" for name, text in zip(header, texts, strict=False)]
        values.append(f"{{{', '.join(members)}}}")
        if chance.random() < 0.1:
            values.append(json.dumps(chance.choice(odd)))
    text = chance.choice(["[{}]", " [ {}\n] "]).replace("{}", chance.choice([",", " ,\n"]).join(values))
    encoding = chance.choice(["utf-8", "utf-8", "utf-8-sig", "utf-16"])
    options: dict[str, Any] = {"columns": {"note": "remark", "#2": ""}} if chance.random() < 0.3 else {}
    return text.encode(encoding, "surrogatepass"), options


def workbook_file(chance: random.Random) -> tuple[bytes, dict[str, Any]]:
    rows = table(chance)
    options: dict[str, Any] = {"columns": {"note": "remark"}} if "note" in rows[0] and chance.random() < 0.5 else {}
    return RandomWorkbook(chance, rows).data(), options


def known_file(filetype: str) -> Maker:
    """One of the files of the folder."""
    names = [name for name in EXPECTED if name.removesuffix(".gz").endswith(filetype)]
    files = [(FILES / name).read_bytes() for name in names if name not in BOMBS]
    files = [data for data in files if len(data) <= LARGEST]
    return lambda chance: (chance.choice(files), {})


MAKERS: dict[str, list[Maker]] = {
    "csv": [csv_file, csv_file, known_file("csv")],
    "json": [json_file, json_file, known_file("json")],
    "xlsx": [*[workbook_file] * 9, known_file("xlsx")],
}


@pytest.mark.parametrize("filetype", MAKERS)
def test_what_is_given_back_is_refused_as_before(filetype: str) -> None:
    chance = random.Random(f"{SEED} {filetype}")  # noqa: S311  # nothing secret
    refused = 0
    for _input in range(INPUTS):
        data, options = chance.choice(MAKERS[filetype])(chance)
        is_zip = filetype == "xlsx"  # which is damaged inside, since it is refused as a whole otherwise
        if chance.random() < (0.02 if is_zip else 0.8):
            data = damaged(data, chance)
        if chance.random() < (0 if is_zip else 0.1):
            data = gzip.compress(data)
        refused += assert_stays(data, filetype, **options)
    assert refused > INPUTS / 10
