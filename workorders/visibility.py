"""The workorders that somebody sees, and querysets about them. Views and calls check permissions before."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Subquery, Sum, When
from django.db.models.fields.json import KT
from django.db.models.functions import TruncDate

from portal.accounts.security_log import tell
from portal.models import Company, Event, User
from portal.timeline import events_of
from portal.values.moments import beginning_of
from workorders.models import Job, Workorder

HIDDEN = "archived"
CODES = Case(When(type=Workorder.Type.SSC, then="uploaded_quantity"), default="quantity")  # of a workorder


def visible_workorders(user: User) -> QuerySet[Workorder]:
    """Return the workorders that the user may look at: every company's for support, otherwise those to work with."""
    return Workorder.objects.all() if user.may("company_view_all") else workorders_for(user)


def workorders_for(user: User) -> QuerySet[Workorder]:
    """Return the workorders that the user may work with: of the own brand, or assigned to the own printing company.

    A superuser sees all of them.
    """
    if user.partner is not None and not user.is_superuser:
        return workorders_to_print(user)
    return own_workorders(user)


def own_workorders(user: User) -> QuerySet[Workorder]:
    """Return the workorders that belong to the user's company, or all of them for a superuser."""
    return Workorder.objects.all() if user.is_superuser else Workorder.objects.filter(company_id=user.company_id or 0)


def workorders_to_print(user: User) -> QuerySet[Workorder]:
    """Return the SSC workorders that are assigned to the user's printing company, or none for anybody else."""
    assigned = Workorder.objects.filter(type=Workorder.Type.SSC, printing_partner=user.partner)
    return assigned if user.partner is not None else assigned.none()


def printing_partners() -> QuerySet[Company]:
    """The companies that may be charged with printing."""
    return Company.objects.filter(kind=Company.Kind.PRINTING_PARTNER)


def with_codes(workorders: QuerySet[Workorder]) -> QuerySet[Workorder]:
    """Keep the workorders whose codes are in the table; drop those whose codes are still to be minted or uploaded."""
    return workorders.exclude(type=Workorder.Type.SSC, uploaded_quantity=0).exclude(
        Exists(Job.objects.filter(Job.WITHOUT_CODES, workorder=OuterRef("pk")))
    )


def with_plain_images(workorders: QuerySet[Workorder]) -> QuerySet[Workorder]:
    """Keep the workorders whose codes may be printed as plain QR symbols."""
    return with_codes(workorders).filter(type=Workorder.Type.SID)


def count_codes(workorders: QuerySet[Workorder]) -> int:
    """Count the codes of all `workorders` together."""
    total: int = with_codes(workorders).aggregate(total=Sum(CODES, default=0))["total"]
    return total


def count_codes_by_day(workorders: QuerySet[Workorder], first: date, last: date) -> list[tuple[date, int]]:
    """Count the codes of the workorders that were made on each day from `first` to `last`, in the reader's zone."""
    recent = with_codes(workorders).filter(created_at__gte=beginning_of(first))
    made = recent.annotate(day=TruncDate("created_at"))
    found: dict[date, int] = dict(made.order_by().values_list("day").annotate(number=Sum(CODES)))
    days = (first + timedelta(number) for number in range((last - first).days + 1))
    return [(day, found.get(day, 0)) for day in days]


def matching_workorders(query: str) -> Q:
    """Return the condition of a search: the text stands in the reference or the remarks, or is the workorder's id."""
    named = Q(pk=int(query)) if re.fullmatch(r"[0-9]{1,18}", query) else Q()
    return Q(reference__icontains=query) | Q(remarks__icontains=query) | named


def set_hidden(rows: QuerySet[Any], archived: bool) -> None:
    """Hide rows, or show them again. Codes, downloads and workorders keep what they have."""
    with transaction.atomic():
        for row in rows.exclude(is_archived=archived).select_for_update(of=("self",), no_key=True).order_by("pk"):
            type(row)._default_manager.filter(pk=row.pk).update(is_archived=archived)
            tell("hidden" if archived else "unhidden", of=row)


def with_reject_reasons(workorders: QuerySet[Workorder]) -> QuerySet[Workorder]:
    """Annotate each workorder with `reject_reason`, the reason of its last rejection, or None."""
    rejections = Event.objects.filter(subject=Workorder._meta.model_name, subject_id=OuterRef("pk"), what="rejected")
    return workorders.annotate(
        reject_reason=Subquery(rejections.order_by("-id").values(reason=KT("detail__reason"))[:1])
    )


def reject_reason(workorder: Workorder) -> str | None:
    """Return the reason of the workorder's last rejection, or None."""
    last = events_of(workorder).filter(what="rejected").last()
    return last.detail["reason"] if last else None


def sees_several_companies(user: User) -> bool:
    """Say whether lists must say whose each workorder is: only brand owners see nothing but their own."""
    return user.company is None or user.company.kind != Company.Kind.BRAND_OWNER
