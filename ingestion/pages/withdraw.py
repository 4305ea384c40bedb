"""The page that withdraws a completed upload of new codes."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from ingestion.models import IngestionRecord
from ingestion.withdrawal import LONGEST_REASON, NotWithdrawable, extent_of, withdraw, withdrawal_refusal
from portal.models import User
from portal.pages.access import PersonRequest, page
from portal.values.texts import LINES, unseen
from portal.values.words import gettext_lazy, number

NO_REASON = gettext_lazy("Say why the upload is withdrawn.")
CHANGED = gettext_lazy("What becomes of the codes has changed while this page was open. Read it again.")


def tell_withdrawal(record: IngestionRecord, user: User) -> dict[str, Any]:
    """Return what the page of an upload shows of its withdrawal: the one there is, and whether the person may ask."""
    if record.status != IngestionRecord.Status.COMPLETED:
        return {}
    is_own = record.company_id == user.company_id
    return {
        "withdrawal": getattr(record, "withdrawal", None),
        "can_withdraw": is_own and user.may("ingestion_withdraw") and not withdrawal_refusal(record),
    }


@page("ingestion_withdraw")
@require_http_methods(["GET", "HEAD", "POST"])
def record_withdraw(request: PersonRequest, key: str) -> HttpResponse:
    """Tell whether the codes would be deleted or blacklisted, ask for the reason, then withdraw the upload."""
    own = IngestionRecord.objects.filter(company_id=request.user.company_id or 0)
    record = get_object_or_404(own.select_related("workorder", "created_by"), key=key, type=IngestionRecord.Type.CODE)
    reason, wrong = request.POST.get("reason", "").strip(), ""
    try:
        extent = extent_of(record)
        if request.method == "POST":
            expected = request.POST.get("deletes") == "yes"
            wrong = _fault_of(reason) or (CHANGED if expected != extent.deletes else "")
            if not wrong:
                withdraw(record, request.user, reason, deletes=expected)
                messages.success(
                    request, gettext("{name} is being withdrawn.").format(name=record.file_name or record.key)
                )
                return redirect("record-detail", key=key)
    except NotWithdrawable as refused:
        messages.error(request, str(refused))
        return redirect("record-detail", key=key)
    context = {"record": record, "extent": extent, "reason": reason, "wrong": wrong, "most": LONGEST_REASON}
    return render(request, "ingestion/record_withdraw.html", context)


def _fault_of(reason: str) -> str:
    """Say what is wrong with the reason; or nothing."""
    if not reason:
        return NO_REASON
    if len(reason) > LONGEST_REASON:
        return gettext("{most} characters at most, this has {length}.").format(
            most=number(LONGEST_REASON), length=number(len(reason))
        )
    return unseen(reason, LINES)
