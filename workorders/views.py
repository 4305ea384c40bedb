"""Pages of workorders and their downloads."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from portal.pages.access import PersonRequest, page
from portal.pages.lists import chosen, ordered, page_of, picked, said_of, searched
from portal.pages.marks import tell_done
from portal.values.words import gettext_lazy
from workorders.archives.kept import files_kept_until
from workorders.codes.lookup import first_codes, may_have_symbols, may_see_codes
from workorders.codes.warnings import list_warnings
from workorders.models import Job, Workorder
from workorders.printing.next_steps import list_owner_actions, list_partner_steps
from workorders.secure.timeline import timeline_for
from workorders.secure.uploads import upload_refusal
from workorders.secure.workflow import can_take_step
from workorders.visibility import (
    HIDDEN,
    matching_workorders,
    own_workorders,
    sees_several_companies,
    set_hidden,
    visible_workorders,
)

MOST_UPLOADS = 5  # that a workorder's page names, the newest
ORDERS = {  # by what stands in the URL; newest first when nothing does
    "oldest": (gettext_lazy("Oldest first"), ("id",)),
    "reference": (gettext_lazy("Reference, A to Z"), ("reference", "id")),
    "most": (gettext_lazy("Most codes first"), ("-quantity", "-id")),
    "fewest": (gettext_lazy("Fewest codes first"), ("quantity", "-id")),
}


def is_being_archived(workorder: Workorder) -> bool:
    """Return whether the codes are there and their archive is still being made."""
    if workorder.type == Workorder.Type.SSC:
        return workorder.jobs.filter(what=Job.What.ARCHIVE, status__in=Job.OPEN).exists()
    return workorder.state == Workorder.State.NEW and not workorder.minting


@page("workorder_view")
def workorder_list(request: PersonRequest) -> HttpResponse:
    """Workorders as the URL asks for them; hidden ones only when it does."""
    query, kind = searched(request), picked(request, "type", Workorder.Type.values)
    state = picked(request, "state", [*Workorder.State.values, HIDDEN])
    workorders = visible_workorders(request.user).filter(is_archived=state == HIDDEN).select_related("company")
    shown, order = ordered(request, workorders, ORDERS, gettext("Newest first"))
    if state in Workorder.State.values:
        shown = shown.filter(state=state)
    if query:
        shown = shown.filter(matching_workorders(query))
    if kind:
        shown = shown.filter(type=kind)
    context = {
        "page": page_of(request, shown),
        "query": query,
        "state": state,
        "states": [*Workorder.State.choices, (HIDDEN, gettext("hidden"))],
        "is_filtered": bool(query or state or kind),
        "more_choices": [
            ("type", gettext("Type"), gettext("All types"), Workorder.Type.choices, kind),
            order,
        ],
        "is_hidden_list": state == HIDDEN,
        "whose": sees_several_companies(request.user),
    }
    return render(request, "workorders/workorder_list.html", context)


@page("workorder_view")
def workorder_detail(request: PersonRequest, pk: int) -> HttpResponse:
    """One workorder: its facts, its first codes and its downloads."""
    related = ("company", "created_by", "printing_partner", "equipment", "substrate")
    workorder = get_object_or_404(visible_workorders(request.user).select_related(*related), pk=pk)
    user, is_own = request.user, request.user.brand == workorder.company
    codes, job, packing = list(first_codes(workorder)), workorder.minting, is_being_archived(workorder)
    sees_uploads = user.may("ingestion_view") and (is_own or user.may("company_view_all"))
    context = {
        "workorder": workorder,
        "job": job,
        "is_moving": packing or (job is not None and not job.has_ended),
        "warnings": list_warnings(workorder),
        "sample": codes[0] if codes and not user.looks_only else None,
        "has_symbols": may_have_symbols(user),
        "codes": codes if may_see_codes(request.user) else [],
        "whose": sees_several_companies(request.user),
        "is_being_archived": packing,
        "files_kept_until": files_kept_until(workorder),
        "can_upload": is_own and user.may("ingestion_code_create") and not upload_refusal(workorder),
        "can_change": is_own and user.may("scm_bulk_edit") and workorder.has_codes,
        "can_cancel": user.may("workorder_cancel")
        and can_take_step(workorder, "cancelled")
        and (is_own or user.is_superuser),
        "can_stop": user.may("workorder_cancel"),
        **(_tell_uploads(workorder) if sees_uploads else {}),
        "history": timeline_for(workorder, user) if workorder.layout else [],
        "steps": list_partner_steps(workorder, request.user),
        **list_owner_actions(workorder, request.user),
    }
    return render(request, "workorders/workorder_detail.html", context)


def _tell_uploads(workorder: Workorder) -> dict[str, Any]:
    """Return the workorder's uploads, and who withdrew one of them, when and why, if anybody did."""
    uploads = list(workorder.ingestions.defer("result_data").select_related("withdrawal__created_by")[:MOST_UPLOADS])
    withdrawal = next((each.withdrawal for each in uploads if hasattr(each, "withdrawal")), None)
    by = withdrawal and withdrawal.created_by.name_for(workorder.company_id)
    return {"uploads": uploads, "withdrawal": withdrawal, "withdrawn_by": by}


@page("workorder_archive")
@require_POST
def workorder_archive(request: PersonRequest, pk: int) -> HttpResponse:
    """Hide one workorder from the list, or show it again."""
    hidden = _wants_to_hide(request)
    workorder = get_object_or_404(own_workorders(request.user), pk=pk)
    set_hidden(Workorder.objects.filter(pk=workorder.pk), hidden)
    undo = reverse("workorder-archive", args=[pk], query={"archive": "no"}) if hidden else ""
    tell_done(
        request,
        (gettext("{name} is hidden.") if hidden else gettext("{name} is back in the list.")).format(
            name=workorder.reference
        ),
        undo,
    )
    return redirect("workorder-detail", pk=pk)


@page("workorder_archive")
@require_POST
def workorder_archive_several(request: PersonRequest) -> HttpResponse:
    """Hide the workorders that were chosen in the list, or show them again, and lead back to the filtered list."""
    hidden = _wants_to_hide(request)
    workorders = chosen(request.POST.getlist("workorder"), own_workorders(request.user))
    set_hidden(workorders, hidden)
    if workorders:
        one, several = (
            (gettext("{name} is hidden."), gettext("{number} workorders are hidden."))
            if hidden
            else (gettext("{name} is back in the list."), gettext("{number} workorders are back in the list."))
        )
        fields = [("archive", "no"), *(("workorder", each.pk) for each in workorders)]
        undo = reverse("workorder-archive-several", query=fields) if hidden else ""
        tell_done(request, said_of(workorders, one, several), undo)
    else:
        messages.error(request, gettext("No workorder was chosen."))
    return HttpResponseRedirect(reverse("workorder-list", query=request.GET))


def _wants_to_hide(request: PersonRequest) -> bool:
    """Return whether to hide, or to show again; raise BadRequest when the form says neither."""
    try:
        return {"yes": True, "no": False}[request.POST.get("archive", "")]
    except KeyError:
        raise BadRequest(gettext("Say archive=yes or archive=no.")) from None
