"""What endpoints are told of uploads and changes."""

from __future__ import annotations

from typing import Any

from ingestion import engine, expiry, services
from ingestion.changes import start_selected
from ingestion.models import IngestionRecord
from ingestion.stages.ending import give_up
from tests.support.demo import Demo
from tests.support.tokens import client_of
from tests.support.uploads import ingested, queued
from tests.support.webhooks import a_webhook, told
from tests.support.withdrawals import an_upload, withdraw_whole
from workorders.changes.values import NewValues
from workorders.codes.filters import CodeFilter
from workorders.models import Webhook

ENDS = ("record.completed", "record.refused", "record.cancelled", "record.withdrawn", "change.completed")


def an_endpoint(demo: Demo) -> Webhook:
    return a_webhook(demo, "https://hooks.example.com/a", *ENDS)[0]


def kinds(webhook: Webhook) -> list[tuple[str, Any]]:
    return [(message["type"], message["data"]["status"]) for message in told(webhook)]


def test_a_completed_upload_is_told_with_what_came_of_it(committed_demo: Demo) -> None:
    webhook = an_endpoint(committed_demo)
    record = ingested(committed_demo.staff, "id\nabc12345\nabc12346\n")
    (message,) = told(webhook)
    assert message["type"] == "record.completed"
    assert message["data"] == {
        "key": record.key,
        "type": "code",
        "status": "completed",
        "file_name": "codes.csv",
        "ingestion_mode": "api",
        "created_at": record.created_at.isoformat().replace("+00:00", "Z"),
        "workorder": record.workorder_id,
        "result_data": {"codes_created": 2, "duplicates_ignored": 0},
        "url": f"http://127.0.0.1:8000/api/v2/ingestion/{record.key}/",
    }


def test_a_refused_upload_is_told_with_its_counts_alone(committed_demo: Demo) -> None:
    webhook = an_endpoint(committed_demo)
    ingested(committed_demo.staff, "id\nshort\nabc12345\nabc12345\n")
    (message,) = told(webhook)
    assert (message["type"], message["data"]["workorder"]) == ("record.refused", None)
    assert message["data"]["result_data"] == {"error_counts": {"invalid_id_error": 1, "duplicate_id_error": 1}}


def test_what_codeport_failed_at_is_told_as_refused(committed_demo: Demo) -> None:
    webhook = an_endpoint(committed_demo)
    record = queued(committed_demo.staff, "id\nabc12345\n")
    claimed = IngestionRecord.claim(record.pk, IngestionRecord.Phase.CHECKING)
    assert claimed is not None
    give_up(claimed)
    assert told(webhook)[0]["data"]["result_data"] == {"error_counts": {"internal_error": 1}}


def test_a_cancelled_upload_is_told_once(committed_demo: Demo) -> None:
    webhook = an_endpoint(committed_demo)
    record = queued(committed_demo.staff, "id\nabc12345\n")
    assert services.cancel(record, committed_demo.staff)
    assert not services.cancel(record, committed_demo.staff)
    assert kinds(webhook) == [("record.cancelled", "cancelled")]


def test_an_upload_that_nobody_processed_is_told_as_cancelled(committed_demo: Demo) -> None:
    webhook = an_endpoint(committed_demo)
    record = services.start_upload(committed_demo.staff, committed_demo.company, filetype="csv", mode="api")
    IngestionRecord.objects.filter(pk=record.pk).update(created_at="2020-01-01T00:00Z")
    assert expiry.expire() == 1
    assert told(webhook)[0]["data"]["result_data"] == {"reason": "upload_expired"}


def test_a_withdrawn_upload_is_told(committed_demo: Demo) -> None:
    webhook = an_endpoint(committed_demo)
    withdraw_whole(client_of(committed_demo.admin), an_upload(committed_demo.staff, "abc12345"))
    completed, withdrawn = told(webhook)
    assert (completed["type"], withdrawn["type"]) == ("record.completed", "record.withdrawn")
    result = withdrawn["data"]["result_data"]["withdrawn"]
    assert (result["reason"], result["codes_deleted"]) == ("The wrong file.", 1)
    assert withdrawn["data"]["workorder"] is None


def test_a_change_of_selected_codes_is_told(committed_demo: Demo) -> None:
    ingested(committed_demo.staff, "id\nabc12345\nabc12346\n")
    webhook = an_endpoint(committed_demo)
    change = start_selected(
        committed_demo.staff, committed_demo.company, CodeFilter(), NewValues(status=1), IngestionRecord.Mode.PORTAL
    )
    engine.run(change.pk)
    assert kinds(webhook) == [("change.completed", "completed")]
    assert told(webhook)[0]["data"]["result_data"] == {"codes_affected": 2, "codes_unchanged": 0, "codes_kept": 0}
    answer = client_of(committed_demo.staff).post(
        "/api/v2/scm/upload/", {"items": [{"extended_id": "abc12345", "activation_status": 0}]}, format="json"
    )
    assert answer.status_code == 200, answer.json()
    assert kinds(webhook) == [("change.completed", "completed")] * 2
