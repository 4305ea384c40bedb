"""Pages of images: ordering an archive with an image of every code, how far each is, cancelling and fetching."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers
from rest_framework.exceptions import ValidationError

from portal.pages.access import PersonRequest, page
from workorders import jobs
from workorders.archives.downloads import download_images
from workorders.archives.images import JustFailed, request_images
from workorders.archives.look import ImageLook
from workorders.archives.serializers import ONLY_FOR, parse_look
from workorders.codes.warnings import list_warnings
from workorders.models import Job, Workorder
from workorders.rendering.qr_encoder import LEVELS, VERSIONS
from workorders.visibility import with_plain_images, workorders_for

MOST_SHOWN = 20
FORMAT_LABELS = (("svg", "SVG"), ("png", "PNG"), ("pdf", "PDF"))
LEVEL_NAMES = {"L": "L, 7 % may be damaged", "M": "M, 15 %", "Q": "Q, 25 %", "H": "H, 30 %"}


class ShopSheet(NamedTuple):
    """A sheet of labels that shops sell, by what the form's fields say of it. Millimetres."""

    label: str
    columns: int
    rows: int
    label_width: float
    label_height: float
    column_gap: float = 0


SHEETS = {
    "21": ShopSheet("A4 with 3 by 7 labels of 63.5 by 38.1 mm", 3, 7, 63.5, 38.1, 2.54),
    "24": ShopSheet("A4 with 3 by 8 labels of 70 by 37 mm", 3, 8, 70, 37),
    "65": ShopSheet("A4 with 5 by 13 labels of 38.1 by 21.2 mm", 5, 13, 38.1, 21.2, 2.5),
}


class Made(NamedTuple):
    """One archive of images, and the look it has or will have."""

    job: Job
    look: ImageLook


@page("workorder_download")
@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request")
def workorder_images(request: PersonRequest, pk: int) -> HttpResponse:
    """Show the archives of images that were ordered, and order another. Show a refused order again."""
    workorder = get_object_or_404(with_plain_images(workorders_for(request.user)), pk=pk)
    errors: Any = {}
    if request.method == "POST":
        try:
            request_images(workorder, parse_look(_posted(request), workorder, typed=True), request.user)
        except ValidationError as refused:
            errors = refused.detail
        except JustFailed as refused:
            errors = {"images": [str(refused)]}
        else:
            return redirect("workorder-images", pk=pk)
    made = _made(workorder)
    context = {
        "workorder": workorder,
        "warnings": list_warnings(workorder),
        "made": made,
        "is_moving": any(not each.job.has_ended for each in made),
        "typed": request.POST,
        "errors": errors,
        "kinds": FORMAT_LABELS,
        "levels": [(level, LEVEL_NAMES[level]) for level in LEVELS],
        "versions": [(version, f"{version}, {17 + 4 * version} modules wide") for version in VERSIONS],
        "sheets": [(name, sheet.label) for name, sheet in SHEETS.items()],
    }
    template = "_images.html" if "HX-Request" in request.headers else "workorder_images.html"
    return render(request, f"workorders/{template}", context)


def _posted(request: PersonRequest) -> dict[str, Any]:
    """Return the fields of the form that the chosen format has, with the sizes of a chosen shop sheet."""
    kind = request.POST.get("images", "")
    posted: dict[str, Any] = {
        name: value
        for name, value in request.POST.items()
        if name not in ("sheet", "csrfmiddlewaretoken") and kind in ONLY_FOR.get(name, kind)
    }
    sheet = SHEETS.get(request.POST.get("sheet", ""))
    if sheet and kind == "pdf":
        posted |= {name: value for name, value in sheet._asdict().items() if name != "label"}
    return posted


def _made(workorder: Workorder) -> list[Made]:
    ordered = workorder.jobs.filter(what=Job.What.IMAGES)[:MOST_SHOWN]
    return [Made(job, ImageLook.of(job.parameters)) for job in ordered]


def _job(request: PersonRequest, pk: int, job_id: int) -> Job:
    workorders = with_plain_images(workorders_for(request.user))
    return get_object_or_404(Job, pk=job_id, what=Job.What.IMAGES, workorder=get_object_or_404(workorders, pk=pk))


@page("workorder_download")
def images_file(request: PersonRequest, pk: int, job_id: int) -> HttpResponseBase:
    """Answer with the archive that a job made. Make it once more where it is gone."""
    job = _job(request, pk, job_id)
    look = ImageLook.of(job.parameters)
    _name, making = request_images(job.workorder, look, request.user)
    if making is None:
        return download_images(request, job.workorder, look)
    messages.info(request, "These images are being made. They can be downloaded in a moment.")
    return redirect("workorder-images", pk=pk)


@page("workorder_download")
@require_POST
def images_cancel(request: PersonRequest, pk: int, job_id: int) -> HttpResponse:
    """End the making of images; they can be ordered again at any time."""
    if jobs.cancel(_job(request, pk, job_id), request.user):
        messages.success(request, "Cancelled. The images can be ordered again at any time.")
    else:
        messages.error(request, "These images were not being made any more, so there was nothing to cancel.")
    return redirect("workorder-images", pk=pk)
