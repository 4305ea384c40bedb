"""Files made at random of those in `tests/files/`, and the options with which they are read."""

from __future__ import annotations

import gzip
import io
import random
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ingestion.readers.csv_reader import DELIMITERS
from ingestion.readers.encoding import ENCODINGS
from tests.support.example_files import EXPECTED
from tests.support.mutations import mutated
from tests.support.paths import CHECKOUT, FILES
from tests.support.random_workbooks import RandomWorkbook

CORPUS = CHECKOUT / "tests" / "ingestion" / "readers" / "corpus.zip"
LARGEST = 20_000  # bytes of a file worth changing, and of what it unpacks to; the others are about size
HEADER = ["product", "note"]
ROWS = [["abc12345", "sku1", "x"], ["00123456", "", "two\nlines"], ["abc12346", "sku2", ""]]
COLUMNS = [{"#1": "id"}, {"#2": "", "note": "lot"}, {"id": "", "#1": "id"}, {"product": "", "note": ""}, {"x": "id"}]
KEYS = ["", "", "id", "serial_number", "lot", "extended_id"]
SHEETS = ["", "", "", "Codes", "Sheet1", "nowhere"]


@dataclass(frozen=True)
class ChangedFile:
    """A file: its type, its bytes, and the options that its upload gives."""

    filetype: str
    data: bytes
    options: dict[str, Any]


def kept_files() -> list[ChangedFile]:
    """The files of `corpus.zip`, each of which led atheris, a fuzzer that looks at coverage, to another branch."""
    with zipfile.ZipFile(CORPUS) as corpus:
        names = corpus.namelist()
        return [ChangedFile(name.rpartition(".")[2], corpus.read(name), {}) for name in names]


def changed_files(chance: random.Random) -> Iterator[ChangedFile]:
    """Yield files without end."""
    files = [(name, (FILES / name).read_bytes()) for name in EXPECTED]
    files = [(name, data) for name, data in files if len(data) <= LARGEST]
    kept = [(file.filetype, file.data) for file in kept_files()]
    while True:
        name, data = chance.choice(files if chance.random() < 0.6 else kept)
        filetype = name.removesuffix(".gz").rpartition(".")[2]
        if chance.random() < 0.1:
            pass  # as it is, with other options
        elif filetype == "xlsx" and chance.random() < 0.8:
            table = [[chance.choice(["id", "id", "sku"]), *HEADER], *ROWS]
            book = data if chance.random() < 0.4 else RandomWorkbook(chance, table).data()
            data = _with_changed_part(book, chance)
        else:
            data = mutated(data, chance)
        if filetype != "xlsx" and chance.random() < 0.05:
            data = gzip.compress(data, 1)
            data = mutated(data, chance) if chance.random() < 0.5 else data
        yield ChangedFile(filetype, data, _options(filetype, chance) if chance.random() < 0.5 else {})


def _with_changed_part(book: bytes, chance: random.Random) -> bytes:
    """The workbook with one of its parts changed, or without it; as it is where it is none, or unpacks to much."""
    content = io.BytesIO()
    try:
        with zipfile.ZipFile(io.BytesIO(book)) as before, zipfile.ZipFile(content, "w") as after:
            if sum(each.file_size for each in before.infolist()) > 10 * LARGEST:
                return mutated(book, chance)
            changed = chance.choice(before.namelist())
            for name in before.namelist():
                if name != changed:
                    after.writestr(name, before.read(name))
                elif chance.random() < 0.95:
                    after.writestr(name, mutated(before.read(name), chance))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, IndexError):
        return mutated(book, chance)
    return content.getvalue()


def _options(filetype: str, chance: random.Random) -> dict[str, Any]:
    """Options that an upload of this type may give."""
    given: dict[str, Any] = {"columns": chance.choice([{}, {}, *COLUMNS])}
    given |= {"data_key": chance.choice(KEYS), "empty_marker": chance.random() < 0.3, "many": chance.random() < 0.3}
    given["id_format"] = chance.choice(["default", "default", "gs1"])
    if filetype == "csv":
        given |= {"delimiter": chance.choice(["", *DELIMITERS]), "encoding": chance.choice(["", *ENCODINGS])}
    if filetype != "json":
        given["header_row"] = chance.choice([0, 0, 1, 2, 3, 100])
    if filetype == "xlsx":
        given |= {"sheet": chance.choice(SHEETS), "shown_digits": chance.random() < 0.3}
    return given
