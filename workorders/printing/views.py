"""Pages of printing: what the partner does to a workorder, and what its brand owner says to that."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers
from rest_framework.exceptions import ValidationError

from portal.access import PersonRequest, page
from portal.models import User
from portal.values.addresses import address_of
from workorders import jobs
from workorders.archives.images import NotMade
from workorders.models import Equipment, Job, Substrate, Workorder
from workorders.printing import deliveries, serializers
from workorders.printing.delivery_archive import FORMATS, Delivery
from workorders.printing.serializers import LONGEST_REASON
from workorders.secure import workflow
from workorders.visibility import own_workorders, workorders_to_print

KIND_HINTS = {
    "tiff": "TIFF, one bit a dot: what every raster image processor reads",
    "png": "PNG, one bit a dot: smaller, and shown by every browser",
    "pdf": "PDF, a page a code in its exact size",
}


def _step(
    request: PersonRequest,
    workorder: Workorder,
    take: Callable[[Workorder, User, Any], None],
    done: str,
    template: str,
    **context: Any,
) -> HttpResponse:
    """Show the form of a step, or take it; one that is refused is shown again as it was typed."""
    errors: Any = {}
    if request.method == "POST":
        try:
            take(workorder, request.user, request.POST)
        except ValidationError as refused:
            errors = refused.detail
        except workflow.OutOfTurn as reason:
            messages.error(request, str(reason))
            return redirect("workorder-detail", pk=workorder.pk)
        else:
            messages.success(request, done)
            return redirect("workorder-detail", pk=workorder.pk)
    context |= {"workorder": workorder, "errors": errors, "typed": request.POST}
    return render(request, f"workorders/{template}", context)


def _its_turn(request: PersonRequest, workorder: Workorder, name: str) -> HttpResponse | None:
    """Where to go instead when it is not the turn of the step."""
    if workflow.can_be(workorder, name):
        return None
    messages.error(request, workflow.refusal(workorder, name))
    return redirect("workorder-detail", pk=workorder.pk)


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
    if elsewhere := _its_turn(request, workorder, "confirmed"):
        return elsewhere
    kept: dict[str, QuerySet[Any]] = {
        "equipment": Equipment.objects.filter(company=workorder.printing_partner, is_archived=False),
        "substrates": Substrate.objects.filter(company=workorder.printing_partner, is_archived=False),
    }
    done = f"Confirmed. {workorder} is ready to print."
    return _step(request, workorder, serializers.confirm, done, "printing_confirm.html", **kept)


@page("workorder_print")
@require_http_methods(["GET", "HEAD", "POST"])
def mark_printed(request: PersonRequest, pk: int) -> HttpResponse:
    """Say how much was printed and wasted."""
    workorder = _to_print(request, pk)
    if elsewhere := _its_turn(request, workorder, "printed"):
        return elsewhere
    done = f"Marked as printed. {workorder.company} checks the quality now."
    usual = {"printed": workorder.uploaded_quantity, "wasted": 0}
    typed = {name: request.POST.get(name, value) for name, value in usual.items()}
    return _step(request, workorder, serializers.mark_printed, done, "printing_printed.html", **typed)


@page("workorder_create")
@require_http_methods(["GET", "HEAD", "POST"])
def complete(request: PersonRequest, pk: int) -> HttpResponse:
    """Ask, then accept what was printed."""
    workorder = _own(request, pk)
    if elsewhere := _its_turn(request, workorder, "completed"):
        return elsewhere
    done, printed = f"{workorder} is completed.", workflow.are_all_printed(workorder)
    return _step(request, workorder, serializers.complete, done, "printing_complete.html", are_all_printed=printed)


@page("workorder_create")
@require_http_methods(["GET", "HEAD", "POST"])
def reject(request: PersonRequest, pk: int) -> HttpResponse:
    """Have it printed again, with the reason."""
    workorder = _own(request, pk)
    if elsewhere := _its_turn(request, workorder, "rejected"):
        return elsewhere
    done = f"Rejected. {workorder.printing_partner} is told why, and prints {workorder} again."
    more = {"most": LONGEST_REASON}
    return _step(request, workorder, serializers.reject, done, "printing_reject.html", **more)


@page("workorder_cancel")
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: PersonRequest, pk: int) -> HttpResponse:
    """Ask, then call it off."""
    workorder = _own(request, pk)
    if elsewhere := _its_turn(request, workorder, "cancelled"):
        return elsewhere
    done = "Cancelled. Its codes are being blacklisted."
    return _step(request, workorder, serializers.cancel, done, "printing_cancel.html")


@page("workorder_create")
@require_POST
def allow_download(request: PersonRequest, pk: int) -> HttpResponse:
    """Let the secure codes be downloaded one more time."""
    workorder = _own(request, pk)
    if deliveries.allow_again(workorder, request.user):
        messages.success(request, f"{workorder.printing_partner} can download the secure codes one more time.")
    else:
        messages.error(request, deliveries.NOTHING_SPENT)
    return redirect("workorder-detail", pk=pk)


@page("workorder_print")
@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request")
def secure_codes(request: PersonRequest, pk: int) -> HttpResponse:
    """What was prepared for the person, how far each is, and the order of another."""
    workorder = _to_print(request, pk)
    said = ""
    if request.method == "POST":
        kind = request.POST.get("images", "")
        try:
            if kind not in FORMATS:
                raise deliveries.NotNow("Choose a kind of images.")
            deliveries.prepare(workorder, kind, request.user, address_of(request))
            return redirect("workorder-secure-codes", pk=pk)
        except (deliveries.NotNow, NotMade) as reason:
            said = str(reason)
    made = deliveries.deliveries_for(workorder, request.user)
    context = {
        "workorder": workorder,
        "made": [(job, Delivery.of(job)) for job in made],
        "is_moving": any(not job.has_ended for job in made),
        "refusal": deliveries.refusal(workorder),
        "spent": deliveries.spent(workorder),
        "kinds": KIND_HINTS.items(),
        "said": said,
    }
    template = "_secure_codes.html" if "HX-Request" in request.headers else "secure_codes.html"
    return render(request, f"workorders/{template}", context)


def _prepared(request: PersonRequest, pk: int, job_id: int) -> Job:
    """What was prepared for this person alone."""
    of = {"what": Job.What.SECURE, "workorder": _to_print(request, pk), "created_by": request.user}
    return get_object_or_404(Job.objects.select_related("workorder__company"), pk=job_id, **of)


@page("workorder_print")
@require_http_methods(["GET", "HEAD", "POST"])
def secure_file(request: PersonRequest, pk: int, job_id: int) -> HttpResponseBase:
    """The archive, whose download is noted; the only one begins with a POST."""
    job = _prepared(request, pk, job_id)
    try:
        return deliveries.hand_out(request, job, request.user, by_get=False)
    except deliveries.NotNow as reason:
        messages.error(request, str(reason))
    return redirect("workorder-secure-codes", pk=pk)


@page("workorder_print")
@require_POST
def secure_stop(request: PersonRequest, pk: int, job_id: int) -> HttpResponse:
    """End the making of an archive; it can be asked for again."""
    if jobs.cancel(_prepared(request, pk, job_id), request.user):
        messages.success(request, "Cancelled. The secure codes can be generated again.")
    else:
        messages.error(request, "They were not being generated any more, so there was nothing to cancel.")
    return redirect("workorder-secure-codes", pk=pk)
