"""Texts on labels: fitted to their place, never over the symbol, and told where they are not as they were."""

from __future__ import annotations

import io
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pypdfium2
import pytest

from workorders.rendering.label_pdf import PdfWriter
from workorders.rendering.label_sheet import Label, one_a_page
from workorders.rendering.label_text import LabelTexts
from workorders.rendering.qr_encoder import encode
from workorders.rendering.readback import page_pixels, read_symbols

URL = "https://id.example.com/q/bottle-0001"
SYMBOL = encode([URL], 3, "M")
LABEL = Label(one_a_page(40, 40), 29, has_line=True)


def made(*lines: str, label: Label = LABEL, batch: int = 100) -> tuple[pypdfium2.PdfDocument, LabelTexts, bytes]:
    out = io.BytesIO()
    with PdfWriter(out, label, len(lines)) as pdf:
        for start in range(0, len(lines), batch):
            some = lines[start : start + batch]
            pdf.add(np.concatenate([SYMBOL] * len(some)), [], some)
    return pypdfium2.PdfDocument(out.getvalue()), pdf.lines, out.getvalue()


def text_of(page: pypdfium2.PdfPage) -> str:
    return str(page.get_textpage().get_text_bounded()).strip()


@pytest.mark.parametrize(
    "text",
    [
        "Olive oil (1 l) \\ <50 %>",
        "Ünlü Ğ ŵ Ế",
        "Молоко Ωμέγα",
        "高山茶 铁观音",
        "日本酒 カタカナ",
        "김치 한글",
        "5 € “x”",
    ],
)
def test_a_text_is_printed_and_can_be_copied(text: str) -> None:
    document, texts, _pdf = made(text)
    assert text_of(document[0]) == text
    assert (texts.shortened, texts.replaced, texts.empty) == (0, 0, 0)
    assert read_symbols(page_pixels(document[0])) == [URL]


def test_a_text_of_another_shape_is_brought_into_one_line() -> None:
    document, _texts, _pdf = made("  a\n\tb \u200bc e\u0301 \x01")
    assert text_of(document[0]) == "a b c é"


@pytest.mark.parametrize("text", ["W" * 60, "中" * 1000, "b" + "\u0363\u0318\u033f" * 60, "\ufdfa" * 30])
def test_a_text_never_leaves_its_line(text: str) -> None:
    """Whatever its length and accents: above it is white up to the symbol, and beside it a millimetre."""
    document, _texts, _pdf = made(text)
    pixels = page_pixels(document[0], 600 / 72)
    millimetre = 600 / 25.4
    height, width = pixels.shape
    assert (pixels[:, : int(0.9 * millimetre)] == 255).all()
    assert (pixels[:, width - int(0.9 * millimetre) :] == 255).all()
    symbol_bottom = (LABEL.sheet.label_height + LABEL.text_height) / 2 - LABEL.modules * LABEL.module / 2
    quiet = pixels[height - int(symbol_bottom * millimetre) + 2 : height - int(LABEL.text_height * millimetre) - 2]
    assert quiet.shape[0] > 3 * LABEL.module * millimetre
    assert (quiet == 255).all()
    assert read_symbols(page_pixels(document[0])) == [URL]


def test_letters_get_smaller_before_a_text_is_shortened() -> None:
    document, texts, pdf = made("n" * 20, "n" * 38, "n" * 60)
    assert [text_of(page)[-2:] for page in document] == ["nn", "nn", "n…"]
    assert [text_of(page).count("n") for page in document][:2] == [20, 38]
    assert texts.shortened == 1
    assert b"/A 6.000 Tf" in pdf
    assert b"/A 4.000 Tf" in pdf


def test_what_the_fonts_lack_is_told_and_stands_as_a_mark() -> None:
    document, texts, _pdf = made("ชา tea", "tea", "", "שלום", "\ufffd")
    assert [text_of(page) for page in document] == ["�� tea", "tea", "", "����", "�"]
    assert (texts.replaced, texts.empty) == (3, 1)
    assert texts.lacking == {*"ชาשלום", "\ufffd"}


def test_bytes_are_the_same_whatever_the_batches() -> None:
    lines = [f"高山茶 {number} é" for number in range(50)]
    assert made(*lines)[2] == made(*lines, batch=7)[2]


def test_the_file_carries_the_glyphs_it_uses_alone(tmp_path: Path) -> None:
    _document, _texts, pdf = made("高山茶 tea")
    assert len(pdf) < 25_000
    (path := tmp_path / "codes.pdf").write_bytes(pdf)
    if shutil.which("qpdf"):
        subprocess.run(["qpdf", "--check", path], check=True)  # noqa: S607  # where it is installed


def test_as_many_texts_as_codes_are_needed() -> None:
    with (
        pytest.raises(ValueError, match=r"^1 codes need as many texts, not 0"),
        PdfWriter(io.BytesIO(), LABEL, 1) as pdf,
    ):
        pdf.add(SYMBOL)
