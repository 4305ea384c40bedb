"""Columns of codes: their lines, the order of these, and the hashes of their ids."""

from __future__ import annotations

import random

import numpy as np
import pyarrow as pa
import pytest

from workorders.codes.bulk_load import RenderedAttributes
from workorders.codes.code_block import CodeBlock, hashes_of, longest_of, sorted_lines
from workorders.codes.fields import Attributes
from workorders.codes.sorted_runs import hash_texts

ALPHABET = "ABCZabcz0189_-"
COMMON, ACTIVE = (None, 0, 0), (12, 1, 0)


def a_column(values: list[str]) -> pa.BinaryArray:
    return pa.array([value.encode() for value in values], pa.binary())


def texts(seed: int, count: int, shared: str, longest: int) -> list[str]:
    """Made-up ids, which begin alike; some repeat, and some begin others."""
    made = random.Random(seed)  # noqa: S311
    ids = [shared + "".join(made.choices(ALPHABET, k=made.randint(1, longest))) for _each in range(count)]
    return ids + made.choices(ids, k=count // 10) + [each[:-1] or "A" for each in made.choices(ids, k=count // 10)]


def test_lines_hold_what_a_code_has() -> None:
    block = CodeBlock(
        a_column(["abc12345", "abd00002"]),
        np.array([12, 17]),
        [COMMON, ACTIVE],
        np.array([1, 0], np.int32),
        a_column(['{"batch": "ä"}', "{}"]),
    )
    lines = block.lines(2, RenderedAttributes("7\t8"))
    assert [line.decode() for line in lines.to_pylist()] == [
        'abc12345\t0000000010\t7\t8\t12\t1\t0\t{"batch": "ä"}\n',
        "abd00002\t0000000015\t7\t8\t\\N\t0\t0\t{}\n",
    ]
    assert len(block) == 2


@pytest.mark.parametrize("is_same", [True, False])
@pytest.mark.parametrize("attributes", [[COMMON], [COMMON, ACTIVE]])
def test_the_size_of_the_lines_is_known_before_they_are_made(is_same: bool, attributes: list[Attributes]) -> None:
    identifiers = a_column([f"abcd{number:08}" for number in range(1000)])
    kinds = np.arange(1000, dtype=np.int32) % len(attributes)
    scm = (
        pa.scalar(b'{"batch": "B7"}', pa.binary())
        if is_same
        else a_column([f'{{"batch": "{at}"}}' for at in range(1000)])
    )
    block = CodeBlock(identifiers, np.arange(1000), attributes, kinds, scm)
    size = sum(map(len, block.lines(0, RenderedAttributes("7\t8")).to_pylist()))
    assert size <= block.size <= 1.2 * size


@pytest.mark.parametrize("shared", ["", "A", "abcdefg", "abcdefgh", "01/09506000134352/21/"])
@pytest.mark.parametrize("longest", [1, 3, 8, 9, 30])
def test_lines_are_sorted_by_their_keys_and_equal_ones_stay_in_order(shared: str, longest: int) -> None:
    keys = texts(7, 500, shared, longest)
    expected = [number for _key, number in sorted(zip(keys, range(len(keys)), strict=True))]
    for first in (0, 11):  # a slice of a column as well
        lines = a_column([f"{key}\t{number:04}\n" for number, key in enumerate(keys)])
        wanted = [f"{keys[number]}\t{number:04}\n" for number in expected if number >= first]
        assert str(sorted_lines(a_column(keys)[first:], lines[first:]), "utf-8") == "".join(wanted)


def test_a_single_line_is_sorted() -> None:
    assert bytes(sorted_lines(a_column(["abc12345"]), a_column(["abc12345\t1\n"]))) == b"abc12345\t1\n"


@pytest.mark.parametrize("shared", ["", "abcdefgh", "x" * 31, "x" * 38, "x" * 70])
@pytest.mark.parametrize("longest", [1, 9, 50])
def test_equal_ids_have_equal_hashes_as_texts_and_as_columns(shared: str, longest: int) -> None:
    keys = texts(3, 400, shared, longest)
    hashes = hashes_of(a_column(keys)).tolist()
    assert hashes == hash_texts(keys).tolist()
    assert hashes_of(a_column(keys)[5:]).tolist() == hashes[5:]
    assert [hash_texts([key]).item() for key in keys] == hashes  # whatever stands beside it
    if longest <= 48 - len(shared):  # longer ones are told apart by their ends alone
        assert len({*hashes}) == len({*keys})


@pytest.mark.parametrize(
    "keys",
    [
        [f"A{number:07}" for number in range(100_000)],
        [f"PREFIX{a:04}PREFIX{b:04}" for a in range(300) for b in range(300)],
        [f"{a:08}{b:08}"[::-1] for a in range(300) for b in range(300)],
        [a + b + c for a in ALPHABET for b in ALPHABET for c in ALPHABET] + ["", "A"],
        ["ä" * number for number in range(300)],
        ["x" * 100 + f"{number:08}" for number in range(1000)],
    ],
    ids=["counted", "two counters", "reversed", "short", "of two bytes", "long"],
)
def test_different_keys_have_different_hashes(keys: list[str]) -> None:
    assert len({*hash_texts(keys).tolist()}) == len(keys)


def test_nothing_has_no_hashes() -> None:
    assert hash_texts([]).tolist() == []


def test_the_longest_value_is_found() -> None:
    assert longest_of(a_column(["abc", "äöü", ""])) == 6
    assert longest_of(a_column([])) == 0
