"""The form that changes many codes: what becomes of them, then a preview of it, then the record that does it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from ingestion.changes import start_selected
from ingestion.models import IngestionRecord
from ingestion.pages.selection import PlaceForm, Selection, read_selection
from portal.models import Company
from portal.pages.access import PersonRequest, page
from portal.values import words
from workorders.changes.form import ChangeForm
from workorders.changes.preview import count_selected, some_changing
from workorders.changes.values import NewValues
from workorders.changes.wording import describe_change, describe_replaced, describe_selection, workorder_of
from workorders.codes.filters import CodeFilter
from workorders.models import ActivationStatus

STEP = "step"  # the button that was pressed: preview, back or confirm
NOT_KEPT = ("csrfmiddlewaretoken", STEP)


@page("scm_bulk_edit")
@require_http_methods(["GET", "HEAD", "POST"])
def code_change(request: PersonRequest) -> HttpResponse:
    """Show the form for the codes that the URL selects, a preview of what was typed, or start the change."""
    company = request.user.brand
    if company is None:
        raise PermissionDenied(gettext("Codes belong to a brand owner; only its people change them."))
    selection = read_selection(request, company)
    if selection.meant.is_empty:
        messages.error(request, gettext("Choose codes first: tick some, or filter the list."))
        return redirect("code-list")
    typed = request.POST if request.method == "POST" else None
    form = ChangeForm(company, typed)
    place = PlaceForm(selection.workorder, typed) if selection.workorder and selection.has_place else None
    is_valid = all([form.is_valid(), place is None or place.is_valid()])
    step = request.POST.get(STEP, "")
    if is_valid and step == "confirm":
        record = start_selected(
            request.user, company, selection.at(place), form.values, mode=IngestionRecord.Mode.PORTAL
        )
        return redirect("record-detail", key=record.key)
    if is_valid and step == "preview":
        return _preview(request, company, selection.at(place), form)
    return _form(request, company, selection, form, place)


def _form(
    request: PersonRequest, company: Company, selection: Selection, form: ChangeForm, place: PlaceForm | None
) -> HttpResponse:
    context: dict[str, Any] = {
        "selection": selection,
        "workorder": selection.workorder,
        "form": form,
        "place": place,
        "codes": describe_selection(workorder_of(company, selection.meant), selection.meant, _codes(selection.number)),
        "is_refused": request.POST.get(STEP) == "preview",
    }
    return render(request, "ingestion/code_change.html", context)


def _preview(request: PersonRequest, company: Company, meant: CodeFilter, form: ChangeForm) -> HttpResponse:
    codes, values = meant.codes(company), form.values
    counted = count_selected(company, codes, values)
    reference, number = workorder_of(company, meant), _codes(counted and counted.changing)
    context = {
        "sentence": describe_change(reference, meant, values, form.sku, number),
        "counted": counted,
        "most": meant.count(company) if counted is None else None,
        "may_release": _may_release(meant, values),
        "some": [(code, describe_replaced(code, values, form.sku)) for code in some_changing(company, codes, values)],
        "kept": [(name, value) for name, each in request.POST.lists() for value in each if name not in NOT_KEPT],
    }
    return render(request, "ingestion/code_change_preview.html", context)


def _may_release(meant: CodeFilter, values: NewValues) -> bool:
    """Say whether blacklisted codes may be among those that get another status."""
    is_meant = meant.activation_status in (None, ActivationStatus.BLACKLISTED)
    return is_meant and values.status not in (None, ActivationStatus.BLACKLISTED)


def _codes(number: int | None) -> str:
    """Say so many codes; all codes where the number is not known."""
    return gettext("all codes") if number is None else words.codes(number)
