"""A number by day, as bars of an SVG picture and as a table."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final, NamedTuple

WIDTH, HEIGHT = 720, 160
GAP: Final = 0.25  # of a bar's width


class Bar(NamedTuple):
    """One day's bar, in units of the picture."""

    x: float
    y: float
    width: float
    height: float


class Chart(NamedTuple):
    """The bars, what their height is measured by, and the numbers that they stand for."""

    bars: list[Bar]
    most: int
    days: Sequence[tuple[date, int]]
    width: int = WIDTH
    height: int = HEIGHT

    @property
    def total(self) -> int:
        """The sum of all days."""
        return sum(number for _, number in self.days)

    @property
    def told(self) -> list[tuple[date, int]]:
        """The days that have a number, the latest first, for the table."""
        return [(day, number) for day, number in reversed(self.days) if number]


def draw_days(days: Sequence[tuple[date, int]]) -> Chart:
    """Draw one bar for each day that has a number; the tallest is as high as the picture."""
    most = max((number for _, number in days), default=0)
    step = WIDTH / max(len(days), 1)
    bars = []
    for place, (_, number) in enumerate(days):
        if number:
            height = max(round(HEIGHT * number / most, 1), 1)
            x = round((place + GAP / 2) * step, 2)
            bars.append(Bar(x, round(HEIGHT - height, 1), round(step * (1 - GAP), 2), height))
    return Chart(bars, most, days)
