"""Deliveries are kept for WEBHOOK_DAYS; what cannot be delivered is given up, and an endless queue is stopped."""

from __future__ import annotations

from typing import Any

import pytest

from portal.models import Letter
from tests.support.demo import Demo
from tests.support.webhooks import a_webhook, time_passes
from workorders.models import Webhook, WebhookDelivery
from workorders.webhooks import endpoints, retention
from workorders.webhooks.outbox import write


def test_what_waits_is_given_up_after_four_days(demo: Demo) -> None:
    webhook, _secret = a_webhook(demo)
    (old,) = write([webhook.pk], "record.completed", {})
    time_passes(days=3, hours=23)
    retention.sweep()
    old.refresh_from_db()
    assert old.status == "waiting"
    time_passes(hours=2)
    (young,) = write([webhook.pk], "record.completed", {})
    retention.sweep()
    for delivery, status in ((old, "failed"), (young, "waiting")):
        delivery.refresh_from_db()
        assert delivery.status == status


def test_deliveries_are_deleted_when_they_are_old_enough(demo: Demo, settings: Any) -> None:
    settings.WEBHOOK_DAYS = 10
    webhook, _secret = a_webhook(demo)
    for status in ("delivered", "failed"):
        (old,) = write([webhook.pk], "record.completed", {})
        WebhookDelivery.objects.filter(pk=old.pk).update(status=status)
    (again,) = write([webhook.pk], "record.completed", {})
    time_passes(days=9)
    WebhookDelivery.objects.filter(pk=again.pk).update(queued_at=again.queued_at)
    (young,) = write([webhook.pk], "record.completed", {})
    retention.sweep()
    assert webhook.deliveries.count() == 4
    time_passes(days=2)
    retention.sweep()
    assert sorted(webhook.deliveries.values_list("pk", flat=True)) == [again.pk, young.pk]


def test_it_goes_step_by_step(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "STEP", 2)
    monkeypatch.setattr(retention, "STEPS", 2)
    webhook, _secret = a_webhook(demo)
    for _number in range(5):
        write([webhook.pk], "record.completed", {})
    time_passes(days=5)
    retention.sweep()
    assert webhook.deliveries.filter(status="failed").count() == 4
    retention.sweep()
    assert webhook.deliveries.filter(status="failed").count() == 5


def test_an_endpoint_that_was_removed_goes_with_what_was_sent_there(demo: Demo) -> None:
    webhook, _secret = a_webhook(demo)
    kept, _secret = a_webhook(demo)
    write([webhook.pk, kept.pk], "record.completed", {})
    endpoints.remove(webhook)
    retention.sweep()
    assert [*Webhook.objects.all()] == [kept]
    assert [each.webhook_id for each in WebhookDelivery.objects.all()] == [kept.pk]


def test_a_failing_endpoint_for_which_too_much_waits_is_disabled(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "MOST_WAITING", 3)
    webhook, _secret = a_webhook(demo)
    busy, _secret = a_webhook(demo)
    Webhook.objects.filter(pk=webhook.pk).update(failures=1)
    for _number in range(3):
        write([webhook.pk, busy.pk], "record.completed", {})
    retention.sweep()
    write([webhook.pk, busy.pk], "record.completed", {})
    busy.refresh_from_db()
    webhook.refresh_from_db()
    assert (webhook.stopped, busy.stopped, webhook.deliveries.count()) == ("", "", 4)
    retention.sweep()
    webhook.refresh_from_db()
    busy.refresh_from_db()
    assert (webhook.stopped, busy.stopped) == ("full", "")
    assert Letter.objects.filter(kind="webhook_stopped", detail__webhook=webhook.pk).count() == 1


def test_an_old_secret_is_forgotten(demo: Demo) -> None:
    webhook, _secret = a_webhook(demo)
    endpoints.renew_secret(webhook)
    retention.sweep()
    webhook.refresh_from_db()
    assert bytes(webhook.old_secret) != b""
    time_passes(hours=24, minutes=1)
    retention.sweep()
    webhook.refresh_from_db()
    assert (bytes(webhook.old_secret), webhook.old_secret_until) == (b"", None)
