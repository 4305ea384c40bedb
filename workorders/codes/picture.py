"""The picture of one code, as pages and the API answer it."""

from __future__ import annotations

import io

from django.http import HttpResponse
from django.utils.http import content_disposition_header

from workorders.codes import preview
from workorders.identifiers import gs1
from workorders.models import Code
from workorders.rendering import qr_single
from workorders.rendering.batch import Kind
from workorders.rendering.label_pdf import PdfWriter
from workorders.rendering.label_sheet import Label, one_a_page
from workorders.rendering.qr_encoder import encode, smallest_version

PAGE = (50, 60)  # millimetres, width and height
KEPT = "private, max-age=86400"  # the picture of a code never changes


def picture(code: Code, kind: Kind, module: int = qr_single.PNG_MODULE) -> HttpResponse:
    """The code's symbol as a file that is called after it; secure codes have no PDF."""
    if kind == "svg":
        content, content_type = preview.svg(code.workorder, code.url), "image/svg+xml"
    elif kind == "png":
        content, content_type = preview.png(code.workorder, code.url, module), "image/png"
    else:
        content, content_type = one_page(code.url, code.identifier), "application/pdf"
    response = HttpResponse(content, content_type=content_type)
    filename = f"{gs1.file_name(code.identifier)}.{kind}"
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=filename) or "attachment"
    response["Cache-Control"] = KEPT
    return response


def one_page(url: str, text: str) -> bytes:
    """A PDF of PAGE, in millimetres, with the symbol of `url` and `text` below."""
    symbols = encode([url], smallest_version(len(url), "M"), "M")
    out = io.BytesIO()
    with PdfWriter(out, Label(one_a_page(*PAGE), symbols.shape[1], text=len(text)), 1) as pdf:
        pdf.add(symbols, [text])
    return out.getvalue()
