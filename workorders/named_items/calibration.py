"""Equipment and substrates: when their calibration holds, and what can be said of it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TypeVar

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext

from workorders.models import Calibrated

SOON = timedelta(days=30)  # in which a calibration that ends is told of
STATES = ("calibrated", "expired", "archived")  # as `Calibrated.state` names them

Kept = TypeVar("Kept", bound=Calibrated)


def wrong_start(day: date) -> str:
    """Say why nothing can be calibrated on that day; empty when it can."""
    return gettext("This day is still to come: say when it was calibrated last.") if day > timezone.now().date() else ""


def wrong_end(first: date, last: date) -> str:
    """Say why a calibration cannot hold from `first` to `last`; empty when it can."""
    return gettext("It ends before it began: choose the same day or a later one.") if last < first else ""


def in_state(rows: QuerySet[Kept], state: str) -> QuerySet[Kept]:
    """Keep the rows whose `state` is that one today."""
    today = timezone.now().date()
    holds = Q(calibrated_on__lte=today, calibrated_until__gte=today)
    if state == "archived":
        return rows.filter(is_archived=True)
    return rows.filter(holds if state == "calibrated" else ~holds, is_archived=False)


def ending_soon(rows: QuerySet[Kept]) -> QuerySet[Kept]:
    """Keep the rows in use whose calibration has ended, or will soon."""
    return rows.filter(is_archived=False, calibrated_until__lt=timezone.now().date() + SOON)
