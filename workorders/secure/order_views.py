"""The page on which secure codes are ordered."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_http_methods

from portal.pages.access import PersonRequest, page
from portal.pages.lists import chosen
from workorders.models import WorkorderTemplate
from workorders.orders.views import order_page
from workorders.secure import orders as secure_orders
from workorders.secure.serializers import SecureOrderSerializer
from workorders.secure.template_views import DRAWN, FLAGS, LAYOUT_CHOICES
from workorders.visibility import printing_partners


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
        "drawn": DRAWN,
        "partners": printing_partners(),
        "most": secure_orders.MOST,
        "flags": [(name, *words, bool(typed.get(name))) for name, words in FLAGS.items()],
        "typed": typed,
    }
    return order_page(
        request, SecureOrderSerializer, "workorders/secure_create.html", context, ("Order", "secure code")
    )


def _chosen(request: PersonRequest, templates: QuerySet[WorkorderTemplate]) -> WorkorderTemplate | None:
    """The template that the URL names; 404 when the company has no such one."""
    asked = request.GET.get("template")
    return get_object_or_404(chosen([asked], templates)) if asked else None


def _settings(template: WorkorderTemplate | None) -> dict[str, Any]:
    """Return the values of the form's fields that a template sets."""
    if template is None:
        return {}
    said = {name: getattr(template, name) for name in secure_orders.SETTINGS}
    return said | {"printing_partner": template.printing_partner.slug}
