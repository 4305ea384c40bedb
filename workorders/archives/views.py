"""Pages of images: ordering an archive with an image of every code, how far each is, cancelling and fetching."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.safestring import mark_safe
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers
from rest_framework.exceptions import ValidationError

from portal.pages.access import PersonRequest, page
from portal.values.words import gettext_lazy
from workorders import jobs
from workorders.archives.downloads import download_images
from workorders.archives.images import JustFailed, request_images
from workorders.archives.kept import files_kept_until
from workorders.archives.look import ImageLook, make_label
from workorders.archives.serializers import MOST_LABELS, ONLY_FOR, parse_look
from workorders.archives.sheets import MOST_SPACE, OWN, PAGE_LABELS, SHEETS, OwnGrid, parse_sheet, usual_labels
from workorders.codes.scm_fields import known_fields
from workorders.codes.texts import text_choices
from workorders.codes.warnings import list_warnings
from workorders.models import Job, Workorder
from workorders.rendering.qr_encoder import LEVELS, VERSIONS
from workorders.rendering.sheet_picture import draw_sheet
from workorders.visibility import with_plain_images, workorders_for

MOST_SHOWN = 20
FORMAT_LABELS = (("svg", "SVG"), ("png", "PNG"), ("pdf", "PDF"))
LEVEL_NAMES = {"L": gettext_lazy("L, 7 % may be damaged"), "M": "M, 15 %", "Q": "Q, 25 %", "H": "H, 30 %"}


NOT_OF_THE_LOOK = {"sheet", "preview", "csrfmiddlewaretoken", *OwnGrid().fields}  # fields of the form


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
    picture: dict[str, Any] = {}
    if request.method == "POST":
        try:
            look = parse_look(_posted(request), workorder, typed=True)
            if "preview" in request.POST:
                picture = _draw_sheet(workorder, look)
            else:
                request_images(workorder, look, request.user)
        except ValidationError as refused:
            errors = refused.detail
        except JustFailed as refused:
            errors = {"images": [str(refused)]}
        else:
            if "preview" not in request.POST:
                return redirect("workorder-images", pk=pk)
    made = _made(workorder)
    context = {
        "workorder": workorder,
        "warnings": list_warnings(workorder),
        "made": made,
        "files_kept_until": files_kept_until(workorder),
        "is_moving": any(not each.job.has_ended for each in made),
        "typed": request.POST,
        "kind": "pdf" if request.POST.get("sheet") else request.POST.get("images", ""),
        "errors": errors,
        "is_preview": "preview" in request.POST,
        "picture": picture,
        "kinds": FORMAT_LABELS,
        "levels": [(level, LEVEL_NAMES[level]) for level in LEVELS],
        "versions": [
            (version, gettext("{version}, {modules} modules wide").format(version=version, modules=17 + 4 * version))
            for version in VERSIONS
        ],
        "sheets": [*((name, sheet.label) for name, sheet in SHEETS.items()), (OWN, gettext("A grid of your own"))],
        "pages": PAGE_LABELS,
        "texts": text_choices(known_fields(workorder.company), request.POST.get("text", "")),
        "most_labels": MOST_LABELS,
        "most_space": int(MOST_SPACE),
    }
    is_poll = request.method != "POST" and "HX-Request" in request.headers
    template = "_images.html" if is_poll else "workorder_images.html"
    return render(request, f"workorders/{template}", context)


def _posted(request: PersonRequest) -> dict[str, Any]:
    """Return the fields of the form that the chosen format has, with the sizes of a chosen sheet.

    Who chooses a sheet means a PDF.
    """
    sheet = request.POST.get("sheet", "")
    kind = "pdf" if sheet in (*SHEETS, OWN) else request.POST.get("images", "")
    posted: dict[str, Any] = {
        name: value
        for name, value in request.POST.items()
        if name not in NOT_OF_THE_LOOK and kind in ONLY_FOR.get(name, kind)
    }
    return posted | {"images": kind} | (parse_sheet(sheet, request.POST) if sheet in (*SHEETS, OWN) else {})


def _draw_sheet(workorder: Workorder, look: ImageLook) -> dict[str, Any]:
    """Return a picture of a page of labels, and its figures; nothing for images that are no PDF."""
    if look.sheet is None:
        return {}
    label = make_label(workorder, look)
    return {
        "svg": mark_safe(draw_sheet(label)),  # noqa: S308  # it has numbers alone
        "label": label,
        "sheets": -(-workorder.quantity // look.sheet.labels),
    }


@page("workorder_download")
@require_POST
def workorder_labels(request: PersonRequest, pk: int) -> HttpResponse:
    """Order the labels of a workorder on the sheet that the company used last."""
    workorder = get_object_or_404(with_plain_images(workorders_for(request.user)), pk=pk)
    try:
        request_images(workorder, parse_look(usual_labels(workorder.company), workorder), request.user)
    except ValidationError as refused:
        by_field: Any = refused.detail
        said = " ".join(str(text) for texts in by_field.values() for text in texts)
        messages.error(request, f"{gettext('The labels do not fit the sheet that was used last.')} {said}")
    except JustFailed as refused:
        messages.error(request, str(refused))
    return redirect("workorder-images", pk=pk)


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
    messages.info(request, gettext("These images are being made. They can be downloaded in a moment."))
    return redirect("workorder-images", pk=pk)


@page("workorder_download")
@require_POST
def images_cancel(request: PersonRequest, pk: int, job_id: int) -> HttpResponse:
    """End the making of images; they can be ordered again at any time."""
    if jobs.cancel(_job(request, pk, job_id), request.user):
        messages.success(request, gettext("Cancelled. The images can be ordered again at any time."))
    else:
        messages.error(request, gettext("These images were not being made any more, so there was nothing to cancel."))
    return redirect("workorder-images", pk=pk)
