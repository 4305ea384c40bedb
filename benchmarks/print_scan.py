"""A simulated way through printer, paper and scanner, and the counterfeiters who take it twice.

Ink: each dark dot is a disc, `spread` times as wide as the disc that just covers its square (the circular dot-overlap
model of Pappas and Neuhoff 1995 after Roetling and Holladay 1979). Light: a Gaussian blur of paper and optics in
micrometres, so finer dots lose more. Then toner that varies from dot to dot, a turned, shifted and stretched sampling
of two pixels a dot, and the sensor's noise. `docs/secure-graphic.md` says where the parameters come from.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

import numpy as np
import numpy.typing as npt

from workorders.rendering.secure_graphic import Graphic
from workorders.rendering.secure_verifier import align

Dots = npt.NDArray[np.uint8]
"""(height, width), 1 for dark."""
Plane = npt.NDArray[np.float32]
Scan = npt.NDArray[np.uint8]

PAPER, INK = 0.85, 0.06  # reflectances
FINE: Final = 4  # places along a dot at which ink is or is not


@dataclass(frozen=True)
class Pass:
    """One print and its scan. `blur` is a standard deviation in micrometres, the noises are in reflectance."""

    spread: float = 1.12
    blur: float = 13
    toner: float = 0.06
    noise: float = 0.012
    turn: float = 0.3  # degrees
    stretch: float = 1.0

    @classmethod
    def drawn(cls, random: np.random.Generator, *, is_calibrated: bool) -> Self:
        """A pass as it comes: by the partner's printer, which is kept within a few percent, or by anybody's."""
        return cls(
            spread=random.uniform(1.08, 1.16) if is_calibrated else random.uniform(1.0, 1.25),
            blur=random.uniform(10, 16),
            toner=random.uniform(0.03, 0.09),
            noise=random.uniform(0.006, 0.018),
            turn=random.uniform(-1, 1),
            stretch=random.uniform(0.997, 1.003),
        )

    def scan(self, dots: Dots, dpi: int, random: np.random.Generator) -> Scan:
        """Return the scan of `dots` once they are printed, with two pixels a dot."""
        ink = _printed(dots, self.spread)
        toner = random.normal(0, self.toner, dots.shape).repeat(2, axis=0).repeat(2, axis=1)
        light = PAPER - (PAPER - INK - toner) * ink
        blurred = _blurred(light.astype(np.float32), self.blur / (25400 / dpi) * 2)
        seen = self._sampled(blurred, random.uniform(-0.5, 0.5, 2))
        return np.asarray(np.clip(seen + random.normal(0, self.noise, seen.shape), 0, 1) * 255, np.uint8)

    def _sampled(self, light: Plane, shift: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        middle = np.array(light.shape)[:, None, None] / 2
        angle = np.deg2rad(self.turn)
        rows, columns = (np.mgrid[: light.shape[0], : light.shape[1]] - middle) * self.stretch
        y = np.cos(angle) * rows - np.sin(angle) * columns + middle[0] + shift[0]
        x = np.sin(angle) * rows + np.cos(angle) * columns + middle[1] + shift[1]
        y, x = np.clip(y, 0, light.shape[0] - 1.001), np.clip(x, 0, light.shape[1] - 1.001)
        top, left = y.astype(int), x.astype(int)
        down, right = y - top, x - left
        upper = light[top, left] * (1 - right) + light[top, left + 1] * right
        lower = light[top + 1, left] * (1 - right) + light[top + 1, left + 1] * right
        return np.asarray(upper * (1 - down) + lower * down)


def _printed(dots: Dots, spread: float) -> Plane:
    """Return the inked share of each quarter of a dot, as an array of (2 * height, 2 * width)."""
    height, width = dots.shape
    padded = np.pad(dots.astype(bool), 1)
    share = np.zeros((2 * height, 2 * width), np.float32)
    for row in range(FINE):
        for column in range(FINE):
            here = (np.array((row, column)) + 0.5) / FINE - 0.5
            inked = np.zeros(dots.shape, bool)
            for down in (-1, 0, 1):
                for right in (-1, 0, 1):
                    if np.hypot(*(here - (down, right))) <= spread / np.sqrt(2):
                        inked |= padded[1 + down : 1 + down + height, 1 + right : 1 + right + width]
            share[row // 2 :: 2, column // 2 :: 2] += inked
    return np.asarray(share / (FINE // 2) ** 2, np.float32)


def _blurred(light: Plane, sigma: float) -> Plane:
    """A Gaussian blur of `sigma` pixels."""
    reach = int(np.ceil(3 * sigma))
    weights = np.exp(-(np.arange(-reach, reach + 1) ** 2) / (2 * sigma**2)).astype(np.float32)
    weights /= weights.sum()
    for _axis in range(2):
        padded = np.pad(light, ((reach, reach), (0, 0)), mode="edge")
        light = np.sum([weight * padded[at : at + len(light)] for at, weight in enumerate(weights)], axis=0).T
    return light


class Copier:
    """A counterfeiter who scans an original as well as the verifier does, estimates its dots and prints them.

    `plain` compares each dot with the middle of the darkest and the lightest fifth. `learned` weighs the 7 by 7 dots
    around by least squares, from prints whose dots it knows: a linear stand-in for a trained network.
    """

    def __init__(self, examples: list[tuple[Scan, Graphic]]) -> None:
        around = np.concatenate([_around(align(scan, graphic)) for scan, graphic in examples])
        dots = np.concatenate([graphic.dots.ravel() for _scan, graphic in examples])
        self.weights = np.linalg.lstsq(around, dots * 2.0 - 1, rcond=None)[0]

    def plain(self, scan: Scan, graphic: Graphic) -> Dots:
        """Dots by a threshold."""
        seen = align(scan, graphic)
        return np.asarray(seen > np.quantile(seen, [0.1, 0.9]).mean(), np.uint8)

    def learned(self, scan: Scan, graphic: Graphic) -> Dots:
        """Dots by what was learned."""
        seen = align(scan, graphic)
        return np.asarray(_around(seen) @ self.weights > 0, np.uint8).reshape(seen.shape)


def _around(seen: npt.NDArray[np.float64], reach: int = 3) -> npt.NDArray[np.float64]:
    """Of each dot the darkness around it, in units of the picture's contrast, and 1: (dots, 50)."""
    padded = np.pad((seen - seen.mean()) / seen.std(), reach, mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, (2 * reach + 1, 2 * reach + 1))
    return np.column_stack([windows.reshape(seen.size, -1), np.ones(seen.size)])
