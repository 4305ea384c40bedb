"""Files as people have them, good and damaged: what comes of each stands in `tests/files/manifest.toml`."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from ingestion.models import IngestionRecord
from ingestion.rules.suggestions import Suggestions
from tests.support.demo import Demo
from tests.support.example_files import EXPECTED, upload
from tests.support.paths import FILES
from tests.support.uploads import assert_no_trace, ingested
from workorders.models import Code, Workorder


def outcome(record: IngestionRecord) -> dict[str, Any]:
    """What came of a file, in the words of the manifest."""
    found: dict[str, Any] = {}
    if record.workorder:
        found["codes"] = record.result_data["codes_created"]
        scm_data = Code.objects.get(workorder=record.workorder, sequence=1).scm_data
        if 0 < len(scm_data) < 20:
            found["scm"] = scm_data
    else:
        errors = list(record.errors.all())
        found["errors"] = [[error.row or 0, error.column, error.error] for error in errors]
        if errors[0].detail:
            found["says"] = errors[0].detail
    warnings = [[warning["warning"], warning["column"]] for warning in record.warnings]
    return found | ({"warnings": warnings} if warnings else {})


def test_every_file_of_the_folder_is_in_the_manifest() -> None:
    assert {path.name for path in FILES.iterdir()} == {*EXPECTED, "manifest.toml"}


def test_what_comes_of_each_file(committed_demo: Demo) -> None:
    found = {}
    for name in EXPECTED:
        record = upload(committed_demo, name)
        found[name] = outcome(record)
        assert record.status == ("completed" if "codes" in found[name] else "error"), name
        Code.objects.all().delete()  # the same ids stand in many files
    assert found == EXPECTED


OPTION = re.compile(r'`("(?:columns|encoding|header_row)": .+?)`(?=[.,])')  # as an error names it


@pytest.mark.parametrize(
    ("name", "options", "scm"),
    [
        ("header-in-capitals.csv", ["columns"], {"pallet_number": "pal0"}),
        ("header-of-other-names.csv", ["columns"], {"pallet_number": "pal0"}),
        ("chinese-header.csv", ["columns"], {}),
        ("curly-quotes.csv", ["columns"], {}),
        ("two-byte-order-marks.csv", ["columns"], {}),
        ("units-in-the-header.csv", ["columns"], {"size_ml": "5", "alc": "3"}),
        ("title-rows.csv", ["header_row"], {"pallet": "p1"}),
        ("title-with-commas.csv", ["header_row"], {}),
        ("title-without-a-delimiter.csv", ["header_row", "columns"], {"pallet_number": "p1"}),
        ("umlaut-in-the-title.csv", ["encoding", "header_row"], {}),
        ("windows-1252-throughout.csv", ["encoding"], {"intended_market": "DE", "plant": "Köln Süd"}),
        ("euro-in-windows-1252.csv", ["encoding"], {"price": "5 €"}),
        ("gbk-throughout.csv", ["encoding"], {"intended_market": "DE", "plant": "上海"}),
        ("chinese-header-in-gbk.csv", ["encoding", "columns"], {}),
    ],
)
def test_a_file_is_read_with_the_options_that_its_errors_name(
    committed_demo: Demo, name: str, options: list[str], scm: dict[str, str]
) -> None:
    given: dict[str, Any] = {}
    for _option in options:
        refused = upload(committed_demo, name, **given)
        (option,) = {OPTION.findall(error.detail)[0] for error in refused.errors.all()}
        given |= json.loads(f"{{{option}}}")
    assert [*given] == options
    assert upload(committed_demo, name, **given).status == "completed"
    assert Code.objects.get(sequence=1).scm_data == scm


def test_no_refused_file_leaves_a_trace(committed_demo: Demo) -> None:
    for name in ("many-kinds-of-errors.csv", "zip-bomb.xlsx", "cut-off.json", "wrong-rows.xlsx"):
        assert_no_trace(upload(committed_demo, name))
    assert not Workorder.objects.exists()


def test_what_was_found_out_about_a_file_is_kept(committed_demo: Demo) -> None:
    facts = {
        "semicolons.csv": {"delimiter": ";", "encoding": "UTF-8"},
        "utf16-big-endian.csv": {"delimiter": ",", "encoding": "UTF-16"},
        "compressed.json.gz": {"encoding": "UTF-8", "compression": "gzip"},
        "two-sheets.xlsx": {"sheet": "Codes", "sheets": "2"},
    }
    for name, expected in facts.items():
        assert upload(committed_demo, name).file_facts == expected
        Code.objects.all().delete()


def test_the_delimiter_can_be_set(committed_demo: Demo) -> None:
    data = "id;note\nabc12345;a,b\n"
    record = ingested(committed_demo.staff, data, delimiter=",")
    assert record.errors.get().detail.startswith("Its header has no column `id`, only: id;note.")
    record = ingested(committed_demo.staff, data, delimiter=";")
    assert (record.status, record.file_facts["delimiter"]) == ("completed", ";")
    assert Code.objects.get().scm_data == {"note": "a,b"}


def test_a_column_that_looks_like_one_of_ours_is_named_and_others_are_stored_silently(committed_demo: Demo) -> None:
    stored = "The column is none that Codeport knows, so it is stored as an SCM field of each code."
    record = upload(committed_demo, "column-like-product.csv")
    assert [(warning["column"], warning["row"], warning["message"]) for warning in record.warnings] == [
        ("prodcut", 1, f"{stored} It looks like `product`.")
    ]
    assert "colour" in Code.objects.get(identifier="abc12345").scm_data


def test_warnings_count_their_rows(committed_demo: Demo) -> None:
    record = upload(committed_demo, "shortened-numbers.csv")
    (warning,) = [each for each in record.warnings if each["warning"] == "shortened_number_warning"]
    assert (warning["row"], warning["column"], warning["value"], warning["count"]) == (2, "ean", "8.71234E+12", 2)


def test_what_a_compressed_file_unpacks_to_is_bounded(committed_demo: Demo, settings: Settings) -> None:
    settings.MAX_UNPACKED_BYTES = 1_000_000
    record = upload(committed_demo, "ten-megabyte-field.csv.gz")
    assert record.errors.get().detail == "Unpacked it is larger than 1,000,000 bytes; upload it in parts."
    assert_no_trace(record)


@pytest.mark.parametrize(
    ("sku", "hint"),
    [
        ("prodcut", "It looks like `product`."),
        ("Product ", "It differs from `product` in small and capital letters, and has a space too many."),
        (" product", "It has a space too many; the one that exists is `product`."),
        ("pr0duct", "It looks like `product`, but has a letter where that has a digit, or a digit for a letter."),
        ("another", ""),
    ],
)
def test_a_near_miss_of_a_product_is_named(committed_demo: Demo, sku: str, hint: str) -> None:
    committed_demo.company.products.create(sku="product")
    record = ingested(committed_demo.staff, f"id,product\nabc12345,{sku}\n")
    error = record.errors.get()
    assert (error.row, error.value, error.error, error.detail) == (2, sku, "product_not_found_error", hint)


def test_spelling_is_compared_so_often_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingestion.rules.suggestions.MOST_COMPARED", 4)
    near = Suggestions(["bottle", "carton"])
    hints = [near.suggest(value) for value in ("botle", "cartoon", "botlle", "Bottle")]
    assert hints[:3] == ["It looks like `bottle`.", "It looks like `carton`.", ""]
    assert hints[3] == "It differs from `bottle` in small and capital letters."
    assert Suggestions(["bottle"]).suggest("bottle" * 100) == ""
