"""Importing products from files: all or nothing, by the readers of uploads."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from ingestion.pages import products as product_views
from ingestion.products import problems as products_problems
from ingestion.products import product_file
from ingestion.readers.encoding import LOOKS_LIKE
from ingestion.rules.header import OTHERWISE_SPLIT
from tests.support.demo import Demo
from tests.support.pages import as_, seen
from tests.support.products import PATH, imported, problems, told, workbook, wrongs
from workorders.models import Product
from workorders.products.services import store

MEND_ROW = (
    "Correct the cell that is named. Where the whole row is, give it as many fields as the header has, and close every"
    " quote."
)
FEW = (
    "It has too few fields: 1 where the header has 2. "
    "If it is no row of the table, such as a total or a remark, delete it."
)
SHORTENED = "It was a long number once, which a spreadsheet has shortened."
NO_ROW = "\N{EN DASH}"


def names(demo: Demo) -> dict[str, str]:
    """The names of the company's products beyond those of the demo data, by SKU."""
    found = dict(Product.objects.filter(company=demo.company).values_list("sku", "name"))
    return {sku: name for sku, name in found.items() if name != f"Product {sku}"}


# What is stored


AS_JSON = [{"sku": "tea-1", "name": "Green tea"}, {"name": "Lemonade", "sku": "sku1"}, {"sku": "sku2"}, {"sku": "sku3"}]
AS_ROWS = [("sku", "name"), ("tea-1", "Green tea"), ("sku1", "Lemonade"), ("sku2", None), ("sku3", "")]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", "sku,name\ntea-1,Green tea\nsku1,Lemonade\nsku2,Product sku2\nsku3,\n"),
        ("a.txt", 'SKU;Name\r\ntea-1;Green tea\r\n\r\n sku1 ; Lemonade\r\nsku2;\r\n"sku3";""\r\n'),
        ("a.csv", "sku\tname\ntea-1\tGreen tea\nsku1\tLemonade\nsku2\t\nsku3\t\n".encode("utf-16")),
        ("a.json", json.dumps(AS_JSON)),
        ("a.xlsx", workbook(AS_ROWS)),
    ],
    ids=["csv", "semicolons", "utf-16", "json", "xlsx"],
)
def test_new_products_are_created_and_known_ones_renamed(demo: Demo, name: str, content: bytes | str) -> None:
    page = imported(demo.staff, content, name)
    assert page.redirect_chain == [("/products/", 302)]
    assert told(page) == [f"{name}: 1 created, 1 renamed, 2 unchanged."]
    assert names(demo) == {"tea-1": "Green tea", "sku1": "Lemonade"}
    assert told(imported(demo.staff, content, name)) == [f"{name}: 0 created, 0 renamed, 4 unchanged."]
    assert Product.objects.get(company=demo.other).name == "Product sku1"


def test_a_file_without_names_makes_products_and_changes_none(demo: Demo) -> None:
    assert told(imported(demo.staff, "sku\ntea-1\nsku1\n")) == ["products.csv: 1 created, 0 renamed, 1 unchanged."]
    assert names(demo) == {"tea-1": ""}


def test_archived_products_are_renamed_and_stay_archived(demo: Demo) -> None:
    Product.objects.filter(company=demo.company, sku__in=("sku1", "sku2")).update(is_archived=True)
    said = "products.csv: 0 created, 1 renamed, 2 unchanged. Hidden ones stay hidden: 2."
    assert told(imported(demo.staff, "sku,name\nsku1,Lemonade\nsku2,\nsku3,\n")) == [said]
    assert Product.objects.get(company=demo.company, sku="sku1").is_archived


def test_other_columns_and_sheets_are_left_aside_with_a_word(demo: Demo) -> None:
    said = "products.csv: 1 created, 0 renamed, 0 unchanged. Left aside: price, nmae."
    assert told(imported(demo.staff, "price,sku,nmae\n1,tea-1,Tea\n")) == [said]
    content = workbook([("sku",), (4006381333931,)], [("Notes",)])
    (said,) = told(imported(demo.staff, content, "a.xlsx"))
    assert said.startswith("a.xlsx: 1 created, 0 renamed, 0 unchanged. The workbook has more than one sheet")
    assert names(demo) == {"tea-1": "", "4006381333931": ""}


def test_what_is_offered_as_a_template_can_be_imported(demo: Demo, settings: Any) -> None:
    assert 'href="/static/products.csv" download' in seen(demo.staff, PATH)
    content = Path(settings.BASE_DIR, "static", "products.csv").read_bytes()
    assert told(imported(demo.staff, content)) == ["products.csv: 0 created, 2 renamed, 0 unchanged."]


# What is refused


