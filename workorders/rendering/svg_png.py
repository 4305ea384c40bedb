"""Image files of QR symbols in bulk: SVG and PNG, black on white.

- `draw_svgs(symbols, quiet_zone)`: one SVG document a symbol, a millimetre a module
- `draw_pngs(symbols, module, quiet_zone)`: one PNG of one bit a pixel a symbol, `module` pixels a module

`symbols` are those of `qr_encoder.encode`, all of one version; a few thousand at a time is enough to be fast.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import chain

import numpy as np
import numpy.typing as npt
from isal import isal_zlib

from workorders.rendering.qr_encoder import Symbols
from workorders.rendering.qr_matrix import Bits
from workorders.rendering.row_deflate import Canvas, DeflatePlan

QUIET_ZONES = range(4, 21)  # modules; no fewer than 4 by ISO/IEC 18004, 5.3.8
MODULE_PIXELS = range(1, 41)

_WORKING_SET = 1 << 19  # bytes of what is drawn at a time


def draw_svgs(symbols: Symbols, quiet_zone: int = 4) -> list[bytes]:
    """An SVG document of each symbol. ValueError says why a quiet zone is refused."""
    check_quiet_zone(quiet_zone)
    modules = symbols.shape[1]
    side = modules + 2 * quiet_zone
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{side}mm" height="{side}mm" viewBox="0 0 {side} {side}">'
        f'<path fill="#fff" d="M0 0h{side}v{side}H0z"/>'
        '<path fill="none" stroke="#000" shape-rendering="crispEdges" d="'
    ).encode()
    pen = _pen(modules, quiet_zone)
    parts = chain.from_iterable(pen.paths(some) for some in _portions(symbols, 16 * modules**2))
    return [b"%b%b%b" % (head, path, b'"/></svg>\n') for path in parts]


class _Pen:
    """Writes the dark runs of rows as strokes one module wide: `M4 4.5h7m1 0h2` are two runs in the first row.

    Strokes take half the bytes of closed rectangles. A run is a piece of text that is looked up, behind another where
    it is the first of its row.
    """

    def __init__(self, modules: int, quiet_zone: int) -> None:
        self.modules = modules
        self.bits = 5 if modules < 32 else 6
        self.width = 1 << self.bits  # of a row in bits; one is left for the edge after its last module
        moves = [f"M{quiet_zone + x} {quiet_zone + y}.5" for y in range(modules) for x in range(self.width)]
        self.moves = _words(moves)
        lengths = range(self.width)
        self.lines = _words([f"h{length}" for length in lengths])
        self.both = _words([f"m{gap} 0h{length}" for gap in lengths for length in lengths])
        self.begin = moves[0].encode()  # every symbol has a finder pattern in its first corner

    def paths(self, symbols: Symbols) -> list[bytes]:
        """The path of each symbol."""
        edges = row_bytes(symbols ^ symbols >> np.uint64(1))[..., : self.width // 8]
        at = np.flatnonzero(np.unpackbits(edges).view(np.bool_))
        starts, ends = at[::2], at[1::2]
        lengths = ends - starts
        gaps = starts[1:] - ends[:-1]
        is_first = np.ones(len(starts), np.bool_)  # in its row
        rows = starts >> self.bits
        np.not_equal(rows[1:], rows[:-1], out=is_first[1:])
        first = np.flatnonzero(is_first)
        begins = np.tile(np.arange(0, self.modules << self.bits, self.width), len(symbols))[rows[first]]
        gaps[first[1:] - 1] = 0
        places = np.arange(len(starts)) + np.cumsum(is_first)
        pieces = np.empty(len(starts) + len(first), np.uint64)
        pieces[places[1:]] = self.both[(gaps << self.bits) + lengths[1:]]
        firsts = places[first]
        pieces[firsts] = self.lines[lengths[first]]
        pieces[firsts - 1] = self.moves[begins + (starts[first] & self.width - 1)]
        text = pieces.tobytes().translate(None, b"\0")
        return [self.begin + path for path in text.split(self.begin)[1:]]


_pen = cache(_Pen)


def _words(texts: list[str]) -> npt.NDArray[np.uint64]:
    """Texts of at most eight characters, each as one number in memory, filled up with NUL."""
    return np.array(texts, "S8").view(np.uint64)


def draw_pngs(symbols: Symbols, module: int = 10, quiet_zone: int = 4) -> list[bytes]:
    """A PNG of each symbol. ValueError says why a size is refused."""
    check_quiet_zone(quiet_zone)
    if module not in MODULE_PIXELS:
        raise ValueError(f"A module of {module} pixels is not offered: choose 1 to {MODULE_PIXELS[-1]}.")
    side = (symbols.shape[1] + 2 * quiet_zone) * module
    head = png_head(side, side)
    return [png_file(head, stream) for stream in _png_plan(symbols.shape[1], module, quiet_zone).compress(symbols)]


@lru_cache(maxsize=8)
def _png_plan(modules: int, module: int, quiet_zone: int) -> DeflatePlan:
    """Deflate the rows of a PNG, each behind 0 for filter None (PNG, 9.2)."""
    side = (modules + 2 * quiet_zone) * module
    rows = np.full((side, 1 + -(-side // 8)), 0xFF, np.uint8)
    rows[:, 0] = 0
    return DeflatePlan(Canvas(rows, modules, module, quiet_zone * module, 8 + quiet_zone * module), has_zlib=True)


def png_head(width: int, height: int) -> bytes:
    """What a PNG of one bit a pixel begins with (PNG, 5.2 and 11.2.2)."""
    return b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))


def png_file(head: bytes, stream: bytes) -> bytes:
    """A PNG of what comes first and its compressed rows."""
    return b"".join((head, png_chunk(b"IDAT", stream), _PNG_END))


def png_chunk(kind: bytes, content: bytes) -> bytes:
    """A chunk of a PNG (PNG, 5.3)."""
    crc = isal_zlib.crc32(content, isal_zlib.crc32(kind))
    return b"".join((len(content).to_bytes(4), kind, content, crc.to_bytes(4)))


_PNG_END = png_chunk(b"IEND", b"")


def check_quiet_zone(quiet_zone: int) -> None:
    """ValueError unless a quiet zone is that wide."""
    if quiet_zone not in QUIET_ZONES:
        raise ValueError(
            f"A quiet zone of {quiet_zone} modules is not offered: choose {QUIET_ZONES[0]}, the least that "
            f"ISO/IEC 18004 allows, to {QUIET_ZONES[-1]}."
        )


def row_bytes(rows: Symbols) -> Bits:
    """The bytes of rows, leftmost first: (count, modules, 8)."""
    return rows.astype(">u8").view(np.uint8).reshape(*rows.shape, 8)


def _portions(symbols: Symbols, size: int) -> Iterator[Symbols]:
    """The symbols in portions of which a working set holds `size` bytes each."""
    step = max(1, _WORKING_SET // size)
    return (symbols[start : start + step] for start in range(0, len(symbols), step))
