"""The secure graphic of a workorder."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from workorders.models import Workorder
from workorders.rendering import readback
from workorders.rendering.secure_graphic import Graphic, make_graphic


def load_graphic(workorder: Workorder) -> Graphic:
    """The secure graphic of a workorder whose equipment is confirmed. SecretLost when no key opens its secret."""
    assert workorder.equipment is not None  # noqa: S101  # confirmed
    return make_graphic(workorder.layout, bytes(workorder.secret), workorder.pk, workorder.equipment.dpi)


def make_reader(graphic: Graphic) -> Callable[[readback.Pixels], list[str]]:
    """Make a function that reads the URL of a picture with a pixel a dot, and raises Misread for another graphic."""
    top, left = (modules * graphic.module for modules in graphic.layout.corner)
    side = len(graphic.dots)

    def read(pixels: readback.Pixels) -> list[str]:
        if not np.array_equal(pixels[top : top + side, left : left + side] < 128, graphic.dots == 1):
            raise readback.Misread("A sample does not carry the workorder's secure graphic.")
        return readback.read_symbols(pixels)

    return read
