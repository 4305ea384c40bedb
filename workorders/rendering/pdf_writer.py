"""The frame of a PDF of many pages that differ in one stream each, written as it goes and in memory that does not grow.

    with PdfFile(out, pages, kind) as pdf:
        pdf.add_pages(contents)  # once for each batch, a stream each page

`out` needs only `write`. The same pages in the same batches or others make the same bytes. Sections are those of
ISO 32000-1.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate, chain, islice
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

import numpy as np

if TYPE_CHECKING:
    from _typeshed import SupportsWrite

MOST_PAGES = 1_000_000
"""PDFium, and so Chrome, opens that many and refuses 1.5 million (measured)."""
LONGEST_TABLE = 10**10  # bytes: a cross-reference table has ten digits for an offset
POINTS = 72 / 25.4  # of a millimetre
SHARED = 2  # number of the object that all pages refer to

_HEAD = b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n"
_KIDS = 500  # of a node of the page tree
_CATALOG, _ROOT = 1, 3  # numbers of objects, in the order of the file; then nodes, then pages
_OFFSET = 1 << 16  # in an entry of the cross-reference stream, which is W [1 5 2]: kind, offset, generation
_IN_USE = 1 << 56
_BLOCK = 1 << 13  # bytes of offsets


@dataclass(frozen=True)
class PageKind:
    """The parts that all pages of a file have in common.

    All pages inherit the entries `common`. `shared` is the object number SHARED. `page` are the entries of each page,
    with `%d` for the number of its own stream. `stream` are the entries of that stream's dictionary.
    """

    common: bytes
    shared: bytes
    page: bytes
    stream: bytes = b""


class PdfFile:
    """A PDF of `pages` pages; leaving its context completes the file, which must have all of them by then.

    Where its objects begin waits in a temporary file of `folder`, or of the system's folder: 16 bytes a page.
    """

    def __init__(self, out: SupportsWrite[bytes], pages: int, kind: PageKind, folder: Path | None = None) -> None:
        if pages > MOST_PAGES:
            raise ValueError(f"{pages:,} pages are more than readers open: make several PDFs of up to {MOST_PAGES:,}.")
        self._out, self._kind, self._all = out, kind, pages
        levels = _levels(pages)
        self._leaves = _ROOT + sum(levels[:-1])  # the first node with pages
        self._first = _ROOT + sum(levels)  # the first page, whose stream is the object after it
        self._pages = 0  # written
        out.write(_HEAD)
        self._position = len(_HEAD)
        self._offsets = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115  # closed with the context
        catalog = b"<</Type/Catalog/Pages %d 0 R/ViewerPreferences<</PrintScaling/None>>>>" % _ROOT
        nodes = _nodes(pages, levels, kind.common)
        objects = (
            b"%d 0 obj\n%b\nendobj\n" % item for item in enumerate(chain((catalog, kind.shared), nodes), _CATALOG)
        )
        self._offsets.write((0xFFFF).to_bytes(8))  # object 0, which is free
        while some := list(islice(objects, 100)):
            self._write(some)

    def add_pages(self, contents: list[bytes]) -> None:
        """Append pages, each with its stream."""
        objects = []
        for page, content in enumerate(contents, self._pages):
            number, leaf = self._first + 2 * page, self._leaves + page // _KIDS
            entries = self._kind.page % (number + 1)
            objects.append(b"%d 0 obj\n<</Type/Page/Parent %d 0 R%b>>\nendobj\n" % (number, leaf, entries))
            head = b"%d 0 obj\n<</Length %d%b>>\nstream\n" % (number + 1, len(content), self._kind.stream)
            objects.append(b"%b%b\nendstream\nendobj\n" % (head, content))
        self._pages += len(contents)
        self._write(objects)

    def add_objects(self, contents: Iterable[bytes]) -> None:
        """Append other objects, once all pages are there. The first has the number that `number_after` tells."""
        self._write([b"%d 0 obj\n%b\nendobj\n" % item for item in enumerate(contents, number_after(self._all))])

    def _write(self, objects: list[bytes]) -> None:
        """Write the next objects and note where they begin."""
        offsets = np.fromiter(accumulate(map(len, objects), initial=self._position), np.uint64, len(objects) + 1)
        self._offsets.write((offsets[:-1] * np.uint64(_OFFSET) + np.uint64(_IN_USE)).astype(">u8").tobytes())
        self._out.write(b"".join(objects))
        self._position = int(offsets[-1])

    def _finish(self) -> None:
        """Write where each object begins: by a stream, PDFium loads no page beyond 4 GiB, and older PoDoFo none."""
        if self._position < LONGEST_TABLE:
            self._write_table()
        else:
            self._write_stream()
        self._out.write(b"startxref\n%d\n%%%%EOF\n" % self._position)

    def _write_table(self) -> None:
        """Write the cross-reference table (ISO 32000-1, 7.5.4) and the trailer."""
        size = self._offsets.tell() // 8
        self._offsets.seek(8)
        self._out.write(b"xref\n0 %d\n0000000000 65535 f \n" % size)
        while some := self._offsets.read(_BLOCK):
            offsets = (np.frombuffer(some, ">u8") - np.uint64(_IN_USE)) // np.uint64(_OFFSET)
            self._out.write(b"".join(b"%010d 00000 n \n" % offset for offset in offsets.tolist()))
        self._out.write(b"trailer\n<</Size %d/Root %d 0 R>>\n" % (size, _CATALOG))

    def _write_stream(self) -> None:
        """Write the cross-reference stream, which is the last object (ISO 32000-1, 7.5.8)."""
        self._offsets.write((_IN_USE + self._position * _OFFSET).to_bytes(8))
        size = self._offsets.tell()
        head = b"%d 0 obj\n<</Type/XRef/Size %d/W[1 5 2]/Root %d 0 R/Length %d>>\nstream\n"
        self._out.write(head % (size // 8 - 1, size // 8, _CATALOG, size))
        self._offsets.seek(0)
        shutil.copyfileobj(self._offsets, self._out)
        self._out.write(b"\nendstream\nendobj\n")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._offsets:
            if kind is None and self._pages < self._all:
                raise ValueError(f"The PDF is not complete: {self._all - self._pages} pages are missing.")
            if kind is None:
                self._finish()


def number_after(pages: int) -> int:
    """The number of the first object after those of that many pages."""
    return _ROOT + sum(_levels(pages)) + 2 * pages


def _levels(pages: int) -> list[int]:
    """The nodes of each level of the page tree, from the root on."""
    sizes = [-(-pages // _KIDS)]
    while sizes[0] > 1:
        sizes.insert(0, -(-sizes[0] // _KIDS))
    return sizes


def _nodes(pages: int, levels: list[int], common: bytes) -> Iterator[bytes]:
    """The page tree (ISO 32000-1, 7.7.3), level after level, and with it what all pages have in common."""
    start = _ROOT
    for depth, size in enumerate(levels):
        below = start + size
        last = depth == len(levels) - 1
        kids, step = (pages, 2) if last else (levels[depth + 1], 1)
        span = _KIDS ** (len(levels) - depth)  # pages below a node
        for node in range(size):
            numbers = range(below + step * node * _KIDS, below + step * min(kids, (node + 1) * _KIDS), step)
            above = common if not depth else b"/Parent %d 0 R" % (start - levels[depth - 1] + node // _KIDS)
            count = min(span, pages - node * span)
            yield b"<</Type/Pages/Count %d%b/Kids[%b]>>" % (count, above, b" ".join(b"%d 0 R" % n for n in numbers))
        start = below


def points(millimetres: float) -> bytes:
    """A length as PDF writes it, in units of 1/72 inch."""
    return f"{millimetres * POINTS:.4f}".rstrip("0").rstrip(".").encode()
