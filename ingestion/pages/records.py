"""Pages of ingestion records: the list, one record, and its errors."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import F
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods
from django.views.decorators.vary import vary_on_headers

from ingestion.api.records import corrections_file, errors_file
from ingestion.models import IngestionRecord
from ingestion.pages.lines import is_moving, lines_of, listed, may_upload
from ingestion.readers.csv_reader import DELIMITER_NAMES
from ingestion.results.error_list import errors_of
from ingestion.results.record_search import codes_in_sight, fitting
from ingestion.results.timeline import history_of
from ingestion.services import cancel, records_for
from portal.models import Company, User
from portal.pages.access import PersonRequest, page
from portal.pages.lists import Filter, between, day, one_of, ordered, page_of, picked, searched
from workorders.views import is_being_archived

Status = IngestionRecord.Status
ORDERS = {  # by what stands in the URL; newest first when nothing does
    "oldest": ("Oldest first", ("id",)),
    "file": ("File name, A to Z", ("file_name", "-id")),
    "largest": ("Largest file first", (F("file_size").desc(nulls_last=True), "-id")),
    "status": ("Status", ("status", "-id")),
    "uploader": ("Uploader, A to Z", ("created_by__email", "-id")),
}


@page("ingestion_view")
def record_list(request: PersonRequest) -> HttpResponse:
    """Ingestion records as the URL asks for them."""
    user, query = request.user, searched(request)
    whose = user.may("company_view_all")
    status = picked(request, "status", Status.values)
    narrower, wanted = _narrower(request, user, whose)
    first, last = day(request, "from"), day(request, "to")
    shown, order = ordered(request, listed(user).filter(between(first, last)), ORDERS, "Newest first")
    shown = shown.filter(**wanted)
    if status:
        shown = shown.filter(status=status)
    codes = codes_in_sight(user, query)
    if query:
        shown = shown.filter(fitting(user, query, codes))
    found = page_of(request, shown)
    lines = lines_of(found)
    is_narrowed = bool(first or last or wanted)
    context = {
        "page": found,
        "lines": lines,
        "is_moving": is_moving(lines),
        "query": query,
        "codes": codes,
        "status": status,
        "statuses": Status.choices,
        "more_choices": [order],
        "narrower": narrower,
        "days": [("from", "Uploaded from", first), ("to", "Uploaded up to", last)],
        "is_narrowed": is_narrowed,
        "is_filtered": bool(query or status or is_narrowed),
        "whose": whose,
        "can_upload": may_upload(user),
    }
    return render(request, "ingestion/record_list.html", context)


def _narrower(request: PersonRequest, user: User, whose: bool) -> tuple[list[Filter], dict[str, str]]:
    """The filters that few need, and what they ask of the fields of a record."""
    filters: list[Filter] = []
    wanted: dict[str, str] = {}
    for name, label, none, choices in (
        ("ingestion_mode", "Uploaded through", "API and portal", IngestionRecord.Mode.choices),
        ("filetype", "File type", "All types", IngestionRecord.Filetype.choices),
    ):
        wanted[name] = picked(request, name, dict(choices))
        filters.append((name, label, none, choices, wanted[name]))
    people = User.objects.filter(company=user.company_id or 0)
    uploader = {"none": "Everybody", "said": "email", "typed": "email", "hint": "E-mail"}
    owners = Company.objects.filter(kind=Company.Kind.BRAND_OWNER)
    company = {"none": "All companies", "said": "name", "typed": "slug", "hint": "Slug of a company"}
    for name, label, rows, words in (
        ("created_by", "Uploader", people, uploader),
        ("company", "Company", owners if whose else owners.none(), company),
    ):
        each, wanted[name] = one_of(request, name, label, rows, **words)
        if each[3] != []:
            filters.append(each)
    return filters, {name: value for name, value in wanted.items() if value}


@page("ingestion_view")
@vary_on_headers("HX-Request")
def record_detail(request: PersonRequest, key: str) -> HttpResponse:
    """One record; the poll of its page gets only the part that changes."""
    user = request.user
    is_poll = "HX-Request" in request.headers
    related = ("workorder",) if is_poll else ("workorder", "company", "created_by")
    record = get_object_or_404(records_for(user).select_related(*related), key=key)
    context: dict[str, Any] = {
        "record": record,
        "step": step_of(record),
        "read_as": read_as(record),
        "is_being_archived": record.workorder is not None and is_being_archived(record.workorder),
        "sees_workorder": user.may("workorder_view") and (user.is_superuser or record.company_id == user.company_id),
        "whose": user.may("company_view_all"),
        "can_upload": lambda: record.company_id == user.company_id and may_upload(user),
    }
    if record.status == Status.ERROR:
        context |= errors_of(request, record)
    if not is_poll or request.headers.get("Seen", record.state) != record.state:
        context["history"] = history_of(record)
    return render(request, f"ingestion/{'_record' if is_poll else 'record_detail'}.html", context)


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


@page("ingestion_cancel")
@require_http_methods(["GET", "HEAD", "POST"])
def record_cancel(request: PersonRequest, key: str) -> HttpResponse:
    """Ask, then end an upload that has not ended."""
    record = get_object_or_404(listed(request.user), key=key)
    if request.method == "POST":
        if cancel(record, request.user):
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
