"""Pages of minting: the order, how far it is, and its cancellation."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods
from rest_framework.exceptions import ValidationError

from portal.access import PersonRequest, page
from workorders import jobs
from workorders.compact import MOST
from workorders.minting_api import OrderSerializer
from workorders.order_forms import MOST_REMARKS
from workorders.services import own_workorders, products_for, workorders_for

SUGGESTED_PRODUCTS = 300


@page("workorder_create")
@require_http_methods(["GET", "HEAD", "POST"])
def workorder_create(request: PersonRequest) -> HttpResponse:
    """The order of new codes; one that is refused is shown again as it was typed."""
    company = request.user.brand
    if company is None:
        raise PermissionDenied("Codes belong to a brand owner; only its people can create them.")
    errors: Any = {}
    if request.method == "POST":
        try:
            workorder = OrderSerializer.order(request.POST, company, request.user)
        except ValidationError as refused:
            errors = refused.detail
        else:
            return redirect("workorder-detail", pk=workorder.pk)
    context = {
        "company": company,
        "products": products_for(request.user).filter(is_archived=False)[:SUGGESTED_PRODUCTS],
        "most": MOST,
        "most_remarks": MOST_REMARKS,
        "typed": request.POST,
        "errors": errors,
    }
    return render(request, "workorders/workorder_create.html", context)


@page("workorder_view")
def workorder_minting(request: PersonRequest, pk: int) -> HttpResponse:
    """How far the minting is, for the page that shows it; at its end that page shall load itself again."""
    workorder = get_object_or_404(workorders_for(request.user), pk=pk)
    job = workorder.minting
    if job is None or job.has_ended:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "workorders/_minting.html", {"workorder": workorder, "job": job})


@page("workorder_create")
@require_http_methods(["GET", "HEAD", "POST"])
def workorder_cancel(request: PersonRequest, pk: int) -> HttpResponse:
    """Ask, then end a minting that has not ended."""
    workorder = get_object_or_404(own_workorders(request.user), pk=pk)
    job = workorder.minting
    if request.method == "POST":
        if job is not None and jobs.cancel(job, request.user):
            messages.success(request, "Cancelled. No code of this workorder was created.")
        else:
            messages.error(request, "This workorder was not being created any more, so there was nothing to cancel.")
    elif job is not None and not job.has_ended:
        return render(request, "workorders/workorder_cancel.html", {"workorder": workorder})
    return redirect("workorder-detail", pk=pk)
