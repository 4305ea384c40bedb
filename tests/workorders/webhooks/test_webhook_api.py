"""Webhooks by the API: endpoints, their secrets, what was sent, and sending it again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from portal.models import Event, KeptAnswer
from tests.support.demo import Demo
from tests.support.tokens import client_of
from tests.support.webhooks import a_webhook
from workorders.models import Webhook, WebhookDelivery
from workorders.webhooks import endpoints
from workorders.webhooks.outbox import write

AT = "/api/v2/company/webhooks/"
URL = "https://hooks.example.com/codeport"


def failed(webhook: Webhook, hours: float = 0) -> WebhookDelivery:
    (delivery,) = write([webhook.pk], "record.completed", {})
    ago = timezone.now() - timedelta(hours=hours)
    WebhookDelivery.objects.filter(pk=delivery.pk).update(
        status="failed", attempts=11, created_at=ago, queued_at=ago, answer_status=500, answer="broken"
    )
    delivery.refresh_from_db()
    return delivery


def test_an_endpoint_is_added_with_a_secret_that_is_told_once(demo: Demo) -> None:
    client = client_of(demo.admin, "company_settings")
    body = {"url": URL, "description": "Warehouse", "events": ["record.completed", "record.completed"]}
    answer = client.post(AT, body, format="json", headers={"Idempotency-Key": "a"})
    told = answer.json()
    assert (answer.status_code, told["secret"][:6]) == (201, "whsec_")
    expected = {
        "id": told["id"],
        "url": URL,
        "description": "Warehouse",
        "events": ["record.completed"],
        "is_enabled": True,
        "disabled_because": "",
        "failing_since": None,
        "old_secret_until": None,
        "created_at": told["created_at"],
        "created_by": demo.admin.pk,
    }
    assert told == expected | {"secret": told["secret"]}
    repeated = client.post(AT, body, format="json", headers={"Idempotency-Key": "a"})
    assert repeated.json() == expected | {"secret": None}
    assert client.get(f"{AT}{told['id']}/").json() == expected
    assert client.get(AT).json()["results"] == [expected]
    assert not any(told["secret"][6:] in kept.body for kept in KeptAnswer.objects.all())
    changes = Event.objects.filter(what="company_changed").values_list("detail__changed", flat=True)
    assert [*changes] == [["webhook_added"]]


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({"events": ["record.completed"]}, {"url": ["This field is required."]}),
        ({"url": URL}, {"events": ["This field is required."]}),
        ({"url": URL, "events": []}, {"events": ["This list may not be empty."]}),
        (
            {"url": "http://hooks.example.com/", "events": ["record.completed"]},
            {"url": ["It must begin with https://."]},
        ),
        (
            {"url": URL, "events": ["record.completed"], "secret": "whsec_x"},
            {"secret": ["There is no such field; the nearest is `old_secret_until`."]},
        ),
    ],
)
def test_what_is_wrong_is_named(demo: Demo, body: Any, wrong: Any) -> None:
    answer = client_of(demo.admin).post(AT, body, format="json")
    assert answer.status_code == 400
    assert answer.json() == wrong


def test_an_endpoint_is_changed_disabled_enabled_and_deleted(demo: Demo) -> None:
    client, (webhook, _secret) = client_of(demo.admin), a_webhook(demo, URL)
    at = f"{AT}{webhook.pk}/"
    said = client.patch(at, {"description": "New", "events": ["workorder.printed"]}, format="json").json()
    assert (said["description"], said["events"], said["url"]) == ("New", ["workorder.printed"], URL)
    said = client.patch(at, {"is_enabled": False}, format="json").json()
    assert (said["is_enabled"], said["disabled_because"]) == (False, "by_hand")
    Webhook.objects.update(stopped="failing", failures=7, failing_since=timezone.now())
    said = client.patch(at, {"is_enabled": True}, format="json").json()
    assert (said["is_enabled"], said["disabled_because"], said["failing_since"]) == (True, "", None)
    assert client.patch(at, {"created_by": 0}, format="json").json() == {"created_by": ["It cannot be changed."]}
    assert client.patch(at, {"url": "https://10.0.0.1/"}, format="json").status_code == 400
    assert client.delete(at).status_code == 204
    assert (client.get(at).status_code, client.get(AT).json()["count"]) == (404, 0)


def test_a_secret_is_renewed_and_the_old_one_stays_for_a_day(demo: Demo) -> None:
    client, (webhook, old) = client_of(demo.admin), a_webhook(demo)
    at = f"{AT}{webhook.pk}/renew-secret/"
    said = client.post(at, format="json", headers={"Idempotency-Key": "b"}).json()
    assert said["secret"] not in (None, old)
    webhook.refresh_from_db()
    assert webhook.old_secret_until is not None
    left = webhook.old_secret_until - timezone.now()
    assert timedelta(hours=23, minutes=59) < left < timedelta(hours=24, minutes=1)
    again = client.post(at, format="json", headers={"Idempotency-Key": "b"}).json()
    assert (again["secret"], again["old_secret_until"]) == (None, said["old_secret_until"])


def test_a_test_event_goes_to_the_endpoint_whatever_it_chose(demo: Demo) -> None:
    client, (webhook, _secret) = client_of(demo.admin), a_webhook(demo, URL, "workorder.printed")
    answer = client.post(f"{AT}{webhook.pk}/test/", format="json")
    assert (answer.status_code, answer.json()["type"], answer.json()["status"]) == (201, "webhook.test", "waiting")
    assert webhook.deliveries.get().message_id == answer.json()["message_id"]
    endpoints.disable(webhook)
    refused = client.post(f"{AT}{webhook.pk}/test/", format="json")
    assert (refused.status_code, refused.json()) == (400, {"detail": "It is disabled; enable it first."})


@pytest.mark.usefixtures("own_cache")
def test_test_events_are_limited(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoints, "MOST_TESTS", 2)
    client, (webhook, _secret) = client_of(demo.admin), a_webhook(demo)
    statuses = [client.post(f"{AT}{webhook.pk}/test/", format="json").status_code for _ in range(3)]
    assert statuses == [201, 201, 400]


def test_a_company_has_so_many_endpoints_at_most(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoints, "MOST_ENDPOINTS", 1)
    a_webhook(demo)
    answer = client_of(demo.admin).post(AT, {"url": URL, "events": ["record.refused"]}, format="json")
    assert (answer.status_code, answer.json()) == (400, {"detail": "A company has 1 webhooks at most."})


def test_deliveries_are_listed_and_filtered(demo: Demo) -> None:
    client, (webhook, _secret) = client_of(demo.admin), a_webhook(demo)
    old = failed(webhook, hours=30)
    (young,) = write([webhook.pk], "workorder.printed", {})
    at = f"{AT}{webhook.pk}/deliveries/"
    rows = client.get(at).json()["results"]
    assert [row["id"] for row in rows] == [young.pk, old.pk]
    assert rows[1] == {
        "id": old.pk,
        "message_id": old.message_id,
        "type": "record.completed",
        "status": "failed",
        "attempts": 11,
        "created_at": rows[1]["created_at"],
        "attempted_at": None,
        "next_attempt_at": None,
        "answer_status": 500,
        "answer": "broken",
        "problem": "",
        "body": old.body,
    }
    assert rows[0]["next_attempt_at"] is not None
    Webhook.objects.update(stopped="gone")
    assert [row["next_attempt_at"] for row in client.get(at).json()["results"]] == [None, None]
    yesterday = (timezone.now() - timedelta(hours=24)).isoformat()
    for query, found in (
        ({"status": "failed"}, [old]),
        ({"type": "workorder.printed"}, [young]),
        ({"message_id": old.message_id}, [old]),
        ({"created_at_after": yesterday}, [young]),
        ({"created_at_before": yesterday}, [old]),
        ({"limit": "1"}, [young]),
    ):
        assert [row["id"] for row in client.get(at, query).json()["results"]] == [row.pk for row in found], query
    assert client.get(at, {"status": "lost"}).status_code == 400


def test_one_delivery_or_all_that_failed_since_are_sent_again(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    client, (webhook, _secret) = client_of(demo.admin), a_webhook(demo)
    oldest, old, young = (failed(webhook, hours) for hours in (50, 30, 2))
    at = f"{AT}{webhook.pk}/deliveries/"
    said = client.post(f"{at}{old.pk}/replay/", format="json").json()
    assert (said["status"], said["attempts"], said["message_id"]) == ("waiting", 0, old.message_id)
    monkeypatch.setattr(endpoints, "MOST_REPLAYED", 1)
    since = (timezone.now() - timedelta(hours=60)).isoformat()
    calls = [client.post(f"{at}replay-failed/", {"since": since}, format="json").json() for _ in range(3)]
    assert calls == [
        {"replayed": 1, "has_more": True},
        {"replayed": 1, "has_more": False},
        {"replayed": 0, "has_more": False},
    ]
    assert not webhook.deliveries.exclude(status="waiting").exists()
    failed(webhook, 10)
    since = (timezone.now() - timedelta(hours=9)).isoformat()
    assert client.post(f"{at}replay-failed/", {"since": since}, format="json").json()["replayed"] == 0
    assert client.post(f"{at}replay-failed/", {"since": "soon"}, format="json").json() == {
        "since": ["It must look like 2026-11-23 or 2026-11-23T17:00:00Z."]
    }
    endpoints.disable(webhook)
    assert client.post(f"{at}replay-failed/", {"since": since}, format="json").status_code == 400
    assert client.post(f"{at}{young.pk}/replay/", format="json").status_code == 400
    assert oldest.pk


def test_a_company_knows_nothing_of_anothers(demo: Demo) -> None:
    """An admin of another brand owner, with the same permissions."""
    webhook, _secret = a_webhook(demo)
    delivery = failed(webhook)
    theirs, _secret = a_webhook(demo, company=demo.other)
    other = client_of(demo.other_staff, "company_settings")
    demo.other_staff.groups.set(demo.admin.groups.all())
    assert [row["id"] for row in other.get(AT).json()["results"]] == [theirs.pk]
    for path in ("", "deliveries/"):
        assert other.get(f"{AT}{webhook.pk}/{path}").status_code == 404
    for path in ("renew-secret/", "test/", f"deliveries/{delivery.pk}/replay/"):
        assert other.post(f"{AT}{webhook.pk}/{path}", format="json").status_code == 404
    since = {"since": "2026-01-01"}
    assert other.post(f"{AT}{webhook.pk}/deliveries/replay-failed/", since, format="json").status_code == 404
    assert other.post(f"{AT}{theirs.pk}/deliveries/{delivery.pk}/replay/", format="json").status_code == 404
    assert other.delete(f"{AT}{webhook.pk}/").status_code == 404


def test_only_a_brand_owner_has_webhooks(demo: Demo) -> None:
    demo.printer.groups.set(demo.admin.groups.all())
    answer = client_of(demo.printer).get(AT)
    assert (answer.status_code, answer.json()) == (403, {"detail": "Only people of a brand owner have webhooks."})
