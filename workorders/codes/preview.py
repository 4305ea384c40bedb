"""What shows people one code of a workorder. A secure code is shown with a specimen of its graphic.

The workorder's own graphic, the same in all its codes, is for the printing partner alone.
"""

from __future__ import annotations

from base64 import b64encode

from workorders.models import Workorder
from workorders.rendering import qr_single
from workorders.rendering.secure_graphic import LAYOUTS, specimen
from workorders.rendering.secure_images import pngs


def png(workorder: Workorder, url: str, module: int = qr_single.PNG_MODULE) -> bytes:
    """The symbol of `url` as a PNG of one bit a pixel, with `module` pixels a module."""
    if workorder.type != Workorder.Type.SSC:
        return qr_single.png(url, module)
    (image,) = pngs([url], specimen(workorder.layout, module))
    return image


def svg(workorder: Workorder, url: str) -> bytes:
    """The same as an SVG document."""
    if workorder.type != Workorder.Type.SSC:
        return qr_single.svg(url)
    height, width = LAYOUTS[workorder.layout].size
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">'
        f'<image width="{width}" height="{height}" image-rendering="pixelated"'
        f' href="data:image/png;base64,{b64encode(png(workorder, url)).decode()}"/></svg>\n'
    ).encode()
