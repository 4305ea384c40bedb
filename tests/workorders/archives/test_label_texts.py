"""A text below each code on labels: of its product, its serial number or an SCM field."""

from __future__ import annotations

import json
import re
import zipfile
from typing import Any

import pypdfium2
import pytest

from tests.support.demo import Demo
from tests.support.images import drawn, url_of
from tests.support.pages import a_workorder, as_, seen
from tests.support.tokens import client_of
from tests.support.uploads import ingested
from workorders.models import Product, Workorder
from workorders.rendering.readback import page_pixels, read_symbols

PREFIX = "http://127.0.0.1:8000/c/demo/"
LOOK = {"images": "pdf", "columns": 2, "rows": 4, "with_id": "true"}
FILE = """id,product,best_before
tea-00000001,sku1,2026-12-31
tea-00000002,sku2,
tea-00000003,sku3,2027-01-31
tea-00000004,,高山茶
"""
NAMES = {"sku1": "高山茶 铁观音", "sku2": "Crème brûlée, 김치", "sku3": "שלום " + "long " * 38}


def a_workorder_of_tea(demo: Demo, **parameters: Any) -> Workorder:
    for sku, name in NAMES.items():
        Product.objects.filter(company=demo.company, sku=sku).update(name=name)
    workorder = ingested(demo.staff, FILE, **parameters).workorder
    assert workorder is not None
    return workorder


def page_of(archive: zipfile.ZipFile) -> pypdfium2.PdfPage:
    return pypdfium2.PdfDocument(archive.read("codes.pdf"))[0]


def lines_of(archive: zipfile.ZipFile) -> list[str]:
    """What is printed, label by label."""
    text = str(page_of(archive).get_textpage().get_text_bounded())
    return [line.strip() for line in re.split(r"[\r\n]+|(?=tea-0)", text) if line.strip()]


def readme_of(archive: zipfile.ZipFile) -> str:
    return " ".join(archive.read("README.txt").decode().split())


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("sku", ["sku1", "sku2", "sku3", ""]),
        ("scm_data.best_before", ["2026-12-31", "", "2027-01-31", "高山茶"]),
        ("serial_number", ["0000000001", "0000000002", "0000000003", "0000000004"]),
    ],
)
def test_the_text_of_each_code_stands_below_its_id(committed_demo: Demo, text: str, printed: list[str]) -> None:
    workorder = a_workorder_of_tea(committed_demo, use_serial_number=True)
    archive = drawn(committed_demo, workorder, **LOOK, text=text)
    wanted = [line for number, line in enumerate(printed, 1) for line in (f"tea-0000000{number}", line) if line]
    assert lines_of(archive) == wanted
    assert read_symbols(page_pixels(page_of(archive))) == [f"{PREFIX}tea-0000000{number}" for number in range(1, 5)]
    assert json.loads(archive.read("manifest.json"))["images"]["text"] == text


def test_what_cannot_be_printed_as_it_is_is_told(committed_demo: Demo) -> None:
    workorder = a_workorder_of_tea(committed_demo)
    archive = drawn(committed_demo, workorder, **LOOK, text="product")
    first, second, third = lines_of(archive)[1], lines_of(archive)[3], lines_of(archive)[5]
    assert (first, second) == (NAMES["sku1"], NAMES["sku2"])
    assert third.startswith("���� long long")
    assert third.endswith("…")
    told = (
        "1 labels have � for characters that cannot be printed: hebrew letter vav (U+05D5), hebrew letter lamed"
        " (U+05DC), hebrew letter final mem (U+05DD), hebrew letter shin (U+05E9). 1 texts were too long for their"
        " label and end in …. 1 labels have no text, since their code has none."
    )
    assert f"Below each code stands its id and Product name. {told}" in readme_of(archive)
    assert told in seen(committed_demo.staff, f"/workorders/{workorder.pk}/images/")
    assert "Product name below" in seen(committed_demo.staff, f"/workorders/{workorder.pk}/images/")


def test_labels_without_a_text_are_what_they_were(demo: Demo) -> None:
    workorder = a_workorder(demo.staff)
    for posted in ({}, {"text": ""}):
        as_(demo.staff).post(f"/workorders/{workorder.pk}/images/", {"images": "pdf", "sheet": "21", **posted})
    [job] = workorder.jobs.filter(what="images")
    assert {*job.parameters} == {"style", "sheet", "with_id"}


def test_a_text_that_is_none_is_refused_with_the_nearest(demo: Demo) -> None:
    workorder = a_workorder(demo.staff)
    client = client_of(demo.staff, "workorder_view", "workorder_download")
    for text, said in (
        ("skus", "There is no such text; the nearest is `sku`. An SCM field is named like scm_data.best_before."),
        ("xyz", "There is no such text; there are `sku`, `product` and `serial_number`. An SCM field"),
    ):
        answer = client.get(url_of(workorder, **LOOK, text=text))
        assert answer.status_code == 400
        assert answer.json()["text"][0].startswith(said)
    answer = client.get(url_of(workorder, images="svg", text="sku"))
    assert answer.json() == {"text": ["It says nothing of SVG; leave it out."]}


def test_one_click_prints_the_text_of_the_settings(demo: Demo) -> None:
    settings = "/company/"
    page = seen(demo.admin, settings)
    assert '<option value="product">Product name</option>' in page
    saved = as_(demo.admin).post(settings, {"label_sheet": "24", "label_text": "product"})
    assert saved.status_code == 302
    demo.company.refresh_from_db()
    assert demo.company.label_text == "product"
    workorder = a_workorder(demo.staff)
    as_(demo.staff).post(f"/workorders/{workorder.pk}/labels/")
    assert workorder.jobs.get(what="images").parameters["text"] == "product"
    refused = as_(demo.admin).post(settings, {"label_text": "price"}).content.decode()
    assert "Select a valid choice" in refused


def test_the_picture_of_the_sheet_has_the_line(demo: Demo) -> None:
    workorder = a_workorder(demo.staff)
    posted = {"images": "pdf", "sheet": "21", "preview": "1"}
    plain, with_line = (
        as_(demo.staff).post(f"/workorders/{workorder.pk}/images/", {**posted, **more}).content.decode()
        for more in ({}, {"text": "sku"})
    )
    assert with_line.count('fill="#888"') == plain.count('fill="#888"') + 1
    assert '<option value="sku" selected>SKU</option>' in with_line
