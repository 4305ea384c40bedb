"""Pages of minting: how far it is, and its cancellation."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from portal.access import PersonRequest, page
from workorders import jobs
from workorders.visibility import own_workorders, workorders_for


@page("workorder_view")
def workorder_minting(request: PersonRequest, pk: int) -> HttpResponse:
    """How far the minting is, for the page that shows it; at its end that page shall load itself again."""
    workorder = get_object_or_404(workorders_for(request.user), pk=pk)
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
            messages.success(request, "Cancelled. No code of this workorder was created.")
        else:
            messages.error(request, jobs.NOT_MINTING)
    elif job is not None and not job.has_ended:
        return render(request, "workorders/workorder_cancel.html", {"workorder": workorder})
    return redirect("workorder-detail", pk=pk)
