"""The secure graphic: what is drawn, that its codes still read, and who can open its secret."""

from __future__ import annotations

import io
from hashlib import sha256
from typing import Any

import numpy as np
import pytest
from PIL import Image

from portal.database.encryption import SecretLost, box
from tests.support.drawn import Pixels, random_url, read
from workorders.rendering.secure_graphic import (
    LAYOUTS,
    Graphic,
    make_graphic,
    make_secret,
    renew_secret,
)
from workorders.rendering.secure_images import draw_pngs, draw_tiffs

GOLDEN = [
    ("inside", "f3b40062dd0133e1"),
    ("outside", "64d079d221c450a3"),
    ("inside_hybrid", "7190e232d94f8367"),
    ("outside_hybrid", "105dfb2687ba358d"),
]


@pytest.fixture
def token(settings: Any) -> bytes:
    """A secret that never changes, encrypted."""
    return box(b"codeport secure graphic 1").encrypt(bytes(range(32)))


def dots(image: bytes) -> Pixels:
    """The pixels of an image file, 0 for black and 255 for white."""
    return np.array(Image.open(io.BytesIO(image)).convert("L"))


def graphic_part(picture: Pixels, graphic: Graphic) -> Pixels:
    top, left = (modules * graphic.module for modules in graphic.layout.corner)
    side = graphic.layout.side * graphic.module
    return picture[top : top + side, left : left + side]


def test_the_layouts_are_those_of_the_field() -> None:
    assert {name: (layout.version, layout.level, layout.capacity) for name, layout in LAYOUTS.items()} == {
        "inside": (4, "Q", 46),
        "outside": (3, "L", 53),
        "inside_hybrid": (4, "H", 34),
        "outside_hybrid": (4, "L", 78),
    }
    assert [(layout.is_inside, layout.is_hybrid) for layout in LAYOUTS.values()] == [
        (True, False),
        (False, False),
        (True, True),
        (False, True),
    ]
    assert LAYOUTS["inside"].longest_id("https://id.example.com/q/") == 21


@pytest.mark.parametrize(("layout", "digest"), GOLDEN)
def test_a_secret_and_a_workorder_always_make_the_same_dots(token: bytes, layout: str, digest: str) -> None:
    graphic = make_graphic(layout, token, 7, 600)
    assert (graphic.module, graphic.dots.shape) == (12, (12 * LAYOUTS[layout].side,) * 2)
    assert sha256(graphic.dots.tobytes()).hexdigest()[:16] == digest


def test_patterns_of_other_workorders_secrets_and_layers_have_nothing_in_common(token: bytes) -> None:
    one = make_graphic("outside", token, 1, 600).dots
    others = [make_graphic("outside", token, 2, 600), make_graphic("outside", make_secret(), 1, 600)]
    for other in (*(graphic.dots for graphic in others), one.T, one[::-1]):
        assert abs(np.corrcoef(one.ravel(), other.ravel())[0, 1]) < 5 / one.shape[0]  # five standard deviations
    assert abs(one.mean() - 0.5) < 2.5 / one.shape[0]


@pytest.mark.parametrize("dpi", [600, 1200, 2400])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_code_reads_back_beside_its_graphic(token: bytes, layout: str, dpi: int) -> None:
    graphic = make_graphic(layout, token, 3, dpi)
    count = 120 * 600**2 // dpi**2
    urls = [random_url(LAYOUTS[layout].capacity - number % 30, (layout, dpi, number)) for number in range(count)]
    for url, image in zip(urls, draw_pngs(urls, graphic), strict=True):
        picture = dots(image)
        assert read(picture) == [url]
        assert (graphic_part(picture, graphic) == 255 * (1 - graphic.dots)).all()


def test_a_code_inside_reads_whatever_the_workorder(token: bytes) -> None:
    for name in ("inside", "inside_hybrid"):
        for workorder in range(150):
            url = random_url(LAYOUTS[name].capacity, (name, workorder))
            [image] = draw_pngs([url], make_graphic(name, token, workorder, 600))
            assert read(dots(image)) == [url]


@pytest.mark.parametrize("dpi", [600, 1200, 2400, 812])
def test_files_have_one_bit_a_dot_and_say_the_resolution(token: bytes, dpi: int) -> None:
    graphic = make_graphic("outside_hybrid", token, 3, dpi)
    urls = [random_url(60, 1), random_url(60, 2)]
    for png, tiff in zip(draw_pngs(urls, graphic), draw_tiffs(urls, graphic), strict=True):
        with Image.open(io.BytesIO(png)) as first, Image.open(io.BytesIO(tiff)) as second:
            assert first.mode == second.mode == "1"
            assert (first.format, second.format) == ("PNG", "TIFF")
            assert first.info["dpi"] == pytest.approx((dpi, dpi), abs=0.02)  # a PNG counts dots a metre
            assert second.info["dpi"] == (dpi, dpi)
            assert first.size == second.size == (62 * graphic.module, 41 * graphic.module)
        assert (dots(png) == dots(tiff)).all()


def test_the_hybrid_graphic_has_cells_of_two_dots_below(token: bytes) -> None:
    graphic = make_graphic("inside_hybrid", token, 3, 600)
    coarse = graphic.dots[graphic.fine_rows :]
    assert coarse.shape == (48, 108)
    assert (coarse == coarse[::2, ::2].repeat(2, axis=0).repeat(2, axis=1)).all()


def test_a_secret_is_stored_encrypted_and_moves_to_a_new_key(settings: Any, token: bytes) -> None:
    before = make_graphic("inside", token, 1, 600).dots
    assert bytes(range(32)) not in token
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another key, of 32 characters and more"
    renewed = renew_secret(token)
    assert (make_graphic("inside", token, 1, 600).dots == before).all()
    settings.SECRET_KEY_FALLBACKS = []
    assert (make_graphic("inside", renewed, 1, 600).dots == before).all()
    with pytest.raises(SecretLost, match="into SECRET_KEY_FALLBACKS"):
        make_graphic("inside", token, 1, 600)
    with pytest.raises(SecretLost):
        renew_secret(b"nothing")


def test_what_cannot_be_drawn_is_refused(token: bytes) -> None:
    with pytest.raises(ValueError, match=r"^The layout 'round' does not exist: choose inside, outside,"):
        make_graphic("round", token, 1, 600)
    for dpi in (599, 2401):
        with pytest.raises(ValueError, match=rf"^{dpi} dots an inch are not offered: choose 600 to 2400"):
            make_graphic("inside", token, 1, dpi)
    for draw in (draw_pngs, draw_tiffs):
        with pytest.raises(ValueError, match=r"^47 characters do not fit .* version 4 and level Q"):
            draw(["x" * 46, "y" * 47], make_graphic("inside", token, 1, 600))
