"""Pages of workorders of secure codes for their brand owner: the order, and its cancellation."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods
from rest_framework.exceptions import ValidationError

from portal.access import PersonRequest, page
from workorders import printing
from workorders.models import Workorder, WorkorderTemplate
from workorders.order_forms import MOST_REMARKS
from workorders.secure_api import SecureOrderSerializer
from workorders.secure_orders import MOST, SETTINGS
from workorders.services import own_workorders, printing_partners
from workorders.template_views import FLAGS, LAYOUT_CHOICES


@page("workorder_create")
@require_http_methods(["GET", "HEAD", "POST"])
def secure_create(request: PersonRequest) -> HttpResponse:
    """The order of secure codes, filled from the template that the URL names; one that is refused is shown again."""
    company = request.user.brand
    if company is None:
        raise PermissionDenied("Codes belong to a brand owner; only its people can order secure ones.")
    errors: Any = {}
    if request.method == "POST":
        try:
            workorder = SecureOrderSerializer.order(request.POST, company, request.user)
        except ValidationError as refused:
            errors = refused.detail
        else:
            return redirect("workorder-detail", pk=workorder.pk)
    templates = WorkorderTemplate.objects.filter(company=company, is_archived=False)
    template = _chosen(request, templates)
    typed = request.POST or _settings(template)
    context = {
        "company": company,
        "templates": templates,
        "template": template,
        "layouts": LAYOUT_CHOICES,
        "partners": printing_partners(),
        "most": MOST,
        "most_remarks": MOST_REMARKS,
        "flags": [(name, *words, bool(typed.get(name))) for name, words in FLAGS.items()],
        "typed": typed,
        "errors": errors,
    }
    return render(request, "workorders/secure_create.html", context)


def _chosen(request: PersonRequest, templates: QuerySet[WorkorderTemplate]) -> WorkorderTemplate | None:
    """The template that the URL names; 404 when the company has no such one."""
    asked = request.GET.get("template", "")
    if not asked:
        return None
    if not asked.isdecimal():
        raise Http404
    return get_object_or_404(templates, pk=asked)


def _settings(template: WorkorderTemplate | None) -> dict[str, Any]:
    """What the form's fields say of a template."""
    if template is None:
        return {}
    said = {name: getattr(template, name) for name in SETTINGS}
    return said | {"printing_partner": template.printing_partner.slug}


@page("workorder_cancel")
@require_http_methods(["GET", "HEAD", "POST"])
def secure_cancel(request: PersonRequest, pk: int) -> HttpResponse:
    """Ask, then call the workorder off."""
    workorder = get_object_or_404(own_workorders(request.user), pk=pk, type=Workorder.Type.SSC)
    if request.method == "POST":
        try:
            printing.cancel(workorder, request.user)
        except printing.OutOfTurn as reason:
            messages.error(request, str(reason))
        else:
            messages.success(request, "Cancelled. Its codes are being blacklisted.")
    elif printing.can_be(workorder, "cancelled"):
        return render(request, "workorders/secure_cancel.html", {"workorder": workorder})
    return redirect("workorder-detail", pk=pk)
