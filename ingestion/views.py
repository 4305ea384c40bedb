"""Pages of uploads: the overview, the upload form, the records and their errors."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods
from django.views.decorators.vary import vary_on_headers

from ingestion.api import corrections_file, errors_file
from ingestion.corrections import has_corrections
from ingestion.csv_reader import DELIMITER_NAMES
from ingestion.errors import KINDS, message
from ingestion.models import IngestionError, IngestionRecord
from ingestion.services import cancel, records_for
from portal.access import PersonRequest, page
from portal.models import User
from portal.paging import ROWS_A_PAGE, page_of, searched
from workorders import qr
from workorders.models import ActivationStatus
from workorders.services import LONGEST_ID, codes_in, longest_id, products_for, workorders_for
from workorders.symbols import smallest_version
from workorders.views import is_being_archived, sees_several_companies

RECENT_RECORDS, RECENT_WORKORDERS = 8, 5
EXAMPLE_ID = "abc12345"  # while no file is chosen
PRODUCTS_TO_CHOOSE_FROM = 300  # with more, the SKU is typed

Status = IngestionRecord.Status


@page()
def overview(request: PersonRequest) -> HttpResponse:
    """What happened lately, of what the person may see."""
    user = request.user
    context: dict[str, Any] = {"can_upload": may_upload(user), "whose": user.may("company_view_all")}
    if user.may("ingestion_view"):
        arrived = _listed(user).exclude(status=Status.UPLOADING)
        context["lines"] = lines = lines_of(arrived[:RECENT_RECORDS])
        context["is_moving"] = is_moving(lines)
    if user.may("workorder_view"):
        workorders = workorders_for(user).filter(is_archived=False)
        context["workorders"] = workorders.select_related("company")[:RECENT_WORKORDERS]
        context["whose_workorders"] = sees_several_companies(user)
        context["codes_total"] = codes_in(workorders_for(user))
        context["workorders_total"] = workorders_for(user).count()
    if user.may("product_view"):
        context["products_total"] = products_for(user).filter(is_archived=False).count()
    return render(request, "ingestion/overview.html", context)


def may_upload(user: User) -> bool:
    """Whether the person can upload at all: codes belong to a brand owner, so someone of no company cannot."""
    return user.brand is not None and user.may("ingestion_code_create")


def _listed(user: User) -> QuerySet[IngestionRecord]:
    """The records `user` may see, without their results, which can name thousands of ids each."""
    return records_for(user).select_related("company", "created_by").defer("result_data")


class Line(NamedTuple):
    """A record as a list shows it."""

    record: IngestionRecord
    codes: int
    problems: int


def lines_of(records: Iterable[IngestionRecord]) -> list[Line]:
    """The lines of `records`, with one query for all their results."""
    shown = list(records)
    results = IngestionRecord.objects.filter(pk__in=[record.pk for record in shown]).values_list(
        "pk", "result_data__codes_created", "result_data__error_counts"
    )
    known = {pk: (codes or 0, sum((counts or {}).values())) for pk, codes, counts in results}
    return [Line(record, *known.get(record.pk, (0, 0))) for record in shown]


def is_moving(lines: list[Line]) -> bool:
    """Whether a list of records will look different soon."""
    return any(line.record.status in (Status.QUEUED, Status.PROCESSING) for line in lines)


@page("ingestion_code_create")
def upload(request: PersonRequest) -> HttpResponse:
    """The form whose script sends the file."""
    if not may_upload(request.user):
        raise PermissionDenied("Codes belong to a brand owner; only its people can upload them.")
    products = products_for(request.user).filter(is_archived=False)[: PRODUCTS_TO_CHOOSE_FROM + 1]
    context = {
        "company": request.user.company,
        "kinds": KINDS.values(),
        "delimiters": DELIMITER_NAMES.items(),
        "products": products,
        "choose_product": len(products) <= PRODUCTS_TO_CHOOSE_FROM,
        "activation_statuses": ActivationStatus.choices,
        "max_bytes": settings.MAX_UPLOAD_BYTES,
    }
    return render(request, "ingestion/upload.html", context)


@page("ingestion_code_create")
def upload_symbol(request: PersonRequest) -> HttpResponse:
    """The QR symbol of the first code as it will be, and how long an id may get behind the prefix."""
    if not may_upload(request.user) or request.user.company is None:
        raise PermissionDenied("Codes belong to a brand owner; only its people can upload them.")
    prefix = request.GET.get("url_prefix", "").strip() or request.user.company.url_prefix
    url = prefix + (request.GET.get("identifier", "") or EXAMPLE_ID)
    context = {"url": url, "length": len(url), "longest_id": max(0, min(LONGEST_ID, longest_id(prefix)))}
    if url.isascii() and url.isprintable() and len(url) <= qr.CAPACITY:
        context["version"] = smallest_version(len(url), "M")
        context["drawing"] = b64encode(qr.svg(url)).decode()
    return render(request, "ingestion/_symbol.html", context)


@page("ingestion_view")
def record_list(request: PersonRequest) -> HttpResponse:
    """Ingestion records, newest first."""
    query, status = searched(request), request.GET.get("status", "")
    shown = _listed(request.user)
    if status in Status.values:
        shown = shown.filter(status=status)
    if query:
        shown = shown.filter(Q(key=query) | Q(file_name__icontains=query) | Q(created_by__email__icontains=query))
    found = page_of(request, shown)
    lines = lines_of(found)
    context = {
        "page": found,
        "lines": lines,
        "is_moving": is_moving(lines),
        "query": query,
        "status": status,
        "statuses": Status.choices,
        "whose": request.user.may("company_view_all"),
        "can_upload": may_upload(request.user),
    }
    return render(request, "ingestion/record_list.html", context)


@page("ingestion_view")
@vary_on_headers("HX-Request")
def record_detail(request: PersonRequest, key: str) -> HttpResponse:
    """One record; the poll of its page gets only the part that changes."""
    record = get_object_or_404(records_for(request.user).select_related("company", "created_by", "workorder"), key=key)
    context: dict[str, Any] = {
        "record": record,
        "step": step_of(record),
        "read_as": read_as(record),
        "is_being_archived": record.workorder is not None and is_being_archived(record.workorder),
        "sees_workorder": request.user.may("workorder_view")
        and (request.user.is_superuser or record.company_id == request.user.company_id),
        "whose": request.user.may("company_view_all"),
        "can_upload": may_upload(request.user),
    }
    if record.status == Status.ERROR:
        context |= _errors(request, record)
    template = "_record.html" if "HX-Request" in request.headers else "record_detail.html"
    return render(request, f"ingestion/{template}", context)


def read_as(record: IngestionRecord) -> str:
    """What the reader found the file to be, in words; nothing before it was read."""
    facts = record.file_facts
    sheets = int(facts.get("sheets", 1))
    said = [
        f"separated by {DELIMITER_NAMES[facts['delimiter']]}" if facts.get("delimiter") else "",
        facts.get("encoding", ""),
        "unpacked from gzip" if "compression" in facts else "",
        f"sheet {facts['sheet']}" + (f", the first of {sheets}" if sheets > 1 else "") if "sheet" in facts else "",
    ]
    return ", ".join(filter(None, said))


def step_of(record: IngestionRecord) -> int:
    """Which step a record that has not ended is at: 0 receive the file, 1 check every row, 2 create the codes."""
    if record.status == Status.UPLOADING:
        return 0
    return 2 if record.phase == IngestionRecord.Phase.CREATING else 1


class CountedPaginator(Paginator):  # type: ignore[type-arg]  # not generic at run time
    """Pages of a set whose size is known without asking the database."""

    count: int = 0

    def __init__(self, errors: QuerySet[IngestionError], count: int) -> None:
        super().__init__(errors, ROWS_A_PAGE)
        self.count = count


def _errors(request: PersonRequest, record: IngestionRecord) -> dict[str, Any]:
    """The page of the record's errors that the URL asks for, and how many there are of each kind."""
    kind, query = request.GET.get("error", ""), searched(request)
    counts = dict(sorted(record.error_counts.items(), key=lambda item: -item[1]))
    kind = kind if kind in counts else ""
    errors = record.errors.all()
    if kind:
        errors = errors.filter(error=kind)
    if query:
        errors = errors.filter(value__icontains=query)
    total = sum(counts.values())
    count = errors.count() if query else counts.get(kind, total)
    found = CountedPaginator(errors, count).get_page(request.GET.get("page"))
    return {
        "page": found,
        "errors": [(error, message(error)) for error in found],
        "kinds": [(KINDS[name], number) for name, number in counts.items()],
        "choices": [(name, f"{KINDS[name].title} ({number:,})") for name, number in counts.items()],
        "errors_total": total,
        "is_our_fault": "internal_error" in counts,
        "has_corrections": has_corrections(record),
        "kind": kind,
        "query": query,
    }


@page("ingestion_cancel")
@require_http_methods(["GET", "HEAD", "POST"])
def record_cancel(request: PersonRequest, key: str) -> HttpResponse:
    """Ask, then end an upload that has not ended."""
    record = get_object_or_404(_listed(request.user), key=key)
    if request.method == "POST":
        if cancel(record):
            messages.success(request, "Cancelled. Nothing of this upload is kept.")
        else:
            messages.error(request, "This upload had already ended, so there was nothing to cancel.")
    elif not record.has_ended:
        return render(request, "ingestion/record_cancel.html", {"record": record})
    return redirect("record-detail", key=key)


@page("ingestion_view")
def record_errors_csv(request: PersonRequest, key: str) -> HttpResponseBase:
    """Every error of a record, as a file for a spreadsheet."""
    return errors_file(get_object_or_404(records_for(request.user), key=key))


@page("ingestion_view")
def record_corrections(request: PersonRequest, key: str) -> HttpResponseBase:
    """The uploaded rows with their errors beside them, to be corrected and uploaded again."""
    return corrections_file(get_object_or_404(records_for(request.user), key=key))
