"""The SCM fields that changes without a file are held to."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from tests.support.codes import path_of, some_codes
from tests.support.declared import Type, declare
from tests.support.demo import Demo
from tests.support.pages import as_
from tests.support.tokens import client_of
from workorders.changes.parsing import parse_values
from workorders.codes.scm_fields import declared_fields, faults_of_declared, known_fields
from workorders.models import Code

REQUIRED = "The company requires it of every code, so it cannot be removed."
IS_A_DATE = "It is declared as a date, like 2026-12-31."


@pytest.fixture(autouse=True)
def _declared(demo: Demo) -> None:
    declare(demo.company, "best_before", Type.DATE)
    declare(demo.company, "lot", is_required=True)
    declare(demo.other, "line", Type.CHOICE, choices=["North"])


def test_the_fields_are_those_of_the_company(demo: Demo) -> None:
    assert [*declared_fields(demo.company.pk)] == ["best_before", "lot"]
    assert known_fields(demo.company) == {"best_before", "lot"}
    some_codes(demo.staff, "aaa00001", scm_data={"colour": "red"})
    assert known_fields(demo.company) == {"best_before", "lot", "colour"}
    assert declared_fields(demo.printco.pk) == {}


def test_faults_are_told_by_field(demo: Demo) -> None:
    given: dict[str, str | None] = {"best_before": "soon", "lot": None, "line": "South", "Bad\0": "x"}
    assert faults_of_declared(given, demo.company.pk) == {"best_before": IS_A_DATE, "lot": REQUIRED}
    assert faults_of_declared({"best_before": None, "lot": "B7", "line": ""}, demo.company.pk) == {}
    assert faults_of_declared({}, demo.company.pk) == {}


def test_the_values_of_a_change_are_held_to_them(demo: Demo) -> None:
    with pytest.raises(ValidationError) as refused:
        parse_values({"best_before": "soon", "lot": None}, demo.company.pk)
    assert refused.value.message_dict == {"best_before": [IS_A_DATE], "lot": [REQUIRED]}
    values = parse_values({"best_before": "2026-12-31", "lot": "", "line": "South"}, demo.company.pk)
    assert values.scm == {"best_before": "2026-12-31", "line": "South"}


@pytest.mark.parametrize(
    ("key", "more", "said"),
    [("best_before", {"scm-0-value": "soon"}, IS_A_DATE), ("lot", {"scm-0-remove": "on"}, REQUIRED)],
)
def test_so_is_the_form_of_a_page(demo: Demo, key: str, more: dict[str, str], said: str) -> None:
    some_codes(demo.staff, "aaa00001", scm_data={"lot": "A"})
    code = Code.objects.get()
    answer: Any = as_(demo.staff).post(path_of(code), {"scm-0-key": key} | more)
    assert said in answer.content.decode()
    code.refresh_from_db()
    assert code.scm_data == {"lot": "A"}


def test_so_are_calls(demo: Demo) -> None:
    some_codes(demo.staff, "aaa00001", scm_data={"lot": "A"})
    client: Any = client_of(demo.staff)
    answer = client.patch("/api/v2/codes/aaa00001/", {"scm_data": {"best_before": "soon"}}, format="json")
    assert (answer.status_code, IS_A_DATE in answer.content.decode()) == (400, True)
    item = {"extended_id": "aaa00001", "lot": None}
    answer = client.post("/api/v2/scm/upload/", {"items": [item]}, format="json")
    assert answer.status_code == 400
    (error,) = answer.json()["errors"]
    assert (error["row"], error["column"], error["error"]) == (1, "lot", "invalid_scm_field_error")
    rows = [{"id": "abc12345", "lot": "7"}, {"id": "abc12346"}]
    path = "/api/v2/ingestion/codes/add-sids/"
    answer = client.post(path, {"mode": "api", "codes": rows}, format="json")
    assert (answer.status_code, "`lot`" in answer.content.decode()) == (400, True)
