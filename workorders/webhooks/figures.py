"""The figures of webhooks for a monitoring system, whose cost goes by what waits and what was given up lately."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django.db.models import Count, F, Max
from django.db.models.functions import Now
from prometheus_client import Metric
from prometheus_client.metrics_core import GaugeMetricFamily

from portal.background import figures
from workorders.models import Webhook, WebhookDelivery
from workorders.webhooks.sending import enabled

MOST_COUNTED: Final = 10_000  # deliveries that failed, which are kept for days


def _figures() -> Iterator[Metric]:
    to_be_sent = WebhookDelivery.objects.filter(
        webhook__in=list(enabled().values_list("pk", flat=True)), status=WebhookDelivery.Status.WAITING
    )
    waiting = to_be_sent.aggregate(count=Count("pk"), oldest=Max(Now() - F("queued_at")))
    existing = list(Webhook.objects.filter(is_deleted=False).values_list("pk", flat=True))
    failed = WebhookDelivery.objects.filter(webhook__in=existing, status=WebhookDelivery.Status.FAILED).order_by()
    oldest = max(0.0, waiting["oldest"].total_seconds()) if waiting["oldest"] else 0.0
    for name, words, value in (
        ("waiting", "Deliveries of webhooks that are not taken yet, of enabled endpoints.", waiting["count"]),
        ("oldest_seconds", "Age of the oldest of them.", oldest),
        ("failed", f"Deliveries given up that are kept, counted to {MOST_COUNTED}.", failed[:MOST_COUNTED].count()),
    ):
        yield GaugeMetricFamily(f"codeport_webhook_deliveries_{name}", words, value=value)


figures.FURTHER.append(_figures)
