"""The page of one code: all that is known of it, its history, and the form that changes it."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from portal.pages.access import PersonRequest, page
from workorders.changes.form import ChangeForm
from workorders.changes.history_lines import describe_history
from workorders.changes.single import Busy, Unchangeable, Unchanged, change_code
from workorders.codes.lookup import may_have_symbols, scans_of
from workorders.codes.views import PNG_MODULES, code_for
from workorders.models import Change, Code
from workorders.rendering import qr_single


@page("workorder_view")
@require_http_methods(["GET", "HEAD", "POST"])
def code_detail(request: PersonRequest, pk: int, identifier: str) -> HttpResponse:
    """Show one code with its history, or change it at once; a form that is refused is shown again as it was typed."""
    code = code_for(request.user, pk, identifier)
    may_change = request.user.may("scm_code_edit") and request.user.brand == code.company
    form = ChangeForm(code.company, request.POST if request.method == "POST" else None) if may_change else None
    if request.method == "POST":
        if form is None:
            raise PermissionDenied("Codes are changed by people of their brand owner who hold scm_code_edit.")
        if form.is_valid() and _is_changed(request, code, form):
            return redirect("code-detail", pk=pk, identifier=identifier)
    context = {
        "code": code,
        "modules": PNG_MODULES,
        "module": qr_single.PNG_MODULE,
        "history": describe_history(code),
        "scans": scans_of([code]).get(code.pk),
        "form": form,
        "has_symbol": may_have_symbols(request.user),
    }
    return render(request, "workorders/code_detail.html", context)


def _is_changed(request: PersonRequest, code: Code, form: ChangeForm) -> bool:
    """Change the code as the valid form says; False where it stays as it is, which the form then says."""
    try:
        change_code(code, form.values, Change.Origin.PAGE, request.user)
    except (Busy, Unchanged, Unchangeable) as reason:
        form.add_error(None, str(reason))
        return False
    messages.success(request, gettext("{name} was changed.").format(name=code.identifier))
    return True
