"""Webhooks of the demo company, and time that passes for them."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from django.db.models import F
from django.db.models.functions import Now

from portal.models import Company, User
from tests.support.demo import Demo
from workorders.models import Webhook, WebhookDelivery
from workorders.webhooks import endpoints
from workorders.webhooks.outbox import EVENTS, write

MOMENTS = {
    Webhook: ("due_at", "failing_since", "lease_until", "woken_at", "old_secret_until", "stopped_at"),
    WebhookDelivery: ("created_at", "queued_at", "due_at", "attempted_at"),
}


def a_webhook(
    demo: Demo, url: str = "https://hooks.example.com/a", *events: str, company: Company | None = None
) -> tuple[Webhook, str]:
    """An endpoint of the demo company that is told these events, or all, and its secret."""
    by: User = demo.admin
    values = {"url": url, "description": "", "events": [*(events or EVENTS)]}
    return endpoints.add(company or demo.company, values, by)


def some_webhooks(demo: Demo) -> tuple[Webhook, Webhook]:
    """An endpoint to which several things were sent, and one that is disabled."""
    webhook, _secret = a_webhook(demo, "https://hooks.example.com/codeport", "record.completed", "record.refused")
    endpoints.change(webhook, {"description": "Line 2"})
    endpoints.renew_secret(webhook)
    kinds = WebhookDelivery.Status
    for kind, status, answer, problem in (
        ("webhook.test", kinds.DELIVERED, 204, ""),
        ("record.refused", kinds.FAILED, 500, ""),
        ("record.completed", kinds.WAITING, None, "hooks.example.com did not answer within 10 seconds."),
        ("record.completed", kinds.DELIVERED, 200, ""),
    ):
        (delivery,) = write([webhook.pk], kind, {"key": "k3v9xq0a1b2c"})
        WebhookDelivery.objects.filter(pk=delivery.pk).update(
            status=status,
            attempts=11 if status == kinds.FAILED else 1,
            answer_status=answer,
            answer="<html><head><title>500 Internal Server Error</title></head>" if answer == 500 else "",
            problem=problem,
            due_at=Now() + timedelta(hours=2),
        )
    disabled, _secret = a_webhook(demo, "https://old.example.com/hooks/a-long-path/of-an-endpoint")
    Webhook.objects.filter(pk=disabled.pk).update(stopped=Webhook.Stopped.FAILING, stopped_at=Now())
    return webhook, disabled


def told(webhook: Webhook) -> list[dict[str, Any]]:
    """What was written down for the endpoint, the earliest first."""
    return [json.loads(body) for body in webhook.deliveries.order_by("id").values_list("body", flat=True)]


def time_passes(**by: float) -> None:
    """Make everything of webhooks older."""
    for model, names in MOMENTS.items():
        model._default_manager.update(**{name: F(name) - timedelta(**by) for name in names})
