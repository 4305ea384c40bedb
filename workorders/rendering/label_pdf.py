"""PDF of QR symbols, one page a code or sheets of labels, written as it goes and in memory that does not grow.

    with PdfWriter(out, Label(sheet, modules, quiet_zone, text, has_line), count) as pdf:
        pdf.add(symbols, texts, lines)  # once for each batch

`out` needs only `write`. The same codes in the same batches or others make the same bytes.

Each symbol is an image of one bit a module without interpolation: a seventh of the bytes of vector runs, and no
renderer may widen its dark modules, as it may filled areas (ISO 32000-1, 10.6.5). In hexadecimal it cannot hold what
ends it.
"""

from __future__ import annotations

from binascii import hexlify
from collections.abc import Iterator, Sequence
from itertools import cycle, islice
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from workorders.rendering import id_font
from workorders.rendering.label_sheet import Label
from workorders.rendering.label_text import LabelTexts, font_entries
from workorders.rendering.pdf_writer import SHARED, PageKind, PdfFile, number_after, points
from workorders.rendering.qr_encoder import Symbols
from workorders.rendering.svg_png import row_bytes

if TYPE_CHECKING:
    from _typeshed import SupportsWrite


class PdfWriter:
    """A PDF of `count` labels; leaving its context completes the file. ValueError when they are fewer or more.

    `folder` is that of `PdfFile`.
    """

    def __init__(self, out: SupportsWrite[bytes], label: Label, count: int, folder: Path | None = None) -> None:
        if count < 1:
            raise ValueError("A PDF has at least one code.")
        self._missing = count
        self._per_page = label.sheet.labels
        self._waiting: list[bytes] = []  # labels of a page that is not full
        self._drawing = _Drawing(label)
        size = points(label.sheet.page_width), points(label.sheet.page_height)
        pages = -(-count // self._per_page)
        self._label, self._after = label, number_after(pages)
        fonts = id_font.font_entry(self._after) if label.text else b""
        if label.has_line:
            fonts += font_entries(self._first_of_lines)
        kind = PageKind(
            common=b"/MediaBox[0 0 %b %b]/Resources<</Font %d 0 R>>" % (*size, SHARED),
            shared=b"<<%b>>" % fonts,
            page=b"/Contents %d 0 R",
        )
        self._file = PdfFile(out, pages, kind, folder)

    @property
    def _first_of_lines(self) -> int:
        """The number of the first object of the fonts of lines."""
        return self._after + (id_font.OBJECTS if self._label.text else 0)

    @property
    def lines(self) -> LabelTexts:
        """The lines of any text, as they were printed so far."""
        return self._drawing.line

    def add(self, symbols: Symbols, texts: Sequence[str] = (), lines: Sequence[str] = ()) -> None:
        """Append the labels of `symbols`, with an id of `texts` and one of `lines` each where the label has them."""
        if len(symbols) > self._missing:
            raise ValueError(f"{len(symbols)} more codes are too many: {self._missing} are missing.")
        self._missing -= len(symbols)
        labels, size = self._waiting, self._per_page
        labels += self._drawing.labels(symbols, texts, lines, len(labels))
        full = len(labels) if not self._missing else len(labels) // size * size
        contents = [b"".join(labels[start : start + size]) for start in range(0, full, size)]
        del labels[:full]
        self._file.add_pages(contents)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        is_short = kind is None and self._missing > 0
        if kind is None and not is_short:
            of_ids = id_font.font_objects(self._after) if self._label.text else []
            of_lines = self.lines.font_objects(self._first_of_lines) if self._label.has_line else ()
            self._file.add_objects([*of_ids, *of_lines])
        self._file.__exit__(ValueError if is_short else kind, error, trace)
        if is_short:
            raise ValueError(f"The PDF is not complete: {self._missing} codes are missing.")


class _Drawing:
    """The content of labels, each at its place on the page."""

    def __init__(self, label: Label) -> None:
        self.label = label
        self.places = [b"q 1 0 0 1 %b %b cm\n" % (points(x), points(y)) for x, y in label.sheet.corners()]
        side = label.modules * label.module
        left = (label.sheet.label_width - side) / 2
        bottom = (label.sheet.label_height + label.text_height - side) / 2
        where = b"%b 0 0 %b %b %b cm" % (points(side), points(side), points(left), points(bottom))
        self.image = where + b"\nBI/W %d/H %d/BPC 1/IM true/D[1 0]/F/AHx ID\n" % (label.modules, label.modules)
        self.columns = -(-label.modules // 8)  # bytes of a row
        self.line_length = label.line_length(label.line_height) if label.text else 1
        self.font = b"BT\n/F %b Tf\n" % points(label.font_size)
        self.lines = [
            [
                b"%b 0 0 1 %b %b Tm("
                % (id_font.NARROWED, points(label.line_left(length)), points(label.baseline(line)))
                for length in range(self.line_length + 1)
            ]
            for line in range(label.lines)
        ]
        self.line = LabelTexts(label.line_width, *label.line_corner)
        strip = 0.0, 0.0, label.sheet.label_width, label.line_top  # nothing is drawn outside of it
        self.line_begin = b"q %b %b %b %b re W n BT\n" % tuple(map(points, strip))

    def labels(self, symbols: Symbols, texts: Sequence[str], lines: Sequence[str], start: int) -> Iterator[bytes]:
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
        if self.label.has_line:
            _check_count(symbols, lines)
            below = [self._line(line) for line in lines]
            written = map(bytes.__add__, written, below)
        for place, text, image in zip(places, written, images, strict=False):
            yield b"%b%b%b%b>\nEI\nQ\n" % (place, text, self.image, image)

    def _line(self, text: str) -> bytes:
        content = self.line.add(text)
        return b"%b%bET Q\n" % (self.line_begin, content) if content else b""

    def _check(self, symbols: Symbols, texts: Sequence[str]) -> None:
        _check_count(symbols, texts)
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


def _check_count(symbols: Symbols, texts: Sequence[str]) -> None:
    if len(texts) != len(symbols):
        raise ValueError(f"{len(symbols)} codes need as many texts, not {len(texts)}.")
