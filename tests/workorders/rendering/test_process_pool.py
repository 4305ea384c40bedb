"""A function over many items, in this process or in several."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pytest

from workorders.rendering import process_pool
from workorders.rendering.process_pool import map_batches


def items(count: int) -> list[str]:
    return [f"item{number}" for number in range(count)]


@pytest.mark.parametrize("batch", [1, 2, 3, 7, 100])
def test_batches_keep_the_order_and_miss_nothing(batch: int) -> None:
    found = list(map_batches(list, items(7), batch, alone=True))
    assert [len(each) for each in found] == [batch] * (7 // batch) + [7 % batch] * bool(7 % batch)
    assert [item for each in found for item in each] == items(7)


def test_nothing_is_made_of_nothing() -> None:
    assert list(map_batches(len, [], 5, alone=True)) == []


def test_items_are_taken_as_they_are_needed() -> None:
    taken: list[str] = []

    def source() -> Iterator[str]:
        for item in items(100):
            taken.append(item)
            yield item

    found = map_batches(len, source(), 10, alone=True)
    assert next(found) == 10
    assert len(taken) == 10
    found.close()


def test_several_processes_give_the_same_in_the_same_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    assert list(map_batches(sorted, items(9), 2, alone=False)) == list(map_batches(sorted, items(9), 2, alone=True))


def test_one_processor_needs_no_other_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 1)
    monkeypatch.setattr(process_pool, "_Process", lambda work: pytest.fail("A process was started"))
    assert list(map_batches(len, items(3), 2, alone=False)) == [2, 1]


def test_a_process_that_fails_ends_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    with pytest.raises(RuntimeError, match="A drawing process ended with"):
        list(map_batches(math.sqrt, items(4), 2, alone=False))  # type: ignore[arg-type]  # it cannot take a list
