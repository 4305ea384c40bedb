"""Huffman codes of deflate that are made beforehand, for many streams of the same kind (RFC 1951, 3.2).

A code of symbols is a pair of arrays: the bits of each symbol, the first of them the lowest, and how many there are. 0
bits is a symbol that has no code.
"""

from __future__ import annotations

import heapq
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from operator import itemgetter

import numpy as np
import numpy.typing as npt

BitString = tuple[int, int]
"""Bits, the first of them the lowest, and how many they are."""

END = 256  # ends a block
LEAST_MATCH, LONGEST_MATCH = 3, 258  # bytes

_LITERALS, _DISTANCES = 286, 30  # symbols
_LONGEST, _LONGEST_OF_LENGTHS = 15, 7  # bits of a code
_ORDER = (16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15)  # of the lengths' own code
_REPEATED = {16: 2, 17: 3, 18: 7}  # bits behind a symbol that repeats a length


def _ranges(first: int, extras: Sequence[int]) -> list[tuple[int, int]]:
    """Where the range of each symbol begins, and the bits that tell the place within it."""
    starts = [first]
    for extra in extras[:-1]:
        starts.append(starts[-1] + (1 << extra))
    return list(zip(starts, extras, strict=True))


_MATCHES = _ranges(3, [0] * 8 + [extra for extra in range(1, 6) for _ in range(4)][:20])
_FAR = _ranges(1, [0, 0] + [extra for extra in range(14) for _ in range(2)])


def length_symbol(length: int) -> tuple[int, BitString]:
    """The symbol of a match's length, and the bits behind it."""
    if length == LONGEST_MATCH:
        return 285, (0, 0)
    number, extra = _symbol(_MATCHES, length)
    return 257 + number, extra


def distance_symbol(distance: int) -> tuple[int, BitString]:
    """The symbol of a match's distance, and the bits behind it."""
    return _symbol(_FAR, distance)


def _symbol(ranges: list[tuple[int, int]], value: int) -> tuple[int, BitString]:
    number = bisect_right(ranges, value, key=itemgetter(0)) - 1
    start, extra = ranges[number]
    return number, (value - start, extra)


class BlockCode:
    """The two codes of a block, made for the weights of its symbols, and the bits that a block begins with."""

    def __init__(self, literals: Mapping[int, float], distances: Mapping[int, float]) -> None:
        two = {0: 0.0, 1: 0.0, **distances}  # so that both have a code of one bit, which every reader takes
        lengths = _lengths(literals, _LITERALS, _LONGEST), _lengths(two, _DISTANCES, _LONGEST)
        self.literals, self.distances = map(_codes, lengths)
        self.header = _header(*lengths)

    def literal(self, symbol: int) -> BitString:
        """The bits of a literal, a length or the end."""
        bits, lengths = self.literals
        return int(bits[symbol]), int(lengths[symbol])

    def match(self, length: int, distance: int) -> BitString:
        """The bits of a match."""
        far, lengths = self.distances
        symbol, extra = length_symbol(length)
        place, rest = distance_symbol(distance)
        return joined([self.literal(symbol), extra, (int(far[place]), int(lengths[place])), rest])


def joined(parts: Sequence[BitString]) -> BitString:
    """One after the other."""
    bits = size = 0
    for part, length in parts:
        bits |= part << size
        size += length
    return bits, size


def _lengths(weights: Mapping[int, float], symbols: int, longest: int) -> list[int]:
    """The bits of each symbol's code; where the best code has longer ones, that of weights nearer to each other."""
    lengths = [0] * symbols
    heap: list[tuple[float, int, tuple[int, ...]]] = [(weight, symbol, (symbol,)) for symbol, weight in weights.items()]
    heapq.heapify(heap)
    while len(heap) > 1:
        light, first, some = heapq.heappop(heap)
        heavy, second, others = heapq.heappop(heap)
        for symbol in (*some, *others):
            lengths[symbol] += 1
        heapq.heappush(heap, (light + heavy, min(first, second), some + others))
    if max(lengths) > longest:
        least = sum(weights.values()) / 2**longest
        return _lengths({symbol: weight + least for symbol, weight in weights.items()}, symbols, longest)
    return lengths


def _codes(lengths: Sequence[int]) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.uint64]]:
    """The codes that follow from the lengths (3.2.2)."""
    bits, code, before = np.zeros(len(lengths), np.uint64), 0, 0
    for length, symbol in sorted((length, symbol) for symbol, length in enumerate(lengths) if length):
        code <<= length - before
        bits[symbol] = int(f"{code:0{length}b}"[::-1], 2)
        code, before = code + 1, length
    return bits, np.array(lengths, np.uint64)


def _header(literals: list[int], distances: list[int]) -> BitString:
    """Say that the last block begins, and its codes (3.2.3 and 3.2.7)."""
    many = max(257, *(symbol + 1 for symbol, length in enumerate(literals) if length))
    far = max(symbol + 1 for symbol, length in enumerate(distances) if length)
    said = _said(literals[:many] + distances[:far])
    counts: dict[int, float] = {0: 0.0, 18: 0.0}  # two at least
    for symbol, _repeats in said:
        counts[symbol] = counts.get(symbol, 0) + 1
    lengths = _lengths(counts, len(_ORDER), _LONGEST_OF_LENGTHS)
    bits, sizes = _codes(lengths)
    shown = max(place + 1 for place, symbol in enumerate(_ORDER) if lengths[symbol])
    parts = [(1, 1), (2, 2), (many - 257, 5), (far - 1, 5), (shown - 4, 4)]
    parts += [(lengths[symbol], 3) for symbol in _ORDER[:shown]]
    for symbol, repeats in said:
        parts += [(int(bits[symbol]), int(sizes[symbol])), (repeats, _REPEATED.get(symbol, 0))]
    return joined(parts)


def _said(lengths: list[int]) -> list[tuple[int, int]]:
    """Lengths as symbols with what stands behind them: repeats are told by their number."""
    said, at = [], 0
    while at < len(lengths):
        length, run = lengths[at], 1
        while at + run < len(lengths) and lengths[at + run] == length:
            run += 1
        at += run
        if length:
            said.append((length, 0))
            run -= 1
        while run >= 3:
            some = min(run, 6 if length else 138)
            symbol, least = (16, 3) if length else (17, 3) if some < 11 else (18, 11)
            said.append((symbol, some - least))
            run -= some
        said += [(length, 0)] * run
    return said