def test_every_problem_is_told_with_its_row_and_nothing_is_stored(demo: Demo) -> None:
    content = (
        f'sku,name\ntea-1,Tea\n,Nameless\n\n"tea-1","Tea\nagain"\nsku1\n{"s" * 101},x\n8.71234E+12,x\n'
        f'ok,{"n" * 201}\nbro"ken,x\n"open,x\n'
    )
    assert problems(imported(demo.staff, content)) == [
        ("3", "sku", "empty", "The row has no SKU. Fill the column sku, or delete the row."),
        ("5", "name", r"Tea\nagain", "No control characters. Character 4 is U+000A, which nobody sees."),
        ("5", "sku", "tea-1", "The SKU stands in row 2 already. Delete one of the two rows."),
        (
            "6",
            "whole row",
            "sku1",
            f"The row cannot be read. {FEW} {MEND_ROW}",
        ),
        ("7", "sku", "s" * 101, "Ensure this value has at most 100 characters (it has 101)."),
        ("8", "sku", "8.71234E+12", f"{SHORTENED} Format the column as text and enter it again."),
        ("9", "name", "n" * 200 + "…", "Ensure this value has at most 200 characters (it has 201)."),
        ("11", "whole row", '"open,x', f"The row cannot be read. A quote is opened and never closed. {MEND_ROW}"),
    ]
    assert names(demo) == {}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("name,price\nTea,1\n", "Its header has no column `sku`, only: name, price."),
        ("id;name\nx;y\n", "Its header has no column `sku`, only: id, name. Is it `id` that should be named `sku`?"),
        (
            "Article,name\nx,y\n",
            "Its header has no column `sku`, only: Article, name. Is it `Article` that should be named `sku`?",
        ),
        ("sep=;\nsku,name\nx,y\n", f"Its header has no column `sku`, only: sku,name.{OTHERWISE_SPLIT}"),
        ('"name,SKU"\n"x,y"\n', f"Its header has no column `sku`, only: name,SKU.{OTHERWISE_SPLIT}"),
        ('"sku;name"\n"x;y"\n', f"Its header has no column `sku`, only: sku;name.{OTHERWISE_SPLIT}"),
        ("skus,name\nx,y\n", "Its header has no column `sku`, only: skus, name."),
        ("<table>\n<tr>\n", f"Its header has no column `sku`, only: <table>.{LOOKS_LIKE['<']}"),
        ("sku,SKU\nx,y\n", "It has the column `sku` more than once."),
        ("sku,name\n", "It has a header and no rows."),
        ("\n\n", "It does not begin with a header."),
        ("[]", "Its array is empty."),
        ('{"sku": "x"}', "It begins with {, not with [. A JSON file is one array of objects, [{…}, {…}]."),
        (b"\x1f\x8b\x08\0", "It is compressed by gzip; unpack it first."),
        (b"%PDF-1.7", "It is a PDF; save the table as CSV in UTF-8."),
        (b"PK\x03\x04 not a workbook", "It is a damaged Excel workbook; save it again in Excel."),
    ],
)
def test_a_file_that_cannot_serve_is_refused_as_a_whole(demo: Demo, content: bytes | str, said: str) -> None:
    assert problems(imported(demo.staff, content)) == [(NO_ROW, "whole file", "", said)]


def test_json_and_workbooks_are_told_by_their_rows_too(demo: Demo) -> None:
    content = json.dumps([{"sku": "a"}, {"name": "x"}, {"sku": {"a": 1}}, 5, {"sku": "a"}])
    assert [row[:3] for row in problems(imported(demo.staff, content, "a.json"))] == [
        ("2", "sku", "empty"),
        ("3", "sku", "{…}"),
        ("4", "whole row", "5"),
        ("5", "sku", "a"),
    ]
    (problem,) = problems(imported(demo.staff, workbook([("sku",), (date(2026, 4, 3),)]), "a.xlsx"))
    assert problem[:2] == ("2", "sku")
    assert problem[3].startswith("It is a date, perhaps made by Excel of what was typed.")


def test_of_very_many_problems_the_first_are_shown(demo: Demo) -> None:
    page = imported(demo.staff, "sku,name\n" + ",x\n" * 1234)
    assert len(problems(page)) == products_problems.MOST_SHOWN
    assert "1,234 problems" in page.content.decode()
    assert "the first 200" in page.content.decode()


@pytest.mark.parametrize(
    ("limit", "most", "said"),
    [
        ("product_rows.MOST_PRODUCTS", 3, "It has more than 3 products; import it in parts."),
        (
            "product_file.MOST_CELLS",
            5,
            "The workbook unpacks to 5 rows and 2 columns, more than 5 cells; save the sheet as CSV",
        ),
    ],
)
def test_a_file_of_too_much_is_refused(
    demo: Demo, monkeypatch: pytest.MonkeyPatch, limit: str, most: int, said: str
) -> None:
    monkeypatch.setattr(f"ingestion.products.{limit}", most)
    content = workbook([("sku", "name"), *((f"a-{number}", "x") for number in range(4))])
    ((row, column, _value, message),) = problems(imported(demo.staff, content, "a.xlsx"))
    assert (row, column, message[: len(said)]) == (NO_ROW, "whole file", said)
    assert names(demo) == {}


