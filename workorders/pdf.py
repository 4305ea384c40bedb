"""PDF of QR symbols, one page a code or sheets of labels, written as it goes and in memory that does not grow.

    with PdfWriter(out, Label(sheet, modules, quiet_zone, text), count) as pdf:
        pdf.add(symbols, texts)  # once for each batch

`out` needs only `write`. The same codes in the same batches or others make the same bytes.

Each symbol is an image of one bit a module without interpolation: a seventh of the bytes of vector runs, and no
renderer may widen its dark modules, as it may filled areas (ISO 32000-1, 10.6.5). In hexadecimal it cannot hold what
ends it.
"""

from __future__ import annotations

import shutil
import tempfile
from binascii import hexlify
from collections.abc import Iterator, Sequence
from itertools import accumulate, chain, cycle, islice
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

import numpy as np

from workorders.drawing import row_bytes
from workorders.labels import Label
from workorders.symbols import Symbols

if TYPE_CHECKING:
    from _typeshed import SupportsWrite

MOST_PAGES = 1_000_000
"""PDFium, and so Chrome, opens that many and refuses 1.5 million (measured)."""

_HEAD = b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n"
_POINTS = 72 / 25.4  # of a millimetre
_KIDS = 500  # of a node of the page tree
_CATALOG, _FONT, _ROOT = 1, 2, 3  # numbers of objects, in the order of the file; then nodes, then pages
_OFFSET = 1 << 16  # in an entry of the cross-reference stream, which is W [1 5 2]: kind, offset, generation
_IN_USE = 1 << 56


