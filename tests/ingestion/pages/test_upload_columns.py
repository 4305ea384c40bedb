"""Columns renamed and left out, and the symbol that the upload page shows, from outside."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from ingestion.results.rows_with_errors import stream_rows_with_errors
from tests.support.demo import Demo
from tests.support.tokens import client_of
from tests.support.uploads import ingested
from workorders.models import Code

PROCESS = "/api/v2/ingestion/codes/upload/process/"


def test_a_renamed_column_gives_the_ids_and_one_left_out_gives_nothing(committed_demo: Demo) -> None:
    data = "Serial,secret,Market,product\nabc12345,x,DE,sku1\nabc12346,y,,sku1\n"
    columns = {"Serial": "id", "secret": "", "Market": "intended_market"}
    record = ingested(committed_demo.staff, data, columns=columns)
    assert (record.status, record.parameters["columns"]) == ("completed", columns)
    codes = Code.objects.order_by("identifier").values_list("identifier", "product__sku", "scm_data")
    assert list(codes) == [("abc12345", "sku1", {"intended_market": "DE"}), ("abc12346", "sku1", {})]


def test_the_same_holds_for_json(committed_demo: Demo) -> None:
    data = '[{"Serial": "abc12345", "id": "old"}, {"Serial": "abc12346", "note": "n"}]'
    record = ingested(committed_demo.staff, data, "json", columns={"Serial": "id", "id": "", "note": "remark"})
    assert record.status == "completed"
    assert dict(Code.objects.values_list("identifier", "scm_data")) == {"abc12345": {}, "abc12346": {"remark": "n"}}


def test_cells_of_a_column_left_out_still_count(committed_demo: Demo) -> None:
    record = ingested(committed_demo.staff, "id,x\nabc12345,1\nabc12346\n", columns={"x": ""})
    assert [(error.row, error.error) for error in record.errors.all()] == [(3, "invalid_row_error")]


def test_columns_of_one_name_or_none_are_told_by_their_places(committed_demo: Demo) -> None:
    data = "id,pallet,pallet,,#1,\nabc12345,p1,q1,r1,s1,t1\n"
    columns = {"#3": "pallet_2", "#4": "box", "#5": "line", "#6": ""}
    record = ingested(committed_demo.staff, data, columns=columns)
    assert (record.status, record.parameters["columns"]) == ("completed", columns)
    assert Code.objects.get().scm_data == {"pallet": "p1", "pallet_2": "q1", "box": "r1", "line": "s1"}


def test_places_stay_when_the_rows_are_given_back(committed_demo: Demo) -> None:
    columns = {"#2": "", "#3": "pallet"}
    refused = ingested(committed_demo.staff, "id,pallet,pallet\nabc12345,p1,q1\nshort,p2,q2\n", columns=columns)
    data = b"".join(stream_rows_with_errors(refused)).replace(b"short", b"long-enough")
    assert ingested(committed_demo.staff, data, columns=columns).status == "completed"
    assert {identifier: scm["pallet"] for identifier, scm in Code.objects.values_list("identifier", "scm_data")} == {
        "abc12345": "q1",
        "long-enough": "q2",
    }


def test_two_columns_of_one_name_may_both_be_left_out(committed_demo: Demo) -> None:
    record = ingested(committed_demo.staff, "id,x,x\nabc12345,1,2\n", columns={"x": ""})
    assert (record.status, Code.objects.get().scm_data) == ("completed", {})


def test_objects_have_no_places(committed_demo: Demo) -> None:
    record = ingested(committed_demo.staff, '[{"id": "abc12345", "#1": "x"}]', "json", columns={"#1": "note"})
    assert (record.status, Code.objects.get().scm_data) == ("completed", {"note": "x"})


@pytest.mark.parametrize("filetype", ["csv", "json"])
def test_a_new_name_that_the_file_has_already_refuses_it(committed_demo: Demo, filetype: str) -> None:
    data = "id,serial\nabc12345,abc12346\n" if filetype == "csv" else '[{"id": "abc12345", "serial": "abc12346"}]'
    record = ingested(committed_demo.staff, data, filetype, columns={"serial": "id"})
    assert record.error_counts == {"invalid_file_error": 1}
    assert "`id`" in record.errors.get().detail


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"a": "Not a key"}, "a: a field's name begins with a small letter"),
        ({"a": "id", "b": "id"}, "a: another column is to be named id too."),
        ({"a": 7}, "a: the new name is a text"),
        ({"a\0": "b"}, "a column's name cannot hold such characters."),
        (["a"], "Expected a dictionary"),
    ],
)
def test_columns_that_cannot_be_are_refused_by_name(committed_demo: Demo, columns: Any, message: str) -> None:
    call = {"record": "any", "columns": columns}
    answer = client_of(committed_demo.staff).post(PROCESS, call, format="json")
    assert answer.status_code == 400
    assert message in answer.json()["columns"][0]


def test_the_symbol_of_the_first_code_says_its_capacity(committed_demo: Demo) -> None:
    client = Client()
    client.force_login(committed_demo.staff)
    said = client.get("/upload/symbol/", {"url_prefix": "https://id.example/", "identifier": "bottle-0001"})
    assert "https://id.example/bottle-0001" in said.content.decode()
    assert "30 characters, QR version 3. An id may have up to 100 characters." in said.content.decode()
    said = client.get(
        "/upload/symbol/", {"url_prefix": f"https://id.example/{'x' * 181}/", "identifier": "bottle-0001"}
    )
    assert "An id may have up to 12 characters." in said.content.decode()
    said = client.get("/upload/symbol/", {"url_prefix": f"https://id.example/{'x' * 200}/"})
    assert "Choose a shorter prefix." in said.content.decode()
    assert "data:image" not in said.content.decode()


def test_a_workorder_is_not_named_in_other_digits(committed_demo: Demo) -> None:
    client = Client()
    client.force_login(committed_demo.staff)
    assert client.get("/upload/symbol/", {"workorder": "999999999"}).status_code == 404
    assert client.get("/upload/symbol/", {"workorder": "\uff11\u0662"}).status_code == 200


def test_only_those_who_upload_are_shown_a_symbol(committed_demo: Demo) -> None:
    client = Client()
    assert client.get("/upload/symbol/").status_code == 302
    client.force_login(committed_demo.support)
    assert client.get("/upload/symbol/").status_code == 403
