"""The overview: what goes on, and what was done last."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from ingestion.pages.lines import Status, build_lines, is_moving, list_records, may_upload
from portal.pages.access import PersonRequest, page
from workorders.products.services import products_for
from workorders.visibility import count_codes, sees_several_companies, workorders_for

RECENT_RECORDS, RECENT_WORKORDERS = 8, 5


@page()
def overview(request: PersonRequest) -> HttpResponse:
    """Show what happened lately, of what the person may see."""
    user = request.user
    context: dict[str, Any] = {"can_upload": may_upload(user), "whose": user.may("company_view_all")}
    if user.may("ingestion_view"):
        arrived = list_records(user).exclude(status=Status.UPLOADING)
        context["lines"] = lines = build_lines(arrived[:RECENT_RECORDS])
        context["is_moving"] = is_moving(lines)
    if user.may("workorder_view"):
        workorders = workorders_for(user).filter(is_archived=False)
        context["workorders"] = workorders.select_related("company")[:RECENT_WORKORDERS]
        context["whose_workorders"] = sees_several_companies(user)
        context["codes_total"] = count_codes(workorders_for(user))
        context["workorders_total"] = workorders_for(user).count()
    if user.may("product_view"):
        context["products_total"] = products_for(user).filter(is_archived=False).count()
    return render(request, "ingestion/overview.html", context)
