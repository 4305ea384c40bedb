"""Secure codes: how fast they are drawn, beside a loop over qrcode and Pillow, and how well copies are told apart.

`python -m benchmarks secure` prints both and writes `docs/secure-graphic-roc.svg`.
"""

from __future__ import annotations

import io
import secrets
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import qrcode
from PIL import Image
from qrcode.image.pil import PilImage

from benchmarks.print_scan import Copier, Dots, Pass, Scan
from workorders.deliveries.image_files import BATCH
from workorders.rendering.secure_graphic import LAYOUTS, Graphic, make_graphic, make_secret
from workorders.rendering.secure_images import SUFFIXES, draw_packed, draw_pngs
from workorders.rendering.secure_verifier import verify

COUNT, OTHERS, RUNS = 2000, 50, 3
PREFIX = "https://id.example.com/q/"
PLOT: Final = Path(__file__).parent.parent / "docs" / "secure-graphic-roc.svg"
PRINTS: Final = 30  # originals, and copies of each kind, at each resolution
EXAMPLES: Final = 3  # prints with known dots, of which the learning counterfeiter learns
TRIED: Final = ((600, "#1763b6"), (1200, "#b6531c"))

Scores = npt.NDArray[np.float64]


def measure() -> None:
    """Print speeds and separations, write the plot."""
    for dpi, _colour in TRIED:
        for name in LAYOUTS:
            _speed(name, dpi)
    curves = []
    for dpi, colour in TRIED:
        originals, plain, learned = scores(dpi, PRINTS)
        loose = scores(dpi, PRINTS // 2, is_calibrated=False)
        print(f"{dpi} dpi, threshold, printer not calibrated: AUC {auc(*loose[:2]):.4f}")
        for kind, copies in (("threshold", plain), ("learned", learned)):
            curves.append((f"{dpi} dpi, {kind}", colour, kind == "learned", originals, copies))
            print(
                f"{dpi} dpi, {kind:9}: AUC {auc(originals, copies):.4f}; originals {originals.min():.3f} to "
                f"{originals.max():.3f}, copies {copies.min():.3f} to {copies.max():.3f}"
            )
    PLOT.write_text(_plot(curves))


def scores(dpi: int, count: int, *, is_calibrated: bool = True) -> tuple[Scores, Scores, Scores]:
    """Return the verifier's scores of originals, of copies made by a threshold, and of copies made by what was learned.

    Originals come from the partner's calibrated printer, or from any where it is not. Copies always come from any.
    """
    random = np.random.default_rng(dpi)
    token = make_secret()  # chance in the dots alone: any secret's are as good
    graphics = [make_graphic("inside", token, number, dpi) for number in range(EXAMPLES + count)]

    def passed(dots: Dots, *, by_partner: bool) -> Scan:
        return Pass.drawn(random, is_calibrated=by_partner and is_calibrated).scan(dots, dpi, random)

    copier = Copier([(passed(sheet(graphic), by_partner=True), graphic) for graphic in graphics[:EXAMPLES]])
    rows = []
    for graphic in graphics[EXAMPLES:]:
        original = passed(sheet(graphic), by_partner=True)
        fakes = (copier.plain(original, graphic), copier.learned(original, graphic))
        scans = (original, *(passed(sheet(graphic, fake), by_partner=False) for fake in fakes))
        rows.append([verify(scan, graphic).fine for scan in scans])
    originals, plain, learned = np.array(rows).T
    return originals, plain, learned


def sheet(graphic: Graphic, fake: Dots | None = None) -> Dots:
    """The dots of a code, 1 for dark; with `fake` in place of its graphic."""
    [image] = draw_pngs([PREFIX + "bottle-01"], graphic)
    dots = 1 - np.array(Image.open(io.BytesIO(image)), np.uint8)
    if fake is not None:
        top, left = (modules * graphic.module for modules in graphic.layout.corner)
        dots[top : top + len(fake), left : left + len(fake)] = fake
    return dots


def auc(originals: Scores, copies: Scores) -> float:
    """The area under the ROC curve: how often an original scores above a copy, ties half."""
    over = originals[:, None] - copies[None]
    return float((over > 0).mean() + (over == 0).mean() / 2)


def _speed(name: str, dpi: int) -> None:
    """Codes a second on one core, the median of RUNS, and the ratio to the loop's cost; `zip` is deflated for one."""
    graphic = make_graphic(name, make_secret(), 1, dpi)
    ids = [secrets.token_urlsafe(6) for _ in range(COUNT)]
    urls = [PREFIX + identifier for identifier in ids]
    for suffix, draw in SUFFIXES.items():
        ways: dict[str, Callable[[], int]] = {
            suffix: partial(_sizes, draw, urls, graphic),
            f"zip of {suffix}": partial(_packed_sizes, graphic, suffix, ids),
        }
        for way, work in ways.items():
            work()  # tables of this version, level and graphic
            ours, theirs = [], []
            for _run in range(RUNS):
                start = time.perf_counter()
                size = work() / COUNT
                ours.append((time.perf_counter() - start) / COUNT)
                start = time.perf_counter()
                for image in _library(urls[:OTHERS], graphic, suffix):
                    if way != suffix:
                        zlib.compress(image, 1)
                theirs.append((time.perf_counter() - start) / OTHERS)
            mine, other = np.median(ours), np.median(theirs)
            print(
                f"{name:14} {dpi:4} dpi {way:11} {1 / mine:8,.0f} codes a second, {size:9,.0f} bytes each, "
                f"1/{other / mine:.0f} of qrcode and Pillow"
            )


def _sizes(draw: Callable[[Sequence[str], Graphic], Iterator[bytes]], urls: list[str], graphic: Graphic) -> int:
    return sum(map(len, draw(urls, graphic)))


def _packed_sizes(graphic: Graphic, suffix: str, ids: list[str]) -> int:
    """Draw what an archive takes, in its batches."""
    starts = range(0, len(ids), BATCH)
    batches = (draw_packed(PREFIX, graphic, suffix, ids[start : start + BATCH])[1] for start in starts)
    return sum(len(image.stream) for batch in batches for image in batch)


def _library(urls: list[str], graphic: Graphic, suffix: str) -> Iterator[bytes]:
    """The same pictures by qrcode and Pillow."""
    height, width = (modules * graphic.module for modules in graphic.layout.size)
    top, left = (modules * graphic.module for modules in graphic.layout.corner)
    pattern = Image.fromarray(255 * (1 - graphic.dots)).convert("1")
    level = getattr(qrcode.constants, f"ERROR_CORRECT_{graphic.layout.level}")
    for url in urls:
        code = qrcode.QRCode(graphic.layout.version, level, box_size=graphic.module, border=4)
        code.add_data(url)
        code.make(fit=False)
        page = Image.new("1", (width, height), 1)
        page.paste(code.make_image(PilImage).get_image(), (0, 0))
        page.paste(pattern, (left, top))
        out = io.BytesIO()
        page.save(out, suffix, dpi=(graphic.dpi, graphic.dpi))
        yield out.getvalue()


def _plot(curves: list[tuple[str, str, bool, Scores, Scores]]) -> str:
    """ROC curves as an SVG: copies let through against originals recognised."""
    parts = [
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 520 470" font-family="sans-serif" font-size="13">',
        '<path fill="#fff" d="M0 0h520v470H0z"/><path fill="none" stroke="#888" d="M70 20h400v400h-400z"/>',
        '<path stroke="#bbb" stroke-dasharray="2 4" d="M70 420 470 20"/>',
        '<text x="270" y="455" text-anchor="middle">copies taken for originals</text>',
        '<text x="20" y="220" text-anchor="middle" transform="rotate(-90 20 220)">originals recognised</text>',
    ]
    for share in (0, 0.5, 1):
        parts.append(f'<text x="{70 + 400 * share:g}" y="437" text-anchor="middle">{share:g}</text>')
        parts.append(f'<text x="62" y="{424 - 400 * share:g}" text-anchor="end">{share:g}</text>')
    for number, (name, colour, dashed, originals, copies) in enumerate(curves):
        levels = np.sort(np.concatenate([originals, copies, [2.0]]))[::-1]
        points = [(70 + 400 * (copies >= level).mean(), 420 - 400 * (originals >= level).mean()) for level in levels]
        path = " ".join(f"{x:g} {y:g}" for x, y in points)
        style = f'fill="none" stroke="{colour}" stroke-width="2.5"' + ' stroke-dasharray="7 4"' * dashed
        y = 320 + 22 * number
        parts.append(f'<path {style} d="M{path}"/><path {style} d="M200 {y}h34"/>')
        parts.append(f'<text x="242" y="{y + 4}">{name}: AUC {auc(originals, copies):.3f}</text>')
    return "\n".join([*parts, "</svg>", ""])
