"""Pages of printing: what the partner does to a workorder, and what its brand owner says to that."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods
from rest_framework.exceptions import ValidationError

from portal.pages.access import PersonRequest, page
from workorders.models import Equipment, Substrate, Workorder
from workorders.printing.serializers import LONGEST_LIST, LONGEST_REASON
from workorders.printing.steps import take_step
from workorders.secure.waste import Busy
from workorders.secure.workflow import WrongState, are_all_printed, check_state
from workorders.visibility import own_workorders, workorders_to_print

MOST_OF_FILE = LONGEST_LIST + 4  # bytes of a scanner's list that are read: enough to refuse one that is too long


def _step_page(
    request: PersonRequest,
    workorder: Workorder,
    step: str,
    done: str,
    template: str,
    sent: QueryDict | None = None,
    **context: Any,
) -> HttpResponse:
    """Show the form of a step, or take the step; a form that is refused is shown again as it was typed.

    `sent` is what was typed, if it is not the body of the request as it is.
    """
    errors: Any = {}
    try:
        check_state(workorder, step)
        if request.method == "POST":
            take_step(workorder, step, request.user, request.POST if sent is None else sent, typed=True)
            messages.success(request, done)
            return redirect("workorder-detail", pk=workorder.pk)
    except WrongState as reason:
        messages.error(request, str(reason))
        return redirect("workorder-detail", pk=workorder.pk)
    except ValidationError as refused:
        errors = refused.detail
    except Busy as reason:
        errors = {"confirm": [str(reason)]}
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
    kept: dict[str, Any] = {
        "equipment": Equipment.objects.filter(company=workorder.printing_partner, is_archived=False),
        "substrates": Substrate.objects.filter(company=workorder.printing_partner, is_archived=False),
    }
    done = gettext("Confirmed. {workorder} is ready to print.").format(workorder=workorder)
    return _step_page(request, workorder, "confirmed", done, "printing_confirm.html", **kept)


@page("workorder_print")
@require_http_methods(["GET", "HEAD", "POST"])
def mark_printed(request: PersonRequest, pk: int) -> HttpResponse:
    """Say how much was printed and wasted."""
    workorder = _to_print(request, pk)
    done = gettext("Marked as printed. {company} checks the quality now.").format(company=workorder.company)
    usual = {"printed": workorder.uploaded_quantity, "wasted": "", "wasted_ranges": "", "wasted_list": ""}
    sent = _with_file(request)
    typed = {name: sent.get(name, value) for name, value in usual.items()}
    return _step_page(request, workorder, "printed", done, "printing_printed.html", sent, **typed)


def _with_file(request: PersonRequest) -> QueryDict:
    """Return what was typed, with the contents of a scanner's file in the list, which shows it if it is refused.

    A field that was left empty is left out.
    """
    sent = request.POST.copy()
    if file := request.FILES.get("wasted_file"):
        text = file.read(MOST_OF_FILE).decode("utf-8-sig", errors="replace").replace("\0", "")
        sent["wasted_list"] = f"{sent.get('wasted_list', '')}\n{text}".strip()
    if not sent.get("wasted", "").strip():
        sent.pop("wasted", None)
    return sent


@page("workorder_create")
@require_http_methods(["GET", "HEAD", "POST"])
def complete(request: PersonRequest, pk: int) -> HttpResponse:
    """Ask, then accept what was printed."""
    workorder = _own(request, pk)
    done, printed = gettext("{workorder} is completed.").format(workorder=workorder), are_all_printed(workorder)
    return _step_page(request, workorder, "completed", done, "printing_complete.html", are_all_printed=printed)


@page("workorder_create")
@require_http_methods(["GET", "HEAD", "POST"])
def reject(request: PersonRequest, pk: int) -> HttpResponse:
    """Have it printed again, with the reason."""
    workorder = _own(request, pk)
    done = gettext("Rejected. {printing_partner} is told why, and prints {workorder} again.").format(
        printing_partner=workorder.printing_partner, workorder=workorder
    )
    return _step_page(request, workorder, "rejected", done, "printing_reject.html", most=LONGEST_REASON)


@page("workorder_cancel")
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: PersonRequest, pk: int) -> HttpResponse:
    """Ask, then call it off."""
    workorder = _own(request, pk)
    done = gettext("Cancelled. Its codes are being blacklisted.")
    return _step_page(request, workorder, "cancelled", done, "printing_cancel.html")
