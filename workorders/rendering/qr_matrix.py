"""Bit matrices: how the modules of a QR symbol follow from its data, as bits to XOR.

For one version and level every module is the XOR of some data bits and a constant. Both are taken from the library
`qrcode`: its Reed-Solomon codewords, and the symbols that it draws from chosen codewords.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt
import qrcode
from qrcode import base, constants, util

Level = Literal["L", "M", "Q", "H"]
LEVELS: tuple[Level, ...] = get_args(Level)
VERSIONS = range(1, 11)  # up to 57 modules, so that a row is one word

Bits = npt.NDArray[np.uint8]
Words = npt.NDArray[Any]  # uint32 or uint64, see `BitMatrix.word`

_LEVEL_BITS = {level: getattr(constants, f"ERROR_CORRECT_{level}") for level in LEVELS}


@dataclass(frozen=True)
class BitMatrix:
    """The affine map of one version and level.

    A symbol is `2 * modules` lines, its rows from the top and then its columns from the left; the first module of a
    line is the highest bit of its word. `word` is the narrowest type that holds a line.
    """

    modules: int  # along one side
    word: type[np.uint32] | type[np.uint64]
    basis: Words  # (8 * data_codewords, lines): what each data bit flips, the first bit of a codeword being its highest
    blank: Words  # (lines,): no data bit set, mask 0, format and version bits light
    masks: Words  # (8, lines): what mask k flips beside mask 0
    finish: Words  # (8, lines): the same with the format and version bits of mask k


@cache
def bit_matrix(version: int, level: Level) -> BitMatrix:
    """Return the bit matrix of a version and level. The first call takes up to a fifth of a second."""
    blocks = _blocks(version, level)
    zeros = [0] * sum(block.total_count for block in blocks)
    modules = 17 + 4 * version
    word = np.uint32 if modules <= 32 else np.uint64
    masks = np.array([_drawn(version, level, zeros, mask) for mask in range(8)])
    finished = np.array([_drawn(version, level, zeros, mask, test=False) for mask in range(8)])
    flips = _codeword_bits(blocks)[:, _places(version, level, masks[0])]
    return BitMatrix(
        modules,
        word,
        basis=_lines(flips, word),
        blank=_lines(masks[:1], word)[0],
        masks=_lines(masks ^ masks[0], word),
        finish=_lines(finished ^ masks[0], word),
    )


def data_codewords(version: int, level: Level) -> int:
    """Return how many codewords of data a symbol holds."""
    return sum(block.data_count for block in _blocks(version, level))


def _blocks(version: int, level: Level) -> list[Any]:
    if version not in VERSIONS:
        raise ValueError(f"QR version {version} is not offered: choose {VERSIONS[0]} to {VERSIONS[-1]}.")
    if level not in LEVELS:
        raise ValueError(f"QR error correction {level!r} does not exist: choose L, M, Q or H.")
    return list(base.rs_blocks(version, _LEVEL_BITS[level]))


def _drawn(version: int, level: Level, codewords: list[int], mask: int = 0, *, test: bool = True) -> Bits:
    """The modules, 1 for dark, of the symbol that the library draws from all `codewords`, in their final order.

    With `test` its format and version bits are light, as the library has them while it weighs masks.
    """
    symbol = qrcode.QRCode(version=version, error_correction=_LEVEL_BITS[level])
    symbol.data_cache = codewords
    symbol.makeImpl(test, mask)
    return np.array(symbol.modules, np.uint8)


def _places(version: int, level: Level, blank: Bits) -> npt.NDArray[np.int64]:
    """Of each module the number, from 1, of the codewords' bit that it shows; 0 for what never changes.

    Each symbol drawn shows one binary digit of the numbers.
    """
    total = 8 * sum(block.total_count for block in _blocks(version, level))
    numbers, places = np.arange(1, total + 1), np.zeros(blank.shape, np.int64)
    for digit in range(total.bit_length()):
        codewords = np.packbits(numbers >> digit & 1 == 1).tolist()
        places |= (_drawn(version, level, codewords) ^ blank).astype(np.int64) << digit
    return places


def _codeword_bits(blocks: list[Any]) -> Bits:
    """Return which bits of the interleaved codewords each data bit flips.

    The rows are data bits. The columns are bits of codewords, numbered from 1, and column 0 stands for none.
    The codewords of the blocks take turns, first those of data, then those of error correction (ISO/IEC 18004, 7.6).
    """
    longest = max(block.data_count for block in blocks)
    checks = _check_bits(longest, blocks[0].total_count - blocks[0].data_count)
    starts = np.cumsum([0] + [block.data_count for block in blocks])
    columns = [np.zeros((8 * starts[-1], 1), np.uint8)]
    for turn in range(longest):
        for start, block in zip(starts, blocks, strict=False):
            if turn < block.data_count:
                columns.append(np.eye(8 * starts[-1], 8, -8 * (start + turn), dtype=np.uint8))
    for turn in range(checks.shape[1] // 8):
        for start, block in zip(starts, blocks, strict=False):
            own = checks[8 * (longest - block.data_count) :, 8 * turn : 8 * turn + 8]
            rest = starts[-1] - start - block.data_count
            columns.append(np.pad(own, ((8 * start, 8 * rest), (0, 0))))
    return np.hstack(columns)


def _check_bits(data: int, checks: int) -> Bits:
    """Return which bits of a block's error correction each data bit of the block flips: (8 * data, 8 * checks).

    In a shorter block a data bit flips what it flips here at the same distance from the end. The library divides for
    the lowest bit of each codeword. A higher one is a multiple of it, and flips that multiple: the code is linear over
    the field of 256 elements (ISO/IEC 18004, 7.5.2).
    """
    ones = np.ones(data, np.uint8)  # not zeros: the library cannot divide them
    plain = _codewords(ones, checks)
    lowest = np.array([_codewords(codewords, checks) ^ plain for codewords in ones ^ np.eye(data, dtype=np.uint8)])
    flips = [_times(0x80 >> bit, lowest[:, data:]) for bit in range(8)]
    return np.unpackbits(np.stack(flips, axis=1).reshape(8 * data, checks), axis=1)


def _times(factor: int, codewords: Bits) -> Bits:
    """Multiply in the field of 256 elements, by the library's tables of powers and logarithms."""
    powers, logarithms = np.array(base.EXP_TABLE, np.uint8), np.array(base.LOG_TABLE, np.int64)
    return np.where(codewords, powers[(logarithms[codewords] + logarithms[factor]) % 255], 0).astype(np.uint8)


def _codewords(data: Bits, checks: int) -> Bits:
    buffer = util.BitBuffer()
    buffer.buffer = data.tolist()
    return np.array(util.create_bytes(buffer, [base.RSBlock(len(data) + checks, len(data))]), np.uint8)


def _lines(symbols: Bits, word: type[np.uint32] | type[np.uint64]) -> Words:
    """Rows and columns of symbols (count, modules, modules) as words: (count, 2 * modules)."""
    both = np.concatenate([symbols, symbols.transpose(0, 2, 1)], axis=1)
    size = np.dtype(word).itemsize
    packed = np.packbits(np.pad(both, ((0, 0), (0, 0), (0, 8 * size - both.shape[2]))), axis=2)
    return packed.view(np.dtype(word).newbyteorder(">"))[..., 0].astype(word)
