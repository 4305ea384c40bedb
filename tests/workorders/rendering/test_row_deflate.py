"""Deflated pictures that were never drawn: what zlib makes of each stream is the picture, byte for byte."""

from __future__ import annotations

import zlib

import numpy as np
import pytest

from tests.support.drawn import matrices, random_url
from workorders.rendering.qr_encoder import encode
from workorders.rendering.row_deflate import Canvas, DeflatePlan
from workorders.rendering.secure_graphic import LAYOUTS, make_specimen
from workorders.rendering.secure_images import draw_bare, draw_packed, draw_pngs, draw_tiffs


@pytest.mark.parametrize("module", [*range(1, 10), 12, 13, 24, 40])
@pytest.mark.parametrize("version", [1, 4, 10])
def test_a_stream_is_the_picture_in_every_size(version: int, module: int) -> None:
    urls = [random_url(length, (module, length)) for length in (1, 7, 14)]
    symbols = encode(urls, version, "M")
    chance = np.random.default_rng(module)
    top, left, modules = 2 * module + 1, int(chance.integers(0, 20)), 17 + 4 * version
    light = chance.integers(0, 2, (top + modules * module + 3, 8 * (8 + (left + modules * module) // 8)), np.uint8)
    symbol = light[top:-3, left : left + modules * module]
    graphic = symbol[3 * module : 9 * module, 4 * module : 11 * module].copy()
    symbol[:] = 1
    symbol[3 * module : 9 * module, 4 * module : 11 * module] = graphic
    rows, hole = np.packbits(light, axis=1), ((3, 9), (4, 11))
    dark = matrices(symbols).copy()
    dark[:, 3:9, 4:11] = 0
    dots = np.zeros((len(urls), len(rows), 8 * rows.shape[1]), np.uint8)
    dots[:, top:-3, left : left + modules * module] = dark.repeat(module, axis=1).repeat(module, axis=2)
    wanted = [picture.tobytes() for picture in rows ^ np.packbits(dots, axis=2)]

    canvas = Canvas(rows, modules, module, top, left, hole)
    assert [zlib.decompress(stream) for stream in DeflatePlan(canvas, has_zlib=True).compress(symbols)] == wanted
    streams = DeflatePlan(canvas, b"before").compress(symbols)
    assert [zlib.decompress(stream, -15) for stream in streams] == [b"before" + picture for picture in wanted]


def test_no_symbols_are_no_streams() -> None:
    canvas = Canvas(np.full((29, 4), 0xFF, np.uint8), 21, 1, 4, 4)
    assert DeflatePlan(canvas).compress(np.empty((0, 21), np.uint64)) == []


@pytest.mark.parametrize("module", [12, 13, 24, 47])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_what_an_archive_and_a_pdf_take_is_what_is_drawn(layout: str, module: int) -> None:
    graphic = make_specimen(layout, module)
    ids = [f"bottle-{number:04d}" for number in range(70)]
    urls = ["https://x.test/" + identifier for identifier in ids]
    tiffs, pngs = list(draw_tiffs(urls, graphic)), list(draw_pngs(urls, graphic))
    assert [
        zlib.decompress(one.stream, -15) for one in draw_packed("https://x.test/", graphic, "tiff", ids)[1]
    ] == tiffs
    assert [zlib.decompress(one.stream, -15) for one in draw_packed("https://x.test/", graphic, "png", ids)[1]] == pngs
    height, width = graphic.size
    drawn = [tiff[-height * -(-width // 8) :] for tiff in tiffs]
    assert [zlib.decompress(stream) for stream in draw_bare("https://x.test/", graphic, ids)[1]] == drawn
