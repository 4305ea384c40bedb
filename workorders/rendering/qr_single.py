"""QR symbols of single codes: samples and previews."""

from __future__ import annotations

from workorders.rendering.qr_encoder import Symbols, encode, smallest_version
from workorders.rendering.svg_png import draw_pngs, draw_svgs

CAPACITY = 213
"""Characters of URL in byte mode at version 10, level M (ISO/IEC 18004, table 7).

With 57 modules it is the largest symbol that a label still prints at a size that phones read.
"""
QUIET_ZONE = 4  # modules (ISO/IEC 18004, section 5.3.8)
PNG_MODULE = 10  # pixels
DECLARATION = b"<?xml version='1.0' encoding='UTF-8'?>\n"  # by which programs tell a file without a name


def symbol(url: str) -> Symbols:
    """The smallest symbol of `url` at level M, alone in its array."""
    return encode([url], smallest_version(len(url), "M"), "M")


def draw_svg(url: str) -> bytes:
    """The symbol of `url`, black on white, as an SVG document of its own."""
    (image,) = draw_svgs(symbol(url), QUIET_ZONE)
    return DECLARATION + image


def draw_png(url: str, module: int = PNG_MODULE) -> bytes:
    """The symbol of `url`, black on white, as a PNG of one bit a pixel, with `module` pixels a module."""
    (image,) = draw_pngs(symbol(url), module, QUIET_ZONE)
    return image
