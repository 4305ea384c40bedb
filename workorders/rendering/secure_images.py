"""Image files of secure codes in bulk: symbol and secure graphic, one bit a printer's dot, with the resolution in them.

- `draw_pngs(urls, graphic)`, `draw_tiffs(urls, graphic)`: an image of each URL, in order
- `SUFFIXES`: both by the ending of a file's name
- `draw_packed(...)`, `draw_bare(...)`: what an archive and a PDF take, by functions that other processes can run

A TIFF is uncompressed, which every raster image processor reads; deflate it in the archive.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Final

import numpy as np

from workorders.rendering.qr_encoder import Symbols, encode
from workorders.rendering.qr_matrix import Bits
from workorders.rendering.row_deflate import Canvas, DeflatePlan
from workorders.rendering.secure_graphic import QUIET_ZONE, Graphic, GraphicLayout
from workorders.rendering.svg_png import png_chunk, png_file, png_head, row_bytes
from workorders.rendering.zip_writer import Packed, packed, undeflated

_WORKING_SET = 1 << 19  # bytes of dots at a time


def draw_pngs(urls: Sequence[str], graphic: Graphic) -> Iterator[bytes]:
    """A PNG of each URL. ValueError names the first URL that does not fit, before anything is drawn."""
    height, width = graphic.size
    metre = round(graphic.dpi / 0.0254)
    head = png_head(width, height) + png_chunk(b"pHYs", struct.pack(">IIB", metre, metre, 1))
    symbols = encode(urls, graphic.layout.version, graphic.layout.level)
    plan = _plan(graphic, is_png=True, has_zlib=True)
    return (png_file(head, stream) for some in _batches(symbols) for stream in plan.compress(some))


def draw_tiffs(urls: Sequence[str], graphic: Graphic) -> Iterator[bytes]:
    """A baseline bilevel TIFF (TIFF 6.0, section 4) of each URL, in one strip. ValueError as `draw_pngs`."""
    head = _tiff_head(graphic)
    symbols = encode(urls, graphic.layout.version, graphic.layout.level)
    return (head + picture.tobytes() for picture in _pictures(symbols, graphic))


SUFFIXES: Final[dict[str, Callable[[Sequence[str], Graphic], Iterator[bytes]]]] = {"png": draw_pngs, "tiff": draw_tiffs}


def draw_packed(prefix: str, graphic: Graphic, suffix: str, identifiers: list[str]) -> tuple[list[str], list[Packed]]:
    """Codes with the image file of each, one of SUFFIXES, compressed for a zip. ValueError as `draw_pngs`."""
    urls = [prefix + identifier for identifier in identifiers]
    if suffix == "png":
        return identifiers, [packed(image, undeflated(image)) for image in draw_pngs(urls, graphic)]
    head = _tiff_head(graphic)
    symbols = encode(urls, graphic.layout.version, graphic.layout.level)
    pictures, streams = _pictures(symbols, graphic), _plan(graphic, head).compress(symbols)
    images = (head + picture.tobytes() for picture in pictures)
    return identifiers, list(map(packed, images, streams))


def draw_bare(prefix: str, graphic: Graphic, identifiers: list[str]) -> tuple[list[str], list[bytes]]:
    """Codes with the dots of each row by row, eight a byte, 0 for black, as a PDF takes them: compressed by zlib."""
    urls = [prefix + identifier for identifier in identifiers]
    symbols = encode(urls, graphic.layout.version, graphic.layout.level)
    return identifiers, _plan(graphic, has_zlib=True).compress(symbols)


def _batches(symbols: Symbols, size: int = 64) -> Iterator[Symbols]:
    return (symbols[start : start + size] for start in range(0, len(symbols), size))


def _plan(graphic: Graphic, head: bytes = b"", *, is_png: bool = False, has_zlib: bool = False) -> DeflatePlan:
    """Deflate the codes of a graphic; the rows of a PNG each begin with 0 for filter None (PNG, 9.2)."""
    return _made_plan(graphic.layout, graphic.module, graphic.dots.tobytes(), head, int(is_png), has_zlib)


@lru_cache(maxsize=4)
def _made_plan(
    layout: GraphicLayout, module: int, dots: bytes, head: bytes, filters: int, has_zlib: bool
) -> DeflatePlan:
    """Make the plan, once for all batches of a workorder that a process draws."""
    height, width = (modules * module for modules in layout.size)
    side, (top, left) = layout.side * module, layout.corner
    light = np.ones((height, width), np.uint8)
    place = slice(top * module, top * module + side), slice(left * module, left * module + side)
    light[place] -= np.frombuffer(dots, np.uint8).reshape(side, side)
    rows = np.pad(np.packbits(light, axis=1), ((0, 0), (filters, 0)))
    first, column = top - QUIET_ZONE, left - QUIET_ZONE
    hole = (first, first + layout.side), (column, column + layout.side)
    quiet = QUIET_ZONE * module
    return DeflatePlan(Canvas(rows, layout.modules, module, quiet, 8 * filters + quiet, hole), head, has_zlib=has_zlib)


def _tiff_head(graphic: Graphic) -> bytes:
    """Everything before the dots: header, directory of entries in the order of their tags, both resolutions."""
    height, width = graphic.size
    count, short, long, rational = 12, 3, 4, 5
    resolution = 8 + 2 + 12 * count + 4
    dots = resolution + 16
    entries = (
        (256, long, width),
        (257, long, height),
        (258, short, 1),  # bits a sample
        (259, short, 1),  # not compressed
        (262, short, 1),  # 0 is black
        (273, long, dots),
        (277, short, 1),  # samples a pixel
        (278, long, height),  # rows of the strip
        (279, long, height * -(-width // 8)),
        (282, rational, resolution),
        (283, rational, resolution + 8),
        (296, short, 2),  # resolution is in dots an inch
    )
    directory = b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in entries)
    head = struct.pack("<2sHIH", b"II", 42, 8, count) + directory + bytes(4)
    return head + struct.pack("<IIII", graphic.dpi, 1, graphic.dpi, 1)


def _pictures(symbols: Symbols, graphic: Graphic) -> Iterator[Bits]:
    """Of each symbol its rows of dots, eight a byte, 0 for black: (height, bytes of a row)."""
    layout, module = graphic.layout, graphic.module
    height, width = layout.size
    top, left = (modules * module for modules in layout.corner)
    side = layout.side * module
    frame = np.zeros((side, width * module), np.uint8)
    frame[:, left : left + side] = 1
    keep = ~np.packbits(frame, axis=1)
    frame[:, left : left + side] = 1 - graphic.dots
    pattern = np.packbits(frame, axis=1)
    inner = slice(QUIET_ZONE, QUIET_ZONE + layout.modules)
    every_byte = np.unpackbits(~np.arange(256, dtype=np.uint8)[:, None], axis=1)
    wide = np.packbits(every_byte.repeat(module, axis=1), axis=1)
    size = -(-width * module // 8)
    unused = np.uint8(0xFF << (8 * size - width * module) & 0xFF)
    for some in _batches(symbols, max(1, _WORKING_SET // (height * module * size))):
        dark = np.zeros((len(some), height, width), np.uint8)
        dark[:, inner, inner] = np.unpackbits(row_bytes(some), axis=2)[..., : layout.modules]
        lines = wide[np.packbits(dark, axis=2)].reshape(len(some), height, -1)[..., :size]
        lines[..., -1] &= unused
        pictures = lines.repeat(module, axis=1)
        rows = pictures[:, top : top + side]
        rows &= keep
        rows |= pattern
        yield from pictures
