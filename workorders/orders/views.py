"""Pages of orders: codes to be minted, and secure codes."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods
from rest_framework.exceptions import ValidationError

from portal.models import Company
from portal.pages.access import PersonRequest, page
from workorders import jobs
from workorders.identifiers import compact12
from workorders.orders.serializers import MOST_REMARKS, OrderForm, OrderSerializer
from workorders.products.services import products_for
from workorders.visibility import own_workorders, visible_workorders

SUGGESTED_PRODUCTS = 300


@page("workorder_create")
@require_http_methods(["GET", "HEAD", "POST"])
def workorder_create(request: PersonRequest) -> HttpResponse:
    """The order of codes whose ids the portal makes."""
    context = {
        "products": products_for(request.user).filter(is_archived=False)[:SUGGESTED_PRODUCTS],
        "most": compact12.MOST,
        "typed": request.POST,
    }
    return order_page(request, OrderSerializer, "workorders/workorder_create.html", context, (gettext("Make"), "code"))


def order_page(
    request: PersonRequest, form: type[OrderForm], template: str, context: dict[str, Any], words: tuple[str, str]
) -> HttpResponse:
    """Show the page of an order, and place the order. Show a refused one again as it was typed.

    `words` are what its button does, and to what.
    """
    said, what = words
    company = request.user.brand
    if company is None:
        raise PermissionDenied(gettext("Codes belong to a brand owner; only its people can order them."))
    errors: Any = {}
    if request.method == "POST":
        try:
            quantity = _unseen(request, form, company)
            if not quantity:
                workorder = form.order(request.POST, company, request.user, typed=True)
                return redirect("workorder-detail", pk=workorder.pk)
            context |= {"sure_of": quantity, "label": f"{said} {quantity:,} {what}{'s' * (quantity > 1)}"}
        except ValidationError as refused:
            errors = refused.detail
    shared = {"company": company, "most_remarks": MOST_REMARKS, "errors": errors}
    return render(request, template, shared | context)


def _unseen(request: PersonRequest, form: type[OrderForm], company: Company) -> int:
    """Return the number of codes that the button has not said yet, where no script says it, or 0.

    ValidationError as `form.order`.
    """
    sure_of = request.POST.get("sure_of")
    if sure_of is None:
        return 0
    checked = form(data=request.POST, context={"company": company, "typed": True})
    checked.is_valid(raise_exception=True)
    quantity: int = checked.validated_data["quantity"]
    return 0 if sure_of == str(quantity) else quantity


@page("workorder_view")
def workorder_minting(request: PersonRequest, pk: int) -> HttpResponse:
    """Show how far the minting is, as a part of the page; at its end the page loads itself again."""
    workorder = get_object_or_404(visible_workorders(request.user), pk=pk)
    job = workorder.minting
    if job is None or job.has_ended:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(
        request,
        "workorders/_minting.html",
        {"workorder": workorder, "job": job, "can_stop": request.user.may("workorder_cancel")},
    )


@page("workorder_cancel")
@require_http_methods(["GET", "HEAD", "POST"])
def workorder_cancel(request: PersonRequest, pk: int) -> HttpResponse:
    """Ask, then end a minting that has not ended."""
    workorder = get_object_or_404(own_workorders(request.user), pk=pk)
    job = workorder.minting
    if request.method == "POST":
        if jobs.cancel_minting(workorder, request.user):
            messages.success(request, gettext("Cancelled. No code of this workorder was created."))
        else:
            messages.error(request, jobs.NOT_MINTING)
    elif job is not None and not job.has_ended:
        return render(request, "workorders/workorder_cancel.html", {"workorder": workorder})
    return redirect("workorder-detail", pk=pk)
