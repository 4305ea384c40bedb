"""Codes of many rows as columns of bytes, which are written as lines of COPY without a look at any single one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from workorders.codes.fields import Attributes

HALF = 10**5
FIVE_DIGITS = (np.arange(HALF)[:, None] // 10 ** np.arange(4, -1, -1) % 10 + ord("0")).astype(np.uint8)


@dataclass(frozen=True)
class CodeBlock:
    """The codes of rows, at `positions` that grow.

    `column` holds their ids as binary values, `kinds` the place of each code's attributes among the few `attributes`,
    and `scm` their SCM data as JSON, in which nothing has to be escaped.
    """

    identifiers: list[str]
    positions: NDArray[np.int64]
    column: pa.BinaryArray
    attributes: list[Attributes]
    kinds: NDArray[np.int32]
    scm: pa.BinaryArray | pa.BinaryScalar

    def lines(self, base: int, rendered: Mapping[Attributes, str]) -> pa.BinaryArray:
        """Return a line of COPY for each code: id, position less `base`, `rendered` attributes, SCM data."""
        positions = self.positions - base
        attributes = [f"\t{rendered[each]}\t".encode() for each in self.attributes]
        kinds = attributes[0] if len(attributes) == 1 else pa.array(attributes, pa.binary()).take(pa.array(self.kinds))
        return pc.binary_join_element_wise(self.column, b"\t", _in_ten_digits(positions), kinds, self.scm, b"\n", b"")


def bytes_of(values: pa.BinaryArray) -> memoryview:
    """Return the bytes of all values, one after the other."""
    offsets = np.frombuffer(values.buffers()[1], np.int32, len(values) + 1, offset=4 * values.offset)
    return memoryview(values.buffers()[2])[offsets[0] : offsets[-1]]


def sizes_of(values: pa.BinaryArray) -> tuple[int, int]:
    """Return how many bytes the values have together, and the longest of them."""
    return len(bytes_of(values)), pc.max(pc.binary_length(values)).as_py() or 0


def sorted_lines(columns: list[tuple[pa.BinaryArray, pa.BinaryArray]]) -> memoryview:
    """Return the lines of all columns in the order of their keys, where keys are equal in the order given."""
    keys, lines = (pa.concat_arrays(each) for each in zip(*columns, strict=True))
    return bytes_of(lines.take(pc.array_sort_indices(keys)))


def _in_ten_digits(numbers: NDArray[np.int64]) -> pa.BinaryArray:
    """Write each number with zeros before it, by a table of all halves."""
    halves = np.stack([numbers // HALF, numbers % HALF], 1)
    offsets = np.arange(0, 10 * len(numbers) + 1, 10, dtype=np.int32)
    return pa.BinaryArray.from_buffers(
        pa.binary(), len(numbers), [None, pa.py_buffer(offsets), pa.py_buffer(FIVE_DIGITS[halves])]
    )
