"""Pages of secure codes: prepare them, see how far they are, download them."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers

from portal.pages.access import PersonRequest, page
from portal.values.addresses import address_of
from portal.values.words import gettext_lazy
from workorders import jobs
from workorders.archives.images import JustFailed
from workorders.deliveries import services as deliveries
from workorders.deliveries.delivery import DELIVERY_FORMATS, Delivery
from workorders.deliveries.downloads import download_delivery
from workorders.models import Job, Workorder
from workorders.rendering.secure_graphic import LAYOUTS
from workorders.visibility import own_workorders, workorders_to_print

FORMAT_HINTS = {
    "tiff": gettext_lazy("TIFF, one bit a dot: what every raster image processor reads"),
    "png": gettext_lazy("PNG, one bit a dot: smaller, and shown by every browser"),
    "pdf": gettext_lazy("PDF, a page a code in its exact size"),
}


def _to_print(request: PersonRequest, pk: int) -> Workorder:
    related = ("company", "printing_partner", "equipment", "substrate")
    return get_object_or_404(workorders_to_print(request.user).select_related(*related), pk=pk)


@page("workorder_create")
@require_POST
def allow_download(request: PersonRequest, pk: int) -> HttpResponse:
    """Let the secure codes be downloaded one more time."""
    workorder = get_object_or_404(own_workorders(request.user).select_related("company", "printing_partner"), pk=pk)
    if deliveries.allow_download(workorder, request.user):
        messages.success(
            request,
            gettext("{printing_partner} can download the secure codes one more time.").format(
                printing_partner=workorder.printing_partner
            ),
        )
    else:
        messages.error(request, deliveries.NOTHING_SPENT)
    return redirect("workorder-detail", pk=pk)


@page("workorder_print")
@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request")
def secure_codes(request: PersonRequest, pk: int) -> HttpResponse:
    """Show what was prepared for the person and how far it is, and start another."""
    workorder = _to_print(request, pk)
    said = ""
    if request.method == "POST":
        kind = request.POST.get("images", "")
        try:
            if kind not in DELIVERY_FORMATS:
                raise deliveries.NotNow(gettext("Choose a kind of images."))
            deliveries.prepare_delivery(workorder, kind, request.user, address_of(request))
            return redirect("workorder-secure-codes", pk=pk)
        except (deliveries.NotNow, JustFailed) as reason:
            said = str(reason)
    made = deliveries.deliveries_for(workorder, request.user)
    context = {
        "workorder": workorder,
        "made": [(job, Delivery.of(job)) for job in made],
        "is_moving": any(not job.has_ended for job in made),
        "refusal": deliveries.delivery_refusal(workorder),
        "spent": deliveries.download_refusal(workorder),
        "kinds": FORMAT_HINTS.items(),
        "size": LAYOUTS[workorder.layout].millimetres(workorder.equipment.dpi) if workorder.equipment else None,
        "said": said,
    }
    template = "_secure_codes.html" if "HX-Request" in request.headers else "secure_codes.html"
    return render(request, f"workorders/{template}", context)


def _prepared(request: PersonRequest, pk: int, job_id: int) -> Job:
    """Return the job that was started by this person; 404 for any other."""
    of = {"what": Job.What.SECURE, "workorder": _to_print(request, pk), "created_by": request.user}
    return get_object_or_404(Job.objects.select_related("workorder__company"), pk=job_id, **of)


@page("workorder_print")
@require_http_methods(["GET", "HEAD", "POST"])
def secure_file(request: PersonRequest, pk: int, job_id: int) -> HttpResponseBase:
    """Download the archive; the download is noted. A single download must begin with a POST."""
    job = _prepared(request, pk, job_id)
    try:
        return download_delivery(request, job, request.user, by_get=False)
    except deliveries.NotNow as reason:
        messages.error(request, str(reason))
    return redirect("workorder-secure-codes", pk=pk)


@page("workorder_print")
@require_POST
def secure_stop(request: PersonRequest, pk: int, job_id: int) -> HttpResponse:
    """End the making of an archive; it can be asked for again."""
    if jobs.cancel(_prepared(request, pk, job_id), request.user):
        messages.success(request, gettext("Cancelled. The secure codes can be generated again."))
    else:
        messages.error(request, gettext("They were not being generated any more, so there was nothing to cancel."))
    return redirect("workorder-secure-codes", pk=pk)
