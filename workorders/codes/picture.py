"""The picture of one code, as people may see it, and as an answer of pages and the API.

A secure code is shown with a specimen of its graphic. The workorder's own graphic, the same in all its codes, is for
the printing partner alone.
"""

from __future__ import annotations

import io
from base64 import b64encode

from django.http import HttpResponse
from django.utils.http import content_disposition_header

from workorders.identifiers import gs1
from workorders.models import Code, Workorder
from workorders.rendering import qr_single
from workorders.rendering.batch import ImageFormat
from workorders.rendering.label_pdf import PdfWriter
from workorders.rendering.label_sheet import Label, one_a_page
from workorders.rendering.secure_graphic import LAYOUTS, make_specimen
from workorders.rendering.secure_images import draw_pngs

PAGE = (50, 60)  # millimetres, width and height
KEPT = "private, max-age=86400"  # the picture of a code never changes


def image_response(code: Code, kind: ImageFormat, module: int = qr_single.PNG_MODULE) -> HttpResponse:
    """Answer with the code's symbol as a file named after the code. Secure codes have no PDF."""
    if kind == "svg":
        content, content_type = render_svg(code.workorder, code.url), "image/svg+xml"
    elif kind == "png":
        content, content_type = render_png(code.workorder, code.url, module), "image/png"
    else:
        content, content_type = render_pdf(code.url, code.identifier), "application/pdf"
    response = HttpResponse(content, content_type=content_type)
    filename = f"{gs1.file_name(code.identifier)}.{kind}"
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=filename) or "attachment"
    response["Cache-Control"] = KEPT
    return response


def render_pdf(url: str, text: str) -> bytes:
    """A PDF of PAGE, in millimetres, with the symbol of `url` and `text` below."""
    symbols = qr_single.symbol(url)
    out = io.BytesIO()
    with PdfWriter(out, Label(one_a_page(*PAGE), symbols.shape[1], text=len(text)), 1) as pdf:
        pdf.add(symbols, [text])
    return out.getvalue()


def render_png(workorder: Workorder, url: str, module: int = qr_single.PNG_MODULE) -> bytes:
    """The symbol of `url` as a PNG of one bit a pixel, with `module` pixels a module."""
    if workorder.type != Workorder.Type.SSC:
        return qr_single.draw_png(url, module)
    (image,) = draw_pngs([url], make_specimen(workorder.layout, module))
    return image


def render_svg(workorder: Workorder, url: str) -> bytes:
    """The symbol of `url` as an SVG document. An image within one is named as SVG 1.1 does: not all know SVG 2."""
    if workorder.type != Workorder.Type.SSC:
        return qr_single.draw_svg(url)
    height, width = LAYOUTS[workorder.layout].size
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
        f' viewBox="0 0 {width} {height}">'
        f'<image width="{width}" height="{height}" image-rendering="pixelated"'
        f' xlink:href="data:image/png;base64,{b64encode(render_png(workorder, url)).decode()}"/></svg>\n'
    ).encode()
