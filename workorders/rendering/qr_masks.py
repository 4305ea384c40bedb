"""The best of the eight masks of QR symbols, many symbols at a time (ISO/IEC 18004, 7.8.3)."""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

from workorders.rendering.qr_matrix import BitMatrix, Words


def best_masks(lines: Words, matrix: BitMatrix) -> npt.NDArray[np.intp]:
    """The mask with the least penalty for each symbol, the first of equals.

    `lines` has a symbol in each column: (2 * modules, count), with mask 0 and light format and version bits, for that
    is how `qrcode` weighs masks.
    """
    modules = matrix.modules
    penalties = [_penalties(lines ^ flips[:, None], modules) for flips in matrix.masks]
    best: npt.NDArray[np.intp] = np.argmin(penalties, axis=0)
    return best


def _penalties(dark: Words, modules: int) -> npt.NDArray[np.int32]:
    """The penalty of each symbol of `dark`: (2 * modules, count), a line in each word.

    A bit of what is derived tells of the modules from its place on; `word << k` brings what is k further to that place.
    """
    width = 8 * dark.itemsize
    inner = dark.dtype.type((1 << width) - (1 << (width - modules + 1)))  # all places but the last
    edge = (dark << 1 ^ dark) & inner  # the next module has the other colour
    same = edge ^ inner
    three = same << 1 & same
    five = three << 2 & three

    # A run of n >= 5 modules costs n - 2. It has n - 4 fives, of which n - 5 have another next to them.
    runs = 3 * _count(five) - 2 * _count(five << 1 & five)

    # A block of two by two costs 3: two lines without an edge there, and of the same colour.
    rows, cut = dark[:modules], edge[:modules]
    blocks = _count(((rows[1:] ^ rows[:-1] | cut[1:] | cut[:-1]) & inner) ^ inner)

    # 1011101 with 0000 before or after it costs 40. No place has both: one begins dark, the other light.
    bar = edge << 1 & edge
    finder = bar & dark & bar << 4 & three << 2
    four = same << 2 & three
    finders = _count(finder & edge << 6 & four << 7 | four & edge << 3 & finder << 4)

    total: npt.NDArray[np.int32] = runs + 3 * blocks + 40 * finders + _balance(modules)[_count(rows)]
    return total


def _count(words: Words) -> npt.NDArray[np.int32]:
    """The bits set in each column."""
    total: npt.NDArray[np.int32] = np.add.reduce(np.bitwise_count(words), axis=0, dtype=np.uint16).astype(np.int32)
    return total


@cache
def _balance(modules: int) -> npt.NDArray[np.int32]:
    """10 for each 5 % that the dark modules, by their number, are off one half, reckoned as `qrcode` does."""
    return np.array([int(abs(dark / modules**2 * 100 - 50) / 5) * 10 for dark in range(modules**2 + 1)], np.int32)
