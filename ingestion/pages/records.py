"""Pages of one ingestion record."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers

from ingestion.models import IngestionRecord
from ingestion.pages.asked_change import tell_change
from ingestion.pages.lines import list_records, may_change, may_upload
from ingestion.pages.record_facts import describe_file, has_arrived, has_file, progress_step
from ingestion.pages.withdraw import tell_withdrawal
from ingestion.results.downloads import Emptied, errors_csv_response, rows_with_errors_response
from ingestion.results.error_list import build_error_page, list_missing_products
from ingestion.results.timeline import history_of
from ingestion.services import can_check_again, cancel, check_again, may_cancel, records_for
from portal.models import User
from portal.pages.access import PersonRequest, page
from workorders.views import is_being_archived

Status = IngestionRecord.Status


@page("ingestion_view")
@vary_on_headers("HX-Request")
def record_detail(request: PersonRequest, key: str) -> HttpResponse:
    """Show one record; the poll of its page gets only the part that changes."""
    user, whose = request.user, request.user.may("company_view_all")
    is_poll = "HX-Request" in request.headers
    related = ("workorder", "withdrawal") if is_poll else ("workorder", "withdrawal", "company", "created_by")
    record = get_object_or_404(records_for(user).select_related(*related), key=key)
    context: dict[str, Any] = {
        "record": record,
        "step": progress_step(record),
        "read_as": describe_file(record),
        "has_file": has_file(record),
        "has_arrived": has_arrived(record),
        "is_being_archived": record.workorder is not None and is_being_archived(record.workorder),
        "sees_workorder": user.may("workorder_view") and (whose or record.company_id == user.company_id),
        "has_symbols": not user.looks_only,
        "whose": whose,
        "can_cancel": not record.has_ended and may_cancel(record, user, user.may),
        "can_upload": lambda: record.company_id == user.company_id and may_upload_again(record, user),
    }
    is_change = record.type == IngestionRecord.Type.SCM
    context |= tell_change(record, user) if is_change else tell_withdrawal(record, user)
    withdrawal = context.get("withdrawal")
    state = context["state"] = f"{record.state} {withdrawal.status}" if withdrawal else record.state
    if record.status == Status.ERROR:
        context |= build_error_page(request, record)
        context["can_check_again"] = lambda: can_check_again(record)
        context["missing_products"] = lambda: list_missing_products(record)
    if not is_poll or request.headers.get("Seen", state) != state:
        context["history"] = history_of(record)
    return render(request, f"ingestion/{'_record' if is_poll else 'record_detail'}.html", context)


def may_upload_again(record: IngestionRecord, user: User) -> bool:
    """Say whether the person can upload a file of the record's kind."""
    return may_change(user) if record.type == IngestionRecord.Type.SCM else may_upload(user)


@page("ingestion_view")
@require_http_methods(["GET", "HEAD", "POST"])
def record_cancel(request: PersonRequest, key: str) -> HttpResponse:
    """Ask, then end an upload that has not ended."""
    record = get_object_or_404(list_records(request.user), key=key)
    if not may_cancel(record, request.user, request.user.may):
        raise PermissionDenied(gettext("Only who uploaded it and admins can cancel it."))
    if request.method == "POST":
        if cancel(record, request.user):
            is_change = record.type == IngestionRecord.Type.SCM
            kept = gettext("No code was changed.") if is_change else gettext("Nothing of this upload is kept.")
            messages.success(request, gettext("Cancelled. {kept}").format(kept=kept))
        else:
            messages.error(request, gettext("It had already ended, so there was nothing to cancel."))
    elif not record.has_ended:
        return render(request, "ingestion/record_cancel.html", {"record": record, "has_file": has_file(record)})
    return redirect("record-detail", key=key)


@page("ingestion_view")
@require_POST
def record_check_again(request: PersonRequest, key: str) -> HttpResponse:
    """Have the kept file of a refused record checked once more."""
    own = IngestionRecord.objects.filter(company_id=request.user.company_id or 0)
    record = get_object_or_404(own, key=key)
    if not may_upload_again(record, request.user):
        raise PermissionDenied
    if not check_again(record, request.user):
        messages.error(
            request, gettext("It cannot be checked again: it is not refused, or its file is not kept any more.")
        )
    return redirect("record-detail", key=key)


@page("ingestion_view")
def record_errors_csv(request: PersonRequest, key: str) -> HttpResponseBase:
    """Return every error of a record, as a file for a spreadsheet."""
    return _given_out(request, key, errors_csv_response)


@page("ingestion_view")
def record_rows_with_errors(request: PersonRequest, key: str) -> HttpResponseBase:
    """Return the uploaded rows with their errors beside them, to be corrected and uploaded again."""
    return _given_out(request, key, rows_with_errors_response)


def _given_out(
    request: PersonRequest, key: str, answer: Callable[[PersonRequest, IngestionRecord], HttpResponseBase]
) -> HttpResponseBase:
    """Answer with a file about the record; where it is not kept any more, lead to the record's page, which says so."""
    try:
        return answer(request, get_object_or_404(records_for(request.user), key=key))
    except Emptied as reason:
        messages.error(request, str(reason))
        return redirect("record-detail", key=key)
