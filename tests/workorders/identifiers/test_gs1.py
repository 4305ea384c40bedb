"""Ids that are GS1 Digital Link paths: what is one, in which spelling it is kept, and all that is made of it."""

from __future__ import annotations

import io
import re
import string
from typing import Any
from urllib.parse import quote

import pytest
import zxingcpp
from django.core.management import CommandError, call_command
from django.test import Client
from PIL import Image

from ingestion.models import IngestionRecord
from tests.support.demo import Demo
from tests.support.images import drawn
from tests.support.pages import as_, seen
from tests.support.tokens import client_of
from tests.support.uploads import PROCESS, ingested, uploaded
from workorders.identifiers import gs1
from workorders.models import Code

GTIN = "04006381333931"
SET_82 = string.ascii_letters + string.digits + "!\"%&'()*+,-./:;<=>?_"

# Spelling


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (f"/01/{GTIN}/21/A1", f"01/{GTIN}/21/A1"),
        (f"01/{GTIN}/21/A1", f"01/{GTIN}/21/A1"),
        (f"/01/{GTIN}/10/B7/21/A1", f"01/{GTIN}/10/B7/21/A1"),
        ("/01/4006381333931/21/A1", f"01/{GTIN}/21/A1"),  # GTIN-13
        ("/01/036000291452/21/A1", "01/00036000291452/21/A1"),  # GTIN-12
        ("/01/96385074/21/A1", "01/00000096385074/21/A1"),  # GTIN-8
        ("/01/14006381333938/21/A1", "01/14006381333938/21/A1"),  # GTIN-14
        (f"/01/{GTIN}/21/a%2fb", f"01/{GTIN}/21/a%2Fb"),
        (f"/01/{GTIN}/21/%41%2D%5f%2E", f"01/{GTIN}/21/A-_."),
        (f"/01/{GTIN}/21/.a", f"01/{GTIN}/21/.a"),
        (f"/01/{GTIN}/21/...", f"01/{GTIN}/21/..."),
        (f"/01/{GTIN}/10/L%2F21/21/21", f"01/{GTIN}/10/L%2F21/21/21"),
        (f"/01/{GTIN}/10/{'%2F' * 20}/21/{'%25' * 20}", f"01/{GTIN}/10/{'%2F' * 20}/21/{'%25' * 20}"),
    ],
)
def test_each_id_has_one_spelling(given: str, kept: str) -> None:
    assert gs1.canonical(given) == kept
    assert gs1.canonical(kept) == kept
    assert len(kept) <= gs1.LONGEST


