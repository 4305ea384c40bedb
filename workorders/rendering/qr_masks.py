"""The best of the eight masks of QR symbols, many symbols at a time (ISO/IEC 18004, 7.8.3)."""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

from workorders.rendering.qr_matrix import BitMatrix, Words

Penalties = npt.NDArray[np.int32]

_FEW = 100  # symbols for which that does not pay
_WORKING_SET = 1 << 17  # bytes of lines that are weighed at a time: with what is derived they fit a cache


def best_masks(lines: Words, matrix: BitMatrix) -> npt.NDArray[np.intp]:
    """The mask with the least penalty for each symbol, the first of equals.

    `lines` has a symbol in each row: (count, 2 * modules), with mask 0 and light format and version bits, for that is
    how `qrcode` weighs masks. What the columns add that are the same in all symbols is found once.
    """
    modules = matrix.modules
    changes = (lines[:, modules:] != lines[0, modules:]).any(axis=0)
    if len(lines) < _FEW:
        changes[:] = True
    scale = _Scale(matrix, modules + np.flatnonzero(changes))
    constant: Penalties | int = 0
    if not changes.all():
        constant = _Scale(matrix, np.arange(modules, 2 * modules)).penalties(lines[:1]) - scale.penalties(lines[:1])
    best = np.empty(len(lines), np.intp)
    step = max(1, _WORKING_SET // scale.size)
    for start in range(0, len(lines), step):
        penalties = scale.penalties(lines[start : start + step]) + constant
        penalties.argmin(axis=0, out=best[start : start + step])
    return best


class _Scale:
    """Weighs all rows of symbols and some columns, in words of 64 bits: (words, count).

    A word has one line, or two of up to 32 modules, so that both are counted at once. The rows come first. Where there
    are two, the second begins in the middle of the rows, and the row there stands in both: what it adds for itself is
    counted in one.

    A bit of what is derived tells of the modules from its place on; what is k further is brought there.
    """

    def __init__(self, matrix: BitMatrix, columns: npt.NDArray[np.intp]) -> None:
        modules, word = matrix.modules, np.dtype(matrix.word)
        lanes = 8 // word.itemsize
        run = (modules - 1) // lanes
        self.modules, self.word, self.rows = modules, word, run + 1
        rows = (np.arange(self.rows)[:, None] + run * np.arange(lanes)).ravel()
        self.order = np.concatenate([rows, columns, columns[:1].repeat(-len(columns) % lanes)])
        counted = np.full(len(self.order), ~word.type(0))
        counted[len(rows) - lanes : len(rows) - 1] = 0
        counted[len(rows) + len(columns) :] = 0
        width = 8 * word.itemsize
        inner, finders = (word.type((1 << width) - (1 << (width - modules + less))) for less in (1, 6))
        masks = matrix.masks[:, self.order]
        self.inner = self._words(np.full(lanes, inner))  # all places but the last
        self.finders = self._words(counted & finders)[:, None]  # where a finder pattern begins that fits
        self.counted = self._words(counted)[:, None]
        self.edges = self._words((masks << 1 ^ masks) & inner)[..., None]
        self.masks = self._words(masks)[..., None]
        self.size = 8 * self.masks.shape[1]  # bytes of a symbol
        self.scratch = np.empty((0, 0, 0), np.uint64)

    def _words(self, lines: Words) -> Words:
        words: Words = np.ascontiguousarray(lines).view(np.uint64)
        return words

    def penalties(self, lines: Words) -> Penalties:
        """The penalty of each symbol with each mask: (8, count)."""
        words = np.ascontiguousarray(self._words(lines.take(self.order, axis=1)).T)
        if self.scratch.shape[1:] != words.shape:  # memory that is new costs more than what is done in it
            self.scratch = np.empty((6, *words.shape), np.uint64)
        same = self._further(words, 1, np.empty_like(words))
        same ^= words
        np.invert(same, out=same)
        same &= self.inner  # the next module has the same colour
        rows = words[: self.rows]
        below = ~(rows[1:] ^ rows[:-1])  # has the same colour
        rows = rows & self.counted[: self.rows]
        words &= self.finders
        return np.array([self._masked(mask, same, words, rows, below) for mask in range(8)])

    def _masked(self, mask: int, alike: Words, begins: Words, rows: Words, below: Words) -> Penalties:
        flips, counted = self.masks[mask], self.counted[: self.rows]
        same, three, third, five, work, counts = self.scratch
        np.bitwise_xor(alike, self.edges[mask], out=same)

        # A block of two by two costs 3: two lines without an edge there, and of the same colour.
        blocks = np.bitwise_xor(below, flips[1 : self.rows] ^ flips[: self.rows - 1], out=work[1 : self.rows])
        blocks &= same[1 : self.rows]
        blocks &= same[: self.rows - 1]
        total = 3 * _count(blocks, counts)
        dark = np.bitwise_xor(rows, flips[: self.rows] & counted, out=work[: self.rows])
        total += _balance(self.modules)[_count(dark, counts)]
        for end in (self.rows - 1, -1):  # which may have a line that is not counted
            same[end] &= self.counted[end]

        self._further(same, 1, work)
        np.bitwise_and(same, work, out=three)
        work |= same  # not three modules that take turns
        self._further(three, 2, third)
        np.bitwise_and(three, third, out=five)
        three &= self._further(same, 2, same)
        four = three

        # 1011101 with 0000 before or after it costs 40. No place has both: one begins dark, the other light.
        work |= self._further(work, 4, same)
        third &= np.invert(work, out=work)
        third &= np.bitwise_xor(begins, flips & self.finders, out=work)
        finder = third
        before = self._further(finder, 4, same)
        before &= np.bitwise_xor(four, five, out=work)  # four, and the next one has the other colour
        after = self._further(four, 1, work)
        after ^= five  # four after one of the other colour
        finder &= self._further(after, 6, after)
        finder |= before
        total += 40 * _count(finder, counts)

        # A run of n >= 5 modules costs n - 2. It has n - 4 fives, of which n - 5 have another next to them.
        six = self._further(five, 1, work)
        six &= five
        total += 3 * _count(five, counts)
        total -= 2 * _count(six, counts)
        return total

    def _further(self, words: Words, places: int, out: Words) -> Words:
        """Bring what is so many places further."""
        np.left_shift(words.view(self.word), places, out=out.view(self.word))
        return out


def _count(words: Words, scratch: Words) -> Penalties:
    """The bits set in each column."""
    counts = scratch.reshape(-1).view(np.uint8)[: words.size].reshape(words.shape)
    np.bitwise_count(words, out=counts)
    total: Penalties = np.add.reduce(counts, axis=0, dtype=np.uint16).astype(np.int32)
    return total


@cache
def _balance(modules: int) -> Penalties:
    """10 for each 5 % that the dark modules, by their number, are off one half, reckoned as `qrcode` does."""
    return np.array([int(abs(dark / modules**2 * 100 - 50) / 5) * 10 for dark in range(modules**2 + 1)], np.int32)
