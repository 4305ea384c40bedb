"""Telling a printed original from its copy: how much of the secure graphic's dots is left in a scan.

- `verify(scan, graphic)`: finds the QR symbol, lays the graphic's dots over the scan to a fraction of a dot, and
  answers with their correlation
- `default_threshold(dpi)`: the least that an original has in the simulated channel
- `read_scan(path)`: a PNG as such an array

Real equipment has thresholds of its own (`docs/secure-graphic.md`).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import png
import zxingcpp

from workorders.rendering.secure_graphic import QUIET_ZONE, Graphic

Scan = npt.NDArray[np.uint8]
"""(height, width), 0 for black and 255 for white."""
Grid = npt.NDArray[np.float64]

THRESHOLDS: Final = {600: 0.76, 1200: 0.56}  # of the simulated channel, by the printer's dots an inch
LEAST_PIXELS: Final = 1.5  # of a scan along a dot; fewer lose the dots before any copy does
_ROUNDS: Final = ((1, 8), (3, 3), (3, 2), (3, 2))  # blocks along a side, and how many dots each may be off


class Unusable(Exception):  # noqa: N818  # a state of a scan, named for what it is
    """A scan in which the graphic cannot be judged. Its text says why, and how to scan instead."""


@dataclass(frozen=True)
class Verdict:
    """The result of a scan. Correlations are from -1 to 1; `coarse` is that of the hybrid layouts' coarse cells."""

    url: str
    fine: float
    coarse: float | None
    threshold: float

    @property
    def is_original(self) -> bool:
        """Say whether enough of the single dots is left. Coarse cells survive a copy, so they have no say."""
        return self.fine >= self.threshold


def default_threshold(dpi: int) -> float:
    """The least correlation of an original, between and beyond the tried resolutions the nearest of them."""
    return THRESHOLDS[min(THRESHOLDS, key=lambda tried: abs(tried - dpi))]


def verify(scan: Scan, graphic: Graphic, threshold: float | None = None) -> Verdict:
    """Compare a grey scan of one code with the graphic. Unusable says what is wrong with the scan."""
    threshold = default_threshold(graphic.dpi) if threshold is None else threshold
    url, place = _found(scan, graphic)
    seen = align(scan, graphic, place)
    rows = graphic.fine_rows
    fine = _correlation(seen[:rows], graphic.dots[:rows])
    coarse = _correlation(_cells(seen[rows:]), _cells(graphic.dots[rows:])) if graphic.layout.is_hybrid else None
    return Verdict(url, fine, coarse, threshold)


def align(scan: Scan, graphic: Graphic, place: Grid | None = None) -> Grid:
    """Align the scan with the graphic and return its darkness at each dot: (side, side)."""
    if place is None:
        _url, place = _found(scan, graphic)
    corner = np.array(graphic.layout.corner) * graphic.module
    side = len(graphic.dots)
    for blocks, reach in _ROUNDS:
        patch = _sampled(scan, place, corner - reach, side + 2 * reach)
        edges = np.linspace(0, side, blocks + 1).astype(int)
        middles, shifts = [], []
        for top, bottom in pairwise(edges):
            for left, right in pairwise(edges):
                part = patch[top : bottom + 2 * reach, left : right + 2 * reach]
                shifts.append(_shift(part, graphic.dots[top:bottom, left:right], reach))
                middles.append((top + bottom - 1, left + right - 1))
        place = _moved(place, corner + np.array(middles) / 2, np.array(shifts))
    return _sampled(scan, place, corner, side)


def read_scan(path: Path) -> Scan:
    """The grey pixels of a PNG. Unusable when it is none."""
    try:
        width, height, rows, facts = png.Reader(bytes=path.read_bytes()).asDirect()
        planes, depth = int(facts["planes"]), int(facts["bitdepth"])
        pixels = np.vstack([np.asarray(row, np.float64) for row in rows]).reshape(height, width, planes)
    except (png.Error, OSError, ValueError) as error:
        raise Unusable(f"{path.name} is no PNG that can be read ({error}): scan to PNG, in grey, 8 bits.") from None
    colours = pixels[..., : planes - (planes in (2, 4))]  # without transparency
    return np.asarray(colours.mean(axis=2) * 255 / (2**depth - 1), np.uint8)


