"""How long deliveries are kept: WEBHOOK_DAYS. What cannot be delivered is given up, and an endless queue is stopped.

All of it goes in steps that each last well below a second.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.conf import settings
from django.db.models.functions import Now

from workorders.models import Webhook, WebhookDelivery
from workorders.webhooks.sending import Stopped, enabled, stop
from workorders.webhooks.signing import forget_old

GIVEN_UP: Final = timedelta(days=4)  # after which a delivery fails that could not be tried as often as it should
MOST_WAITING: Final = 100_000  # deliveries of one endpoint, which is disabled beyond
STEP: Final = 10_000  # rows in one statement
STEPS: Final = 50  # in one sweep

Status = WebhookDelivery.Status


def sweep() -> None:
    """Give up, stop and delete what it is time for, a bounded part of it."""
    forget_old()
    for webhook in enabled().filter(failures__gt=0):
        if webhook.deliveries.filter(status=Status.WAITING)[: MOST_WAITING + 1].count() > MOST_WAITING:
            stop(webhook, Stopped.FULL)
    for _step in range(STEPS):
        if _give_up() + _delete_old() + _delete_removed() == 0:
            break


def _give_up() -> int:
    late = WebhookDelivery.objects.filter(status=Status.WAITING, queued_at__lt=Now() - GIVEN_UP)
    return WebhookDelivery.objects.filter(pk__in=late.order_by("queued_at").values("pk")[:STEP]).update(
        status=Status.FAILED
    )


def _delete_old() -> int:
    """Delete the oldest deliveries. Those that wait are younger, unless they were asked for again, and stay."""
    oldest = WebhookDelivery.objects.order_by("id")[:STEP].values("pk")
    old = WebhookDelivery.objects.filter(pk__in=oldest, created_at__lt=Now() - timedelta(days=settings.WEBHOOK_DAYS))
    return old.exclude(status=Status.WAITING).delete()[0]


def _delete_removed() -> int:
    """Delete endpoints that were removed, their deliveries first."""
    removed = Webhook.objects.filter(is_deleted=True)
    theirs = WebhookDelivery.objects.filter(webhook__in=removed.values("pk"))
    deleted: int = WebhookDelivery.objects.filter(pk__in=theirs.values("pk")[:STEP]).delete()[0]
    if not deleted:
        removed.delete()
    return deleted
