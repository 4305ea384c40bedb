"""The outbox: an event is written down for each endpoint by the transaction of what it tells.

So nothing is lost, and nothing is told that was rolled back. A worker sends it (`workorders.webhooks.sending`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from functools import partial
from secrets import token_hex
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from portal.background.broker import wake
from portal.values.words import gettext_lazy
from workorders.models import Webhook, WebhookDelivery, Workorder

EVENTS: Final[dict[str, str]] = {
    "record.completed": gettext_lazy("An upload of codes is completed"),
    "record.refused": gettext_lazy("An upload or a change is refused"),
    "record.cancelled": gettext_lazy("An upload or a change is cancelled"),
    "record.withdrawn": gettext_lazy("An upload is withdrawn"),
    "workorder.completed": gettext_lazy("A workorder is completed"),
    "workorder.printed": gettext_lazy("A workorder is printed"),
    "workorder.rejected": gettext_lazy("What was printed of a workorder is rejected"),
    "change.completed": gettext_lazy("A change of codes is completed"),
}
"""The types of events that an endpoint can choose."""
TEST: Final = "webhook.test"
"""The type of the event that is sent when somebody asks for one."""
TASK: Final = "workorders.tasks.deliver_webhooks"


def publish(company_id: int, kind: str, tell: Callable[[], dict[str, Any]]) -> None:
    """Tell the endpoints that chose events of this kind what `tell` says, once the current transaction is committed."""
    enabled = Webhook.objects.filter(company=company_id, stopped="", is_deleted=False, events__contains=[kind])
    if chosen := list(enabled.values_list("pk", flat=True)):
        write(chosen, kind, tell())


def write(webhook_ids: Iterable[int], kind: str, data: dict[str, Any]) -> list[WebhookDelivery]:
    """Write one event down for each of the endpoints, in the caller's transaction."""
    body = json.dumps({"type": kind, "timestamp": moment(timezone.now()), "data": data}, ensure_ascii=False)
    message_id = f"msg_{token_hex(12)}"
    deliveries = WebhookDelivery.objects.bulk_create(
        WebhookDelivery(webhook_id=pk, message_id=message_id, type=kind, body=body) for pk in webhook_ids
    )
    for delivery in deliveries:
        transaction.on_commit(partial(wake, TASK, delivery.webhook_id), robust=True)
    return deliveries


def moment(at: Any) -> str:
    """Write a moment as the API does."""
    return str(at.isoformat().replace("+00:00", "Z"))


def publish_workorder(workorder: Workorder, kind: str, **more: object) -> None:
    """Tell an event of a workorder, in the state that the database has by now."""
    publish(workorder.company_id, kind, lambda: _told(workorder.pk) | more)


def _told(workorder_id: int) -> dict[str, Any]:
    workorder = Workorder.objects.select_related("printing_partner").get(pk=workorder_id)
    partner = workorder.printing_partner
    return {
        "id": workorder.pk,
        "reference": workorder.reference,
        "type": workorder.type,
        "state": workorder.state,
        "quantity": workorder.quantity,
        "uploaded_quantity": workorder.uploaded_quantity,
        "printed_quantity": workorder.printed_quantity,
        "wasted_quantity": workorder.wasted_quantity,
        "printing_partner": partner and partner.slug,
        "created_at": moment(workorder.created_at),
        "url": f"{settings.PUBLIC_URL}/api/v2/workorders/{workorder.pk}/",
    }
