"""Image files of secure codes in bulk: symbol and secure graphic, one bit a printer's dot, with the resolution in them.

- `draw_pngs(urls, graphic)`, `draw_tiffs(urls, graphic)`: an image of each URL, in order
- `SUFFIXES`: both by the ending of a file's name
- `draw_packed(...)`, `draw_bare(...)`: what an archive and a PDF take, by functions that other processes can run

A TIFF is uncompressed, which every raster image processor reads; deflate it in the archive.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Sequence
from typing import Final

import numpy as np
from isal import isal_zlib

from workorders.rendering.qr_encoder import Symbols, encode
from workorders.rendering.qr_matrix import Bits
from workorders.rendering.secure_graphic import QUIET_ZONE, Graphic
from workorders.rendering.svg_png import png_chunk, row_bytes
from workorders.rendering.zip_writer import Packed, deflate

_BATCH = 64  # codes drawn at a time: from 2 MB of dots at 600 dpi to 30 MB at 2400


def draw_pngs(urls: Sequence[str], graphic: Graphic) -> Iterator[bytes]:
    """A PNG of each URL. ValueError names the first URL that does not fit, before anything is drawn."""
    height, width = graphic.size
    metre = round(graphic.dpi / 0.0254)
    head = (
        b"\x89PNG\r\n\x1a\n"
        + png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
        + png_chunk(b"pHYs", struct.pack(">IIB", metre, metre, 1))
    )
    tail = png_chunk(b"IEND", b"")
    symbols = encode(urls, graphic.layout.version, graphic.layout.level)
    lines = (np.pad(picture, ((0, 0), (1, 0))) for picture in _pictures(symbols, graphic))  # filter None
    return (b"".join((head, png_chunk(b"IDAT", isal_zlib.compress(line.tobytes(), 1)), tail)) for line in lines)


def draw_tiffs(urls: Sequence[str], graphic: Graphic) -> Iterator[bytes]:
    """A baseline bilevel TIFF (TIFF 6.0, section 4) of each URL, in one strip. ValueError as `draw_pngs`."""
    head = _tiff_head(graphic)
    symbols = encode(urls, graphic.layout.version, graphic.layout.level)
    return (head + picture.tobytes() for picture in _pictures(symbols, graphic))


SUFFIXES: Final[dict[str, Callable[[Sequence[str], Graphic], Iterator[bytes]]]] = {"png": draw_pngs, "tiff": draw_tiffs}


def draw_packed(prefix: str, graphic: Graphic, suffix: str, identifiers: list[str]) -> tuple[list[str], list[Packed]]:
    """Codes with the image file of each, one of SUFFIXES, compressed for a zip. ValueError as `draw_pngs`."""
    images = SUFFIXES[suffix]([prefix + identifier for identifier in identifiers], graphic)
    return identifiers, [deflate(image) for image in images]


def draw_bare(prefix: str, graphic: Graphic, identifiers: list[str]) -> tuple[list[str], list[bytes]]:
    """Codes with the dots of each row by row, eight a byte, 0 for black, as a PDF takes them: compressed by zlib."""
    urls = [prefix + identifier for identifier in identifiers]
    pictures = _pictures(encode(urls, graphic.layout.version, graphic.layout.level), graphic)
    return identifiers, [isal_zlib.compress(picture.tobytes(), 1) for picture in pictures]


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
    for start in range(0, len(symbols), _BATCH):
        some = symbols[start : start + _BATCH]
        light = np.ones((len(some), height, width), np.uint8)
        inner = slice(QUIET_ZONE, QUIET_ZONE + layout.modules)
        light[:, inner, inner] -= np.unpackbits(row_bytes(some), axis=2)[..., : layout.modules]
        pictures = np.packbits(light.repeat(module, axis=2), axis=2).repeat(module, axis=1)
        rows = pictures[:, top : top + side]
        rows &= keep
        rows |= pattern
        yield from pictures
