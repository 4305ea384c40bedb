"""The texts and number formats that the cells of a workbook share."""

from __future__ import annotations

import os
import re
from array import array
from itertools import pairwise
from tempfile import TemporaryFile
from typing import IO
from weakref import finalize

from django.conf import settings

from ingestion.readers.xlsx_contents import Contents
from ingestion.readers.xlsx_formats import NumberFormat, style_of
from ingestion.readers.xlsx_limits import MOST_STYLES, too_large
from ingestion.readers.xlsx_parts import Parts
from ingestion.readers.xlsx_xml import Xml
from portal.values.problems import say_problem

MOST_CODES, LONGEST_CODE = 10_000, 1000  # number formats, and their characters; Excel has 250 of 255
LEAST_TEXTS = 100_000  # that every workbook may have
CHUNK, MOST_CHUNKS = 256, 64  # shared texts that are read at once, and how often they are kept
LONGEST_CHUNK = 1 << 16  # bytes


def scratch_file(owner: object) -> IO[bytes]:
    """A file without a name, which is there as long as `owner`."""
    file = TemporaryFile(dir=settings.SPOOL_DIR)  # noqa: SIM115  # its users close it
    finalize(owner, file.close)
    return file


class Strings(Xml):
    """The texts that cells share, on disk, without the phonetic text above them."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most
        self._file = scratch_file(self)
        self._ends = array("I", [0])
        self._chunks: dict[int, list[str]] = {}
        self._texts: list[str] = []
        self._is_spoken = False

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        if name == "t" and not self._is_spoken:
            self.collect()
        elif name == "si":
            self._texts, self.length = [], 0
        elif name == "rPh":
            self._is_spoken = True

    def end(self, name: str) -> None:
        if name == "t" and not self._is_spoken:
            self._texts.append(self.taken())
        elif name == "si":
            size = self._file.write("".join(self._texts).encode("utf-8", "surrogatepass"))
            self._ends.append(self._ends[-1] + size)
            if len(self) > self._most:
                raise too_large(say_problem("more than {most:,} texts", most=self._most))
        elif name == "rPh":
            self._is_spoken = False

    def __len__(self) -> int:
        return len(self._ends) - 1

    def __getitem__(self, at: int) -> str:
        chunk = at // CHUNK
        texts = self._chunks.get(chunk)
        if texts is None:
            begin, end = self._ends[chunk * CHUNK], self._ends[min(len(self), (chunk + 1) * CHUNK)]
            if end - begin > LONGEST_CHUNK:
                return self._read(self._ends[at], self._ends[at + 1])
            texts = self._read_chunk(chunk)
        return texts[at % CHUNK]

    def _read_chunk(self, chunk: int) -> list[str]:
        """Texts that follow one another; those of the last chunks are kept, since cells ask for them in order."""
        if len(self._chunks) == MOST_CHUNKS:
            del self._chunks[next(iter(self._chunks))]
        ends = self._ends[chunk * CHUNK : (chunk + 1) * CHUNK + 1]
        raw = os.pread(self._file.fileno(), ends[-1] - ends[0], ends[0])
        first = ends[0]
        self._chunks[chunk] = texts = [
            raw[begin - first : end - first].decode("utf-8", "surrogatepass") for begin, end in pairwise(ends)
        ]
        return texts

    def _read(self, begin: int, end: int) -> str:
        return os.pread(self._file.fileno(), end - begin, begin).decode("utf-8", "surrogatepass")

    def __exit__(self, *exception: object) -> None:
        super().__exit__(*exception)
        self._file.flush()


class Styles(Xml):
    """The number formats of a workbook's cells."""

    def __init__(self) -> None:
        super().__init__()
        self._codes: dict[int, str] = {}
        self._formats: list[int] = []
        self._is_of_cells = False
        self._known: dict[int, NumberFormat] = {}

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        if name == "numFmt":
            self._codes[int(attributes["numFmtId"])] = code = re.sub("[\t\r\n]", " ", attributes["formatCode"])
            if len(code) > LONGEST_CODE or len(self._codes) > MOST_CODES:
                raise too_large(say_problem("more number formats, or longer ones, than a workbook has"))
        elif name == "cellXfs":
            self._is_of_cells = True
        elif name == "xf" and self._is_of_cells:
            self._formats.append(int(attributes.get("numFmtId", "0")))
        if len(self._formats) > MOST_STYLES:
            raise too_large(say_problem("more than {count:,} styles of cells", count=MOST_STYLES))

    def end(self, name: str) -> None:
        if name == "cellXfs":
            self._is_of_cells = False

    def of(self, style: str) -> NumberFormat:
        """The number format of cells with that style."""
        number = int(style)
        if number < 0:
            raise IndexError("No style has this number")
        found = self._known.get(number)
        if found is None:
            format_id = self._formats[number] if self._formats else 0
            found = self._known[number] = style_of(format_id, self._codes)
        return found


class Shared:
    """The texts and number formats of a workbook, read from their parts."""

    def __init__(self, parts: Parts, contents: Contents) -> None:
        self.most_cells = parts.limits.cells
        self.strings, self.styles = Strings(max(self.most_cells, LEAST_TEXTS)), Styles()
        if contents.strings:
            parts.read(contents.strings, self.strings)
        if contents.styles:
            parts.read(contents.styles, self.styles)
