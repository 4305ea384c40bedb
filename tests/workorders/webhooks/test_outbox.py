"""Events of workorders are written down by the transaction of what they tell."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import transaction

from tests.support.demo import Demo
from tests.support.secure import a_secure_order, brought_to
from tests.support.uploads import ingested
from tests.support.webhooks import a_webhook, told
from workorders import job_runner
from workorders.models import Job, WebhookDelivery
from workorders.secure import workflow
from workorders.webhooks import endpoints, outbox


def test_a_secure_workorder_is_told_when_printed_rejected_and_completed(demo: Demo) -> None:
    webhook, _secret = a_webhook(demo)
    workorder = brought_to(a_secure_order(demo, "Vintage"), "printed", demo)
    workflow.reject(workorder, demo.staff, "Smeared")
    workflow.mark_printed(workorder, demo.printer, 100, 0)
    workflow.complete(workorder, demo.staff)
    messages = told(webhook)
    assert [message["type"] for message in messages] == [
        "workorder.printed",
        "workorder.rejected",
        "workorder.printed",
        "workorder.completed",
    ]
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+Z", message["timestamp"]) for message in messages)
    printed, rejected = messages[0]["data"], messages[1]["data"]
    assert printed == {
        "id": workorder.pk,
        "reference": "Vintage",
        "type": "SSC",
        "state": "printed",
        "quantity": 100,
        "uploaded_quantity": 0,
        "printed_quantity": 100,
        "wasted_quantity": 5,
        "printing_partner": "printco",
        "created_at": workorder.created_at.isoformat().replace("+00:00", "Z"),
        "url": f"http://127.0.0.1:8000/api/v2/workorders/{workorder.pk}/",
    }
    assert (rejected["state"], rejected["reason"], rejected["printed_quantity"]) == ("ready_to_print", "Smeared", None)


def test_a_plain_workorder_is_told_once_when_its_archive_is_there(committed_demo: Demo) -> None:
    webhook, _secret = a_webhook(committed_demo, "https://hooks.example.com/a", "workorder.completed")
    job = Job.objects.get(workorder=ingested(committed_demo.staff, "id\nabc12345\n").workorder_id)
    job_runner.run(job.pk)
    (message,) = told(webhook)
    assert (message["data"]["id"], message["data"]["state"]) == (job.workorder_id, "completed")


def test_what_is_rolled_back_is_not_told(demo: Demo) -> None:
    webhook, _secret = a_webhook(demo)
    workorder = brought_to(a_secure_order(demo), "ready_to_print", demo)
    with transaction.atomic():
        workflow.mark_printed(workorder, demo.printer, 100, 5)
        assert webhook.deliveries.count() == 1
        transaction.set_rollback(True)
    assert told(webhook) == []


def test_every_endpoint_that_chose_the_event_is_told_the_same_message(
    demo: Demo, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    woken: list[Any] = []
    monkeypatch.setattr(outbox, "wake", lambda *what: woken.append(what))
    first, second = (a_webhook(demo, "https://hooks.example.com/a", "workorder.printed")[0] for _ in range(2))
    other_kind = a_webhook(demo, "https://hooks.example.com/b", "workorder.completed")[0]
    disabled, removed = (a_webhook(demo, "https://hooks.example.com/c")[0] for _ in range(2))
    endpoints.disable(disabled)
    endpoints.remove(removed)
    strangers = a_webhook(demo, company=demo.other)[0]
    workorder = brought_to(a_secure_order(demo), "ready_to_print", demo)
    with django_capture_on_commit_callbacks(execute=True):
        workflow.mark_printed(workorder, demo.printer, 100, 5)
    one, same = first.deliveries.get(), second.deliveries.get()
    assert (one.message_id, one.body) == (same.message_id, same.body)
    assert re.fullmatch(r"msg_[0-9a-f]{24}", one.message_id)
    assert WebhookDelivery.objects.count() == 2
    assert [each.deliveries.count() for each in (other_kind, disabled, removed, strangers)] == [0, 0, 0, 0]
    assert sorted(woken) == [(outbox.TASK, first.pk), (outbox.TASK, second.pk)]
