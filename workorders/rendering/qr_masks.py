"""The best of the eight masks of QR symbols, many symbols at a time (ISO/IEC 18004, 7.8.3)."""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

from workorders.rendering.qr_matrix import BitMatrix, Words

Penalties = npt.NDArray[np.int32]

_WORKING_SET = 1 << 17  # bytes of lines that are weighed at a time: with what is derived they fit a cache


def best_masks(lines: Words, matrix: BitMatrix) -> npt.NDArray[np.intp]:
    """The mask with the least penalty for each symbol, the first of equals.

    `lines` has a symbol in each row: (count, 2 * modules), with mask 0 and light format and version bits, for that is
    how `qrcode` weighs masks. Columns that are the same in all symbols are weighed once.
    """
    modules = matrix.modules
    changes = (lines[:, modules:] != lines[0, modules:]).any(axis=0)
    constant = modules + np.flatnonzero(~changes)
    kept = np.concatenate([np.arange(modules), modules + np.flatnonzero(changes)])
    same = _Weighing(np.ascontiguousarray(lines[:1, constant].T), modules)
    begin = [same.line_penalties(matrix.masks[mask, constant])[0] for mask in range(8)]
    best = np.empty(len(lines), np.intp)
    step = max(1, _WORKING_SET // (len(kept) * lines.itemsize))
    for start in range(0, len(lines), step):
        some = _Weighing(np.ascontiguousarray(lines[start : start + step, kept].T), modules)
        penalties = [begin[mask] + some.penalties(matrix.masks[mask, kept]) for mask in range(8)]
        np.argmin(penalties, axis=0, out=best[start : start + step])
    return best


class _Weighing:
    """Lines of symbols, rows and then columns: (lines, count), a line in each word.

    A bit of what is derived tells of the modules from its place on; `word << k` brings what is k further to that place.
    """

    def __init__(self, lines: Words, modules: int) -> None:
        self.lines, self.modules = lines, modules
        width = 8 * lines.itemsize
        places = [lines.dtype.type((1 << width) - (1 << (width - modules + gone))) for gone in (1, 6)]
        self.inner, self.finders = places  # all places but the last, and those at which a finder pattern fits
        self.same = self._alike(lines)
        rows = lines[:modules]
        self.below = ~(rows[1:] ^ rows[:-1])  # has the same colour

    def _alike(self, lines: Words) -> Words:
        """Where the next module has the same colour."""
        alike: Words = ~(lines << 1 ^ lines) & self.inner
        return alike

    def penalties(self, mask: Words) -> Penalties:
        """The penalty of each symbol with a mask, whose lines are those of the symbols."""
        modules = self.modules
        same = self.same ^ self._edges(mask)
        rows = mask[:modules, None]
        # A block of two by two costs 3: two lines without an edge there, and of the same colour.
        blocks = self.below ^ (rows[1:] ^ rows[:-1])
        blocks &= same[1:modules]
        blocks &= same[: modules - 1]
        dark = _count(self.lines[:modules] ^ rows)
        total: Penalties = self._lines(same, mask) + 3 * _count(blocks) + _balance(modules)[dark]
        return total

    def line_penalties(self, mask: Words) -> Penalties:
        """The part of the penalty that follows from each line for itself."""
        return self._lines(self.same ^ self._edges(mask), mask)

    def _edges(self, mask: Words) -> Words:
        edges: Words = (mask << 1 ^ mask) & self.inner
        return edges[:, None]

    def _lines(self, same: Words, mask: Words) -> Penalties:
        next_same = same << 1
        three = same & next_same
        next_same |= same
        no_bar = next_same  # not three modules that take turns
        third = three << 2
        five = three & third
        same <<= 2
        three &= same
        four = three

        # 1011101 with 0000 before or after it costs 40. No place has both: one begins dark, the other light.
        no_bar |= no_bar << 4
        np.invert(no_bar, out=no_bar)
        third &= no_bar
        third &= (self.lines & self.finders) ^ (mask & self.finders)[:, None]
        finder = third
        before = finder << 4
        before &= four ^ five  # four, and the next one has the other colour
        four <<= 1
        four ^= five  # after one of the other colour
        four <<= 6
        finder &= four
        finder |= before

        # A run of n >= 5 modules costs n - 2. It has n - 4 fives, of which n - 5 have another next to them.
        six = five << 1
        six &= five
        total: Penalties = 3 * _count(five) - 2 * _count(six) + 40 * _count(finder)
        return total


def _count(words: Words) -> Penalties:
    """The bits set in each column."""
    total: Penalties = np.add.reduce(np.bitwise_count(words), axis=0, dtype=np.uint16).astype(np.int32)
    return total


@cache
def _balance(modules: int) -> Penalties:
    """10 for each 5 % that the dark modules, by their number, are off one half, reckoned as `qrcode` does."""
    return np.array([int(abs(dark / modules**2 * 100 - 50) / 5) * 10 for dark in range(modules**2 + 1)], np.int32)