def test_every_character_of_the_set_can_stand_in_a_batch_and_a_serial() -> None:
    assert len(SET_82) == 82
    for character in SET_82:
        value = quote(character, safe="") + "x"
        assert gs1.canonical(f"01/{GTIN}/10/{value}/21/{value}") == f"01/{GTIN}/10/{value}/21/{value}"


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ("/01/04006381333932/21/A1", "The GTIN 04006381333932 ends in the check digit 2, where 1 would be right."),
        ("/01/4006381333930/21/A1", "The GTIN 4006381333930 ends in the check digit 0, where 1 would be right."),
        ("/01/006381333931/21/A1", "The GTIN 006381333931 ends in the check digit 1, where 5 would be right."),
        ("/01/400638133393/21/A1", "The GTIN 400638133393 ends in the check digit 3, where 0 would be right."),
        ("/01/40063813339/21/A1", "A GTIN has 8, 12, 13 or 14 digits, this has 11."),
        ("/01/140063813339381/21/A1", "A GTIN has 8, 12, 13 or 14 digits, this has 15."),
        ("/01//21/A1", "A GTIN has nothing but digits."),
        ("/01/0400638133393X/21/A1", "A GTIN has nothing but digits."),
        ("/01/٠٤٠٠٦٣٨١٣٣٣٩٣١/21/A1", "A GTIN has nothing but digits. Character 1 is arabic-indic digit zero (U+0660)."),
        (f"/01/{GTIN}", "It has no serial number: /21/<serial> comes last."),
        (f"/01/{GTIN}/10/B7", "It has no serial number: /21/<serial> comes last."),
        (f"/01/{GTIN}/21/", "The serial number has 0 characters; 1 to 20 are allowed."),
        (f"/01/{GTIN}/10//21/A1", "The batch has 0 characters; 1 to 20 are allowed."),
        (f"/01/{GTIN}/21/{'a' * 21}", "The serial number has 21 characters; 1 to 20 are allowed."),
        (f"/01/{GTIN}/10/{'%2F' * 21}/21/A1", "The batch has 21 characters; 1 to 20 are allowed."),
        (f"/01/{GTIN}/21/a(b", "In the serial number write %28 for (, which URLs reserve."),
        (f"/01/{GTIN}/21/a?b", "In the serial number write %3F for ?, which URLs reserve."),
        (f"/01/{GTIN}/21/a%", "In the serial number two hexadecimal digits must follow each %; a percent sign itself"),
        (f"/01/{GTIN}/10/%2/21/a", "In the batch two hexadecimal digits must follow each %; a percent sign itself"),
        (f"/01/{GTIN}/21/a b", "The serial number has the character ' ', which the GS1 character set 82 has not."),
        (f"/01/{GTIN}/21/a%20b", "The serial number has the character ' ', which the GS1 character set 82 has not."),
        (f"/01/{GTIN}/21/a~b", "The serial number has the character '~', which the GS1 character set 82 has not."),
        (
            f"/01/{GTIN}/21/%C3%A9",
            "The serial number has the character latin small letter e with acute (U+00E9), which the GS1 character",
        ),
        (f"/01/{GTIN}/21/%FF", r"The serial number has the character '\udcff', which the GS1 character set 82 has"),
        (f"/01/{GTIN}/21/a%00", r"The serial number has the character '\x00', which the GS1 character set 82 has not."),
        (f"/01/{GTIN}/21/.", "The serial number cannot be ., which browsers take out of a URL as a step in its path."),
        (f"/01/{GTIN}/10/%2E%2e/21/a", "The batch cannot be .., which browsers take out of a URL as a step in its"),
        (f"/01/{GTIN}/21/a/b", "It must be /01/<GTIN>/10/<batch>/21/<serial>, where /10/<batch> may be left out;"),
        (f"/01/{GTIN}/21/a/10/b", "It must be /01/<GTIN>/10/<batch>/21/<serial>, where"),
        (f"/01/{GTIN}/21/a/", "It must be /01/<GTIN>/10/<batch>/21/<serial>, where"),
        (f"//01/{GTIN}/21/a", "It must be /01/<GTIN>/10/<batch>/21/<serial>, where"),
        ("abc12345", "It must be /01/<GTIN>/10/<batch>/21/<serial>, where"),
        ("", "It must be /01/<GTIN>/10/<batch>/21/<serial>, where"),
        (f"https://id.gs1.org/01/{GTIN}/21/a", "It is a whole URL; leave out what stands before /01/, which is the"),
        (f"/01/{GTIN}/21/a\n", r"The serial number has the character '\n', which the GS1 character set 82 has not."),
    ],
)
def test_what_is_no_id_is_told_why(given: str, fault: str) -> None:
    with pytest.raises(ValueError, match=re.escape(fault)):
        gs1.canonical(given)


@pytest.mark.parametrize("digits", ["9638507", "03600029145", "400638133393", "1400638133393"])
def test_the_check_digit_is_told_where_it_is_wrong(digits: str) -> None:
    right = gs1.check_digit(digits)
    assert gs1.gtin14(digits + right) == (digits + right).zfill(14)
    for wrong in set(string.digits) - {right}:
        with pytest.raises(ValueError, match=f"check digit {wrong}, where {right} would be right"):
            gs1.gtin14(digits + wrong)


# Upload

ROWS = f"""id,product
/01/4006381333931/10/L%2F21/21/A%2f1,sku1
01/{GTIN}/21/B2,sku1
/01/96385074/10/x.y/21/%42-3,sku2
"""
KEPT = [f"01/{GTIN}/10/L%2F21/21/A%2F1", f"01/{GTIN}/21/B2", "01/00000096385074/10/x.y/21/B-3"]


def stored(demo: Demo, **parameters: Any) -> list[str]:
    """The ids that an upload of ROWS left in the database, in its order."""
    record = ingested(demo.staff, ROWS, id_format="gs1", **parameters)
    assert record.status == "completed", record.result_data
    codes = Code.objects.filter(workorder=record.workorder_id).order_by("sequence")
    return list(codes.values_list("identifier", flat=True))


def test_ids_are_stored_in_their_one_spelling(committed_demo: Demo) -> None:
    assert stored(committed_demo) == KEPT
    assert IngestionRecord.objects.get().workorder.longest_id == len(KEPT[0])  # type: ignore[union-attr]  # it was completed


