"""Drawing the plain symbols of a workorder's codes, batch by batch."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from typing import Literal

from workorders.rendering import process_pool
from workorders.rendering.qr_encoder import Level, Symbols, encode
from workorders.rendering.svg_png import draw_pngs, draw_svgs

ImageFormat = Literal["svg", "png", "pdf"]
IMAGE_FORMATS: tuple[ImageFormat, ...] = ("svg", "png", "pdf")
BATCH = 2000  # codes drawn at a time
ALONE = 50_000  # codes that are drawn before other processes would have started


@dataclass(frozen=True)
class Style:
    """The style of symbols: error correction level, version, quiet zone in modules, module of a PNG in pixels."""

    kind: ImageFormat
    level: Level
    version: int
    quiet_zone: int
    module: int


@dataclass(frozen=True)
class DrawnBatch:
    """A batch of codes: their image files with the SHA-256 of each, or for a PDF the bare symbols."""

    identifiers: list[str]
    images: list[bytes]
    digests: list[str]
    symbols: Symbols | None = None


def draw_codes(identifiers: Iterable[str], count: int, prefix: str, style: Style) -> Generator[DrawnBatch]:
    """Draw `count` identifiers, whose URLs begin with `prefix`, in batches and in order."""
    return process_pool.map_batches(partial(_draw_batch, prefix, style), identifiers, BATCH, alone=count <= ALONE)


def _draw_batch(prefix: str, style: Style, identifiers: list[str]) -> DrawnBatch:
    symbols = encode([prefix + identifier for identifier in identifiers], style.version, style.level)
    if style.kind == "pdf":
        return DrawnBatch(identifiers, [], [], symbols)
    images = (
        draw_svgs(symbols, style.quiet_zone)
        if style.kind == "svg"
        else draw_pngs(symbols, style.module, style.quiet_zone)
    )
    return DrawnBatch(identifiers, images, [sha256(image).hexdigest() for image in images])


def option_refusal(kind: str) -> str:
    """Say that an option has no meaning with that kind of images."""
    return f"It says nothing of {kind.upper()}; leave it out."
