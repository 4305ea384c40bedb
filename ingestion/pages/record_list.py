"""The list of ingestion records."""

from __future__ import annotations

from django.db.models import F
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext

from ingestion.models import IngestionRecord
from ingestion.pages.lines import build_lines, is_moving, list_records, may_upload
from ingestion.pages.record_filters import narrower_filters
from ingestion.pages.records import Status
from ingestion.results.record_search import find_codes, matching_records
from portal.pages.access import PersonRequest, page
from portal.pages.lists import between, day, ordered, page_of, picked, searched
from portal.values.words import gettext_lazy

ORDERS = {  # by what stands in the URL; newest first when nothing does
    "oldest": (gettext_lazy("Oldest first"), ("id",)),
    "file": (gettext_lazy("File name, A to Z"), ("file_name", "-id")),
    "largest": (gettext_lazy("Largest file first"), (F("file_size").desc(nulls_last=True), "-id")),
    "status": (gettext_lazy("Status"), ("status", "-id")),
    "uploader": (gettext_lazy("Uploader, A to Z"), ("created_by__email", "-id")),
}


@page("ingestion_view")
def record_list(request: PersonRequest) -> HttpResponse:
    """Show the ingestion records that the URL asks for."""
    user, query = request.user, searched(request)
    whose = user.may("company_view_all")
    status = picked(request, "status", Status.values)
    narrower, wanted = narrower_filters(request, user, whose)
    first, last = day(request, "from"), day(request, "to")
    shown, order = ordered(request, list_records(user).filter(between(first, last)), ORDERS, gettext("Newest first"))
    shown = shown.filter(**wanted)
    kind = picked(request, "type", IngestionRecord.Type.values)
    if kind:
        shown = shown.filter(type=kind)
    if status:
        shown = shown.filter(status=status)
    codes = find_codes(user, query)
    if query:
        shown = shown.filter(matching_records(user, query, codes))
    found = page_of(request, shown)
    lines = build_lines(found)
    is_narrowed = bool(first or last or wanted)
    context = {
        "page": found,
        "lines": lines,
        "is_moving": is_moving(lines),
        "query": query,
        "codes": codes,
        "status": status,
        "statuses": Status.choices,
        "more_choices": [("type", gettext("Kind"), gettext("All kinds"), IngestionRecord.Type.choices, kind), order],
        "narrower": narrower,
        "days": [("from", gettext("Uploaded from"), first), ("to", gettext("Uploaded up to"), last)],
        "is_narrowed": is_narrowed,
        "is_filtered": bool(query or status or kind or is_narrowed),
        "whose": whose,
        "can_upload": may_upload(user),
    }
    return render(request, "ingestion/record_list.html", context)
