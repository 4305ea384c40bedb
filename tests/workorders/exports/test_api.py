"""Calls of exports: asked for, followed, fetched in parts, cancelled, and refused by name."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from tests.support.codes import some_codes
from tests.support.demo import Demo
from tests.support.exports import content, exported, started
from tests.support.tokens import client_of
from workorders.exports import builder
from workorders.exports.services import delete_old_files
from workorders.models import Export

URL = "/api/v2/codes/download/"


def at(export: Export) -> str:
    return f"{URL}{export.pk}/"


def asked(demo: Demo, **body: Any) -> Any:
    return client_of(demo.staff, "codes_view").post(URL, body, format="json")


def test_an_export_is_asked_for_followed_and_fetched(committed_demo: Demo) -> None:
    workorder = some_codes(committed_demo.staff, "aaa00001", "aaa00002", scm_data={"lot": "B7"})
    client = client_of(committed_demo.staff, "codes_view")
    body = {"filters": {"workorder": workorder.pk, "scm_lot": "B7"}, "format": "csv", "gzip": True}
    answer = client.post(URL, body, format="json")
    export = Export.objects.get()
    told = {
        "id": export.pk,
        "url": f"http://testserver{at(export)}",
        "progress": {"phase": "waiting", "rows_done": 0, "rows_total": None},
    }
    assert (answer.status_code, answer["Retry-After"], answer["Location"]) == (202, "1", told["url"])
    assert answer.json() == told
    assert export.filters == {"workorder": workorder.pk, "scm_lot": "B7"}
    assert (export.is_gzipped, export.neutralises_formulas, export.created_by) == (True, False, committed_demo.staff)
    again = client.get(at(export))
    assert (again.status_code, again["Retry-After"], again.json()) == (202, "1", told)
    builder.run(export.pk)
    export.refresh_from_db()
    file = client.get(at(export))
    assert (file.status_code, file["Content-Type"]) == (200, "application/gzip")
    assert (
        file["Content-Disposition"] == f'attachment; filename="codes-{export.created_at:%Y-%m-%d}-{export.pk}.csv.gz"'
    )
    assert int(file["Content-Length"]) == len(file.getvalue()) == export.size


def test_a_file_is_fetched_in_parts_of_one_file(committed_demo: Demo) -> None:
    some_codes(committed_demo.staff, "aaa00001")
    export = exported(committed_demo.staff)
    whole, client = content(export), client_of(committed_demo.staff, "codes_view")
    first = client.get(at(export), headers={"Range": "bytes=0-9"})
    assert (first.status_code, first.getvalue()) == (206, whole[:10])
    rest = client.get(at(export), headers={"Range": "bytes=10-", "If-Range": first["ETag"]})
    assert (rest.status_code, rest.getvalue()) == (206, whole[10:])
    assert rest["Content-Range"] == f"bytes 10-{len(whole) - 1}/{len(whole)}"
    assert client.get(at(export), headers={"Range": "bytes=99999-"}).status_code == 416
    assert client.get(at(export), headers={"If-None-Match": first["ETag"]}).status_code == 304


@pytest.mark.parametrize(
    ("form", "kind"),
    [
        ("csv", "text/csv; charset=utf-8"),
        ("jsonl", "application/jsonl"),
        ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ],
)
def test_each_format_has_its_type(committed_demo: Demo, form: str, kind: str) -> None:
    file = client_of(committed_demo.staff, "codes_view").get(at(exported(committed_demo.staff, form)))
    assert (file.status_code, file["Content-Type"]) == (200, kind)
    file.getvalue()


def test_only_those_who_see_the_companys_codes_export_them(demo: Demo) -> None:
    export = started(demo.staff)
    assert APIClient().post(URL, {"format": "csv"}, format="json").status_code == 401
    for client in (client_of(demo.staff, "workorder_view"), client_of(demo.printer), client_of(demo.support)):
        assert client.post(URL, {"format": "csv"}, format="json").status_code == 403
        assert client.get(at(export)).status_code == 403
        assert client.delete(at(export)).status_code == 403
    other = client_of(demo.other_staff, "codes_view")
    assert other.get(at(export)).json() == {"detail": "Not found."}
    assert other.delete(at(export)).status_code == 404
    assert client_of(demo.admin, "codes_view").get(at(export)).status_code == 202
    assert Export.objects.get().status == "queued"


def test_filters_may_stand_beside_the_format_as_in_the_address_of_the_list(demo: Demo) -> None:
    assert asked(demo, format="csv", product="sku1", scm_lot="B7", filters={"activation_status": 1}).status_code == 202
    assert Export.objects.get().filters == {"product": "sku1", "activation_status": 1, "scm_lot": "B7"}


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({}, {"format": ["This field is required."]}),
        (
            {"format": "cvs"},
            {
                "format": [
                    (
                        '"cvs" is not a valid choice. '
                        "It must be one of `csv`, `jsonl`, `xlsx` and `epcis`. The nearest is `csv`."
                    )
                ]
            },
        ),
        ({"format": "csv", "gzipped": True}, {"gzipped": ["There is no such field; the nearest is `gzip`."]}),
        (
            {"format": "csv", "workorder": 1, "filters": {"workorder": 2}},
            {"workorder": ["It stands in `filters`, too; give it once."]},
        ),
        ({"format": "csv", "batch": 1}, {"batch": ["Name the workorder as well: sequences count within one."]}),
        ({"format": "xlsx", "gzip": True}, {"gzip": ["It says nothing of XLSX; leave it out."]}),
        (
            {"format": "jsonl", "neutralise_formulas": True},
            {"neutralise_formulas": ["It says nothing of JSONL; leave it out."]},
        ),
        (
            {"format": "csv", "filters": {"prodct": "sku1", "workorder": "x"}},
            {
                "prodct": ["There is no such filter; the nearest is `product`."],
                "workorder": ["It must be a whole number."],
            },
        ),
        ({"format": "csv", "filters": []}, {"filters": ['It must be an object, like {"scm_lot": "B7"}.']}),
    ],
)
def test_what_is_not_understood_is_refused_by_name(demo: Demo, body: dict[str, Any], wrong: dict[str, Any]) -> None:
    answer = asked(demo, **body)
    assert (answer.status_code, answer.json()) == (400, wrong)
    assert not Export.objects.exists()


def test_a_workbook_that_is_known_to_be_too_large_is_refused_at_once(
    demo: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workorders.exports.limits.MOST_IN_WORKBOOK", 1)
    workorder = some_codes(demo.staff, "aaa00001", "aaa00002")
    answer = asked(demo, format="xlsx", filters={"workorder": workorder.pk})
    assert answer.status_code == 400
    assert answer.json()["format"] == [
        "These are 2 codes, and a workbook takes 1 at most: filter them, or export them as csv or jsonl."
    ]


def test_a_call_that_is_repeated_with_its_key_starts_one_export(demo: Demo) -> None:
    client = client_of(demo.staff, "codes_view")
    answers = [client.post(URL, {"format": "csv"}, format="json", headers={"Idempotency-Key": "k"}) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    place = {"Location": answers[0].json()["url"], "Retry-After": "1"}
    assert [{name: answer[name] for name in place} for answer in answers] == [place] * 2
    assert Export.objects.count() == 1


def test_an_address_of_no_export_is_none_of_a_code(demo: Demo) -> None:
    client = client_of(demo.staff, "codes_view", "scm_code_edit")
    for method in (client.get, client.delete, client.patch):
        answer = method(f"{URL}abc12345/")
        assert (answer.status_code, answer["Content-Type"]) == (404, "application/json")


def test_an_export_is_cancelled_once(demo: Demo) -> None:
    export, client = started(demo.staff), client_of(demo.staff, "codes_view")
    assert client.delete(at(export)).status_code == 204
    again = client.delete(at(export))
    said = "This export is not being made any more, so there is nothing to cancel."
    assert (again.status_code, again.json()) == (404, {"detail": said})
    gone = client.get(at(export))
    assert (gone.status_code, gone.json()) == (410, {"detail": "This export was cancelled."})
    builder.run(export.pk)
    assert Export.objects.get().status == "cancelled"


def test_what_could_not_be_made_and_what_was_deleted_is_said(committed_demo: Demo) -> None:
    export, client = exported(committed_demo.staff), client_of(committed_demo.staff, "codes_view")
    Export.objects.update(status_updated_at=timezone.now() - timedelta(days=8))
    delete_old_files()
    gone = client.get(at(export))
    assert gone.status_code == 410
    assert gone.json() == {"detail": "The file of an export is deleted 7 days after it was made. Ask for a new one."}
    for refusal, said in (("Too many.", "Too many."), ("", "Codeport could not make this export.")):
        Export.objects.update(status="error", refusal=refusal)
        failed = client.get(at(export))
        assert failed.status_code == 409
        assert failed.json()["detail"].startswith(said)


def test_a_code_of_that_very_id_keeps_its_address(demo: Demo) -> None:
    client = client_of(demo.staff, "workorder_view")
    assert client.get(URL).status_code == 404
    some_codes(demo.staff, "download")
    assert client.get(URL).json()["id"] == "download"
