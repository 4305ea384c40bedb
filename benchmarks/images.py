"""Symbols and pictures of codes beside a loop over `qrcode` that makes the same, both in one process.

URLs of 37 characters in version 3, level M; pictures of 148 by 148 pixels. The loop's cost is that of OTHERS codes.
"""

from __future__ import annotations

import io
import secrets
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import qrcode
from django.conf import settings
from PIL import Image
from qrcode.image.pil import PilImage
from qrcode.image.pure import PyPNGImage
from qrcode.image.svg import SvgPathFillImage
from qrcode.util import MODE_8BIT_BYTE, QRData

from benchmarks.figures import RUNS, show
from benchmarks.measure import apart
from workorders.rendering.label_pdf import PdfWriter
from workorders.rendering.label_sheet import Label, one_a_page
from workorders.rendering.qr_encoder import Symbols, encode
from workorders.rendering.svg_png import draw_pngs, draw_svgs
from workorders.rendering.zip_writer import ZipWriter

COUNT = 100_000
OTHERS = 1000
BATCH = 4096
MODULE = 4  # pixels
PREFIX = "https://id.example.com/q/"

Work = Callable[[list[str], Path], None]


def batches(urls: list[str]) -> Iterator[tuple[list[str], Symbols]]:
    remaining = iter(urls)
    while some := list(islice(remaining, BATCH)):
        yield some, encode(some, 3, "M")


def symbols(urls: list[str], path: Path) -> None:
    for _batch in batches(urls):
        pass


def zipped(urls: list[str], path: Path, draw: Callable[[Symbols], list[bytes]]) -> None:
    with path.open("wb") as out, ZipWriter(out, datetime(2026, 1, 1, tzinfo=UTC)) as archive:
        for some, drawn in batches(urls):
            archive.add_stored([url.removeprefix(PREFIX) for url in some], draw(drawn))


def zip_of_svg(urls: list[str], path: Path) -> None:
    zipped(urls, path, draw_svgs)


def zip_of_png(urls: list[str], path: Path) -> None:
    zipped(urls, path, lambda drawn: draw_pngs(drawn, MODULE))


def pdf(urls: list[str], path: Path) -> None:
    with path.open("wb") as out, PdfWriter(out, Label(one_a_page(37, 37), 29), len(urls)) as writer:
        for _some, drawn in batches(urls):
            writer.add(drawn)


def library_symbol(url: str) -> qrcode.QRCode:
    symbol = qrcode.QRCode(version=3, error_correction=qrcode.constants.ERROR_CORRECT_M, box_size=MODULE, border=4)
    symbol.add_data(QRData(url, mode=MODE_8BIT_BYTE))
    symbol.make(fit=False)
    return symbol


def library_symbols(urls: list[str], path: Path) -> None:
    for url in urls:
        library_symbol(url)


def library_zip(urls: list[str], path: Path, factory: type[object]) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for url in urls:
            out = io.BytesIO()
            library_symbol(url).make_image(factory).save(out)
            archive.writestr(url.removeprefix(PREFIX), out.getvalue())


def library_zip_of_svg(urls: list[str], path: Path) -> None:
    library_zip(urls, path, SvgPathFillImage)


def library_zip_of_png(urls: list[str], path: Path) -> None:
    library_zip(urls, path, PyPNGImage)


def library_pdf(urls: list[str], path: Path) -> None:
    def pages(some: list[str]) -> Iterator[Image.Image]:
        return (library_symbol(url).make_image(PilImage).get_image() for url in some)

    [first] = pages(urls[:1])
    first.save(path, "PDF", save_all=True, append_images=pages(urls[1:]))


def compare(name: str, reach: str, ours: Work, other: Work) -> None:
    """Run both in turn and print the ratio of their costs per code."""
    mine, theirs, memory = [], [], []
    path = settings.SPOOL_DIR / "images"
    for _run in range(RUNS):
        urls = [PREFIX + secrets.token_urlsafe(9) for _ in range(COUNT)]
        seconds, peak = apart(lambda: ours(urls, path))  # noqa: B023  # called before the next round
        mine.append(seconds / COUNT)
        memory.append(peak)
        theirs.append(apart(lambda: other(urls[:OTHERS], path))[0] / OTHERS)  # noqa: B023
    path.unlink(missing_ok=True)
    show(name, reach, mine, theirs, memory)


def measure() -> None:
    """Print the lines of the table that are about images."""
    compare(f"{COUNT:,} symbols / qrcode", "1/200", symbols, library_symbols)
    compare(f"zip of {COUNT:,} SVG / qrcode", "1/100", zip_of_svg, library_zip_of_svg)
    compare(f"zip of {COUNT:,} PNG / qrcode", "1/100", zip_of_png, library_zip_of_png)
    compare(f"PDF of {COUNT:,} pages / qrcode", "1/300", pdf, library_pdf)
