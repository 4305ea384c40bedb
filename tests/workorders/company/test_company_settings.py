"""What the settings of a company are for: the uploads and orders that do not say otherwise."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.declared import Type, declare
from tests.support.demo import Demo
from tests.support.pages import seen
from tests.support.tokens import client_of
from tests.support.uploads import PROCESS, ingested, uploaded
from workorders.archives.sheets import SHEETS, usual_labels
from workorders.codes.url_prefixes import claim_url_prefix
from workorders.company.services import change_settings
from workorders.models import UrlPrefix

OWN = "https://codes.example.com/c?id="


@pytest.fixture(autouse=True)
def _prefix(request: pytest.FixtureRequest) -> None:
    demo = request.getfixturevalue("committed_demo" if "committed_demo" in request.fixturenames else "demo")
    change_settings(demo.company, {"custom_url_prefix": OWN})


def test_codes_of_uploads_and_orders_begin_with_the_prefix_and_claim_it(committed_demo: Demo) -> None:
    assert not UrlPrefix.objects.exists()
    record = ingested(committed_demo.staff, "id\nabc12345\n")
    assert record.parameters["url_prefix"] == ""
    assert record.workorder is not None
    assert record.workorder.url_prefix == OWN
    assert UrlPrefix.objects.get().company == committed_demo.company
    given = ingested(committed_demo.staff, "id\nabc12346\n", url_prefix=committed_demo.company.url_prefix)
    assert given.workorder is not None
    assert given.workorder.url_prefix == committed_demo.company.url_prefix
    client: Any = client_of(committed_demo.staff)
    order = client.post("/api/v2/workorders/create-sid/", {"reference": "x", "quantity": 1}, format="json").json()
    assert order["url_prefix"] == OWN


def test_a_prefix_that_another_company_has_claimed_since_refuses_the_codes(committed_demo: Demo) -> None:
    claim_url_prefix(committed_demo.other, "https://codes.example.com/")
    record = ingested(committed_demo.staff, "id\nabc12345\n")
    assert record.error_counts == {"url_prefix_error": 1}
    client: Any = client_of(committed_demo.staff)
    order = client.post("/api/v2/workorders/create-sid/", {"reference": "x", "quantity": 1}, format="json")
    assert (order.status_code, [*order.json()]) == (400, ["url_prefix"])


def test_forms_show_the_prefix(demo: Demo) -> None:
    for path in ("/upload/", "/workorders/create/"):
        assert f'placeholder="{OWN}"' in seen(demo.staff, path)
    assert f"{OWN}abc12345" in seen(demo.staff, "/upload/symbol/?identifier=abc12345")


def test_labels_by_one_click_are_on_the_sheet(demo: Demo) -> None:
    assert usual_labels(demo.company)["columns"] == 3
    change_settings(demo.company, {"label_sheet": "65"})
    assert usual_labels(demo.company) == {"images": "pdf", **SHEETS["65"].asked}


def test_gs1_ids_do_not_go_behind_any_prefix(demo: Demo) -> None:
    client: Any = client_of(demo.staff)
    answer = client.post(PROCESS, {"record": uploaded(client), "id_format": "gs1"}, format="json")
    assert answer.status_code == 400
    assert answer.json()["url_prefix"][0].startswith(f"Behind {OWN} no GS1 id can go on as a path")


def test_defaults_are_held_to_the_declared_fields(demo: Demo) -> None:
    declare(demo.company, "best_before", Type.DATE)
    declare(demo.company, "pieces", Type.WHOLE_NUMBER)
    client: Any = client_of(demo.staff)
    given = {"best_before": "soon", "pieces": 1.5, "lot": "x", "Bad\0": 1}
    answer = client.post(PROCESS, {"record": uploaded(client), "default_scm_data": given}, format="json")
    assert answer.status_code == 400
    said = answer.json()["default_scm_data"]
    assert "best_before: It is declared as a date, like 2026-12-31." in said
    assert "pieces: It is declared as a whole number, like 1200." in said
    good = {"best_before": "2026-12-31", "pieces": 12, "lot": "x"}
    answer = client.post(PROCESS, {"record": uploaded(client), "default_scm_data": good}, format="json")
    assert answer.status_code == 200
