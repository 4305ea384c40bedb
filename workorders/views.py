"""Pages of workorders, their downloads, and products."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render

from portal.access import PersonRequest, page
from portal.models import Company, User
from portal.paging import page_of, searched
from workorders import qr
from workorders.downloads import archive_download
from workorders.models import FIRST_CODES, Code, Product, Workorder
from workorders.services import products_for, workorders_for

ARCHIVED = "archived"


def sees_several_companies(user: User) -> bool:
    """Whether lists must say whose each workorder is: only brand owners see nothing but their own."""
    return user.company is None or user.company.kind != Company.Kind.BRAND_OWNER


def is_being_archived(workorder: Workorder) -> bool:
    """Whether the codes are there and their archive is not yet."""
    return workorder.type == Workorder.Type.SID and workorder.state == Workorder.State.NEW


@page("workorder_view")
def workorder_list(request: PersonRequest) -> HttpResponse:
    """Workorders, newest first; archived ones only when asked for."""
    query, state = searched(request), request.GET.get("state", "")
    workorders = workorders_for(request.user).select_related("company")
    shown = workorders.filter(is_archived=state == ARCHIVED)
    if state in Workorder.State.values:
        shown = shown.filter(state=state)
    if query:
        shown = shown.filter(Q(reference__icontains=query) | Q(remarks__icontains=query))
    context = {
        "page": page_of(request, shown),
        "query": query,
        "state": state,
        "states": [*Workorder.State.choices, (ARCHIVED, "archived")],
        "whose": sees_several_companies(request.user),
    }
    return render(request, "workorders/workorder_list.html", context)


@page("workorder_view")
def workorder_detail(request: PersonRequest, pk: int) -> HttpResponse:
    """One workorder: its facts, its first codes and its downloads."""
    workorder = get_object_or_404(workorders_for(request.user).select_related("company", "created_by"), pk=pk)
    context = {
        "workorder": workorder,
        "codes": first_codes(workorder).select_related("product"),
        "whose": sees_several_companies(request.user),
        "is_being_archived": is_being_archived(workorder),
    }
    return render(request, "workorders/workorder_detail.html", context)


def first_codes(workorder: Workorder) -> QuerySet[Code]:
    """The codes that head the uploaded file."""
    return workorder.codes.filter(sequence__lte=FIRST_CODES).order_by("sequence")


@page("workorder_view")
def workorder_sample(request: PersonRequest, pk: int) -> HttpResponse:
    """The QR symbol of the workorder's first code, as SVG."""
    workorder = get_object_or_404(workorders_for(request.user), pk=pk)
    code = get_object_or_404(first_codes(workorder), sequence=1)
    return HttpResponse(qr.svg(code.url), content_type="image/svg+xml")


@page("workorder_download")
def workorder_download(request: PersonRequest, pk: int) -> HttpResponseBase:
    """The archive, a zip."""
    return archive_download(request, get_object_or_404(workorders_for(request.user), pk=pk), "archive")


@page("workorder_sid_download")
def workorder_serial_numbers(request: PersonRequest, pk: int) -> HttpResponseBase:
    """The simpler zip: codes.csv and the example image."""
    return archive_download(request, get_object_or_404(workorders_for(request.user), pk=pk), "serial-numbers")


@page("product_view")
def product_list(request: PersonRequest) -> HttpResponse:
    """Products by SKU; archived ones only when asked for."""
    query, state = searched(request), request.GET.get("state", "")
    shown: QuerySet[Product] = products_for(request.user).filter(is_archived=state == ARCHIVED)
    if query:
        shown = shown.filter(Q(sku__icontains=query) | Q(name__icontains=query))
    context: dict[str, Any] = {
        "page": page_of(request, shown.select_related("company")),
        "query": query,
        "state": state,
        "states": [(ARCHIVED, "archived")],
        "whose": request.user.company is None,
    }
    return render(request, "workorders/product_list.html", context)
