"""Sending what is due, endpoint by endpoint: a worker's turn at one is short, and ends at the first failure.

So an endpoint that is dead, slow or flooded takes no more of the workers than any other. What was sent is noted
afterwards: a worker that dies between the two has it sent again, with the same `webhook-id`.
"""

from __future__ import annotations

import logging
import time
from contextlib import suppress
from datetime import UTC, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce, Now
from django.utils import timezone

from portal.background.broker import wake
from portal.database.encryption import SecretLost
from portal.outgoing import Answer, Unreachable, ask
from workorders.models import Webhook, WebhookDelivery
from workorders.webhooks.emails import write_stopped_emails
from workorders.webhooks.outbox import TASK
from workorders.webhooks.signing import signatures

SECONDS: Final = 10.0  # for which an answer is waited for, all in all
MOST_BYTES: Final = 1024  # of an answer that are read
TURN: Final = 5.0  # seconds after which no further delivery is begun
LEASE: Final = timedelta(seconds=60)  # longer than a turn and the last answer in it
REMINDER: Final = timedelta(seconds=30)  # after which a worker is woken again that did not come
PAUSES: Final = tuple(
    timedelta(seconds=seconds)
    for seconds in (5, 60, 300, 1800, 2 * 3600, 4 * 3600, 8 * 3600, 12 * 3600, 20 * 3600, 26 * 3600)
)
"""Before each further attempt at a delivery: eleven attempts within three days."""
LONGEST_REST: Final = 900  # seconds for which an endpoint is left alone, after 2, 4, 8 ... for each failure in a row
LONGEST_ASKED: Final = 3600  # seconds for which an endpoint that asks so by Retry-After is left alone at most
ASKING: Final = (429, 503)  # the statuses with which it may
LONG_FAILURE: Final = timedelta(days=3)  # after which an endpoint is disabled
GONE: Final = 410  # the status by which an endpoint says that it wants no more

Status, Stopped = WebhookDelivery.Status, Webhook.Stopped

logger = logging.getLogger(__name__)


def enabled() -> QuerySet[Webhook]:
    """Return the endpoints to which something may be sent."""
    return Webhook.objects.filter(stopped="", is_deleted=False)


def due(webhook: Webhook) -> QuerySet[WebhookDelivery]:
    """Return the deliveries of an endpoint whose time has come, the one that waits longest first."""
    waiting: QuerySet[WebhookDelivery] = webhook.deliveries.filter(status=Status.WAITING, due_at__lte=Now())
    return waiting.order_by("due_at", "id")


def deliver(webhook_id: int) -> None:
    """Take a turn at the endpoint: send what is due for a few seconds, and wake a worker again for the rest."""
    is_free = Q(lease_until=None) | Q(lease_until__lt=Now())
    claimed = enabled().filter(is_free, pk=webhook_id, due_at__lte=Now())
    if not claimed.update(lease_until=Now() + LEASE, woken_at=None):
        return
    until = time.monotonic() + TURN
    while time.monotonic() < until and (found := _next(webhook_id)):
        if not _attempt(*found):
            break
    Webhook.objects.filter(pk=webhook_id).update(lease_until=None)
    if _next(webhook_id):
        wake(TASK, webhook_id)


def wake_due() -> None:
    """Wake a worker for every endpoint for which something is due, unless one was woken a moment ago."""
    waiting = WebhookDelivery.objects.filter(webhook=OuterRef("pk"), status=Status.WAITING, due_at__lte=Now())
    is_free = Q(lease_until=None) | Q(lease_until__lt=Now())
    was_not_woken = Q(woken_at=None) | Q(woken_at__lt=Now() - REMINDER)
    ready = enabled().filter(is_free, was_not_woken, Exists(waiting), due_at__lte=Now())
    for pk in list(ready.order_by(F("woken_at").asc(nulls_first=True), "pk").values_list("pk", flat=True)):
        Webhook.objects.filter(pk=pk).update(woken_at=Now())
        wake(TASK, pk)


