"""Deflating pictures of QR symbols in bulk, without drawing them: a stream follows from the modules by tables.

    plan = DeflatePlan(Canvas(...))
    streams = plan.compress(symbols)

All pictures of a kind have the same places where a row of dots repeats what is above it: those are matches, the same in
every stream. What else there is are literals that follow from a few modules each. So one Huffman code, made
beforehand for the whole kind, does for all of them, and a stream is pieces of up to 57 bits, each looked up by up to
eight modules and put one behind the other. Sections are those of RFC 1951.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, pairwise

import numpy as np
import numpy.typing as npt
from isal import isal_zlib

from workorders.rendering.huffman import (
    END,
    LEAST_MATCH,
    LONGEST_MATCH,
    BitString,
    BlockCode,
    distance_symbol,
    joined,
    length_symbol,
)
from workorders.rendering.qr_matrix import Bits

Words = npt.NDArray[np.uint64]
Span = tuple[int, int]  # the first and what is behind the last

_WORKING_SET = 1 << 17  # bytes of pieces at a time: with what is derived they fit a cache
_PIECE = 57  # bits at most, so that one begins in every word; what is above says how many they are
_INDEX = 8  # modules at most that a piece is looked up by
_WORTH = 4  # bytes that a match has at least
_ADLER = 65521  # RFC 1950, 8.2


@dataclass(frozen=True, eq=False)
class Canvas:
    """A kind of pictures: the bytes of its rows of dots where all modules are light, 1 for a light dot.

    The symbol has `modules` rows of as many, each `module` dots, and begins in row `top` and bit `left`. Modules that
    are in the rows and columns `hole` are not seen.
    """

    rows: Bits  # (height, bytes)
    modules: int
    module: int
    top: int
    left: int
    hole: tuple[Span, Span] = ((0, 0), (0, 0))

    @cached_property
    def dot_modules(self) -> npt.NDArray[np.int64]:
        """Of each bit of a row its module's column, -1 where there is none."""
        dots = np.arange(8 * self.rows.shape[1]) - self.left
        return np.where((dots >= 0) & (dots < self.modules * self.module), dots // self.module, -1)

    @cached_property
    def seen(self) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
        """Of each bit whether it shows a module: in other rows, and in those of the hole."""
        left, right = self.hole[1]
        columns = self.dot_modules
        return columns >= 0, (columns >= 0) & ~((left <= columns) & (columns < right))

    def has_hole(self, number: int) -> bool:
        """Say whether the hole is in that row of modules."""
        first, end = self.hole[0]
        return first <= number < end

    def module_row(self, row: int) -> int | None:
        """The row of modules that a row of dots shows."""
        number = (row - self.top) // self.module
        return number if 0 <= number < self.modules else None


@dataclass(frozen=True)
class _Literal:
    """A byte that follows from the modules of columns `first` to `last`; `last` is -1 where it is always the same."""

    first: int
    last: int
    values: Bits  # by the modules as a number, the first of them its highest bit


_ALWAYS = [_Literal(0, -1, np.array([byte], np.uint8)) for byte in range(256)]
_RunKey = tuple[bool | None, int, bytes]  # whether its row of modules has a hole, first column, bytes of light modules


class DeflatePlan:
    """Deflates the pictures of one kind, behind the bytes `head`; `has_zlib` puts zlib's frame around (RFC 1950)."""

    def __init__(self, canvas: Canvas, head: bytes = b"", *, has_zlib: bool = False) -> None:
        self._canvas = canvas
        self._has_zlib = has_zlib
        self._width = canvas.rows.shape[1]
        self._literals: dict[tuple[bool, int, int], _Literal] = {}
        self._runs: dict[_RunKey, list[_Literal]] = {}
        unseen = np.logical_not(np.stack(canvas.seen).reshape(2, self._width, 8).any(axis=2))
        self._unseen: list[list[bool]] = unseen.tolist()
        steps = list(self._steps())
        self._code = self._made_code(steps, head)
        self._fixed: list[int] = []  # each piece, where it is always the same
        found: list[tuple[int, int, int, Words]] = []  # the others: place, row of modules, last module and table
        zlib = [(0x0178, 16)] if has_zlib else []
        waiting = [*zlib, self._code.header, *map(self._code.literal, head)]
        tables: dict[_RunKey, list[tuple[Span, Words]]] = {}
        for row, begin, end, is_match in steps:
            if is_match:
                waiting += [self._code.match(length, self._width if row else 1) for length in _lengths(end - begin)]
                continue
            key = self._run_key(row, begin, end)
            literals = self._run(key)
            if all(literal.last < 0 for literal in literals):
                waiting += map(self._code.literal, key[2])
                continue
            waiting = self._fill(waiting)
            if key not in tables:
                tables[key] = list(self._looked_up(literals))
            number = canvas.module_row(row)
            assert number is not None  # noqa: S101  # as modules are seen
            for (_first, last), table in tables[key]:
                found.append((len(self._fixed), number, last, table))
                self._fixed.append(0)
        self._fill([*waiting, self._code.literal(END)])
        self._fixed.append(0)  # no bits: it begins in the last word
        self._template = np.array(self._fixed, np.uint64)
        distinct = {id(table): table for *_where, table in found}
        begins = dict(zip(distinct, accumulate(map(len, distinct.values()), initial=0), strict=False))
        self._table = np.concatenate([*distinct.values(), np.zeros(0, np.uint64)])
        self._places, self._rows = (np.array([piece[field] for piece in found], np.int64) for field in (0, 1))
        self._shifts = np.array([63 - last for *_where, last, _table in found], np.uint64)
        self._masks = np.array([len(table) - 1 for *_where, table in found], np.uint64)
        self._begins = np.array([begins[id(table)] for *_where, table in found], np.int64)

    def compress(self, symbols: Words) -> list[bytes]:
        """The stream of each symbol."""
        step = max(1, _WORKING_SET // self._template.nbytes)
        streams = []
        for start in range(0, len(symbols), step):
            some = symbols[start : start + step]
            entries = np.tile(self._template, (len(some), 1))
            modules = some.take(self._rows, axis=1) >> self._shifts & self._masks
            entries[:, self._places] = self._table.take(modules.view(np.int64) + self._begins)
            packed = _packed(entries)
            if self._has_zlib:
                sums = self._checksums(some).astype(">u4").tobytes()
                packed = [stream + sums[4 * at : 4 * at + 4] for at, stream in enumerate(packed)]
            streams += packed
        return streams

    def _steps(self) -> Iterator[tuple[int, int, int, bool]]:
        """Go through the bytes: the row and columns of literals that stand together, or of a match with what is above.

        A match may go on beyond its row. The first row has matches with the byte before.
        """
        canvas, width = self._canvas, self._width
        numbers = [canvas.module_row(row) for row in range(len(canvas.rows))]
        same = np.zeros(canvas.rows.shape, bool)
        same[1:] = canvas.rows[1:] == canvas.rows[:-1]
        for row in range(1, len(same)):
            if numbers[row] != numbers[row - 1]:
                for number in numbers[row - 1 : row + 1]:
                    if number is not None:
                        same[row] &= self._unseen[canvas.has_hole(number)]
        if numbers[0] is None:
            same[0, 1:] = canvas.rows[0, 1:] == canvas.rows[0, :-1]
        flat = same.ravel()
        ends = np.flatnonzero(flat[1:] != flat[:-1]) + 1
        edges = [0, *ends.tolist(), len(flat)]
        if width not in edges and len(same) > 1:
            edges = sorted([*edges, width])  # what the first row matches is another distance off
        for begin, end in pairwise(edges):
            if flat[begin] and end - begin >= _WORTH:
                yield begin // width, begin % width, begin % width + end - begin, True
                continue
            at = begin
            while at < end:
                stop = min(end, (at // width + 1) * width)
                yield at // width, at % width, at % width + stop - at, False
                at = stop

    def _run_key(self, row: int, begin: int, end: int) -> _RunKey:
        """Return what tells literals that stand together from others."""
        number = self._canvas.module_row(row)
        kind = None if number is None else self._canvas.has_hole(number)
        return kind, begin, self._canvas.rows[row, begin:end].tobytes()

    def _run(self, key: _RunKey) -> list[_Literal]:
        """Return literals that stand together."""
        if key not in self._runs:
            has_hole, begin, content = key
            self._runs[key] = [
                _ALWAYS[byte]
                if has_hole is None or self._unseen[has_hole][column]
                else self._seen(has_hole, column, byte)
                for column, byte in enumerate(content, begin)
            ]
        return self._runs[key]

    def _seen(self, has_hole: bool, column: int, light: int) -> _Literal:
        """Return a literal that shows modules, in front of that byte."""
        key = has_hole, column, light
        if key not in self._literals:
            bits = slice(8 * column, 8 * column + 8)
            seen, modules = self._canvas.seen[has_hole][bits], self._canvas.dot_modules[bits]
            first, last = modules[seen][[0, -1]].tolist()
            index = np.arange(1 << (last - first + 1))[:, None]
            dark = np.where(seen, index >> np.where(seen, last - modules, 0) & 1, 0).astype(np.uint8)
            self._literals[key] = _Literal(first, last, np.packbits(dark, axis=1)[:, 0] ^ np.uint8(light))
        return self._literals[key]

    def _made_code(self, steps: list[tuple[int, int, int, bool]], head: bytes) -> BlockCode:
        """Make the code for the weights of all steps, with modules dark and light by chance."""
        literals: dict[int, float] = defaultdict(float, {END: 1})
        distances: dict[int, float] = defaultdict(float)
        runs: dict[_RunKey, int] = defaultdict(int)
        for byte in head:
            literals[byte] += 1
        for row, begin, end, is_match in steps:
            if is_match:
                for length in _lengths(end - begin):
                    literals[length_symbol(length)[0]] += 1
                    distances[distance_symbol(self._width if row else 1)[0]] += 1
                continue
            runs[self._run_key(row, begin, end)] += 1
        for key, times in runs.items():
            for literal in self._run(key):
                for value in literal.values.tolist():
                    literals[value] += times / len(literal.values)
        return BlockCode(literals, distances)

    def _looked_up(self, literals: list[_Literal]) -> Iterator[tuple[Span, Words]]:
        """Literals that stand together as pieces: the modules that each is looked up by, and its table."""
        bits, sizes = self._code.literals
        first, last = 0, -1
        table, length = np.zeros(1, np.uint64), np.zeros(1, np.uint64)
        for literal in literals:
            begin, end = (literal.first, literal.last) if last < first else (first, last)
            if literal.last >= literal.first:
                begin, end = min(begin, literal.first), max(end, literal.last)
            longest = int(length.max() + sizes[literal.values].max())
            if end - begin >= _INDEX or longest > _PIECE:
                yield (first, last), table | length << np.uint64(_PIECE)
                first, last = literal.first, literal.last
                table, length = bits[literal.values], sizes[literal.values]
                continue
            index = np.arange(1 << (end - begin + 1))
            before = index >> max(0, end - last) & (len(table) - 1)
            value = literal.values[index >> max(0, end - literal.last) & (len(literal.values) - 1)]
            table, length = table[before] | bits[value] << length[before], length[before] + sizes[value]
            first, last = begin, end
        yield (first, last), table | length << np.uint64(_PIECE)

    def _fill(self, waiting: list[BitString]) -> list[BitString]:
        """Append bits that are always the same; none are left."""
        bits, size = joined(waiting)
        for start in range(0, size, _PIECE):
            length = min(_PIECE, size - start)
            self._fixed.append(bits >> start & (1 << length) - 1 | length << _PIECE)
        return []

    @cached_property
    def _sums(self) -> Words:
        """What dark modules change of Adler's two sums, (rows, bytes of modules, 256): the second in the upper half."""
        canvas, width = self._canvas, self._width
        total = canvas.rows.size
        columns = -(-canvas.modules // 8)
        byte = np.arange(256)
        changes = np.zeros((canvas.modules, columns, 256), np.uint64)
        values = 1 << 7 - np.arange(8 * width) % 8
        for row in range(canvas.modules):
            seen = canvas.seen[canvas.has_hole(row)]
            module = canvas.dot_modules[seen]
            of_dots = values[seen]
            plain = np.bincount(module, of_dots, 8 * columns).astype(np.int64)
            placed = np.bincount(module, of_dots * (np.arange(8 * width)[seen] // 8), 8 * columns).astype(np.int64)
            times = canvas.module
            behind = times * (total - (canvas.top + row * times) * width) - width * (times * (times - 1) // 2)
            both = -times * plain % _ADLER, (times * placed - behind * plain) % _ADLER
            for column in range(columns):
                dark = byte[:, None] >> np.arange(7, -1, -1) & 1
                low, high = (dark @ change[8 * column : 8 * column + 8] for change in both)
                changes[row, column] = low.astype(np.uint64) | high.astype(np.uint64) << np.uint64(32)
        return changes

    @cached_property
    def _light_sums(self) -> tuple[int, int]:
        light = isal_zlib.adler32(self._canvas.rows.tobytes())
        return light & 0xFFFF, light >> 16

    def _checksums(self, symbols: Words) -> Words:
        """The Adler-32 of each picture, which is linear in its dots."""
        columns = self._sums.shape[1]
        modules = symbols.astype(">u8").view(np.uint8).reshape(*symbols.shape, 8)[..., :columns]
        places = np.arange(self._sums.size // 256).reshape(self._sums.shape[:2]) * 256
        sums = self._sums.ravel().take(modules + places).sum(axis=(1, 2))
        low, high = self._light_sums
        first = ((sums & np.uint64(0xFFFFFFFF)) + np.uint64(low)) % np.uint64(_ADLER)
        second = ((sums >> np.uint64(32)) + np.uint64(high)) % np.uint64(_ADLER)
        both: Words = second << np.uint64(16) | first
        return both


def _lengths(run: int) -> Iterator[int]:
    """Lengths of matches that make a run."""
    while run > LONGEST_MATCH:
        length = min(LONGEST_MATCH, run - LEAST_MATCH)
        yield length
        run -= length
    yield run


def _packed(entries: Words) -> list[bytes]:
    """The bits of each row of pieces, in bytes. The last piece of a row has none."""
    sizes = entries >> np.uint64(_PIECE)
    ends = np.cumsum(sizes, axis=1)
    totals = ends[:, -1]
    words = np.concatenate(([np.uint64(0)], np.cumsum((totals >> np.uint64(6)) + np.uint64(1))))
    places = (ends - sizes + (words[:-1, None] << np.uint64(6))).ravel()
    values = (entries & np.uint64((1 << _PIECE) - 1)).ravel()
    shifts, numbers = places & np.uint64(63), places >> np.uint64(6)
    starts = np.concatenate(([0], np.flatnonzero(numbers[1:] != numbers[:-1]) + 1))
    merged = np.bitwise_or.reduceat(values << shifts, starts)
    last = starts[1:] - 1
    merged[1:] |= values[last] >> np.uint64(1) >> (np.uint64(63) - shifts[last])
    content = merged.astype("<u8").tobytes()
    begins = (words[:-1] << np.uint64(3)).tolist()
    lengths = (totals + np.uint64(7) >> np.uint64(3)).tolist()
    return [content[begin : begin + length] for begin, length in zip(begins, lengths, strict=True)]
