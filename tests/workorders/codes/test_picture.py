"""The picture of one code as a file."""

from __future__ import annotations

import io

import pypdfium2
import pytest
from PIL import Image

from tests.support.codes import some_codes
from tests.support.demo import Demo
from tests.support.secure import a_secure_order
from workorders.codes.picture import PAGE, image_response, render_pdf, render_png, render_svg
from workorders.models import Code, Workorder
from workorders.rendering.readback import check_pages, png_pixels, read_symbols

URL = "https://codes.example/abc00001"


@pytest.mark.parametrize(
    ("kind", "content_type", "begins"),
    [("svg", "image/svg+xml", b"<?xml"), ("png", "image/png", b"\x89PNG"), ("pdf", "application/pdf", b"%PDF")],
)
def test_the_file_is_called_by_its_code_and_kept_by_the_browser(
    demo: Demo, kind: str, content_type: str, begins: bytes
) -> None:
    code = some_codes(demo.staff, "abc00001").codes.get()
    response = image_response(code, kind)  # type: ignore[arg-type]  # one of the formats
    assert response["Content-Type"] == content_type
    assert response["Content-Disposition"] == f'attachment; filename="abc00001.{kind}"'
    assert response["Cache-Control"] == "private, max-age=86400"
    assert response.content.startswith(begins)


def test_slashes_of_an_id_are_tildes_in_its_file(demo: Demo) -> None:
    code = some_codes(demo.staff, "01/09520123456788/21/a%2Fb").codes.get()
    assert image_response(code, "svg")["Content-Disposition"] == 'attachment; filename="01~09520123456788~21~a%2Fb.svg"'


@pytest.mark.parametrize("module", [1, 4, 10])
def test_a_png_says_the_url_in_modules_of_the_size_asked_for(module: int) -> None:
    image = render_png(Workorder(), URL, module)
    side = (29 + 8) * module
    assert Image.open(io.BytesIO(image)).size == (side, side)
    if module > 1:
        assert read_symbols(png_pixels(image)) == [URL]


def test_a_pdf_has_one_page_with_symbol_and_text() -> None:
    content = render_pdf(URL, "abc00001")
    check_pages(content, {0: URL})
    with pypdfium2.PdfDocument(content) as document:
        assert len(document) == 1
        width, height = document[0].get_size()
        assert (round(width / 72 * 25.4), round(height / 72 * 25.4)) == PAGE
        assert document[0].get_textpage().get_text_bounded().replace("\r\n", "") == "abc00001"


def test_a_secure_code_is_shown_with_a_specimen_that_belongs_to_nobody(demo: Demo) -> None:
    first, second = a_secure_order(demo, "First"), a_secure_order(demo, "Second")
    assert render_png(first, URL) == render_png(second, URL)
    assert render_png(first, URL) != render_png(Workorder(), URL)
    svg = render_svg(first, URL).decode()
    assert svg.startswith(
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 41 41">'
        '<image width="41" height="41" image-rendering="pixelated" xlink:href="data:image/png;base64,'
    )
    Code.objects.create(identifier="abc00001", company=demo.company, workorder=first, sequence=1)
    assert image_response(first.codes.get(), "png").content == render_png(first, first.codes.get().url)