def _next(webhook_id: int) -> tuple[Webhook, WebhookDelivery] | None:
    """Return the endpoint as it is now and what is due next, or None where that is nothing."""
    webhook = enabled().filter(pk=webhook_id, due_at__lte=Now()).first()
    delivery = due(webhook).first() if webhook else None
    return (webhook, delivery) if webhook and delivery else None


def _attempt(webhook: Webhook, delivery: WebhookDelivery) -> bool:
    """Send a delivery and note what came of it. Return whether the endpoint took it."""
    problem, answer = "", None
    try:
        answer = _post(webhook, delivery)
    except (Unreachable, SecretLost) as reason:
        problem = str(reason)
    is_taken = answer is not None and 200 <= answer.status < 300
    asked = asked_pause(answer) if answer else timedelta()
    with transaction.atomic():
        _note(delivery, answer, problem, is_taken=is_taken, asked=asked)
        if not is_taken:
            _note_failure(webhook, is_gone=answer is not None and answer.status == GONE, asked=asked)
        elif webhook.failures:
            Webhook.objects.filter(pk=webhook.pk).update(failures=0, failing_since=None)
    return is_taken


def _post(webhook: Webhook, delivery: WebhookDelivery) -> Answer:
    at = timezone.now()
    headers = {
        "Content-Type": "application/json",
        "webhook-id": delivery.message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": signatures(webhook, delivery.message_id, at, delivery.body),
    }
    return ask(
        webhook.url,
        body=delivery.body.encode(),
        headers=headers,
        seconds=SECONDS,
        most_bytes=MOST_BYTES,
        allowed=settings.WEBHOOK_HOSTS,
    )


def asked_pause(answer: Answer) -> timedelta:
    """Return the pause that an answer asks for by Retry-After, in seconds or as a moment, an hour at most."""
    said, seconds = answer.retry_after.strip(), 0.0
    if answer.status in ASKING and said.isascii() and said.isdecimal():
        seconds = float(said[:10])
    elif answer.status in ASKING:
        with suppress(ValueError, OverflowError):
            at = parsedate_to_datetime(said)
            seconds = (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() - time.time()
    return timedelta(seconds=min(max(seconds, 0.0), LONGEST_ASKED))


def _note(delivery: WebhookDelivery, answer: Answer | None, problem: str, *, is_taken: bool, asked: timedelta) -> None:
    """Note an attempt, unless another has been noted or the delivery was asked for again meanwhile."""
    left = PAUSES[delivery.attempts :]
    status = Status.DELIVERED if is_taken else Status.WAITING if left else Status.FAILED
    WebhookDelivery.objects.filter(
        pk=delivery.pk, attempts=delivery.attempts, queued_at=delivery.queued_at, status=Status.WAITING
    ).update(
        status=status,
        attempts=F("attempts") + 1,
        attempted_at=Now(),
        due_at=Now() + max(left[0], asked) if left else F("due_at"),
        answer_status=answer and answer.status,
        answer=answer.content.decode(errors="replace").replace("\0", "\N{REPLACEMENT CHARACTER}") if answer else "",
        problem=problem,
    )


def _note_failure(webhook: Webhook, *, is_gone: bool, asked: timedelta) -> None:
    """Leave the endpoint alone for a while, as long as it `asked` for at least, or disable it."""
    rest = max(timedelta(seconds=min(2 ** min(webhook.failures + 1, 10), LONGEST_REST)), asked)
    Webhook.objects.filter(pk=webhook.pk).update(
        failures=F("failures") + 1, failing_since=Coalesce("failing_since", Now()), due_at=Now() + rest
    )
    has_failed_long = enabled().filter(pk=webhook.pk, failing_since__lte=Now() - LONG_FAILURE).exists()
    if is_gone or has_failed_long:
        stop(webhook, Stopped.GONE if is_gone else Stopped.FAILING)


def stop(webhook: Webhook, why: Webhook.Stopped) -> None:
    """Disable the endpoint for the reason `why`, and write to the company."""
    with transaction.atomic():
        if enabled().filter(pk=webhook.pk).update(stopped=why, stopped_at=Now()):
            logger.warning("Webhook %s of company %s was disabled: %s", webhook.pk, webhook.company_id, why.value)
            write_stopped_emails(webhook)
