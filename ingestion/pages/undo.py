"""The page that undoes a change of codes as a whole."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from ingestion.changes import NotUndoable, change_of, start_undo, undo_refusal
from ingestion.models import IngestionRecord
from ingestion.pages.asked_change import describe_asked
from portal.pages.access import PersonRequest, page
from workorders.changes.undo import extent_in_time
from workorders.models import Change

MOST_KEPT = 20  # codes that are listed


@page("scm_undo")
@require_http_methods(["GET", "HEAD", "POST"])
def record_undo(request: PersonRequest, key: str) -> HttpResponse:
    """Tell what an undo would do, then start it; a record that cannot be undone says why on its own page."""
    own = IngestionRecord.objects.filter(company_id=request.user.company_id or 0).select_related("company")
    record = get_object_or_404(own, key=key, type=IngestionRecord.Type.SCM)
    change = change_of(record)
    try:
        if request.method == "POST":
            return redirect("record-detail", key=start_undo(request.user, record, IngestionRecord.Mode.PORTAL).key)
        reason = undo_refusal(record)
    except NotUndoable as refused:
        reason = str(refused)
    if reason or change is None:
        messages.error(request, reason)
        return redirect("record-detail", key=key)
    context = {"record": record, "change": change, "asked": describe_asked(record), **_count(change)}
    return render(request, "ingestion/record_undo.html", context)


def _count(change: Change) -> dict[str, Any]:
    """Return how many codes get their old values back and how many are kept, with some of these, if known in time."""
    found = extent_in_time(change, MOST_KEPT)
    return dict(zip(("extent", "kept"), found, strict=True)) if found else {}
