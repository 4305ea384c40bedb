"""Files changed at random: whatever they become, they are read or refused with a reason, and nothing else happens.

`FUZZ=1000000 make test ARGS=tests/ingestion/readers/test_fuzz.py` tries a million of them.
"""

from __future__ import annotations

import io
import os
import random
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from ingestion.errors.log import ErrorLog
from ingestion.errors.unreadable import UnreadableFile
from tests.support.example_files import EXPECTED
from tests.support.paths import FILES
from tests.support.reading import read

INPUTS = int(os.environ.get("FUZZ", "5000"))
SEED = 20_261_124
LARGEST = 20_000  # bytes of a file worth changing; the others are about size
PIECES = [b'"', b",", b"\n", b"\r", b"\0", b"\xff", b"\xed\xa0\x80", b"id", b"[", b"{", b"}", b"]", b":", b"\\", b"\\u"]
PIECES += [b"\xef\xbb\xbf", b"\xff\xfe", b"\x1f\x8b", b"PK\x03\x04", "\u202e".encode(), "é".encode("cp1252"), b"1E+11"]


def mutated(data: bytes, chance: random.Random) -> bytes:
    """`data` with one to five changes: pieces put in, taken out, doubled, moved, bytes flipped, the end cut off."""
    changed = bytearray(data)
    for _change in range(chance.randint(1, 5)):
        at, end = sorted(chance.randint(0, len(changed)) for _ in range(2))
        match chance.randrange(6):
            case 0:
                changed[at:at] = chance.choice(PIECES)
            case 1:
                del changed[at : min(end, at + 20)]
            case 2:
                changed[at:at] = changed[at : min(end, at + 50)]
            case 3 if at < len(changed):
                changed[at] ^= 1 << chance.randrange(8)
            case 4:
                changed[at:end] = changed[at:end][:30] * 2
            case _:
                del changed[end:]
    return bytes(changed)


def inputs(count: int) -> Iterator[tuple[str, bytes]]:
    """Type and bytes of so many changed files, the same in every run."""
    chance = random.Random(SEED)  # noqa: S311  # nothing secret
    files = [(name, (FILES / name).read_bytes()) for name in EXPECTED]
    files = [(name, data) for name, data in files if len(data) <= LARGEST]
    for _input in range(count):
        name, data = chance.choice(files)
        yield name.removesuffix(".gz").rpartition(".")[2], mutated(data, chance)


def test_a_changed_file_is_read_or_refused_with_a_reason(tmp_path: Path) -> None:
    refused = 0
    for number, (filetype, data) in enumerate(inputs(INPUTS)):
        with closing(ErrorLog(1, tmp_path)) as log:
            try:
                read(filetype, io.BytesIO(data), log)
            except UnreadableFile as refusal:
                assert str(refusal)
                refused += 1
            except Exception as error:
                raise AssertionError(f"Input {number}, {filetype}: {data[:500]!r}, {error!r}") from error
    assert 0 < refused < INPUTS