def _found(scan: Scan, graphic: Graphic) -> tuple[str, Grid]:
    """The URL of the only QR symbol, and the map (2, 3) from row, column and 1, in dots, to those of the scan."""
    codes = zxingcpp.read_barcodes(scan, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode))
    if len(codes) != 1:
        raise Unusable(f"The scan shows {len(codes)} QR codes that can be read: scan exactly one, whole and sharp.")
    at: Any = codes[0].position
    corners = [(p.y, p.x) for p in (at.top_left, at.top_right, at.bottom_left, at.bottom_right)]
    first, last = QUIET_ZONE * graphic.module, (QUIET_ZONE + graphic.layout.modules) * graphic.module
    dots = np.array([(first, first, 1), (first, last, 1), (last, first, 1), (last, last, 1)], float) - (0.5, 0.5, 0)
    place = np.linalg.lstsq(dots, np.array(corners, float), rcond=None)[0].T
    pixels = float(np.sqrt(abs(np.linalg.det(place[:, :2]))))
    if pixels < LEAST_PIXELS:
        needed = round(graphic.dpi * LEAST_PIXELS)
        raise Unusable(f"The scan has {pixels:.2f} pixels a printed dot: scan with at least {needed} pixels an inch.")
    return str(codes[0].text), place


def _sampled(scan: Scan, place: Grid, corner: npt.NDArray[Any], side: int) -> Grid:
    """Darkness at side by side dots from `corner` on, between pixels linearly; edges go on beyond the scan."""
    rows, columns = np.mgrid[:side, :side].reshape(2, 1, -1)[:, 0] + corner[:, None]
    y, x = place[:, :2] @ np.stack([rows, columns]) + place[:, 2:]
    y, x = np.clip(y, 0, scan.shape[0] - 1.001), np.clip(x, 0, scan.shape[1] - 1.001)
    top, left = y.astype(int), x.astype(int)
    down, right = y - top, x - left
    upper = scan[top, left] * (1 - right) + scan[top, left + 1] * right
    lower = scan[top + 1, left] * (1 - right) + scan[top + 1, left + 1] * right
    return np.asarray(255 - (upper * (1 - down) + lower * down)).reshape(side, side)


def _shift(part: Grid, dots: npt.NDArray[Any], reach: int) -> tuple[float, float]:
    """By how many dots, down and right, `dots` must move from the middle of `part` to match it best."""
    spectrum = np.fft.rfft2(part - part.mean()) * np.fft.rfft2(dots - dots.mean(), part.shape).conj()
    match = np.fft.irfft2(spectrum, part.shape)[: 2 * reach + 1, : 2 * reach + 1]
    row, column = (int(index) for index in np.unravel_index(match.argmax(), match.shape))
    return row - reach + _vertex(match[:, column], row), column - reach + _vertex(match[row], column)


def _vertex(line: Grid, peak: int) -> float:
    """Return the place, from -0.5 to 0.5, at which the parabola through a peak and its neighbours is highest."""
    if not 0 < peak < len(line) - 1:
        return 0.0
    before, at, after = line[peak - 1 : peak + 2]
    return float((before - after) / (2 * (before - 2 * at + after) or 1))


def _moved(place: Grid, middles: Grid, shifts: Grid) -> Grid:
    """Correct the map by what blocks around `middles` were off. One block gives a mere shift."""
    if len(shifts) == 1:
        return np.column_stack([place[:, :2], place[:, 2] + place[:, :2] @ shifts[0]])
    sane = np.abs(shifts - np.median(shifts, axis=0)).max(axis=1) < 1.5
    if sane.sum() < 5:  # an affine map has three points, two more even out errors
        return place
    dots = np.column_stack([middles, np.ones(len(middles))])[sane]
    pixels = (middles + shifts)[sane] @ place[:, :2].T + place[:, 2]
    return np.asarray(np.linalg.lstsq(dots, pixels, rcond=None)[0].T)


def _cells(dots: npt.NDArray[Any]) -> Grid:
    """The means of cells of two by two dots."""
    rows, columns = (length // 2 for length in dots.shape)
    return np.asarray(dots[: 2 * rows, : 2 * columns].reshape(rows, 2, columns, 2).mean(axis=(1, 3)))


def _correlation(seen: npt.NDArray[Any], dots: npt.NDArray[Any]) -> float:
    """Pearson's; 0 for a part without any contrast."""
    return float(np.corrcoef(seen.ravel(), dots.ravel())[0, 1]) if np.ptp(seen) else 0.0