def test_an_id_is_unique_however_it_is_spelled(committed_demo: Demo) -> None:
    twice = f"id\n/01/{GTIN}/21/A%2F1\n01/4006381333931/21/%41%2f1\n"
    assert ingested(committed_demo.staff, twice, id_format="gs1").result_data["errors"] == [
        {"duplicate_id_error": [f"01/{GTIN}/21/A%2F1"]}
    ]
    ignoring = ingested(committed_demo.staff, twice, id_format="gs1", allow_posted_duplicates=True)
    assert ignoring.result_data == {"codes_created": 1, "duplicates_ignored": 1}
    again = ingested(committed_demo.staff, f"id\n/01/{GTIN}/21/%41%2F%31\n", id_format="gs1")
    assert again.result_data["error_counts"] == {"duplicate_id_error": 1}
    assert ingested(committed_demo.other_staff, twice.rpartition("01/")[0].rstrip(), id_format="gs1").workorder_id


def test_every_wrong_id_is_named_with_its_row_and_what_would_be_right(committed_demo: Demo) -> None:
    rows = f"id,product\n/01/{GTIN[:-1]}2/21/A1,sku1\nabc12345,sku1\n/01/{GTIN}/21/A1,sku9\n,sku1\n12345678,\n"
    record = ingested(committed_demo.staff, rows, id_format="gs1")
    errors = client_of(committed_demo.staff).get(f"/api/v2/ingestion/{record.key}/errors/").json()["results"]
    shape = "A GS1 id is a path /01/<GTIN>/10/<batch>/21/<serial>, of which the batch may be left out."
    assert [(error["row"], error["error"]) for error in errors] == [
        (2, "invalid_id_error"),
        (3, "invalid_id_error"),
        (4, "product_not_found_error"),
        (5, "missing_id_error"),
        (6, "invalid_id_error"),
    ]
    assert errors[0] == {
        "row": 2,
        "column": "id",
        "value": f"/01/{GTIN[:-1]}2/21/A1",
        "error": "invalid_id_error",
        "message": f"{shape} The GTIN {GTIN[:-1]}2 ends in the check digit 2, where 1 would be right."
        " Any of its digits may be the wrong one, so compare it with where it comes from.",
    }
    assert errors[1]["message"].startswith(f"{shape} It must be /01/<GTIN>")
    page = seen(committed_demo.staff, f"/ingestions/{record.key}/")
    assert "Invalid GS1 id (3)" in page
    assert "8 to 100" not in page
    corrections = as_(committed_demo.staff).get(f"/ingestions/{record.key}/rows-with-errors/").getvalue().decode()
    assert "check digit 2, where 1 would be right" in corrections


def test_the_same_ids_are_refused_in_the_default_format(committed_demo: Demo) -> None:
    record = ingested(committed_demo.staff, ROWS)
    assert record.result_data["error_counts"] == {"invalid_id_error": 3}


def test_an_id_that_makes_its_url_too_long_is_refused(committed_demo: Demo) -> None:
    prefix = "https://codes.example.com/" + "a" * 60 + "/"  # of 213 characters it leaves 126
    fits, too_long = (f"01/{GTIN}/10/{'%2F' * 20}/21/{'%2F' * 13}{end}" for end in ("ab", "abc"))
    rows = f"id\n{fits}\n{too_long}\n"
    record = ingested(committed_demo.staff, rows, id_format="gs1", url_prefix=prefix)
    assert record.result_data["errors"] == [{"url_too_long_error": [too_long]}]


def test_json_takes_them_too(committed_demo: Demo) -> None:
    rows = f'[{{"id": "/01/4006381333931/21/A1"}}, {{"id": "/01/{GTIN}/21/A2", "product": "sku1"}}]'
    record = ingested(committed_demo.staff, rows, "json", id_format="gs1")
    assert record.result_data == {"codes_created": 2, "duplicates_ignored": 0}


# What is made of them


def test_the_archive_has_their_urls_and_an_image_of_each(committed_demo: Demo) -> None:
    stored(committed_demo)
    workorder = IngestionRecord.objects.get().workorder
    assert workorder is not None
    archive = drawn(committed_demo, workorder, images="png")
    lines = archive.read("codes.csv").decode().splitlines()
    prefix = workorder.url_prefix
    assert lines[1:] == [f"{kept},,{number},1,{prefix}{kept}" for number, kept in enumerate(KEPT, 1)]
    names = [name for name in archive.namelist() if name.startswith("images/")]
    assert [name.removeprefix("images/").removesuffix(".png").replace("~", "/") for name in names] == KEPT
    assert all(name.count("/") == 1 for name in names)
    for name, kept in zip(names, KEPT, strict=True):
        (symbol,) = zxingcpp.read_barcodes(Image.open(archive.open(name)))
        assert symbol.text == prefix + kept
    assert "~\n               stands for each slash" in archive.read("README.txt").decode()
    pdf = drawn(committed_demo, workorder, images="pdf", with_id="true", label_width="60", label_height="70")
    assert "codes.pdf" in pdf.namelist()


