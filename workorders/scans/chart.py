"""The curve of scans by day, as bars of an SVG picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from workorders.scans.lookup import DayCount

WIDTH, HEIGHT = 720, 160
GAP: Final = 0.25  # of a bar's width


class Bar(NamedTuple):
    """One day's bar, in units of the picture."""

    x: float
    y: float
    width: float
    height: float


class Chart(NamedTuple):
    """The bars, and what their height is measured by."""

    bars: list[Bar]
    most: int
    width: int = WIDTH
    height: int = HEIGHT


def draw_days(days: Sequence[DayCount]) -> Chart:
    """Draw one bar for each day that has scans; the tallest is as high as the picture."""
    most = max((day.scans for day in days), default=0)
    step = WIDTH / max(len(days), 1)
    bars = []
    for place, day in enumerate(days):
        if day.scans:
            height = max(round(HEIGHT * day.scans / most, 1), 1)
            x = round((place + GAP / 2) * step, 2)
            bars.append(Bar(x, round(HEIGHT - height, 1), round(step * (1 - GAP), 2), height))
    return Chart(bars, most)
