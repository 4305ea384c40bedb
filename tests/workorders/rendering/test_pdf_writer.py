"""The frame of a PDF: pages, their tree, and what it refuses."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pypdfium2
import pytest

from tests.support.sinks import Sparse
from workorders.rendering import pdf_writer
from workorders.rendering.pdf_writer import MOST_PAGES, SHARED, PageKind, PdfFile, points

KIND = PageKind(
    common=b"/MediaBox[0 0 72 36]/Resources<</Font<</F %d 0 R>>>>" % SHARED,
    shared=b"<</Type/Font/Subtype/Type1/BaseFont/Courier>>",
    page=b"/Contents %d 0 R",
)


def a_pdf(pages: int, batch: int) -> bytes:
    """A PDF whose pages say their numbers."""
    out = io.BytesIO()
    with PdfFile(out, pages, KIND) as pdf:
        for start in range(0, pages, batch):
            numbers = range(start, min(start + batch, pages))
            pdf.add_pages([b"BT /F 8 Tf 4 4 Td (page %d) Tj ET" % number for number in numbers])
    return out.getvalue()


@pytest.mark.parametrize("pages", [1, 2, 499, 500, 501, 1001])
def test_readers_find_every_page_in_its_place(pages: int) -> None:
    with pypdfium2.PdfDocument(a_pdf(pages, 300)) as document:
        assert len(document) == pages
        for number in {0, pages // 2, pages - 1}:
            assert document[number].get_size() == (72, 36)
            assert document[number].get_textpage().get_text_bounded() == f"page {number}"


def test_a_page_beyond_four_gigabytes_is_found(tmp_path: Path) -> None:
    """PDFium finds it by a table of offsets, but not by a stream of them."""
    path, pages = tmp_path / "codes.pdf", 130
    with path.open("wb") as out, PdfFile(Sparse(out), pages, KIND) as pdf:
        for _page in range(pages - 1):
            pdf.add_pages([bytes(1 << 25)])
        pdf.add_pages([b"BT /F 8 Tf 4 4 Td (the last) Tj ET"])
    with pypdfium2.PdfDocument(path) as document:
        assert document[pages - 1].get_textpage().get_text_bounded() == "the last"


@pytest.mark.parametrize("pages", [1, 501, 5000])
def test_each_offset_of_the_table_is_an_object(pages: int) -> None:
    pdf = a_pdf(pages, 300)
    start = int(pdf.rpartition(b"startxref\n")[2].partition(b"\n")[0])
    head, _table, *lines = pdf[start : pdf.index(b"trailer\n", start)].split(b"\n")[:-1]
    assert (head, lines[0]) == (b"xref", b"0000000000 65535 f ")
    for number, line in enumerate(lines[1:], 1):
        assert re.fullmatch(rb"[0-9]{10} 00000 n ", line)
        assert pdf[int(line[:10]) :].startswith(b"%d 0 obj\n" % number)
    assert b"/Size %d/" % len(lines) in pdf[start:]


def test_offsets_too_long_for_a_table_are_a_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf_writer, "LONGEST_TABLE", 100)
    pdf = a_pdf(501, 300)
    assert b"/Type/XRef/Size " in pdf
    assert b"trailer" not in pdf
    with pypdfium2.PdfDocument(pdf) as document:
        assert document[500].get_textpage().get_text_bounded() == "page 500"


def test_batches_make_no_difference() -> None:
    assert a_pdf(7, 1) == a_pdf(7, 3) == a_pdf(7, 7)


def test_a_pdf_that_misses_pages_is_not_completed() -> None:
    out = io.BytesIO()
    with (
        pytest.raises(ValueError, match=r"The PDF is not complete: 2 pages are missing\."),
        PdfFile(out, 3, KIND) as pdf,
    ):
        pdf.add_pages([b""])
    assert not out.getvalue().endswith(b"%%EOF\n")


def test_an_error_of_the_caller_is_not_covered() -> None:
    with pytest.raises(RuntimeError, match="elsewhere"), PdfFile(io.BytesIO(), 3, KIND):
        raise RuntimeError("elsewhere")


def test_more_pages_than_readers_open_are_refused() -> None:
    with pytest.raises(
        ValueError, match="1,000,001 pages are more than readers open: make several PDFs of up to 1,000,000"
    ):
        PdfFile(io.BytesIO(), MOST_PAGES + 1, KIND)


@pytest.mark.parametrize(
    ("millimetres", "written"), [(25.4, b"72"), (0, b"0"), (30, b"85.0394"), (12.7, b"36"), (0.25, b"0.7087")]
)
def test_lengths_are_written_in_points(millimetres: float, written: bytes) -> None:
    assert points(millimetres) == written
