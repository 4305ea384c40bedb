"""Sorted runs on disk."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from workorders.codes.bulk_load import RenderedAttributes
from workorders.codes.sorted_runs import SLICES, HashRun, has_repeated_hash, merge_runs, remove_runs, sequence_of


def a_run(folder: Path, name: str, *lines: bytes) -> Path:
    """A file of these lines."""
    path = folder / name
    path.write_bytes(b"".join(line + b"\n" for line in lines))
    return path


def a_hash_run(folder: Path, name: str, *numbers: int) -> HashRun:
    with (folder / name).open("wb") as file:
        return HashRun(file, np.array(numbers, np.int64))


def test_runs_are_merged_in_the_order_of_bytes(tmp_path: Path) -> None:
    runs = [a_run(tmp_path, "1", b"B", b"a", b"c"), a_run(tmp_path, "2", b"A", b"b"), a_run(tmp_path, "3")]
    assert list(merge_runs(runs)) == [b"A\n", b"B\n", b"a\n", b"b\n", b"c\n"]


def test_no_runs_have_no_lines() -> None:
    assert list(merge_runs([])) == []


def test_runs_are_removed(tmp_path: Path) -> None:
    runs = [a_run(tmp_path, "1", b"a"), a_run(tmp_path, "2", b"b")]
    remove_runs(runs[:1])
    assert [run.exists() for run in runs] == [False, True]


def test_the_sequence_is_read_from_its_place() -> None:
    assert sequence_of(b"abc12345\t0000000042\t7\t8\t\\N\t1\t0\t{}\n") == 42


def test_all_numbers_are_in_the_slices_once(tmp_path: Path) -> None:
    numbers = [-(2**63), -1, 0, 1, 17, 2**62, 2**63 - 1]
    run = a_hash_run(tmp_path, "hashes", *reversed(numbers))
    assert [number for at in range(SLICES) for number in run.read(at).tolist()] == numbers


@pytest.mark.parametrize(
    ("first", "second", "repeats"),
    [
        ((1, 2, 3), (4, 5, 6), False),
        ((1, 2, 3), (3, 4), True),
        ((7, 7), (), True),
        ((), (), False),
        ((-(2**63), 5), (2**63 - 1, -(2**63)), True),
        ((2**63 - 1,), (2**63 - 1,), True),
        ((0, -1), (1, -2), False),
    ],
)
def test_a_number_that_stands_twice_is_found(
    tmp_path: Path, first: tuple[int, ...], second: tuple[int, ...], repeats: bool
) -> None:
    assert has_repeated_hash([a_hash_run(tmp_path, "1", *first), a_hash_run(tmp_path, "2", *second)]) is repeats


def test_without_runs_nothing_repeats() -> None:
    assert has_repeated_hash([]) is False


def test_attributes_are_written_once_for_each_owner() -> None:
    attributes = RenderedAttributes("7\t8")
    assert attributes[(None, 0, 0)] == "7\t8\t\\N\t0\t0"
    assert attributes[(12, 2, 4)] == "7\t8\t12\t2\t4"
    assert attributes[(12, 2, 4)] is attributes[(12, 2, 4)]
    assert len(attributes) == 2
