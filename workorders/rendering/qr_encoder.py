"""QR symbols in bulk: thousands of URLs at a time, module for module what `qrcode` draws, some hundred times as fast.

- `capacity(version, level)`: the longest URL of a version and level, in characters
- `smallest_version(length, level)`: the version for URLs up to that length
- `encode(urls, version, level)`: their symbols, as an array of rows

All URLs are ASCII and stored in byte mode. Tables are made at the first call in a process.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from workorders.rendering.qr_masks import best_masks
from workorders.rendering.qr_matrix import LEVELS, VERSIONS, Bits, Level, Words, bit_matrix, data_codewords

__all__ = ["LEVELS", "VERSIONS", "Level", "Symbols", "capacity", "encode", "smallest_version"]

Symbols = npt.NDArray[np.uint64]
"""(count, modules): a row of modules in each word, the leftmost in the highest bit, 1 for dark."""


_WORKING_SET = 1 << 17  # bytes of lines at a time, which fit a cache


def capacity(version: int, level: Level) -> int:
    """The longest URL that fits (ISO/IEC 18004, table 7, byte mode)."""
    return data_codewords(version, level) - _head(version)


def smallest_version(length: int, level: Level) -> int:
    """The smallest version for URLs of up to `length` characters."""
    for version in VERSIONS:
        if length <= capacity(version, level):
            return version
    longest = capacity(VERSIONS[-1], level)
    raise ValueError(f"{length} characters do not fit a QR symbol of level {level}, which takes at most {longest}.")


def encode(urls: Sequence[str], version: int, level: Level) -> Symbols:
    """The symbols of `urls`, each with the mask of the least penalty. ValueError names what does not fit."""
    table = bit_matrix(version, level)
    if not urls:
        return np.empty((0, table.modules), np.uint64)
    lines = _unmasked(_messages(urls, version, level), version, level)
    rows = table.finish[:, : table.modules].take(best_masks(lines, table), axis=0)
    rows ^= lines[:, : table.modules]
    symbols = rows.astype(np.uint64, copy=False)
    symbols <<= np.uint64(64 - 8 * lines.itemsize)
    return symbols


def _head(version: int) -> int:
    """Codewords of which half a one says the mode, half a one ends the text, and the rest is its length."""
    return 2 if version < 10 else 3


def _messages(urls: Sequence[str], version: int, level: Level) -> Bits:
    """The data codewords of each URL (ISO/IEC 18004, 7.4.5, 7.4.9 and 7.4.10): (count, data)."""
    text, lengths = _checked(urls, version, level)
    head, data = _head(version), data_codewords(version, level)
    place = np.arange(data, dtype=np.int16)
    plain = np.zeros((len(urls), data), np.uint8)  # half a codeword too late, without mode and padding
    plain[:, head - 2] = lengths & 0xFF
    if head == 3:
        plain[:, 0] = lengths >> 8
    if (lengths == lengths[0]).all():
        plain[:, head - 1 : head - 1 + lengths[0]] = text.reshape(len(urls), -1)
        lengths = lengths[:1]
    else:
        plain[:, head - 1 :][place[: data - head + 1] < lengths[:, None]] = text
    codewords = plain >> 4
    codewords[:, 1:] |= plain[:, :-1] << 4
    codewords[:, 0] |= 0b0100 << 4  # byte mode
    past = place - (lengths[:, None] + head)
    padding = np.where(past % 2, np.uint8(0x11), np.uint8(0xEC))
    return np.where(past < 0, codewords, padding)


def _checked(urls: Sequence[str], version: int, level: Level) -> tuple[Bits, npt.NDArray[np.int16]]:
    """All URLs in a row, and their lengths."""
    lengths = np.fromiter(map(len, urls), np.int64, len(urls))
    longest = capacity(version, level)
    wrong = np.flatnonzero((lengths < 1) | (lengths > longest))
    if len(wrong):
        url = urls[wrong[0]]
        raise ValueError(
            f"{len(url)} characters do not fit a QR symbol of version {version} and level {level}, "
            f"which takes 1 to {longest}: {url!r}."
        )
    joined = "".join(urls)
    if not joined.isascii():
        raise ValueError(f"A URL has only ASCII characters, unlike {next(url for url in urls if not url.isascii())!r}.")
    return np.frombuffer(joined.encode(), np.uint8), lengths.astype(np.int16)


def _unmasked(messages: Bits, version: int, level: Level) -> Words:
    """Lines of symbols with mask 0 and their format and version bits light: (count, 2 * modules)."""
    table = bit_matrix(version, level)
    changing = (messages != messages[0]).any(axis=0)
    common = np.unpackbits(np.where(changing, np.uint8(0), messages[0])).astype(bool)
    constant = np.bitwise_xor.reduce(table.basis[common], axis=0, initial=0) ^ table.blank
    lines = np.tile(constant, (len(messages), 1))
    flips = [(position, _of_byte(version, level, position)) for position in np.flatnonzero(changing).tolist()]
    step = max(1, _WORKING_SET // constant.nbytes)
    for start in range(0, len(lines), step):
        some = lines[start : start + step]
        flipped = np.empty_like(some)
        for position, of_byte in flips:
            of_byte.take(messages[start : start + step, position], axis=0, out=flipped, mode="clip")
            some ^= flipped
    return lines


@lru_cache(maxsize=32)
def _of_byte(version: int, level: Level, position: int) -> Words:
    """What each of the 256 values of a codeword flips: (256, 2 * modules)."""
    table = bit_matrix(version, level)
    flips = np.zeros((256, len(table.blank)), table.word)
    for bit in range(8):
        flips[1 << bit : 2 << bit] = flips[: 1 << bit] ^ table.basis[8 * position + 7 - bit]
    return flips
