"""The services of endpoints, which pages and calls use. They do not ask whether the person may: the caller does."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any, Final

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext

from portal.accounts.security_log import tell
from portal.background.broker import wake
from portal.http.cache import count
from portal.models import Company, User
from workorders.models import Webhook, WebhookDelivery
from workorders.webhooks.outbox import TASK, TEST, write
from workorders.webhooks.signing import OVERLAP, new_secret, seal

MOST_ENDPOINTS: Final = 20  # of a company
MOST_TESTS: Final = 60  # in an hour, of a company
MOST_REPLAYED: Final = 10_000  # deliveries at once
SETTABLE: Final = ("url", "description", "events")
WORKING: Final[dict[str, Any]] = {"stopped": "", "stopped_at": None, "failures": 0, "failing_since": None}

Status = WebhookDelivery.Status


class Refused(Exception):  # noqa: N818  # an event, not a fault
    """It cannot be done now. The message says why."""


def endpoints_of(company: Company) -> QuerySet[Webhook]:
    """Return the endpoints that the company has."""
    return company.webhooks.filter(is_deleted=False)


def add(company: Company, values: dict[str, Any], by: User) -> tuple[Webhook, str]:
    """Add an endpoint with `values` of SETTABLE. Return it with its secret, which nobody can read again.

    Raise Refused where the company has as many as it may.
    """
    secret = new_secret()
    with transaction.atomic():
        Company.objects.select_for_update(no_key=True).get(pk=company.pk)
        if endpoints_of(company).count() >= MOST_ENDPOINTS:
            raise Refused(gettext("A company has {most} webhooks at most.").format(most=MOST_ENDPOINTS))
        webhook = Webhook.objects.create(company=company, secret=seal(secret), created_by=by, **values)
        _tell(webhook, "webhook_added")
    return webhook, secret


def change(webhook: Webhook, values: dict[str, Any]) -> None:
    """Store those of SETTABLE in `values` that differ from what the endpoint has."""
    changed = {name: values[name] for name in SETTABLE if name in values and values[name] != getattr(webhook, name)}
    if not changed:
        return
    for name, value in changed.items():
        setattr(webhook, name, value)
    with transaction.atomic():
        webhook.save(update_fields=[*changed])
        _tell(webhook, "webhook_changed")


def renew_secret(webhook: Webhook) -> str:
    """Give the endpoint another secret and return it. The one before goes on to sign as well for OVERLAP."""
    secret = new_secret()
    with transaction.atomic():
        held = Webhook.objects.select_for_update(no_key=True).get(pk=webhook.pk)
        anew = {"secret": seal(secret), "old_secret": held.secret, "old_secret_until": Now() + OVERLAP}
        Webhook.objects.filter(pk=webhook.pk).update(**anew)
        _tell(webhook, "webhook_secret_renewed")
    webhook.refresh_from_db()
    return secret


def disable(webhook: Webhook) -> None:
    """Send the endpoint nothing more, and tell it no new events. What waits for it goes on to wait."""
    stopped = {"stopped": Webhook.Stopped.BY_HAND, "stopped_at": Now()}
    with transaction.atomic():
        if Webhook.objects.filter(pk=webhook.pk, stopped="").update(**stopped):
            _tell(webhook, "webhook_disabled")
    webhook.refresh_from_db()


def enable(webhook: Webhook) -> None:
    """Send the endpoint what waits for it, and tell it new events."""
    with transaction.atomic():
        if Webhook.objects.filter(pk=webhook.pk).exclude(stopped="").update(due_at=Now(), **WORKING):
            _tell(webhook, "webhook_enabled")
            _wake_on_commit(webhook)
    webhook.refresh_from_db()


def remove(webhook: Webhook) -> None:
    """Delete the endpoint for everybody. A sweep deletes its deliveries, which may be many."""
    with transaction.atomic():
        if Webhook.objects.filter(pk=webhook.pk, is_deleted=False).update(is_deleted=True, secret=b"", old_secret=b""):
            _tell(webhook, "webhook_removed")


def send_test(webhook: Webhook) -> WebhookDelivery:
    """Send the endpoint a test event, whichever events it chose. Raise Refused."""
    if webhook.stopped:
        raise Refused(gettext("It is disabled; enable it first."))
    if count(f"webhook-tests-{webhook.company_id}", 3600) > MOST_TESTS:
        raise Refused(
            gettext("A company sends {most} test events an hour at most. Try it again later.").format(most=MOST_TESTS)
        )
    with transaction.atomic():
        (delivery,) = write([webhook.pk], TEST, {"webhook": webhook.pk})
        _hurry(webhook)
    return delivery


def replay(delivery: WebhookDelivery) -> None:
    """Send a delivery once more, whatever became of it, with the message's id of before. Raise Refused."""
    if delivery.webhook.stopped:
        raise Refused(gettext("It is disabled; enable it first."))
    with transaction.atomic():
        _queue_again(WebhookDelivery.objects.filter(pk=delivery.pk))
        _hurry(delivery.webhook)
    delivery.refresh_from_db()


def replay_failed(webhook: Webhook, since: datetime) -> tuple[int, bool]:
    """Send once more what failed of all that was told since then, the oldest first and MOST_REPLAYED at most.

    Return how many they are, and whether there are more. Raise Refused.
    """
    if webhook.stopped:
        raise Refused(gettext("It is disabled; enable it first."))
    failed = webhook.deliveries.filter(status=Status.FAILED, created_at__gte=since).order_by("id")
    with transaction.atomic():
        found = list(failed.values_list("pk", flat=True)[: MOST_REPLAYED + 1])
        queued = _queue_again(WebhookDelivery.objects.filter(pk__in=found[:MOST_REPLAYED], status=Status.FAILED))
        if queued:
            _hurry(webhook)
    return queued, len(found) > MOST_REPLAYED


def _queue_again(deliveries: QuerySet[WebhookDelivery]) -> int:
    return deliveries.update(status=Status.WAITING, attempts=0, queued_at=Now(), due_at=Now())


def _hurry(webhook: Webhook) -> None:
    """Have the endpoint tried at once, although it failed a moment ago: somebody asks for it."""
    Webhook.objects.filter(pk=webhook.pk).update(due_at=Now())
    _wake_on_commit(webhook)


def _wake_on_commit(webhook: Webhook) -> None:
    transaction.on_commit(partial(wake, TASK, webhook.pk))


def _tell(webhook: Webhook, what: str) -> None:
    company = webhook.company
    tell("company_changed", of=company, company_name=company.name, changed=[what], webhook=webhook.pk)
