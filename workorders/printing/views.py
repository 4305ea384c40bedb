"""Pages of printing: what the partner does to a workorder, and what its brand owner says to that."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods
from rest_framework.exceptions import ValidationError

from portal.pages.access import PersonRequest, page
from workorders.models import Equipment, Substrate, Workorder
from workorders.printing.serializers import LONGEST_REASON
from workorders.printing.steps import take_step
from workorders.secure.workflow import WrongState, are_all_printed, check_state
from workorders.visibility import own_workorders, workorders_to_print


def _step_page(
    request: PersonRequest, workorder: Workorder, step: str, done: str, template: str, **context: Any
) -> HttpResponse:
    """Show the form of a step, or take the step; a form that is refused is shown again as it was typed."""
    errors: Any = {}
    try:
        check_state(workorder, step)
        if request.method == "POST":
            take_step(workorder, step, request.user, request.POST)
            messages.success(request, done)
            return redirect("workorder-detail", pk=workorder.pk)
    except WrongState as reason:
        messages.error(request, str(reason))
        return redirect("workorder-detail", pk=workorder.pk)
    except ValidationError as refused:
        errors = refused.detail
    context |= {"workorder": workorder, "errors": errors, "typed": request.POST}
    return render(request, f"workorders/{template}", context)


def _to_print(request: PersonRequest, pk: int) -> Workorder:
    related = ("company", "printing_partner", "equipment", "substrate")
    return get_object_or_404(workorders_to_print(request.user).select_related(*related), pk=pk)


def _own(request: PersonRequest, pk: int) -> Workorder:
    related = ("company", "printing_partner", "equipment", "substrate")
    return get_object_or_404(own_workorders(request.user).select_related(*related), pk=pk)


@page("workorder_print")
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: PersonRequest, pk: int) -> HttpResponse:
    """Choose equipment and substrate, for good."""
    workorder = _to_print(request, pk)
    kept: dict[str, QuerySet[Any]] = {
        "equipment": Equipment.objects.filter(company=workorder.printing_partner, is_archived=False),
        "substrates": Substrate.objects.filter(company=workorder.printing_partner, is_archived=False),
    }
    done = f"Confirmed. {workorder} is ready to print."
    return _step_page(request, workorder, "confirmed", done, "printing_confirm.html", **kept)


@page("workorder_print")
@require_http_methods(["GET", "HEAD", "POST"])
def mark_printed(request: PersonRequest, pk: int) -> HttpResponse:
    """Say how much was printed and wasted."""
    workorder = _to_print(request, pk)
    done = f"Marked as printed. {workorder.company} checks the quality now."
    usual = {"printed": workorder.uploaded_quantity, "wasted": 0}
    typed = {name: request.POST.get(name, value) for name, value in usual.items()}
    return _step_page(request, workorder, "printed", done, "printing_printed.html", **typed)


@page("workorder_create")
@require_http_methods(["GET", "HEAD", "POST"])
def complete(request: PersonRequest, pk: int) -> HttpResponse:
    """Ask, then accept what was printed."""
    workorder = _own(request, pk)
    done, printed = f"{workorder} is completed.", are_all_printed(workorder)
    return _step_page(request, workorder, "completed", done, "printing_complete.html", are_all_printed=printed)


@page("workorder_create")
@require_http_methods(["GET", "HEAD", "POST"])
def reject(request: PersonRequest, pk: int) -> HttpResponse:
    """Have it printed again, with the reason."""
    workorder = _own(request, pk)
    done = f"Rejected. {workorder.printing_partner} is told why, and prints {workorder} again."
    more = {"most": LONGEST_REASON}
    return _step_page(request, workorder, "rejected", done, "printing_reject.html", **more)


@page("workorder_cancel")
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: PersonRequest, pk: int) -> HttpResponse:
    """Ask, then call it off."""
    workorder = _own(request, pk)
    done = "Cancelled. Its codes are being blacklisted."
    return _step_page(request, workorder, "cancelled", done, "printing_cancel.html")
