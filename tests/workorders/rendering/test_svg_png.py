"""Pictures of QR symbols in bulk: what is drawn reads back, in every size."""

from __future__ import annotations

import hashlib
import io
import re
import tracemalloc
import xml.etree.ElementTree as ET

import numpy as np
import png
import pytest
from PIL import Image

from tests.support.drawn import Pixels, lengths, matrices, random_url, read, read_pure
from workorders.rendering import readback
from workorders.rendering.qr_encoder import LEVELS, VERSIONS, encode
from workorders.rendering.svg_png import draw_pngs, draw_svgs

SVG = "{http://www.w3.org/2000/svg}"


def rasterised(svg: bytes, scale: int) -> Pixels:
    """What an SVG of ours shows, `scale` pixels a millimetre."""
    root = ET.fromstring(svg)  # noqa: S314  # we made it
    side = int(root.attrib["viewBox"].split()[2])
    assert root.attrib["viewBox"] == f"0 0 {side} {side}"
    assert root.attrib["width"] == root.attrib["height"] == f"{side}mm"
    background, path = root.findall(f"{SVG}path")
    assert (background.attrib["fill"], background.attrib["d"]) == ("#fff", f"M0 0h{side}v{side}H0z")
    assert path.attrib["stroke"] == "#000"
    pixels = np.full((side, side), 255, np.uint8)
    x = y = 0
    for command, *numbers in re.findall(r"([Mmh])(\d+)(?: (\d+)(?:\.5)?)?", path.attrib["d"]):
        first = int(numbers[0])
        if command == "M":
            x, y = first, int(numbers[1])
        elif command == "m":
            x += first
        else:
            pixels[y, x : x + first] = 0
            x += first
    return pixels.repeat(scale, axis=0).repeat(scale, axis=1)


def decoded(png: bytes) -> Image.Image:
    """The image of a PNG, whose chunks Pillow checks."""
    with Image.open(io.BytesIO(png)) as image:
        image.load()
        return image


@pytest.mark.parametrize("version", VERSIONS)
def test_both_kinds_read_back_in_every_version(version: int) -> None:
    for level in LEVELS:
        urls = [random_url(length, length) for length in lengths(version, level, 12)]
        symbols = encode(urls, version, level)
        assert [read_pure(rasterised(svg, 3)) for svg in draw_svgs(symbols)] == urls
        assert [read_pure(np.array(decoded(png).convert("L"))) for png in draw_pngs(symbols, 3)] == urls


@pytest.mark.parametrize("quiet_zone", [4, 5, 7, 20])
@pytest.mark.parametrize("version", [1, 3, 4, 10])
def test_the_quiet_zone_is_as_wide_as_asked_for(version: int, quiet_zone: int) -> None:
    symbols = encode([random_url(number, number) for number in range(1, 8)], version, "H")
    wanted = 255 * (1 - np.pad(matrices(symbols), [(0, 0), (quiet_zone, quiet_zone), (quiet_zone, quiet_zone)]))
    assert (np.array([rasterised(svg, 1) for svg in draw_svgs(symbols, quiet_zone)]) == wanted).all()
    assert (np.array([decoded(png).convert("L") for png in draw_pngs(symbols, 1, quiet_zone)]) == wanted).all()


@pytest.mark.parametrize("module", range(1, 41))
def test_a_module_has_as_many_pixels_as_asked_for(module: int) -> None:
    symbols = encode([random_url(40, module)], 4, "M")
    [image] = map(decoded, draw_pngs(symbols, module))
    assert (image.mode, image.size) == ("1", (41 * module, 41 * module))
    wanted = np.pad(1 - matrices(symbols)[0], 4, constant_values=1).repeat(module, axis=0).repeat(module, axis=1)
    assert (np.array(image) == wanted.astype(bool)).all()


