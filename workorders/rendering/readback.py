"""Reading back what was drawn, as a scanner does: no archive is published whose sample does not say the right URL."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import png
import pypdfium2
import zxingcpp

from workorders.rendering.zip_writer import inflate

Pixels = npt.NDArray[np.uint8]
"""(height, width), 0 for black and 255 for white."""

QR_CODES = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
SVG_SCALE = 3  # pixels a module
PDF_SCALE = 300 / 72  # pixels a point
AS_IT_IS, UP = 0, 2  # filters of a row of a PNG
SIDE = re.compile(rb'viewBox="0 0 ([0-9]+) ')
STROKES = re.compile(rb"([Mmh])([0-9]+)(?: ([0-9]+))?")


class Misread(Exception):  # noqa: N818  # an event that the making of an archive must not survive
    """An image does not say what it should."""


@dataclass(frozen=True)
class Sample:
    """An image file within an archive: its name, where its bytes begin, how many they are, and what it says."""

    name: str
    begin: int
    size: int
    url: str
    is_deflated: bool = False


def read_symbols(pixels: Pixels) -> list[str]:
    """Read the QR symbols of a picture; bars that happen to be within one are none."""
    return [str(code.text) for code in zxingcpp.read_barcodes(pixels, formats=QR_CODES)]


def check_samples(archive: Path, samples: Iterable[Sample], read: Callable[[Pixels], list[str]] = read_symbols) -> None:
    """Raise Misread unless each sample of the file `archive` reads back as its URL."""
    with archive.open("rb") as file:
        for sample in samples:
            file.seek(sample.begin)
            stored = file.read(sample.size)
            content = inflate(stored) if sample.is_deflated else stored
            found = read(PIXELS[sample.name.rpartition(".")[2]](content))
            if found != [sample.url]:
                raise Misread(f"{sample.name} reads as {found}, not as {sample.url}")


def check_pages(
    pdf: Path | bytes,
    urls: Mapping[int, str],
    read: Callable[[Pixels], list[str]] = read_symbols,
    scale: float = PDF_SCALE,
) -> None:
    """Raise Misread unless each page of `pdf` that `urls` names, the first is 0, shows that URL among its labels.

    `scale` is in pixels a point.
    """
    with pypdfium2.PdfDocument(pdf) as document:
        for number, url in urls.items():
            found = read(page_pixels(document[number], scale))
            if url not in found:
                raise Misread(f"Page {number + 1} shows {found}, not {url}")


def page_pixels(page: pypdfium2.PdfPage, scale: float = PDF_SCALE) -> Pixels:
    """A page as a printer sees it, unless `scale` says otherwise one with 300 dots an inch."""
    return np.ascontiguousarray(page.render(scale=scale, grayscale=True).to_numpy())


def png_pixels(image: bytes) -> Pixels:
    """The pixels of a grey PNG of one bit, whose rows are as they are or differ from those above (PNG, 9.2).

    Misread for any other.
    """
    chunks = [*png.Reader(bytes=image).chunks()]  # of which the library compares the checksums
    width, height, *kind = struct.unpack(">IIBBBBB", chunks[0][1])
    stored = zlib.decompress(b"".join(content for name, content in chunks if name == b"IDAT"))
    rows = np.frombuffer(bytearray(stored), np.uint8).reshape(height, -1)
    if kind != [1, 0, 0, 0, 0] or not np.isin(rows[:, 0], (AS_IT_IS, UP)).all():
        raise Misread("A PNG is not of one grey bit, or its rows are filtered in another way")
    for above, row in pairwise(rows):
        if row[0] == UP:
            row[1:] += above[1:]
    return np.unpackbits(rows[:, 1:], axis=1)[:, :width] * np.uint8(255)


def tiff_pixels(image: bytes) -> Pixels:
    """The pixels of a TIFF of `secure_images`: one bit, one strip, not compressed, little-endian."""
    at, count = struct.unpack_from("<IH", image, 4)
    entries = struct.iter_unpack("<HHII", image[at + 2 : at + 2 + 12 * count])
    values = {tag: value for tag, _kind, _count, value in entries}
    width, height, begin = values[256], values[257], values[273]
    rows = np.frombuffer(image, np.uint8, -(-width // 8) * height, begin).reshape(height, -1)
    return np.unpackbits(rows, axis=1)[:, :width] * np.uint8(255)


def svg_pixels(svg: bytes) -> Pixels:
    """Draw the strokes of an SVG of `workorders.rendering.svg_png`."""
    side = SIDE.search(svg)
    if side is None:
        raise Misread("An SVG has no size")
    pixels = np.full((int(side[1]), int(side[1])), 255, np.uint8)
    x = y = 0
    for command, number, row in STROKES.findall(svg.rpartition(b' d="')[2]):
        length = int(number)
        if command == b"M":
            x, y = length, int(row)
        elif command == b"m":
            x += length
        else:
            pixels[y, x : x + length] = 0
            x += length
    return pixels.repeat(SVG_SCALE, axis=0).repeat(SVG_SCALE, axis=1)


PIXELS: Final[dict[str, Callable[[bytes], Pixels]]] = {"svg": svg_pixels, "png": png_pixels, "tiff": tiff_pixels}
"""By the ending of a file's name."""
