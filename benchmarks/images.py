"""Symbols and pictures of codes beside loops over `qrcode`, segno and zxing-cpp that make the same, a core each.

URLs of 37 characters in version 3, level M, each library with the mask that it finds best; pictures of 148 by 148
pixels. A loop's cost is that of its own number of codes. fast-qr is left out: its Python package has no wheels.
"""

from __future__ import annotations

import io
import os
import secrets
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import qrcode
import segno
import zxingcpp
from django.conf import settings
from PIL import Image
from qrcode.image.pil import PilImage
from qrcode.image.pure import PyPNGImage
from qrcode.image.svg import SvgPathFillImage
from qrcode.util import MODE_8BIT_BYTE, QRData

from benchmarks.figures import RUNS, show
from benchmarks.measure import apart, at_once
from workorders.rendering.label_pdf import PdfWriter
from workorders.rendering.label_sheet import Label, one_a_page
from workorders.rendering.qr_encoder import Symbols, encode
from workorders.rendering.svg_png import draw_pngs, draw_svgs
from workorders.rendering.zip_writer import ZipWriter

COUNT = 100_000
OTHERS = {"qrcode": 1000, "segno": 1000, "zxing-cpp": 10_000}
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


def qrcode_symbol(url: str) -> qrcode.QRCode:
    symbol = qrcode.QRCode(version=3, error_correction=qrcode.constants.ERROR_CORRECT_M, box_size=MODULE, border=4)
    symbol.add_data(QRData(url, mode=MODE_8BIT_BYTE))
    symbol.make(fit=False)
    return symbol


def qrcode_image(url: str, factory: type[object]) -> bytes:
    out = io.BytesIO()
    qrcode_symbol(url).make_image(factory).save(out)
    return out.getvalue()


def segno_symbol(url: str) -> segno.QRCode:
    return segno.make_qr(url, error="m", version=3, mode="byte", encoding="iso-8859-1", boost_error=False)


def segno_image(url: str, kind: str) -> bytes:
    out = io.BytesIO()
    segno_symbol(url).save(out, kind=kind, scale=MODULE if kind == "png" else 1, border=4)
    return out.getvalue()


def zxing_symbol(url: str) -> Any:
    """The smallest version that fits, which is the third."""
    return zxingcpp.create_barcode(url, zxingcpp.BarcodeFormat.QRCode, ec_level="M")


def zxing_pixels(url: str) -> Image.Image:
    return Image.fromarray(zxing_symbol(url).to_image(scale=MODULE)).convert("1")


def zxing_png(url: str) -> bytes:
    out = io.BytesIO()
    zxing_pixels(url).save(out, "PNG")
    return out.getvalue()


def each(urls: list[str], path: Path, symbol: Callable[[str], object]) -> None:
    for url in urls:
        symbol(url)


def zip_of_each(urls: list[str], path: Path, draw: Callable[[str], bytes]) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for url in urls:
            archive.writestr(url.removeprefix(PREFIX), draw(url))


def pages_by_pillow(urls: list[str], path: Path, draw: Callable[[str], Image.Image]) -> None:
    draw(urls[0]).save(path, "PDF", save_all=True, append_images=map(draw, urls[1:]))


def segno_pdfs(urls: list[str], path: Path) -> None:
    """PDFs of one page behind each other, as segno has no others."""
    with path.open("wb") as out:
        out.writelines(segno_image(url, "pdf") for url in urls)


LOOPS: dict[str, dict[str, Work]] = {
    "symbols": {
        "qrcode": partial(each, symbol=qrcode_symbol),
        "segno": partial(each, symbol=segno_symbol),
        "zxing-cpp": partial(each, symbol=zxing_symbol),
    },
    "svg": {
        "qrcode": partial(zip_of_each, draw=partial(qrcode_image, factory=SvgPathFillImage)),
        "segno": partial(zip_of_each, draw=partial(segno_image, kind="svg")),
        "zxing-cpp": partial(zip_of_each, draw=lambda url: zxing_symbol(url).to_svg().encode()),
    },
    "png": {
        "qrcode": partial(zip_of_each, draw=partial(qrcode_image, factory=PyPNGImage)),
        "segno": partial(zip_of_each, draw=partial(segno_image, kind="png")),
        "zxing-cpp": partial(zip_of_each, draw=zxing_png),
    },
    "pdf": {
        "qrcode": partial(pages_by_pillow, draw=lambda url: qrcode_symbol(url).make_image(PilImage).get_image()),
        "segno": segno_pdfs,
        "zxing-cpp": partial(pages_by_pillow, draw=zxing_pixels),
    },
}


def fresh() -> list[str]:
    return [PREFIX + secrets.token_urlsafe(9) for _ in range(COUNT)]


def compare(name: str, reach: str, ours: Work, loops: dict[str, Work]) -> None:
    """Run ours and the loops in turn, each of them first once, and print the ratios of their costs per code."""
    path = settings.SPOOL_DIR / "images"
    costs: dict[str, list[float]] = {"ours": [], **{other: [] for other in loops}}
    memory = []
    works = [("ours", ours, COUNT), *((other, loop, OTHERS[other]) for other, loop in loops.items())]
    for run in range(RUNS):
        urls = fresh()
        for who, work, count in works[run % len(works) :] + works[: run % len(works)]:
            seconds, peak = apart(lambda: work(urls[:count], path))  # noqa: B023  # called before the next round
            costs[who].append(seconds / count)
            if who == "ours":
                memory.append(peak)
    path.unlink(missing_ok=True)
    for other in loops:
        show(f"{name} / {other}", reach, costs["ours"], costs[other], memory)


def compare_cores() -> None:
    """Print what symbols cost when every core draws them, beside one core."""
    cores = os.cpu_count() or 1
    path = settings.SPOOL_DIR / "images"
    alone: list[float] = []
    together: list[float] = []
    memory = []
    for run in range(RUNS):
        urls = fresh()
        for processes in (1, cores) if run % 2 else (cores, 1):
            seconds, peak = at_once(lambda: symbols(urls, path), processes)  # noqa: B023
            (alone if processes == 1 else together).append(seconds / COUNT / processes)
            memory.append(peak)
    show(f"{cores} times {COUNT:,} symbols on {cores} cores / on one", f"1/{cores}", together, alone, memory)


def measure() -> None:
    """Print the lines of the table that are about images."""
    compare(f"{COUNT:,} symbols", "1/200", symbols, LOOPS["symbols"])
    compare(f"zip of {COUNT:,} SVG", "1/100", zip_of_svg, LOOPS["svg"])
    compare(f"zip of {COUNT:,} PNG", "1/100", zip_of_png, LOOPS["png"])
    compare(f"PDF of {COUNT:,} pages", "1/300", pdf, LOOPS["pdf"])
    compare_cores()
