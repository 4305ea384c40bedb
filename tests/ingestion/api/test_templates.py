"""Ingestion templates by the API: kept, listed, and used to add codes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from rest_framework.test import APIClient

from ingestion import engine
from ingestion.models import IngestionRecord, IngestionTemplate
from ingestion.options import templates
from ingestion.options.templates import keep_template
from tests.support.declared import declare
from tests.support.demo import Demo
from tests.support.tokens import client_of
from tests.support.uploads import post_file
from workorders.models import Code, Product, UrlPrefix

TEMPLATES = "/api/v2/ingestion/templates/"
FROM_TEMPLATE = "/api/v2/ingestion/codes/create-from-template/"
PROCESS_FROM_FILE = "/api/v2/ingestion/codes/process-from-file/"
OPTIONS = {
    "default_scm_data": {"product": "sku1", "market": "BE"},
    "columns": {"Serial No": "id", "Bemerkung": ""},
    "encoding": "windows-1252",
    "delimiter": ";",
    "header_row": 2,
    "allow_posted_duplicates": True,
}
FILE = "Rollen der Linie 2\nSerial No;Bemerkung;ort\nabc12345;x;Köln\nabc12346;;Bonn\nabc12345;;Ulm\n"


def kept(demo: Demo, **options: Any) -> IngestionTemplate:
    """A template of demo's, named Rolls."""
    return keep_template(demo.company, "Rolls", options or OPTIONS, demo.staff)


def made(client: APIClient, **said: Any) -> IngestionRecord:
    """The record of a call that named the template Rolls, which was accepted."""
    answer = client.post(FROM_TEMPLATE, {"template": "Rolls", **said}, format="json")
    assert answer.status_code == 201, answer.content
    return IngestionRecord.objects.get(key=answer.json()["record_key"])


def refused(client: APIClient, **said: Any) -> Any:
    """What a call that was refused is told."""
    answer = client.post(FROM_TEMPLATE, {"mode": "api", "codes": [{"id": "abc12345"}], **said}, format="json")
    assert answer.status_code == 400, answer.content
    assert not IngestionRecord.objects.exists()
    return answer.json()


# Keeping


def test_options_are_kept_under_a_name_without_those_that_are_not_set(demo: Demo) -> None:
    client = client_of(demo.staff)
    answer = client.post(TEMPLATES, {"name": " Rolls ", **OPTIONS, "url_prefix": "", "sheet": ""}, format="json")
    template = IngestionTemplate.objects.get()
    assert answer.status_code == 201
    assert {name: answer.json()[name] for name in ("id", "name", "parameters")} == {
        "id": template.pk,
        "name": "Rolls",
        "parameters": OPTIONS,
    }
    assert (template.company, template.created_by) == (demo.company, demo.staff)
    keep_template(demo.company, "Boxes", {}, demo.staff)
    keep_template(demo.other, "Rolls", {}, demo.other_staff)
    assert [each["name"] for each in client.get(TEMPLATES).json()["results"]] == ["Boxes", "Rolls"]
    assert [each["name"] for each in client.get(f"{TEMPLATES}?search=rol").json()["results"]] == ["Rolls"]


@pytest.mark.parametrize(
    "said",
    [
        {"name": ""},
        {"name": "x\u202ey"},
        {"reference": "Spring"},
        {"default_scm_data": {"product": "sku9"}},
        {"columns": {"A": "id", "B": "id"}},
        {"encoding": "klingon"},
        {"header_row": 0},
        {"url_prefix": "codes"},
    ],
)
def test_a_template_keeps_nothing_that_no_upload_may_have(demo: Demo, said: dict[str, Any]) -> None:
    answer = client_of(demo.staff).post(TEMPLATES, {"name": "Rolls", **said}, format="json")
    assert (answer.status_code, answer.json().keys()) == (400, said.keys())
    assert not IngestionTemplate.objects.exists()


def test_a_name_is_taken_once_and_a_company_has_so_many(demo: Demo, monkeypatch: Any) -> None:
    kept(demo)
    client = client_of(demo.staff)
    answer = client.post(TEMPLATES, {"name": "Rolls"}, format="json")
    assert (answer.status_code, answer.json()) == (400, {"name": [templates.TAKEN]})
    assert client_of(demo.other_staff).post(TEMPLATES, {"name": "Rolls"}, format="json").status_code == 201
    monkeypatch.setattr(templates, "MOST_TEMPLATES", 1)
    answer = client.post(TEMPLATES, {"name": "Boxes"}, format="json")
    told = "Your company has 1 templates, which is the most; delete one first."
    assert (answer.status_code, answer.json()) == (400, {"name": [told]})


