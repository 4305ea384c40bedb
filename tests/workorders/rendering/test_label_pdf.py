"""PDF of QR symbols: every label of every page reads back, and the file is sound."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2
import pypdfium2.raw as raw
import pytest

from tests.support.drawn import Pixels, lengths, random_url, read
from tests.support.sinks import Sink
from workorders.rendering.label_pdf import PdfWriter
from workorders.rendering.label_sheet import Label, LabelSheet, one_a_page
from workorders.rendering.qr_encoder import LEVELS, VERSIONS, Symbols, encode

L7160 = LabelSheet(210, 297, columns=3, rows=7, label_width=63.5, label_height=38.1, column_gap=2.54)


def made(label: Label, symbols: Symbols, texts: list[str] | None = None, batch: int = 1000) -> bytes:
    """A PDF, written a batch at a time."""
    out = io.BytesIO()
    with PdfWriter(out, label, len(symbols)) as pdf:
        for start in range(0, len(symbols), batch):
            pdf.add(symbols[start : start + batch], texts[start : start + batch] if texts else ())
    return out.getvalue()


def pages(pdf: bytes) -> pypdfium2.PdfDocument:
    return pypdfium2.PdfDocument(pdf)


def rendered(page: Any, dots: int = 300) -> Pixels:
    """A page as grey pixels, `dots` an inch."""
    return np.ascontiguousarray(page.render(scale=dots / 72, grayscale=True).to_numpy())


def words(page: Any) -> list[str]:
    """The lines of text on a page."""
    return str(page.get_textpage().get_text_bounded()).split()


@pytest.mark.parametrize("version", VERSIONS)
def test_a_page_a_code_reads_back_in_every_version(version: int) -> None:
    for level in LEVELS:
        urls = [random_url(length, length) for length in lengths(version, level, 3)]
        symbols = encode(urls, version, level)
        document = pages(made(Label(one_a_page(30, 30), symbols.shape[1]), symbols))
        assert document.get_page_size(0) == pytest.approx((85.0394, 85.0394))
        assert [read(rendered(page)) for page in document] == [[url] for url in urls]


def test_every_label_of_every_sheet_reads_back_with_its_text() -> None:
    ids = [f"bottle-{number:04d}" for number in range(50)]
    symbols = encode([f"https://id.example.com/q/{name}" for name in ids], 3, "M")
    document = pages(made(Label(L7160, 29, text=11), symbols, ids, batch=8))
    assert len(document) == 3
    for number, page in enumerate(document):
        some = ids[21 * number : 21 * number + 21]
        assert page.get_size() == pytest.approx((595.2756, 841.8898))
        assert read(rendered(page)) == [f"https://id.example.com/q/{name}" for name in some]
        assert words(page) == some


@pytest.mark.parametrize(
    ("text", "line", "fonts"),
    [
        (0, "", set()),
        (9, "", {"DejaVuSansMono"}),
        (0, "Wein 中", {"DejaVuSansCondensed", "wqy-microhei"}),
        (9, "Wein 中", {"DejaVuSansMono", "DejaVuSansCondensed", "wqy-microhei"}),
    ],
)
def test_the_file_carries_every_font_that_it_names(text: int, line: str, fonts: set[str]) -> None:
    """Printing houses refuse files with others, be they those that every reader has or used by no page."""
    out, label = io.BytesIO(), Label(one_a_page(40, 50), 29, text=text, has_line=bool(line))
    with PdfWriter(out, label, 1) as pdf:
        pdf.add(encode(["https://id.example.com/q/bottle(1)"], 3, "M"), ["bottle(1)"] * bool(text), [line] * bool(line))
    assert set(re.findall(rb"/BaseFont/([^/]+)", out.getvalue())) == {b"CDPORT+" + name.encode() for name in fonts}
    with pypdfium2.PdfDocument(out.getvalue()) as document:
        page = document[0]
        assert page.get_textpage().get_text_bounded().split("\r\n") == ["bottle(1)"] * bool(text) + [line] * bool(
            line
        ) or [""]
        used = [raw.FPDFTextObj_GetFont(item.raw) for item in page.get_objects([raw.FPDF_PAGEOBJ_TEXT])]
        assert len(used) == len(fonts)
        assert all(raw.FPDFFont_GetIsEmbedded(font) == 1 for font in used)


def test_labels_stand_where_the_sheet_has_them() -> None:
    symbols = encode(["https://id.example.com/q/bottle-0001"] * 21, 3, "M")
    [page] = pages(made(Label(L7160, 29), symbols))
    dark = np.argwhere(rendered(page, 254) < 128) / 10  # millimetres from the top left
    module = 38.1 / 37
    left, top = (210 - 3 * 63.5 - 2 * 2.54) / 2 + (63.5 - 38.1) / 2 + 4 * module, (297 - 7 * 38.1) / 2 + 4 * module
    assert dark.min(axis=0) == pytest.approx((top, left), abs=0.1)
    assert dark.max(axis=0) == pytest.approx((297 - top, 210 - left), abs=0.2)


@pytest.mark.parametrize("dots", [96, 203, 300, 601, 1200])
def test_symbols_are_sharp_in_every_resolution(dots: int) -> None:
    symbols = encode(["https://id.example.com/q/bottle-0001"], 3, "M")
    [page] = pages(made(Label(one_a_page(37, 37), 29), symbols))
    pixels = rendered(page, dots)
    assert set(np.unique(pixels)) == {0, 255}
    assert read(pixels) == ["https://id.example.com/q/bottle-0001"]


@pytest.mark.parametrize(("width", "height", "lines"), [(120, 130, 1), (38, 40, 3), (20, 40, 5)])
def test_a_hundred_characters_fit_their_label(width: float, height: float, lines: int) -> None:
    text = random_url(96, "text") + "(\\)~"
    symbols = encode(["https://id.example.com/q/bottle-0001"], 3, "M")
    [page] = pages(made(Label(one_a_page(width, height), 29, text=100), symbols, [text]))
    written = words(page)
    assert (len(written), "".join(written)) == (lines, text)
    pixels = rendered(page, 600)
    assert read(pixels) == ["https://id.example.com/q/bottle-0001"]
    border = 600 // 30  # less than the millimetre that is kept free
    assert (pixels[-border:] == 255).all()
    assert (pixels[:, :border] == 255).all()
    assert (pixels[:, -border:] == 255).all()


@pytest.mark.parametrize("count", [1, 500, 501, 250_001])
def test_the_page_tree_holds_any_number_of_pages(tmp_path: Path, count: int) -> None:
    """One, two and three levels of nodes."""
    symbols = encode([f"https://id.example.com/q/{number % 1000:012d}" for number in range(1000)], 3, "M")
    path = tmp_path / "codes.pdf"
    with path.open("wb") as out, PdfWriter(out, Label(one_a_page(20, 20), 29), count) as pdf:
        for start in range(0, count, 1000):
            pdf.add(symbols[: count - start])
    document = pypdfium2.PdfDocument(path)
    assert len(document) == count
    for number in {0, count // 2, count - 1}:
        assert read(rendered(document[number])) == [f"https://id.example.com/q/{number % 1000:012d}"]
    if count < 1000 and shutil.which("qpdf"):
        subprocess.run(["qpdf", "--check", path], check=True)  # noqa: S607  # where it is installed


def test_bytes_are_the_same_whatever_the_batches() -> None:
    ids = [f"bottle-{number:04d}" for number in range(200)]
    symbols = encode([f"https://id.example.com/q/{name}" for name in ids], 3, "M")
    for label in (Label(L7160, 29, text=20), Label(one_a_page(25, 30), 29, text=20)):
        assert made(label, symbols, ids) == made(label, symbols, ids) == made(label, symbols, ids, batch=13)


def test_memory_does_not_grow_with_the_pages() -> None:
    symbols = encode([f"https://id.example.com/q/{number:012d}" for number in range(500)], 3, "M")
    peaks = []
    for batches in (4, 80):
        tracemalloc.start()
        with PdfWriter(Sink(), Label(one_a_page(20, 20), 29), 500 * batches) as pdf:
            for _batch in range(batches):
                pdf.add(symbols)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert max(peaks) < 2_000_000
    assert peaks[1] < peaks[0] + 100_000  # for 38,000 pages more


def test_missing_surplus_and_unfitting_codes_are_refused() -> None:
    symbols = encode(["x", "y"], 1, "L")
    label = Label(one_a_page(20, 20), 21)
    with pytest.raises(ValueError, match=r"^A PDF has at least one code"):
        PdfWriter(Sink(), label, 0)
    with pytest.raises(ValueError, match=r"^1,000,001 pages are more than readers open: make several"):
        PdfWriter(Sink(), label, 1_000_001)
    with pytest.raises(ValueError, match="not complete: 1 codes are missing"), PdfWriter(Sink(), label, 3) as pdf:
        pdf.add(symbols)
    with pytest.raises(ValueError, match=r"^2 more codes are too many: 1 are"), PdfWriter(Sink(), label, 1) as pdf:
        pdf.add(symbols)
    with (
        pytest.raises(ValueError, match=r"^Labels for 21 modules do not take symbols of 25"),
        PdfWriter(Sink(), label, 1) as pdf,
    ):
        pdf.add(encode(["x"], 2, "L"))


def test_texts_that_do_not_fit_are_refused() -> None:
    symbols = encode(["x", "y"], 1, "L")
    for texts, message in (
        (["a"], "^2 codes need as many texts, not 1"),
        (["a", "b" * 9], "^A label takes up to 8 printable ASCII characters, not 'b{9}'"),
        (["a", "é"], "not 'é'"),
        (["a", "a\nb"], "not 'a"),
    ):
        with pytest.raises(ValueError, match=message):
            made(Label(one_a_page(20, 24), 21, text=8), symbols, texts)


def test_sheets_that_cannot_be_are_refused() -> None:
    for sheet, message in (
        ((210, 297, 4, 7, 63.5, 38.1), r"^The columns of labels need 254 mm, and the page has 210 mm\."),
        ((210, 297, 3, 8, 63.5, 38.1), r"^The rows of labels need 304.8 mm, and the page has 297 mm\."),
        ((210, 297, 3, 7, 63.5, 38.1, 11), "^The columns of labels need 212.5 mm"),
        ((210, 297, 3, 7, float("nan"), 38.1), "^The columns of labels need nan mm"),
        ((210, 297, 0, 7, 63.5, 38.1), "^A sheet has at least one column"),
        ((210, 297, 3, 7, 0, 38.1), "^A sheet has at least one column"),
        ((210, 297, 3, 7, 63.5, 38.1, -1), "^The gap between labels"),
        ((210, 6000, 3, 7, 63.5, 38.1), "^A page of 6000 mm is not offered: choose 1 to 5080 mm"),
    ):
        with pytest.raises(ValueError, match=message):
            LabelSheet(*sheet)


def test_a_module_too_small_to_print_is_refused() -> None:
    assert Label(one_a_page(16.25, 16.25), 57).module == 0.25
    with pytest.raises(ValueError, match=r"^A label of 16 by 20 mm leaves 0.246 mm .* the least is 0.25 mm: choose"):
        Label(one_a_page(16, 20), 57)
    with pytest.raises(ValueError, match=r"^A label of 30 by 4 mm leaves 0.000 mm"):
        Label(one_a_page(30, 4), 57, text=100)
    with pytest.raises(ValueError, match=r"^A quiet zone of 3 modules"):
        Label(one_a_page(30, 30), 57, quiet_zone=3)
