"""Codes of many rows as columns of bytes, which are written as lines of COPY without a look at any single one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import takewhile

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from workorders.codes.fields import Attributes
from workorders.codes.sorted_runs import hash_pieces, words_at, words_in

HALF = 10**5
FIVE_DIGITS = (np.arange(HALF)[:, None] // 10 ** np.arange(4, -1, -1) % 10 + ord("0")).astype(np.uint8)


LINE = 32  # bytes of a line beside its id and SCM data, about


@dataclass(frozen=True)
class CodeBlock:
    """The codes of rows, at `positions` that grow.

    `identifiers` are their ids as binary values, `kinds` the place of each code's attributes among the few
    `attributes`, and `scm` their SCM data as JSON, in which nothing has to be escaped.
    """

    identifiers: pa.BinaryArray
    positions: NDArray[np.int64]
    attributes: list[Attributes]
    kinds: NDArray[np.int32]
    scm: pa.BinaryArray | pa.BinaryScalar

    def __len__(self) -> int:
        return len(self.identifiers)

    @property
    def size(self) -> int:
        """The bytes of all lines, about."""
        is_same = isinstance(self.scm, pa.Scalar)
        scm = len(self) * len(self.scm.as_py()) if is_same else len(bytes_of(self.scm))
        return len(self) * LINE + len(bytes_of(self.identifiers)) + scm

    def lines(self, base: int, rendered: Mapping[Attributes, str]) -> pa.BinaryArray:
        """Return a line of COPY for each code: id, position less `base`, `rendered` attributes, SCM data."""
        positions = self.positions - base
        attributes = [f"\t{rendered[each]}\t".encode() for each in self.attributes]
        kinds = attributes[0] if len(attributes) == 1 else pa.array(attributes, pa.binary()).take(pa.array(self.kinds))
        numbers = _in_ten_digits(positions)
        return pc.binary_join_element_wise(self.identifiers, b"\t", numbers, kinds, self.scm, b"\n", b"")


def bytes_of(values: pa.BinaryArray) -> memoryview:
    """Return the bytes of all values, one after the other."""
    offsets = _offsets(values)
    return memoryview(values.buffers()[2])[offsets[0] : offsets[-1]]


def longest_of(values: pa.BinaryArray) -> int:
    """Return how many bytes the longest value has."""
    return pc.max(pc.binary_length(values)).as_py() or 0


def hashes_of(values: pa.BinaryArray) -> NDArray[np.int64]:
    """Return a hash of each value, the same as that of an equal text."""
    return hash_pieces(bytes_of(values), np.diff(_offsets(values)))


def sorted_lines(keys: pa.BinaryArray, lines: pa.BinaryArray) -> memoryview:
    """Return the lines in the order of their keys, where keys are equal in the order given."""
    return bytes_of(lines.take(pa.array(_order_of(keys))))


def _order_of(keys: pa.BinaryArray) -> NDArray[np.int64]:
    """Return the places of the keys in their order.

    Numbers are sorted several times faster than bytes: of each key the one that its first eight bytes are, behind what
    all keys begin with. Keys that are alike so far are sorted as bytes.
    """
    ends = pc.min_max(keys).as_py()
    shared = sum(1 for _same in takewhile(lambda pair: pair[0] == pair[1], zip(ends["min"], ends["max"], strict=False)))
    lengths = np.diff(_offsets(keys))
    begins = np.cumsum(lengths) - lengths + shared
    numbers = words_at(words_in(bytes_of(keys)), begins, lengths - shared).byteswap()
    order = np.argsort(numbers)
    numbers = numbers[order]
    is_alike = np.zeros(len(keys) + 1, bool)
    is_alike[1:-1] = numbers[1:] == numbers[:-1]
    places = np.flatnonzero(is_alike[1:] | is_alike[:-1])
    alike = np.sort(order[places])
    order[places] = alike[pc.array_sort_indices(keys.take(pa.array(alike))).to_numpy()]
    return order


def _offsets(values: pa.BinaryArray) -> NDArray[np.int32]:
    """Return where the values begin in their bytes, and where the last one ends."""
    return np.frombuffer(values.buffers()[1], np.int32, len(values) + 1, offset=4 * values.offset)


def _in_ten_digits(numbers: NDArray[np.int64]) -> pa.BinaryArray:
    """Write each number with zeros before it, by a table of all halves."""
    halves = np.stack([numbers // HALF, numbers % HALF], 1)
    offsets = np.arange(0, 10 * len(numbers) + 1, 10, dtype=np.int32)
    return pa.BinaryArray.from_buffers(
        pa.binary(), len(numbers), [None, pa.py_buffer(offsets), pa.py_buffer(FIVE_DIGITS[halves])]
    )
