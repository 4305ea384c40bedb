"""One line of any text on a label of a PDF: fitted to its place, in fonts of ours that the file carries.

The letters get smaller until the text fits, down to `SMALLEST` points. What is longer even then is shortened, with an
ellipsis at its end. A character that the fonts lack, or that belongs to a script written from right to left, which
would need shaping, stands as U+FFFD and is told.

DejaVu Sans Condensed has the letters of Europe and more, WenQuanYi Micro Hei those of China, Japan and Korea. A PDF
carries the glyphs that it uses, as fonts of two-byte glyph numbers (ISO 32000-1, 9.7.4).
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import Final
from unicodedata import bidirectional, category, normalize

from fontTools.ttLib import TTFont

from workorders.rendering.pdf_writer import POINTS, points

LARGEST, SMALLEST = 6.0, 4.0  # points; six leave room for a capital with two accents in a line of a label
ELLIPSIS: Final = "…"
REPLACEMENT: Final = "\ufffd"
FILES: Final = ("DejaVuSansCondensed.ttf", "wqy-microhei.ttc")
RESOURCES: Final = (b"A", b"B")  # names of the fonts in the content of pages
OBJECTS_OF_FONT: Final = 5
_FOLDER = Path(__file__).parent / "fonts"
_RIGHT_TO_LEFT = {"R", "AL", "AN"}
_INVISIBLE = {"Cc", "Cf"}  # categories of characters that show nothing
_DROPPED = ("OS/2", "name", "post", "cmap", "GSUB", "GPOS", "GDEF", "kern", "FFTM", "gasp", "MATH", "vhea", "vmtx")


@dataclass(frozen=True)
class Glyph:
    """A glyph of the font number `font`: its number, its advance in sizes of the font, and what it stands for."""

    font: int
    number: int
    advance: float
    text: str


@dataclass(frozen=True)
class SetText:
    """A text as the content of a page draws it, and what was done to make it fit."""

    content: bytes
    is_shortened: bool
    lacking: frozenset[str]


@dataclass
class LabelTexts:
    """The texts of the labels of one PDF, each in a line `width` millimetres wide whose baseline begins at `x`, `y`.

    It remembers which glyphs they need, and counts what was not printed as it is.
    """

    width: float
    x: float
    y: float
    shortened: int = 0
    empty: int = 0
    replaced: int = 0
    lacking: set[str] = field(default_factory=set)
    _used: list[dict[int, Glyph]] = field(default_factory=lambda: [{} for _file in FILES])

    def __post_init__(self) -> None:
        self._set = lru_cache(maxsize=10_000)(self._fit)  # products and batches come again and again

    def add(self, text: str) -> bytes:
        """Return the text as content of a page, and count it."""
        done = self._set(text)
        self.empty += not done.content
        self.shortened += done.is_shortened
        self.replaced += bool(done.lacking)
        return done.content

    def _fit(self, text: str) -> SetText:
        shown = "".join(c for c in " ".join(normalize("NFC", text).split()) if category(c) not in _INVISIBLE).strip()
        lacking = frozenset(c for c in shown if _glyph(c) is None)
        self.lacking |= lacking
        glyphs = [_glyph(c) or _own(REPLACEMENT) for c in shown]
        room = self.width * POINTS
        size = min(LARGEST, room / (sum(glyph.advance for glyph in glyphs) or 1))
        is_shortened = size < SMALLEST
        if is_shortened:
            size, glyphs = SMALLEST, _shorten(glyphs, room / SMALLEST)
        for glyph in glyphs:
            self._used[glyph.font].setdefault(glyph.number, glyph)
        left = self.x + (self.width - sum(glyph.advance for glyph in glyphs) * size / POINTS) / 2
        content = b"".join(_runs(glyphs, size, b"1 0 0 1 %b %b Tm\n" % (points(left), points(self.y))))
        return SetText(content, is_shortened, lacking)

    def font_objects(self, first: int) -> Iterator[bytes]:
        """The objects of all fonts, numbered from `first` on: OBJECTS_OF_FONT each."""
        for font, used in enumerate(self._used):
            if used:
                yield from _font_objects(font, used, first + OBJECTS_OF_FONT * font)
            else:  # a name that no page uses leads to nothing
                yield from [b"null"] * OBJECTS_OF_FONT


def font_entries(first: int) -> bytes:
    """Return the entries of the fonts in a dictionary of resources, if their objects are numbered from `first` on."""
    return b"".join(b"/%b %d 0 R" % (name, first + OBJECTS_OF_FONT * font) for font, name in enumerate(RESOURCES))


def _shorten(glyphs: list[Glyph], room: float) -> list[Glyph]:
    """Return as many glyphs as `room`, in sizes of the font, has with an ellipsis behind them."""
    ellipsis = _own(ELLIPSIS)
    taken, used = 0, ellipsis.advance
    while taken < len(glyphs) and used + glyphs[taken].advance <= room:
        used += glyphs[taken].advance
        taken += 1
    return [*glyphs[:taken], ellipsis]


def _runs(glyphs: list[Glyph], size: float, place: bytes) -> Iterator[bytes]:
    """The operators that show the glyphs: a string each time the font changes."""
    start = 0
    for at in range(1, len(glyphs) + 1):
        if at == len(glyphs) or glyphs[at].font != glyphs[start].font:
            numbers = "".join(f"{glyph.number:04X}" for glyph in glyphs[start:at]).encode()
            yield b"/%b %.3f Tf\n%b<%b>Tj\n" % (RESOURCES[glyphs[start].font], size, b"" if start else place, numbers)
            start = at


def _open(number: int) -> TTFont:
    content = io.BytesIO((_FOLDER / FILES[number]).read_bytes())
    return TTFont(content, lazy=True, recalcTimestamp=False, fontNumber=0)


_font = cache(_open)


@cache
def _characters(number: int) -> dict[int, str]:
    """The characters of a font, and the names of their glyphs."""
    found: dict[int, str] = _font(number).getBestCmap()
    return found


@lru_cache(maxsize=100_000)
def _glyph(character: str) -> Glyph | None:
    """The glyph of a character in the first font that has it."""
    if bidirectional(character) in _RIGHT_TO_LEFT or character == REPLACEMENT:
        return None
    return next((_glyph_of(font, character) for font in range(len(FILES)) if ord(character) in _characters(font)), None)


def _own(character: str) -> Glyph:
    """The glyph of a character that our first font has."""
    return _glyph_of(0, character)


@lru_cache(maxsize=100_000)
def _glyph_of(number: int, character: str) -> Glyph:
    font, name = _font(number), _characters(number)[ord(character)]
    return Glyph(number, font.getGlyphID(name), font["hmtx"][name][0] / font["head"].unitsPerEm, character)


def _font_objects(number: int, used: dict[int, Glyph], first: int) -> Iterator[bytes]:
    """The objects of one font with the glyphs that are used: font, descendant, descriptor, file, and texts."""
    head, hhea = _font(number)["head"], _font(number)["hhea"]
    name = b"CDPORT+" + FILES[number].partition(".")[0].encode()
    scale = 1000 / head.unitsPerEm
    box = b" ".join(b"%d" % round(side * scale) for side in (head.xMin, head.yMin, head.xMax, head.yMax))
    heights = round(hhea.ascent * scale), round(hhea.descent * scale), round(hhea.ascent * scale)
    widths = b"".join(b"%d[%.3f]" % (glyph, used[glyph].advance * 1000) for glyph in sorted(used))
    yield (
        b"<</Type/Font/Subtype/Type0/BaseFont/%b/Encoding/Identity-H/DescendantFonts[%d 0 R]/ToUnicode %d 0 R>>"
        % (name, first + 1, first + 4)
    )
    yield (
        b"<</Type/Font/Subtype/CIDFontType2/BaseFont/%b/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)"
        b"/Supplement 0>>/CIDToGIDMap/Identity/FontDescriptor %d 0 R/W[%b]>>" % (name, first + 2, widths)
    )
    yield (
        b"<</Type/FontDescriptor/FontName/%b/Flags 4/FontBBox[%b]/ItalicAngle 0/Ascent %d/Descent %d/CapHeight %d"
        b"/StemV 80/FontFile2 %d 0 R>>" % (name, box, *heights, first + 3)
    )
    yield _stream(_subset(number, sorted(used)))
    yield _stream(_unicode_map(used))


def _stream(content: bytes) -> bytes:
    packed = zlib.compress(content)
    entries = b"/Length %d/Length1 %d/Filter/FlateDecode" % (len(packed), len(content))
    return b"<<%b>>\nstream\n%b\nendstream" % (entries, packed)


def _subset(number: int, glyphs: list[int]) -> bytes:
    """The font file with these glyphs alone, at the numbers that they have in the whole font."""
    from fontTools.subset import Options, Subsetter  # takes a second, and few processes need it

    options = Options(retain_gids=True, hinting=False, glyph_names=False, layout_features=[], name_IDs=[])
    options.drop_tables = [*options.drop_tables, *_DROPPED]
    font = _open(number)
    subsetter = Subsetter(options)
    subsetter.populate(gids=glyphs)
    subsetter.subset(font)
    out = io.BytesIO()
    font.save(out)
    return out.getvalue()


def _unicode_map(used: dict[int, Glyph]) -> bytes:
    """Which text each glyph stands for, so that it can be searched and copied (ISO 32000-1, 9.10.3)."""
    lines = [b"<%04X> <%b>" % (number, used[number].text.encode("utf-16-be").hex().encode()) for number in sorted(used)]
    parts = [lines[start : start + 100] for start in range(0, len(lines), 100)]
    return b"\n".join(
        [
            b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap",
            b"/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def",
            b"/CMapName /Adobe-Identity-UCS def /CMapType 2 def",
            b"1 begincodespacerange <0000> <FFFF> endcodespacerange",
            *(b"%d beginbfchar\n%b\nendbfchar" % (len(part), b"\n".join(part)) for part in parts),
            b"endcmap CMapName currentdict /CMap defineresource pop end end",
        ]
    )