class PdfWriter:
    """A PDF of `count` labels; leaving its context completes the file. ValueError when they are fewer or more.

    Where its objects begin waits in a temporary file of `folder`, or of the system's folder: 16 bytes a page.
    """

    def __init__(self, out: SupportsWrite[bytes], label: Label, count: int, folder: Path | None = None) -> None:
        if count < 1:
            raise ValueError("A PDF has at least one code.")
        self._out, self._missing = out, count
        self._per_page = label.sheet.labels
        pages = -(-count // self._per_page)
        if pages > MOST_PAGES:
            raise ValueError(f"{pages:,} pages are more than readers open: make several PDFs of up to {MOST_PAGES:,}.")
        self._drawing = _Drawing(label)
        self._waiting: list[bytes] = []  # labels of a page that is not full
        levels = _levels(pages)
        self._leaves = _ROOT + sum(levels[:-1])  # the first node with pages
        self._first = _ROOT + sum(levels)  # the first page, whose content is the object after it
        self._pages = 0  # written
        out.write(_HEAD)
        self._position = len(_HEAD)
        self._offsets = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115  # closed with the context
        catalog = b"<</Type/Catalog/Pages %d 0 R/ViewerPreferences<</PrintScaling/None>>>>" % _ROOT
        font = b"<</Type/Font/Subtype/Type1/BaseFont/Courier/Encoding/WinAnsiEncoding>>"
        nodes = _nodes(pages, levels, label)
        objects = (b"%d 0 obj\n%b\nendobj\n" % item for item in enumerate(chain((catalog, font), nodes), _CATALOG))
        self._offsets.write((0xFFFF).to_bytes(8))  # object 0, which is free
        while some := list(islice(objects, 100)):
            self._write(some)

    def add(self, symbols: Symbols, texts: Sequence[str] = ()) -> None:
        """Append the labels of `symbols`, with a text each where the label has room for text."""
        if len(symbols) > self._missing:
            raise ValueError(f"{len(symbols)} more codes are too many: {self._missing} are missing.")
        self._missing -= len(symbols)
        labels, size = self._waiting, self._per_page
        labels += self._drawing.labels(symbols, texts, len(labels))
        full = len(labels) if not self._missing else len(labels) // size * size
        contents = [b"".join(labels[start : start + size]) for start in range(0, full, size)]
        del labels[:full]
        self._add_pages(contents)

    def _add_pages(self, contents: list[bytes]) -> None:
        objects = []
        for page, content in enumerate(contents, self._pages):
            number, leaf = self._first + 2 * page, self._leaves + page // _KIDS
            objects.append(
                b"%d 0 obj\n<</Type/Page/Parent %d 0 R/Contents %d 0 R>>\nendobj\n" % (number, leaf, number + 1)
            )
            objects.append(
                b"%d 0 obj\n<</Length %d>>\nstream\n%b\nendstream\nendobj\n" % (number + 1, len(content), content)
            )
        self._pages += len(contents)
        self._write(objects)

    def _write(self, objects: list[bytes]) -> None:
        """Write the next objects and note where they begin."""
        offsets = np.fromiter(accumulate(map(len, objects), initial=self._position), np.uint64, len(objects) + 1)
        self._offsets.write((offsets[:-1] * np.uint64(_OFFSET) + np.uint64(_IN_USE)).astype(">u8").tobytes())
        self._out.write(b"".join(objects))
        self._position = int(offsets[-1])

    def _finish(self) -> None:
        """Write the cross-reference stream, which is the last object (ISO 32000-1, 7.5.8)."""
        self._offsets.write((_IN_USE + self._position * _OFFSET).to_bytes(8))
        size = self._offsets.tell()
        head = b"%d 0 obj\n<</Type/XRef/Size %d/W[1 5 2]/Root %d 0 R/Length %d>>\nstream\n"
        self._out.write(head % (size // 8 - 1, size // 8, _CATALOG, size))
        self._offsets.seek(0)
        shutil.copyfileobj(self._offsets, self._out)
        self._out.write(b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % self._position)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._offsets:
            if kind is None and self._missing:
                raise ValueError(f"The PDF is not complete: {self._missing} codes are missing.")
            if kind is None:
                self._finish()


class _Drawing:
    """The content of labels, each at its place on the page."""

    def __init__(self, label: Label) -> None:
        self.label = label
        self.places = [b"q 1 0 0 1 %b %b cm\n" % (_points(x), _points(y)) for x, y in label.sheet.corners()]
        side = label.modules * label.module
        left = (label.sheet.label_width - side) / 2
        bottom = (label.sheet.label_height + label.text_height - side) / 2
        where = b"%b 0 0 %b %b %b cm" % (_points(side), _points(side), _points(left), _points(bottom))
        self.image = where + b"\nBI/W %d/H %d/BPC 1/IM true/D[1 0]/F/AHx ID\n" % (label.modules, label.modules)
        self.columns = -(-label.modules // 8)  # bytes of a row
        self.line_length = label.line_length(label.line_height) if label.text else 1
        self.font = b"BT\n/F %b Tf\n" % _points(label.font_size)
        self.lines = [
            [
                b"1 0 0 1 %b %b Tm(" % (_points(label.line_left(length)), _points(label.baseline(line)))
                for length in range(self.line_length + 1)
            ]
            for line in range(label.lines)
        ]

    def labels(self, symbols: Symbols, texts: Sequence[str], start: int) -> Iterator[bytes]:
        """One label for each symbol, the first at the place number `start` of its page."""
        if symbols.shape[1] != self.label.modules:
            raise ValueError(f"Labels for {self.label.modules} modules do not take symbols of {symbols.shape[1]}.")
        places = islice(cycle(self.places), start, None)
        size = 2 * self.label.modules * self.columns
        digits = hexlify(row_bytes(symbols)[..., : self.columns].tobytes())
        images = (digits[at : at + size] for at in range(0, len(digits), size))
        written = map(self._text, texts) if self.label.text else cycle([b""])
        if self.label.text:
            self._check(symbols, texts)
        for place, text, image in zip(places, written, images, strict=False):
            yield b"%b%b%b%b>\nEI\nQ\n" % (place, text, self.image, image)

    def _check(self, symbols: Symbols, texts: Sequence[str]) -> None:
        if len(texts) != len(symbols):
            raise ValueError(f"{len(symbols)} codes need as many texts, not {len(texts)}.")
        for text in texts:
            if len(text) > self.label.text or not (text.isascii() and text.isprintable()):
                raise ValueError(f"A label takes up to {self.label.text} printable ASCII characters, not {text!r}.")

    def _text(self, text: str) -> bytes:
        """The lines of a text, each in the middle of the label."""
        size, parts = self.line_length, [self.font]
        for line, start in zip(self.lines, range(0, len(text), size), strict=False):
            some = text[start : start + size].encode()
            escaped = some.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
            parts += line[len(some)], escaped, b")Tj\n"
        return b"".join([*parts, b"ET\n"])


def _levels(pages: int) -> list[int]:
    """The nodes of each level of the page tree, from the root on."""
    sizes = [-(-pages // _KIDS)]
    while sizes[0] > 1:
        sizes.insert(0, -(-sizes[0] // _KIDS))
    return sizes


def _nodes(pages: int, levels: list[int], label: Label) -> Iterator[bytes]:
    """The page tree (ISO 32000-1, 7.7.3), level after level, and with it what all pages have in common."""
    width, height = _points(label.sheet.page_width), _points(label.sheet.page_height)
    common = b"/MediaBox[0 0 %b %b]/Resources<</Font<</F %d 0 R>>>>" % (width, height, _FONT)
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


def _points(millimetres: float) -> bytes:
    return f"{millimetres * _POINTS:.4f}".rstrip("0").rstrip(".").encode()