def test_pictures_are_in_the_order_of_the_symbols_and_the_same_each_time() -> None:
    urls = [f"https://id.example.com/q/{number:012d}" for number in range(2000)]
    symbols = encode(urls, 3, "M")
    drawn = draw_svgs(symbols), draw_pngs(symbols)
    assert [len(set(pictures)) for pictures in drawn] == [2000, 2000]
    for number in (0, 1, 777, 1999):
        assert read(rasterised(drawn[0][number], 3)) == [urls[number]]
        assert read(np.array(decoded(drawn[1][number]).convert("L"))) == [urls[number]]
    assert (draw_svgs(symbols), draw_pngs(symbols)) == drawn
    assert draw_svgs(symbols[:0]) == draw_pngs(symbols[:0]) == []


def test_bars_seen_within_a_symbol_are_not_taken_for_a_bar_code() -> None:
    """ZXing sees an ITF of 8362 in this one, and no archive with it among its samples would ever be published."""
    url = "https://codes.example.com/c/demo/3e1684d781ece56edbdc1418435be6c684590d41658a9c1afe2c98d46c1effcc59cb23301"
    symbols = encode([url], 5, "L")
    assert readback.read_symbols(readback.svg_pixels(draw_svgs(symbols)[0])) == [url]
    assert readback.read_symbols(readback.png_pixels(draw_pngs(symbols)[0])) == [url]


@pytest.mark.parametrize("side", [1, 8, 21, 64])
def test_pixels_are_read_as_another_library_wrote_them(side: int) -> None:
    pixels = np.random.default_rng(side).integers(0, 2, (side, side), np.uint8) * np.uint8(255)
    out = io.BytesIO()
    png.Writer(side, side, greyscale=True, bitdepth=1).write(out, pixels & 1)
    assert (readback.png_pixels(out.getvalue()) == pixels).all()


@pytest.mark.parametrize("mode", ["L", "RGB", "P"])
def test_a_png_of_another_kind_is_misread(mode: str) -> None:
    with pytest.raises(readback.Misread, match="not of one grey bit"):
        readback.png_pixels(saved(Image.new(mode, (8, 8))))


def test_a_png_that_was_damaged_is_not_read() -> None:
    image = bytearray(draw_pngs(encode(["https://id.example.com/q/bottle-0001"], 3, "M"))[0])
    image[60] ^= 1
    with pytest.raises(png.ChunkError, match="Checksum error"):
        readback.png_pixels(bytes(image))


def saved(image: Image.Image) -> bytes:
    """The image as a PNG."""
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def test_an_svg_is_the_same_on_every_machine() -> None:
    [svg] = draw_svgs(encode(["https://id.example.com/q/bottle-0001"], 3, "M"))
    assert svg.startswith(
        b'<svg xmlns="http://www.w3.org/2000/svg" width="37mm" height="37mm" viewBox="0 0 37 37">'
        b'<path fill="#fff" d="M0 0h37v37H0z"/>'
        b'<path fill="none" stroke="#000" shape-rendering="crispEdges" d="M4 4.5h7m'
    )
    assert hashlib.sha256(svg).hexdigest() == "1b24e7f8bbcd770f8bb947fea38d3166589fe7f8293521a94c700cb971db07a7"


def test_large_pictures_take_no_more_memory_than_one_of_them() -> None:
    symbols = encode(["https://id.example.com/q/bottle-0001"] * 40, 10, "M")
    draw_pngs(symbols, 40, 20)
    tracemalloc.start()
    draw_pngs(symbols, 40, 20)
    assert tracemalloc.get_traced_memory()[1] < 12_000_000  # 40 pictures have 75 MB of pixels
    tracemalloc.stop()


def test_sizes_out_of_range_are_refused() -> None:
    symbols = encode(["x"], 1, "L")
    for quiet_zone in (0, 3, 21):
        for draw in (draw_svgs, draw_pngs):
            with pytest.raises(
                ValueError, match=rf"^A quiet zone of {quiet_zone} modules .* choose 4, the least .* to 20"
            ):
                draw(symbols, quiet_zone=quiet_zone)
    for module in (0, 41):
        with pytest.raises(ValueError, match=rf"^A module of {module} pixels is not offered: choose 1 to 40"):
            draw_pngs(symbols, module)
