"""What waits for somebody: work that is theirs to do, uploads that were refused, and what expires soon."""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

from django.urls import reverse
from django.utils import timezone

from ingestion.pages.lines import Status, list_records
from portal.accounts.tokens import expiring, tokens_for
from portal.models import User
from portal.pages.lists import MOST_COUNTED, between
from workorders.models import Equipment, Substrate, Workorder
from workorders.named_items.calibration import ending_soon
from workorders.visibility import own_workorders, workorders_to_print

REFUSED_DAYS = 7  # for which a refused upload is told of

State = Workorder.State


class Waiting(NamedTuple):
    """So many things of one kind wait; `kind` is what the page words, and `url` is the list of them."""

    kind: str
    number: int
    url: str


def list_waiting(user: User) -> list[Waiting]:
    """Return what waits for the person, each kind of which there is any."""
    tokens = Waiting("tokens", expiring(tokens_for(user)).count(), reverse("token-list", query={"state": "expiring"}))
    found = [*_workorders(user), *_refused(user), *_calibrations(user), tokens]
    return [waiting for waiting in found if waiting.number]


def _workorders(user: User) -> list[Waiting]:
    found = []
    if user.partner is not None and user.may("workorder_print"):
        shown = workorders_to_print(user)
        found = [("confirm", State.NEW), ("print", State.READY_TO_PRINT)]
    elif user.brand is not None and user.may("workorder_create"):
        shown = own_workorders(user)
        found = [("check", State.PRINTED)]
    return [
        Waiting(
            kind,
            shown.filter(type=Workorder.Type.SSC, state=state, is_archived=False).count(),
            reverse("workorder-list", query={"type": "SSC", "state": state.value}),
        )
        for kind, state in found
    ]


def _refused(user: User) -> list[Waiting]:
    if not user.may("ingestion_view"):
        return []
    first: date = timezone.localdate() - timedelta(REFUSED_DAYS - 1)
    refused = list_records(user).filter(between(first, None), status=Status.ERROR).order_by()
    url = reverse("record-list", query={"status": Status.ERROR.value, "from": first.isoformat()})
    return [Waiting("refused", refused[:MOST_COUNTED].count(), url)]


def _calibrations(user: User) -> list[Waiting]:
    if user.partner is None or not user.may("workorder_print"):
        return []
    return [
        Waiting(name, ending_soon(kept).count(), reverse(f"{name}-list", query={"sort": "expiry"}))
        for name, kept in (
            ("equipment", Equipment.objects.filter(company=user.partner)),
            ("substrate", Substrate.objects.filter(company=user.partner)),
        )
    ]
