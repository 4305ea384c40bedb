"""Warnings, searches and cancellations by the API, and what has not changed for its callers."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from ingestion.models import IngestionRecord
from tests.support.demo import Demo
from tests.support.pages import as_
from tests.support.secure import a_secure_order
from tests.support.tokens import client_of
from tests.support.uploads import ingested, queued, uploaded
from workorders import job_runner
from workorders.models import Job, Workorder

RECORDS, CODES, WORKORDERS = "/api/v2/ingestion/", "/api/v2/codes/", "/api/v2/workorders/"
TWO = "id\nabc12345\nabc12346\n"


# Options of an upload


@pytest.mark.parametrize(
    ("key", "meant"),
    [("prodcut", "product"), ("activation_statuss", "activation_status"), ("blacklist_reasons", "blacklist_reason")],
)
def test_a_default_that_looks_like_a_known_name_is_warned_of(committed_demo: Demo, key: str, meant: str) -> None:
    record = ingested(committed_demo.staff, TWO, default_scm_data={key: "1", "updated_by": "1"})
    (warning,) = record.warnings
    assert (warning["warning"], warning["row"], warning["column"]) == ("unknown_column_warning", None, key)
    assert warning["message"].endswith(f"It is a default of the upload. It looks like `{meant}`.")


@pytest.mark.parametrize(
    ("filetype", "content"),
    [("csv", "id,Lot\nabc12345,7\n"), ("json", '[{"id": "abc12345", "Lot": "7"}, {"id": "abc12346"}]')],
)
def test_columns_that_the_file_has_not_are_refused_by_name(committed_demo: Demo, filetype: str, content: str) -> None:
    record = ingested(committed_demo.staff, content, filetype, columns={"Lot": "lot", "pallet nr": "pallet"})
    (error,) = record.errors.filter(error="invalid_file_error")
    assert error.detail == "It has no column `pallet nr`, which the option `columns` names."
    assert ingested(committed_demo.staff, content, filetype, columns={"Lot": "lot"}).status == "completed"


def test_the_nearest_column_is_named(committed_demo: Demo) -> None:
    for wrong, meant in (("lot", "Lot"), ("#9", "")):
        record = ingested(committed_demo.staff, "id,Lot\nabc12345,7\n", columns={wrong: "charge"})
        hint = f" Is it `{meant}` that was meant?" if meant else ""
        assert record.errors.get().detail == f"It has no column `{wrong}`, which the option `columns` names.{hint}"


def test_the_parameters_have_the_specs_fields_from_the_beginning(demo: Demo) -> None:
    client = client_of(demo.staff)
    key = client.post(f"{RECORDS}codes/upload/get-post-data/", {"filetype": "csv"}, format="json").json()["record_key"]
    fields = {"default_scm_data": {}, "use_serial_number": False, "url_prefix": "", "allow_posted_duplicates": False}
    assert client.get(f"{RECORDS}{key}/").json()["parameters"] == fields
    assert client.get(RECORDS).json()["results"][0]["parameters"] == fields


def test_the_parameters_that_a_record_shows_can_be_sent_back(demo: Demo) -> None:
    client = client_of(demo.staff)
    key = uploaded(client, TWO)
    shown = client.get(f"{RECORDS}{key}/").json()["parameters"]
    answer = client.post(f"{RECORDS}codes/upload/process/", {"record": key} | shown, format="json")
    assert (answer.status_code, answer.json()) == (200, {"record_key": key})
    assert client.get(f"{RECORDS}{key}/").json()["parameters"] == shown


# Codes and their records


def test_a_search_finds_the_record_of_a_code_and_that_of_a_wrong_id(committed_demo: Demo) -> None:
    record = ingested(committed_demo.staff, TWO)
    refused = ingested(committed_demo.staff, "id\nabc12347\nabc12347\n")
    ingested(committed_demo.other_staff, TWO)
    client = client_of(committed_demo.staff)

    def found(text: str) -> list[str]:
        return [each["key"] for each in client.get(RECORDS, {"search": text}).json()["results"]]

    assert found("abc12346") == found("http://127.0.0.1:8000/c/demo/abc12346") == [record.key]
    assert found("abc12347") == [refused.key]
    assert found("abc1234") == []
    assert found(record.key[2:9]) == [record.key]


def test_a_code_names_its_record(committed_demo: Demo) -> None:
    record = ingested(committed_demo.staff, TWO)
    client = client_of(committed_demo.staff)
    assert client.get(f"{CODES}abc12346/").json()["record"] == record.key
    assert [each["record"] for each in client.get(CODES).json()["results"]] == [record.key, record.key]
    secure = a_secure_order(committed_demo, quantity=3)
    first = ingested(committed_demo.staff, "id\nsecure-01\nsecure-02\n", workorder=secure.pk)
    second = ingested(committed_demo.staff, "id\nsecure-03\n", workorder=secure.pk)
    said = [each["record"] for each in client.get(CODES, {"search": "secure"}).json()["results"]]
    assert said == [first.key, first.key, second.key]


# What has not changed


def test_a_download_that_has_not_changed_is_not_sent_again(committed_demo: Demo) -> None:
    record = ingested(committed_demo.staff, TWO)
    client = client_of(committed_demo.staff)
    for part in ("download", "serial-numbers"):
        path = f"{WORKORDERS}{record.workorder_id}/{part}/"
        first: Any = client.get(path)
        assert b"".join(first.streaming_content)
        tag = first["ETag"]
        for named in (tag, f'"other", {tag}', f"W/{tag}", "*"):
            again = client.get(path, HTTP_IF_NONE_MATCH=named)
            assert (again.status_code, again["ETag"], again.content) == (304, tag, b""), named
        other: Any = client.get(path, HTTP_IF_NONE_MATCH='"other"')
        assert (other.status_code, bool(b"".join(other.streaming_content))) == (200, True)


# Who may cancel what


def minted(client: APIClient, reference: str) -> int:
    answer = client.post(f"{WORKORDERS}create-sid/", {"reference": reference, "quantity": 2}, format="json")
    return int(answer.json()["id"])


def test_a_minting_is_cancelled_by_api_and_page_by_those_who_may_cancel(committed_demo: Demo) -> None:
    staff, admin = client_of(committed_demo.staff), client_of(committed_demo.admin)
    pk = minted(staff, "a")
    assert staff.post(f"{WORKORDERS}{pk}/cancel/").status_code == 403
    page = f"/workorders/{pk}/"
    assert as_(committed_demo.staff).post(f"{page}cancel/").status_code == 403
    assert 'id="cancel"' not in as_(committed_demo.staff).get(page).content.decode()
    assert 'id="cancel"' in as_(committed_demo.admin).get(page).content.decode()
    answer = admin.post(f"{WORKORDERS}{pk}/cancel/")
    assert (answer.status_code, answer.json()["state"]) == (200, "cancelled")
    again = admin.post(f"{WORKORDERS}{pk}/cancel/")
    said = "This workorder was not being created any more, so there was nothing to cancel."
    assert (again.status_code, again.json()) == (400, {"detail": said})
    other = minted(staff, "b")
    assert as_(committed_demo.admin).post(f"/workorders/{other}/cancel/").status_code == 302
    assert Workorder.objects.get(pk=other).state == "cancelled"


def test_codes_that_are_there_are_not_cancelled_with_a_minting(committed_demo: Demo) -> None:
    pk = minted(client_of(committed_demo.staff), "a")
    job_runner.run(Job.objects.get(workorder=pk, what=Job.What.MINT).pk)
    assert client_of(committed_demo.admin).post(f"{WORKORDERS}{pk}/cancel/").status_code == 400
    assert Workorder.objects.get(pk=pk).state != "cancelled"


def test_a_superuser_cancels_any_record_and_is_told_why_not_what_needs_a_company(committed_demo: Demo) -> None:
    record = queued(committed_demo.staff, TWO)
    root = client_of(committed_demo.root)
    answer = root.post(f"{RECORDS}{record.key}/cancel/")
    assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")
    assert IngestionRecord.objects.get().status == "cancelled"
    why = " A superuser belongs to no company: call with a token of one of its people."
    calls: list[tuple[Any, str]] = [
        (root.get(CODES), "see codes one by one"),
        (root.get(f"{CODES}abc12345/"), "see codes one by one"),
        (root.post(f"{RECORDS}codes/upload/get-post-data/", {"filetype": "csv"}, format="json"), "upload codes"),
        (root.post("/api/v2/products/", {"sku": "tea"}, format="json"), "create products"),
        (root.post(f"{WORKORDERS}create-sid/", {"reference": "a", "quantity": 1}, format="json"), "order codes"),
    ]
    for refused, what in calls:
        said = {"detail": f"Only people of a brand owner {what}.{why}"}
        assert (refused.status_code, refused.json()) == (403, said)
