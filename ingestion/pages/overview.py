"""The overview: what goes on, and what was done last."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from ingestion.pages.lines import Status, build_lines, is_moving, list_records, may_upload
from ingestion.pages.waiting import list_waiting
from portal.models import User
from portal.pages.access import PersonRequest, page
from portal.pages.day_chart import draw_days
from workorders.products.services import products_for
from workorders.scans.lookup import DAYS
from workorders.visibility import count_codes, count_codes_by_day, sees_several_companies, visible_workorders

RECENT_RECORDS, RECENT_WORKORDERS = 8, 5


@page()
def overview(request: PersonRequest) -> HttpResponse:
    """Show what waits for the person, the codes by day and what happened lately, of what the person may see.

    The poll of the page gets only the records.
    """
    user = request.user
    context: dict[str, Any] = {"can_upload": may_upload(user), "whose": user.may("company_view_all")}
    if user.may("ingestion_view"):
        arrived = list_records(user).exclude(status=Status.UPLOADING)
        context["lines"] = lines = build_lines(arrived[:RECENT_RECORDS])
        context["is_moving"] = is_moving(lines)
    if "HX-Request" not in request.headers:
        context |= {"waiting": list_waiting(user), **_counted(user)}
    return render(request, "ingestion/overview.html", context)


def _counted(user: User) -> dict[str, Any]:
    """Return the latest workorders, and the numbers of all that the person may see."""
    context: dict[str, Any] = {}
    if user.may("workorder_view"):
        workorders = visible_workorders(user).filter(is_archived=False)
        context["workorders"] = workorders.select_related("company")[:RECENT_WORKORDERS]
        context["whose_workorders"] = sees_several_companies(user)
        context["codes_total"] = count_codes(visible_workorders(user))
        today = timezone.localdate()
        context["chart"] = draw_days(count_codes_by_day(visible_workorders(user), today - timedelta(DAYS - 1), today))
        context["workorders_total"] = visible_workorders(user).count()
    if user.may("product_view"):
        context["products_total"] = products_for(user).filter(is_archived=False).count()
    return context
