"""Uploading without JavaScript: a page that takes the files, and one that shows the first rows of each."""

from __future__ import annotations

import html
import json
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from ingestion import engine
from ingestion.models import IngestionRecord
from ingestion.options.templates import keep_template
from tests.support.codes import some_codes
from tests.support.declared import declare
from tests.support.demo import Demo
from tests.support.pages import as_, seen
from tests.support.products import workbook
from workorders.models import Code

LOOK = "/upload/look/"
FORM = {"kind": "new", "product": "sku1", "activation_status": "1", "id_format": "default", "delimiter": ""}


def file_of(content: str | bytes, name: str = "codes.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content.encode() if isinstance(content, str) else content)


class Plain:
    """A browser without JavaScript on the second page: its fields, and the buttons it presses."""

    def __init__(self, demo: Demo, *files: SimpleUploadedFile, **fields: str) -> None:
        self.client: Client = as_(demo.staff)
        self.take(self.client.post(LOOK, {**FORM, **fields, "file": [*files]}))

    def take(self, answer: Any) -> None:
        self.answer = answer
        page = answer.content.decode() if answer.status_code == 200 else ""
        self.page = html.unescape(re.sub(r"\s+", " ", page))
        self.fields: dict[str, list[str]] = {}
        for tag in re.findall(r"<input [^>]*>", page):
            given = dict(re.findall(r'(\w+)="([^"]*)"', tag))
            if given.get("type") == "checkbox" and " checked" not in tag:
                continue
            if "name" in given and given["name"] != "csrfmiddlewaretoken":
                self.fields.setdefault(given["name"], []).append(html.unescape(given.get("value", "")))
        for name, options in re.findall(r'<select [^>]*name="(\w+)">(.*?)</select>', page, re.DOTALL):
            chosen = re.search(r"<option([^>]*) selected>([^<]*)", options) or re.search(
                r"<option([^>]*)>([^<]*)", options
            )
            assert chosen is not None
            value = re.search(r'value="([^"]*)"', chosen[1])
            self.fields[name] = [html.unescape(value[1] if value else chosen[2])]

    def press(self, button: str, value: str = "1", **changed: Any) -> None:
        assert f'name="{button}"' in self.page
        search = {key: value for key, value in self.fields.items() if key != "q"}
        self.take(self.client.post(LOOK, {**search, **changed, button: value}))


def test_a_file_is_shown_and_then_checked(committed_demo: Demo) -> None:
    plain = Plain(committed_demo, file_of("id,pallet\nplain-000001,p1\nplain-000002,p2\n"))
    assert "Nothing is wrong in the first 2 rows." in plain.page
    record = IngestionRecord.objects.get()
    assert (record.status, record.file_name, record.parameters) == ("uploading", "codes.csv", {})
    plain.press("go")
    assert (plain.answer.status_code, plain.answer["Location"]) == (302, f"/ingestions/{record.key}/")
    engine.run(record.pk)
    record.refresh_from_db()
    assert (record.status, record.ingestion_mode) == ("completed", "portal")
    assert record.parameters["default_scm_data"] == {"product": "sku1", "activation_status": 1}
    code = Code.objects.get(identifier="plain-000002")
    assert (code.activation_status, code.scm_data) == (1, {"pallet": "p2"})


def test_names_and_left_out_columns_are_taken_as_typed(committed_demo: Demo) -> None:
    plain = Plain(committed_demo, file_of("Serial,Product,Note\nplain-000001,sku1,x\n"))
    assert "Its columns are called otherwise than the check needs them." in plain.page
    plain.press("look", name=["id", "product", "Note"], use=["Serial", "Product"])
    assert "Nothing is wrong in the first row." in plain.page
    plain.press("go")
    record = IngestionRecord.objects.get()
    assert record.parameters["columns"] == {"Serial": "id", "Product": "product", "Note": ""}


def test_suggested_names_are_taken_by_one_button(demo: Demo) -> None:
    plain = Plain(demo, file_of("ID,Product,Pallet Number\nplain-000001,sku1,p1\n"))
    plain.press("offer-names")
    assert "Nothing is wrong in the first row." in plain.page
    columns = json.loads(plain.fields["options"][0])["columns"]
    assert columns == {"ID": "id", "Product": "product", "Pallet Number": "pallet_number"}


def test_a_column_that_is_no_field_is_left_out_by_a_button(demo: Demo) -> None:
    declare(demo.company, "pallet")
    plain = Plain(demo, file_of("id,colour\nplain-000001,red\n"))
    plain.press("offer-leave", "colour")
    assert json.loads(plain.fields["options"][0])["columns"] == {"colour": ""}
    assert 'name="offer-leave"' not in plain.page


def test_offers_are_buttons(demo: Demo) -> None:
    plain = Plain(demo, file_of("id,product,note\nplain-000001,sku1,Größe\nplain-000002,sku1,Süß\n".encode("cp1252")))
    assert "It is not in UTF-8. Which of these reads right?" in plain.page
    plain.press("offer-encoding", "windows-1252")
    assert "Größe" in plain.page
    titled = Plain(demo, file_of("Liste\n\nid,product\nplain-000001,sku1\n", "b.csv"))
    titled.press("offer-header_row", "3")
    assert "Nothing is wrong in the first row." in titled.page
    numbers = Plain(demo, file_of(workbook([("id",), (12345678,), (12345679,)]), "c.xlsx"))
    numbers.press("offer-shown_digits", "true")
    assert "Nothing is wrong in the first 2 rows." in numbers.page
    assert json.loads(numbers.fields["options"][0])["shown_digits"] == "true"


def test_several_files_come_one_after_the_other(committed_demo: Demo) -> None:
    files = file_of("id\nplain-000001\n", "a.csv"), file_of('[{"id": "plain-000002"}]', "b.json")
    plain = Plain(committed_demo, *files, reference="")
    assert "1 more file after this one." in plain.page
    plain.press("look", name=["id"], use=["id"])
    plain.press("go")
    assert "<h1>b.json</h1>" in plain.page
    plain.press("go")
    assert plain.answer.status_code == 302
    assert [*IngestionRecord.objects.order_by("pk").values_list("filetype", "status")] == [
        ("csv", "queued"),
        ("json", "queued"),
    ]


def test_what_is_wrong_with_the_options_is_told_before_the_check(demo: Demo) -> None:
    plain = Plain(demo, file_of("id\nplain-000001\n"), url_prefix="codes.example.com")
    plain.press("go")
    assert "url_prefix: It must look like https://codes.example.com/" in plain.page
    assert IngestionRecord.objects.get().status == "uploading"


def test_changes_go_the_same_way(committed_demo: Demo) -> None:
    some_codes(committed_demo.staff, "plain-000001")
    plain = Plain(committed_demo, file_of("extended_id,note\nplain-000001,x\n"), kind="changes", empty_marker="on")
    assert "names the code" in plain.page
    plain.press("go")
    record = IngestionRecord.objects.get(type="scm")
    assert (record.status, record.parameters["empty_marker"]) == ("queued", True)


@pytest.mark.parametrize("files", [[], [SimpleUploadedFile("a.csv", b"")]], ids=["none", "empty"])
def test_a_form_without_a_file_leads_back(demo: Demo, files: list[SimpleUploadedFile]) -> None:
    answer = as_(demo.staff).post(LOOK, {**FORM, "file": files}, follow=True)
    assert answer.redirect_chain == [("/upload/", 302)]
    assert "Choose a file first." in answer.content.decode()


def test_only_ones_own_waiting_files_are_shown(demo: Demo) -> None:
    Plain(demo, file_of("id\nplain-000001\n"))
    key = IngestionRecord.objects.get().key
    for user in (demo.admin, demo.other_staff):
        answer = as_(user).post(LOOK, {"kind": "new", "record": key, "options": "{}"})
        assert (answer.status_code, answer["Location"]) == (302, "/ingestions/")
    assert as_(demo.printer).post(LOOK, {"kind": "new", "record": key}).status_code == 403
    assert as_(demo.staff).post(LOOK, {"kind": "other"}).status_code == 400
    assert as_(demo.staff).get(LOOK).status_code == 405


def test_the_form_sends_itself_where_there_is_no_script(demo: Demo) -> None:
    for path, kind in (("/upload/", "new"), ("/upload/changes/", "changes")):
        page = seen(demo.staff if kind == "new" else demo.admin, path)
        assert 'method="post" enctype="multipart/form-data" action="/upload/look/"' in page
        without = re.search("<noscript>(.*?)</noscript>", page)
        assert without is not None
        assert f'<input type="hidden" name="kind" value="{kind}">' in without[1]
        assert "Show the first rows" in without[1]


def scm_of(plain: Plain) -> list[tuple[str, str]]:
    return [*zip(plain.fields["scm_key"], plain.fields["scm_value"], strict=True)]


def test_default_scm_data_is_typed_on_the_second_page(committed_demo: Demo) -> None:
    declare(committed_demo.company, "weight", "whole_number")
    plain = Plain(committed_demo, file_of("id\nplain-000001\n"), file_of("id\nplain-000002\n", "more.csv"))
    empty = [("", "")] * 3
    assert scm_of(plain) == [("weight", ""), *empty]
    for pairs, wrong in (
        ([("weight", "heavy"), ("lot", "7")], "default_scm_data: weight: "),
        ([("weight", "2"), ("Lot No", "7")], "default_scm_data: Begin with a small letter, then use small letters"),
        ([("lot", "6"), ("lot", "7")], "default_scm_data: lot is given already."),
        ([("product", "sku2"), ("", "7")], "default_scm_data: product is given already. Begin with a small letter"),
    ):
        plain.press("go", scm_key=[name for name, _ in pairs], scm_value=[value for _, value in pairs])
        assert wrong in plain.page
        assert scm_of(plain)[:2] == pairs
    plain.press("go", scm_key=["weight", "", "lot"], scm_value=["2", "", "7"])
    assert "more.csv" in plain.page
    assert scm_of(plain) == [("weight", "2"), ("lot", "7"), *empty]
    plain.press("go", scm_key=["weight", "lot"], scm_value=["3", ""])
    first, second = IngestionRecord.objects.order_by("pk")
    own = {"product": "sku1", "activation_status": 1}
    assert first.parameters["default_scm_data"] == {"weight": "2", "lot": "7"} | own
    assert second.parameters["default_scm_data"] == {"weight": "3"} | own


def test_default_scm_data_and_columns_of_a_template_are_taken_along(committed_demo: Demo) -> None:
    options = {"default_scm_data": {"market": "BE"}, "columns": {"Serial No": "id"}}
    template = keep_template(committed_demo.company, "Rolls", options, committed_demo.staff)
    page = seen(committed_demo.staff, f"/upload/?template={template.pk}")
    [inside] = [each for each in re.findall(r"<noscript>(.*?)</noscript>", page) if 'name="scm"' in each]
    kept = {name: html.unescape(value) for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', inside)}
    plain = Plain(committed_demo, file_of("Serial No\nplain-000001\n"), **kept)
    assert scm_of(plain)[0] == ("market", "BE")
    plain.press("go")
    parameters = IngestionRecord.objects.get().parameters
    assert (parameters["default_scm_data"]["market"], parameters["columns"]) == ("BE", {"Serial No": "id"})


@pytest.mark.parametrize("kept", ["[", "7", '"x"', "[[1, 2, 3]]", "[[[], 1]]", "[" * 3000])
def test_what_is_no_kept_option_is_nothing(committed_demo: Demo, kept: str) -> None:
    plain = Plain(committed_demo, file_of("id\nplain-000001\n"), scm=kept, columns=kept)
    assert plain.answer.status_code == 200
    assert scm_of(plain) == [("", "")] * 3
