"""The picture of a number by day."""

from __future__ import annotations

from datetime import date

from portal.pages.day_chart import HEIGHT, WIDTH, draw_days


def test_bars_are_as_high_as_their_days() -> None:
    days = [(date(2026, 11, day), number) for day, number in ((1, 10), (2, 0), (3, 5), (4, 100_000))]
    chart = draw_days(days)
    assert (chart.most, chart.total) == (100_000, 100_015)
    assert [(bar.y, bar.height) for bar in chart.bars] == [(HEIGHT - 1, 1), (HEIGHT - 1, 1), (0, HEIGHT)]
    assert [bar.x // (WIDTH / 4) for bar in chart.bars] == [0, 2, 3]
    assert [(day.day, number) for day, number in chart.told] == [(4, 100_000), (3, 5), (1, 10)]
    assert draw_days([]).bars == []