def test_the_public_page_answers_at_each_url(committed_demo: Demo) -> None:
    stored(committed_demo, default_scm_data={"activation_status": 1})
    for kept in KEPT:
        answer = Client().get(f"/c/demo/{kept}")
        assert (answer.status_code, "Demo Brands" in answer.content.decode()) == (200, True), kept
    for missing in (KEPT[0].replace("%2F1", ""), KEPT[1] + "/x", f"01/{GTIN}"):
        assert Client().get(f"/c/demo/{missing}").status_code == 404, missing
    for malformed in (KEPT[1] + "%00", "01/" + "/21/" * 500):
        assert Client().get(f"/c/demo/{malformed}").status_code == 400, malformed


def test_a_url_that_can_be_read_in_two_ways_finds_the_code_that_there_is(committed_demo: Demo) -> None:
    for batch, serial in (("L%2F21%2Fa", "b"), ("L", "21%2Fx%2F21%2Fy"), ("21", "21")):
        rows = f"id\n01/{GTIN}/10/{batch}/21/{serial}\n"
        assert ingested(committed_demo.staff, rows, id_format="gs1").status == "completed"
        assert Client().get(f"/c/demo/01/{GTIN}/10/{batch}/21/{serial}").status_code == 200


def test_the_code_is_found_shown_and_downloaded(committed_demo: Demo) -> None:
    stored(committed_demo)
    user = committed_demo.staff
    for query in (KEPT[0], f"/{KEPT[0]}", f"http://127.0.0.1:8000/c/demo/{KEPT[0]}"):
        page = seen(user, f"/codes/?q={quote(query, safe='')}")
        (path,) = re.findall(r'<th scope="row" class="id">.*?<a href="([^"]*)">', page)
    assert seen(user, f"/codes/?q=01/{GTIN}").count('<th scope="row" class="id">') == 2
    assert f'<h1><span class="id">{KEPT[0]}</span></h1>' in seen(user, path)
    name = KEPT[0].replace("/", "~")
    for kind in ("svg", "png", "pdf"):
        answer = as_(user).get(f"{path}qr.{kind}")
        assert answer.status_code == 200
        assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}.{kind}"'
    (symbol,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(as_(user).get(f"{path}qr.png").content)))
    assert symbol.text == f"http://127.0.0.1:8000/c/demo/{KEPT[0]}"
    assert as_(user).get(path.replace("%252F", "%2F")).status_code == 404


# Entry points


def test_the_api_takes_the_format_and_says_it(demo: Demo) -> None:
    client = client_of(demo.staff)
    key = uploaded(client, ROWS)
    wrong = client.post(PROCESS, {"record": key, "id_format": "ean"}, format="json")
    assert (wrong.status_code, list(wrong.json())) == (400, ["id_format"])
    assert client.post(PROCESS, {"record": key, "id_format": "gs1"}, format="json").status_code == 200
    assert client.get(f"/api/v2/ingestion/{key}/").json()["parameters"]["id_format"] == "gs1"


@pytest.mark.parametrize("prefix", ["https://codes.example.com/c", "https://x.example/?id=/", "https://x.example/#/"])
def test_a_prefix_behind_which_no_path_goes_on_is_refused(demo: Demo, prefix: str) -> None:
    client = client_of(demo.staff)
    asked = {"record": uploaded(client, ROWS), "id_format": "gs1", "url_prefix": prefix}
    answer = client.post(PROCESS, asked, format="json")
    assert (answer.status_code, list(answer.json())) == (400, ["url_prefix"])
    assert client.post(PROCESS, asked | {"id_format": "default"}, format="json").status_code == 200


def test_the_command_takes_the_format(committed_demo: Demo, tmp_path: Any) -> None:
    file = tmp_path / "codes.csv"
    file.write_text(ROWS)
    with pytest.raises(CommandError, match="invalid_id_error"):
        call_command("ingest", str(file), "--company", "demo")
    call_command("ingest", str(file), "--company", "demo", "--id-format", "gs1", stdout=io.StringIO())
    assert Code.objects.filter(identifier=KEPT[0]).exists()


def test_the_symbol_of_the_upload_page_shows_the_url_as_it_will_be(demo: Demo) -> None:
    query = f"id_format=gs1&identifier={quote('/01/4006381333931/21/a%2fb', safe='')}"
    page = seen(demo.staff, f"/upload/symbol/?{query}")
    assert f'alt="QR code of http://127.0.0.1:8000/c/demo/01/{GTIN}/21/a%2Fb"' in page
    assert "An id may have up to 145 characters." in page
