"""What the doors call. Who may is the door's question."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, Exists, OuterRef, QuerySet, Subquery, Sum, When
from django.db.models.fields.json import KT

from portal.models import Company, Event, User
from portal.timeline import events_of
from workorders.models import Job, Workorder

HIDDEN = "archived"


def workorders_for(user: User) -> QuerySet[Workorder]:
    """What the user may see: the own brand's workorders, or those assigned to the own printing company.

    A superuser sees all of them.
    """
    if user.partner is not None and not user.is_superuser:
        return workorders_to_print(user)
    return own_workorders(user)


def own_workorders(user: User) -> QuerySet[Workorder]:
    """The workorders that belong to the user's company; all of them for a superuser."""
    return Workorder.objects.all() if user.is_superuser else Workorder.objects.filter(company_id=user.company_id or 0)


def workorders_to_print(user: User) -> QuerySet[Workorder]:
    """The SSC workorders that are assigned to the user's printing company; none for anybody else."""
    assigned = Workorder.objects.filter(type=Workorder.Type.SSC, printing_partner=user.partner)
    return assigned if user.partner is not None else assigned.none()


def printing_partners() -> QuerySet[Company]:
    """The companies that may be charged with printing."""
    return Company.objects.filter(kind=Company.Kind.PRINTING_PARTNER)


def with_codes(workorders: QuerySet[Workorder]) -> QuerySet[Workorder]:
    """Those of `workorders` that have codes in the table, not only to be minted or uploaded yet."""
    return workorders.exclude(type=Workorder.Type.SSC, uploaded_quantity=0).exclude(
        Exists(Job.objects.filter(Job.WITHOUT_CODES, workorder=OuterRef("pk")))
    )


def with_plain_images(workorders: QuerySet[Workorder]) -> QuerySet[Workorder]:
    """Those of `workorders` that may be printed as plain QR symbols."""
    return with_codes(workorders).filter(type=Workorder.Type.SID)


def count_codes(workorders: QuerySet[Workorder]) -> int:
    """How many codes `workorders` have, all together."""
    has = Case(When(type=Workorder.Type.SSC, then="uploaded_quantity"), default="quantity")
    total: int = with_codes(workorders).aggregate(total=Sum(has, default=0))["total"]
    return total


def set_hidden(rows: QuerySet[Any], archived: bool) -> None:
    """Put rows out of sight or out of use, or bring them back; codes, downloads and workorders keep what they have."""
    rows.update(is_archived=archived)


def with_reject_reasons(workorders: QuerySet[Workorder]) -> QuerySet[Workorder]:
    """The same with `reject_reason`: what was said when what was printed was last rejected; None if it never was."""
    rejections = Event.objects.filter(subject=Workorder._meta.model_name, subject_id=OuterRef("pk"), what="rejected")
    return workorders.annotate(
        reject_reason=Subquery(rejections.order_by("-id").values(reason=KT("detail__reason"))[:1])
    )


def reject_reason(workorder: Workorder) -> str | None:
    """The same of one workorder, as it is now."""
    last = events_of(workorder).filter(what="rejected").last()
    return last.detail["reason"] if last else None


def sees_several_companies(user: User) -> bool:
    """Whether lists must say whose each workorder is: only brand owners see nothing but their own."""
    return user.company is None or user.company.kind != Company.Kind.BRAND_OWNER
