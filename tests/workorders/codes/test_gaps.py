"""Numbers that are left out of a sequence."""

from __future__ import annotations

from bisect import bisect_right

import pytest

from workorders.codes.gaps import Gaps


def test_nothing_is_left_out_at_first() -> None:
    gaps = Gaps()
    assert (bool(gaps), gaps.count, list(gaps.runs())) == (False, 0, [])


def test_neighbours_are_kept_as_one_run() -> None:
    gaps = Gaps()
    for number in (4, 5, 6, 9):
        gaps.add(number)
    assert (bool(gaps), gaps.count, list(gaps.runs())) == (True, 4, [(4, 3), (9, 1)])


def test_several_are_left_out_at_once() -> None:
    gaps = Gaps()
    gaps.add(2, 10)
    gaps.add(12, 3)
    gaps.add(20, 1)
    assert (gaps.count, list(gaps.runs())) == (14, [(2, 13), (20, 1)])


def test_runs_keep_the_order_in_which_they_came_and_ends_are_sorted() -> None:
    gaps = Gaps()
    gaps.add(30, 2)
    gaps.add(10)
    gaps.add(20, 5)
    assert list(gaps.runs()) == [(30, 2), (10, 1), (20, 5)]
    ends, widths = gaps.cumulated()
    assert (ends.tolist(), widths.tolist()) == ([11, 25, 32], [0, 1, 6, 8])


@pytest.mark.parametrize(("number", "closed"), [(1, 1), (9, 9), (11, 10), (19, 18), (25, 19), (29, 23), (32, 24)])
def test_sequences_close_over_what_is_left_out(number: int, closed: int) -> None:
    gaps = Gaps()
    gaps.add(10)
    gaps.add(20, 5)
    gaps.add(30, 2)
    ends, widths = gaps.cumulated()
    assert number - widths[bisect_right(ends, number)] == closed