def test_a_template_is_renamed_changed_and_deleted(demo: Demo) -> None:
    template = kept(demo)
    keep_template(demo.company, "Boxes", {}, demo.staff)
    client, path = client_of(demo.staff), f"{TEMPLATES}{template.pk}/"
    shown = client.get(path).json()
    answer = client.patch(path, {"name": " Reels "}, format="json")
    assert (answer.status_code, answer.json()) == (200, shown | {"name": "Reels"})
    declare(demo.company, "market")
    new = {"default_scm_data": {"market": "NL"}, "encoding": "", "header_row": 3}
    answer = client.patch(path, new, format="json")
    expected = {name: value for name, value in {**OPTIONS, **new}.items() if value}
    assert (answer.status_code, answer.json()["name"], answer.json()["parameters"]) == (200, "Reels", expected)
    template.refresh_from_db()
    assert (template.parameters, template.declared) == (expected, ["market"])
    for said, reasons in (
        ({"name": "Boxes"}, {"name": [templates.TAKEN]}),
        ({"header_row": 0}, {"header_row": ["Ensure this value is greater than or equal to 1."]}),
    ):
        answer = client.patch(path, said, format="json")
        assert (answer.status_code, answer.json()) == (400, reasons)
    assert client_of(demo.other_staff).patch(path, {"name": "x"}, format="json").status_code == 404
    assert client_of(demo.other_staff).delete(path).status_code == 404
    assert client.delete(path).status_code == 204
    assert [each.name for each in IngestionTemplate.objects.all()] == ["Boxes"]


def test_a_template_of_what_is_gone_is_renamed_but_not_changed(demo: Demo) -> None:
    path = f"{TEMPLATES}{kept(demo).pk}/"
    Product.objects.filter(company=demo.company, sku="sku1").update(is_archived=True)
    client = client_of(demo.staff)
    assert client.patch(path, {"name": "Reels"}, format="json").status_code == 200
    answer = client.patch(path, {"header_row": 3}, format="json")
    assert (answer.status_code, [*answer.json()]) == (400, ["default_scm_data"])


# Using


def test_codes_in_a_call_take_the_options_of_the_template(committed_demo: Demo) -> None:
    kept(committed_demo)
    rows = [{"Serial No": "abc12345", "Bemerkung": "x"}, {"Serial No": "abc12346", "market": "NL"}]
    record = made(client_of(committed_demo.staff), mode="api", codes=[*rows, rows[0]])
    assert record.parameters == {
        "use_serial_number": False,
        "default_scm_data": OPTIONS["default_scm_data"],
        "url_prefix": "",
        "allow_posted_duplicates": True,
        "columns": OPTIONS["columns"],
    }
    engine.run(record.pk)
    record.refresh_from_db()
    assert record.result_data == {"codes_created": 2, "duplicates_ignored": 1}
    found = Code.objects.order_by("sequence").values_list("identifier", "product__sku", "scm_data")
    assert [*found] == [("abc12345", "sku1", {"market": "BE"}), ("abc12346", "sku1", {"market": "NL"})]


def test_a_file_is_read_and_checked_as_the_template_says(committed_demo: Demo) -> None:
    kept(committed_demo)
    client = client_of(committed_demo.staff)
    answer = client.post(FROM_TEMPLATE, {"template": "Rolls", "mode": "file"}, format="json").json()
    assert post_file(answer["post_data"], FILE.encode("windows-1252")).status_code == 201
    assert client.post(PROCESS_FROM_FILE, {"record": answer["record_key"]}, format="json").status_code == 200
    record = IngestionRecord.objects.get(key=answer["record_key"])
    engine.run(record.pk)
    record.refresh_from_db()
    assert (record.status, record.result_data) == ("completed", {"codes_created": 2, "duplicates_ignored": 1})
    assert record.parameters == {"use_serial_number": False, "url_prefix": "", **OPTIONS}
    found = Code.objects.order_by("sequence").values_list("identifier", "scm_data")
    assert [*found] == [("abc12345", {"market": "BE", "ort": "Köln"}), ("abc12346", {"market": "BE", "ort": "Bonn"})]


@pytest.mark.parametrize("name", ["\0", "Rolls\0", "x" * 101, "", None, True, ["Rolls"]])
def test_what_names_no_template_is_refused_before_anything_looks_for_it(demo: Demo, name: Any) -> None:
    kept(demo)
    said = json.dumps({"template": name, "mode": "file"})
    answer = client_of(demo.staff).post(FROM_TEMPLATE, said, content_type="application/json")
    assert (answer.status_code, [*answer.json()]) == (400, ["template"])
    assert not IngestionRecord.objects.exists()


@pytest.mark.parametrize("name", [" 5 ", 5])
def test_a_template_is_looked_for_by_the_name_that_is_checked(demo: Demo, name: object) -> None:
    keep_template(demo.company, "5", OPTIONS, demo.staff)
    record = made(client_of(demo.staff), template=name, mode="file")
    assert record.parameters == {"use_serial_number": False, "url_prefix": "", **OPTIONS}


