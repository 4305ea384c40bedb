"""QR symbols of single codes: samples and previews."""

from __future__ import annotations

import io

import qrcode
from qrcode.image.pure import PyPNGImage
from qrcode.image.svg import SvgPathFillImage

CAPACITY = 213
"""Characters of URL in byte mode at version 10, level M (ISO/IEC 18004, table 7).

With 57 modules it is the largest symbol that a label still prints at a size that phones read.
"""
QUIET_ZONE = 4  # modules (ISO/IEC 18004, section 5.3.8)
PNG_MODULE = 10  # pixels


def _symbol(url: str, module: int = PNG_MODULE) -> qrcode.QRCode:
    symbol = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, box_size=module, border=QUIET_ZONE)
    symbol.add_data(url, optimize=0)
    symbol.make(fit=True)
    return symbol


def draw_svg(url: str) -> bytes:
    """The symbol of `url`, black on white, as an SVG document."""
    out = io.BytesIO()
    _symbol(url).make_image(SvgPathFillImage).save(out)
    return out.getvalue()


def draw_png(url: str, module: int = PNG_MODULE) -> bytes:
    """The symbol of `url`, black on white, as a PNG of one bit a pixel, with `module` pixels a module."""
    out = io.BytesIO()
    _symbol(url, module).make_image(PyPNGImage).save(out)
    return out.getvalue()
