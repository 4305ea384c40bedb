"""Pages of orders: codes to be minted, and secure codes."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods
from rest_framework.exceptions import ValidationError

from portal.access import PersonRequest, page
from portal.models import Company
from portal.pages.lists import chosen
from workorders.identifiers import compact12
from workorders.models import WorkorderTemplate
from workorders.orders.api import OrderSerializer
from workorders.orders.serializers import MOST_REMARKS, OrderForm
from workorders.secure import orders as secure_orders
from workorders.secure.api import SecureOrderSerializer
from workorders.secure.template_views import FLAGS, LAYOUT_CHOICES
from workorders.visibility import printing_partners, products_for

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
    return _order(request, OrderSerializer, "workorders/workorder_create.html", context, ("Create", "code"))


@page("workorder_create")
@require_http_methods(["GET", "HEAD", "POST"])
def secure_create(request: PersonRequest) -> HttpResponse:
    """The order of secure codes, filled from the template that the URL names."""
    templates = WorkorderTemplate.objects.filter(company=request.user.brand, is_archived=False)
    template = _chosen(request, templates)
    typed = request.POST or _settings(template)
    context = {
        "templates": templates,
        "template": template,
        "layouts": LAYOUT_CHOICES,
        "partners": printing_partners(),
        "most": secure_orders.MOST,
        "flags": [(name, *words, bool(typed.get(name))) for name, words in FLAGS.items()],
        "typed": typed,
    }
    return _order(request, SecureOrderSerializer, "workorders/secure_create.html", context, ("Order", "secure code"))


def _order(
    request: PersonRequest, form: type[OrderForm], template: str, context: dict[str, Any], words: tuple[str, str]
) -> HttpResponse:
    """The page of an order; one that is refused is shown again as it was typed.

    `words` are what its button does, and to what.
    """
    said, what = words
    company = request.user.brand
    if company is None:
        raise PermissionDenied("Codes belong to a brand owner; only its people can order them.")
    errors: Any = {}
    if request.method == "POST":
        try:
            quantity = _unseen(request, form, company)
            if not quantity:
                workorder = form.order(request.POST, company, request.user)
                return redirect("workorder-detail", pk=workorder.pk)
            context |= {"sure_of": quantity, "label": f"{said} {quantity:,} {what}{'s' * (quantity > 1)}"}
        except ValidationError as refused:
            errors = refused.detail
    shared = {"company": company, "most_remarks": MOST_REMARKS, "errors": errors}
    return render(request, template, shared | context)


def _unseen(request: PersonRequest, form: type[OrderForm], company: Company) -> int:
    """The number of codes that the button has not said yet, where no script says it; 0 when nothing is to be shown.

    ValidationError as `form.order`.
    """
    sure_of = request.POST.get("sure_of")
    if sure_of is None:
        return 0
    checked = form(data=request.POST, context={"company": company})
    checked.is_valid(raise_exception=True)
    quantity: int = checked.validated_data["quantity"]
    return 0 if sure_of == str(quantity) else quantity


def _chosen(request: PersonRequest, templates: QuerySet[WorkorderTemplate]) -> WorkorderTemplate | None:
    """The template that the URL names; 404 when the company has no such one."""
    asked = request.GET.get("template")
    return get_object_or_404(chosen([asked], templates)) if asked else None


def _settings(template: WorkorderTemplate | None) -> dict[str, Any]:
    """What the form's fields say of a template."""
    if template is None:
        return {}
    said = {name: getattr(template, name) for name in secure_orders.SETTINGS}
    return said | {"printing_partner": template.printing_partner.slug}