def test_what_the_call_says_counts_and_values_by_default_one_by_one(demo: Demo) -> None:
    kept(demo)
    record = made(
        client_of(demo.staff),
        mode="file",
        default_scm_data={"lot": "B7", "market": None},
        encoding="gb18030",
        allow_posted_duplicates=False,
        columns={"Code": "id"},
    )
    assert record.parameters == {
        "use_serial_number": False,
        "url_prefix": "",
        "allow_posted_duplicates": False,
        "default_scm_data": {"product": "sku1", "lot": "B7", "market": None},
        "columns": {"Code": "id"},
        "encoding": "gb18030",
        "delimiter": ";",
        "header_row": 2,
    }


def test_what_says_how_a_table_is_read_counts_for_no_other_file(demo: Demo) -> None:
    kept(demo, **OPTIONS, sheet="Codes")
    record = made(client_of(demo.staff), mode="file", filetype="json")
    assert {*record.parameters} & {"encoding", "delimiter", "header_row", "sheet", "columns"} == {"columns"}
    record = made(client_of(demo.staff), mode="file")
    assert "sheet" not in record.parameters
    answer = client_of(demo.staff).post(
        FROM_TEMPLATE,
        {"template": "Rolls", "mode": "api", "codes": [{"Serial No": "abc12345"}], "encoding": "gb18030"},
        format="json",
    )
    told = "It is for CSV files alone; JSON is in UTF-8. Leave it out."
    assert (answer.status_code, answer.json()) == (400, {"encoding": [told]})


def test_rows_of_a_call_are_checked_under_their_new_names(demo: Demo) -> None:
    kept(demo, columns={"Serial No": "id"})
    told = refused(client_of(demo.staff), template="Rolls", codes=[{"Serial No": "short"}])
    assert list(told) == ["codes"]
    assert told["codes"][0].startswith("Row 1, id `short`: ")


def test_a_template_that_is_not_there_is_refused_with_the_nearest(demo: Demo) -> None:
    client = client_of(demo.staff)
    keep_template(demo.other, "Rollers", {}, demo.other_staff)
    assert refused(client, template="Rolls") == {"template": ["The company has no templates."]}
    kept(demo)
    assert refused(client, template="rols") == {"template": ["There is no such template; the nearest is `Rolls`."]}
    assert refused(client, template="Rollers") == {"template": ["There is no such template; the nearest is `Rolls`."]}
    assert refused(client) == {"template": ["This field is required."]}
    assert refused(client, template=7) == {"template": ["There is no such template; there is `Rolls`."]}
    assert refused(client, template="Rolls", templates=1) == {
        "templates": ["There is no such field; the nearest is `template`."]
    }


def test_a_template_of_what_is_gone_is_refused_and_says_what(demo: Demo) -> None:
    field = declare(demo.company, "lot")
    kept(demo, default_scm_data={"product": "sku1", "lot": "B7"}, columns={"Charge": "lot", "Ort": "place"})
    client = client_of(demo.staff)
    assert made(client, mode="file").pk
    IngestionRecord.objects.all().delete()
    Product.objects.filter(company=demo.company, sku="sku1").update(is_archived=True)
    field.delete()
    told = refused(client, template="Rolls")
    assert told["template"][0] == "It cannot be used as it is."
    assert told["template"][1].startswith("default_scm_data: product: ")
    assert told["template"][2:] == ["SCM fields that are declared no more: `lot`. Keep another template without them."]
    assert told.keys() == {"template"}


def test_a_prefix_that_became_another_companys_is_told(demo: Demo) -> None:
    kept(demo, url_prefix="https://codes.example.com/")
    UrlPrefix.objects.create(prefix="codes.example.com/", company=demo.other)
    told = refused(client_of(demo.staff), template="Rolls")
    assert told["template"][1] == ("url_prefix: The URLs of another company begin like this; choose another prefix.")


def test_digits_of_codes_in_the_call_stay_as_they_are(committed_demo: Demo) -> None:
    kept(committed_demo, default_scm_data={"weight": 1.5})
    codes = '[{"id": "abc12345", "size": 1.50}]'
    body = f'{{"template": "Rolls", "mode": "api", "codes": {codes}, "default_scm_data": {{"n": 7}}}}'
    answer = client_of(committed_demo.staff).post(FROM_TEMPLATE, body, content_type="application/json")
    record = IngestionRecord.objects.get(key=answer.json()["record_key"])
    assert record.parameters["default_scm_data"] == {"weight": 1.5, "n": 7}
    engine.run(record.pk)
    assert Code.objects.get().scm_data == {"size": "1.50", "weight": "1.5", "n": "7"}