@pytest.mark.parametrize("hidden", ["\u200d", "\u200b", "\u0000x", "\u3164", "\u00ad"])
def test_what_nobody_sees_is_found_at_the_beginning_of_any_cell(demo: Demo, hidden: str) -> None:
    """Also where it would be seen behind what the cell before ends with."""
    rows = [(f"tea-{number}", "क्") for number in range(5)]
    rows[3] = (f"{hidden}tea-3", "Tee")
    found = problems(imported(demo.staff, "sku,name\n" + "".join(f"{sku},{name}\n" for sku, name in rows)))
    assert [(row, column) for row, column, _, _ in found] == [("5", "sku")]
    assert names(demo) == {}


def test_a_catalogue_of_100000_products_is_imported(demo: Demo) -> None:
    content = "sku,name\n" + "".join(f"tea-{number:06d},Grüner Tee {number}\n" for number in range(100_000))
    assert told(imported(demo.staff, content)) == ["products.csv: 100,000 created, 0 renamed, 0 unchanged."]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", b"sku\n" + b"\n" * 190_000),
        ("a.csv", b'"sku"\n' + b"".join(b'"%06d"\n' % number for number in range(50_000))),
        ("a.json", b"[" + b",".join(b'{"sku":"%06d","%d":1}' % (number, number) for number in range(50_000)) + b"]"),
        ("a.xlsx", workbook([("sku",), *((f"{number:06d}",) for number in range(20_000))])),
    ],
    ids=["line ends", "quotes", "members", "cells"],
)
def test_reading_ends_when_its_time_of_the_processor_is_spent(
    demo: Demo, monkeypatch: pytest.MonkeyPatch, name: str, content: bytes
) -> None:
    monkeypatch.setattr(product_file, "MOST_SECONDS", 0.0)
    said = "Reading it takes more than 0 seconds of the processor's time; send it in parts."
    assert problems(imported(demo.staff, content, name))[-1] == (NO_ROW, "whole file", "", said)
    assert names(demo) == {}


def test_of_many_columns_that_are_left_aside_some_are_named(demo: Demo) -> None:
    rows = [{"sku": f"a-{number}", f"field_{number}": 1} for number in range(5000)]
    named = ", ".join(f"field_{number}" for number in range(20))
    said = f"a.json: 5,000 created, 0 renamed, 0 unchanged. Left aside: {named} and more."
    assert told(imported(demo.staff, json.dumps(rows), "a.json")) == [said]


def test_files_beyond_the_second_at_once_are_asked_to_come_again(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    inner: list[Any] = []

    def reading(file: Any, log: Any) -> dict[str, str]:
        inner.append(imported(demo.staff, "sku\ntea-1\n"))  # while this one is being read
        return {}

    monkeypatch.setattr(product_views, "read_products", reading)
    assert imported(demo.staff, "sku\ntea-2\n").status_code == 200
    assert [page.status_code for page in inner] == [429, 200]
    assert "Other files are being read just now. Choose yours again in a few seconds." in inner[0].content.decode()
    assert inner[0].headers["Retry-After"] == "5"
    assert "products.csv: 0 created" in imported(demo.staff, "sku\ntea-2\n").content.decode()


def test_a_large_file_is_refused_before_it_is_read(demo: Demo) -> None:
    page = imported(demo.staff, b"sku\n" + b"x" * (product_file.MOST_BYTES + 20_000))
    assert page.status_code == 413
    assert "The file is larger than 10 MB. Import it in parts." in page.content.decode()
    assert wrongs(imported(demo.staff, b"sku\n" + b"x" * product_file.MOST_BYTES)) == [
        "The file is larger than 10 MB. Import it in parts."
    ]
    assert wrongs(imported(demo.staff, b"")) == ["The submitted file is empty."]
    assert wrongs(as_(demo.staff).post(PATH)) == ["This field is required."]


# Who may


def test_importing_needs_its_permission_a_company_and_the_forms_own_token(demo: Demo) -> None:
    for user in (demo.support, demo.printer):
        assert as_(user).get(PATH).status_code == imported(user, "sku\nx\n").status_code == 403
    assert Client().get(PATH).headers["Location"] == f"/accounts/login/?next={PATH}"
    demo.printer.groups.set(demo.admin.groups.all())
    assert imported(demo.printer, "sku\nx\n").status_code == 403
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(demo.staff)
    assert strict.post(PATH, {"file": SimpleUploadedFile("a.csv", b"sku\nx\n")}).status_code == 403
    assert names(demo) == {}


# Many at once


def test_many_products_take_as_many_queries_as_few(demo: Demo, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(4):  # the products and a line of the audit trail, between a savepoint and its end
        store(demo.company, {f"a-{number}": "x" for number in range(5000)})
    assert Product.objects.filter(company=demo.company).count() == 5006


def test_two_files_at_once_make_each_product_once(committed_demo: Demo) -> None:
    company, found = committed_demo.company, []

    def run(name: str) -> None:
        found.append(store(company, {f"a-{number}": name for number in range(2000)}))
        connection.close()

    threads = [Thread(target=run, args=(name,)) for name in ("one", "two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted((each.created, each.renamed) for each in found) == [(0, 2000), (2000, 0)]
    assert Product.objects.filter(company=company, sku__startswith="a-").count() == 2000
