"""Pages of a printing partner's equipment and substrates, each with its calibration."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from portal.models import Company
from portal.pages.access import PersonRequest, page
from portal.pages.lists import page_of, picked, searched
from portal.values.whole_numbers import WholeNumberFormField
from portal.values.words import format_lazy, gettext_lazy
from workorders.models import Calibrated, Equipment, Substrate, Workorder
from workorders.named_items.calibration import STATES, in_state, wrong_end, wrong_start
from workorders.named_items.form import NamedForm
from workorders.rendering.secure_graphic import DPIS
from workorders.visibility import set_hidden, workorders_to_print

STATE_LABELS = {state: gettext_lazy("hidden" if state == "archived" else state) for state in STATES}
ORDERS = {"expiry": (gettext_lazy("First to expire"), ("calibrated_until", "name"))}


class CalibratedForm(NamedForm):
    """Name and calibration of what one company prints with or on."""

    class Meta:
        fields: ClassVar = ["name", "calibrated_on", "calibrated_until"]
        labels: ClassVar = {
            "name": gettext_lazy("Name"),
            "calibrated_on": gettext_lazy("Calibrated on"),
            "calibrated_until": gettext_lazy("Calibrated until"),
        }
        help_texts: ClassVar = {
            "calibrated_until": gettext_lazy("The last day on which it may be chosen for a workorder.")
        }
        widgets: ClassVar = {
            "name": forms.TextInput({"autocomplete": "off"}),
            "calibrated_on": forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
            "calibrated_until": forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        }

    def clean_calibrated_on(self) -> Any:
        day = self.cleaned_data["calibrated_on"]
        if reason := wrong_start(day):
            raise forms.ValidationError(reason)
        return day

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = self.cleaned_data
        days = [data[name] for name in ("calibrated_on", "calibrated_until") if name in data]
        if len(days) > 1 and (reason := wrong_end(*days)):
            self.add_error("calibrated_until", reason)
        return data


class NewEquipmentForm(CalibratedForm):
    """A machine also has a resolution, which never changes: images were drawn for it."""

    dpi = WholeNumberFormField(
        label=gettext_lazy("Resolution"),
        min_value=DPIS[0],
        max_value=DPIS[-1],
        help_text=format_lazy(
            gettext_lazy("Dots an inch, the printer's own: {least} to {most}. It cannot be changed later."),
            least=DPIS[0],
            most=DPIS[-1],
        ),
    )

    class Meta(CalibratedForm.Meta):
        model = Equipment
        fields: ClassVar = ["name", "dpi", "calibrated_on", "calibrated_until"]


class EquipmentForm(CalibratedForm):
    class Meta(CalibratedForm.Meta):
        model = Equipment


class SubstrateForm(CalibratedForm):
    class Meta(CalibratedForm.Meta):
        model = Substrate


@dataclass(frozen=True)
class CalibratedKind:
    """Equipment or substrates: model, forms, the beginning of the URLs' names, and words."""

    model: type[Equipment] | type[Substrate]
    new_form: type[CalibratedForm]
    form: type[CalibratedForm]
    name: str
    title: str
    add: str
    caption: str
    none_yet: str
    teaches: str


CALIBRATED_KINDS = {
    kind.name: kind
    for kind in (
        CalibratedKind(
            Equipment,
            NewEquipmentForm,
            EquipmentForm,
            "equipment",
            gettext_lazy("Equipment"),
            gettext_lazy("Add equipment"),
            gettext_lazy("Equipment with calibration"),
            gettext_lazy("No equipment yet"),
            gettext_lazy(
                "A printing machine with its own resolution. Its secure graphics are drawn dot by dot for it, "
                "so it must be calibrated on the day on which it is chosen for a workorder."
            ),
        ),
        CalibratedKind(
            Substrate,
            SubstrateForm,
            SubstrateForm,
            "substrate",
            gettext_lazy("Substrates"),
            gettext_lazy("Add substrate"),
            gettext_lazy("Substrates with calibration"),
            gettext_lazy("No substrates yet"),
            gettext_lazy(
                "A material that is printed on. How ink spreads on it decides how much is left of a secure "
                "graphic, so it must be calibrated on the day on which it is chosen for a workorder."
            ),
        ),
    )
}


def _partner(request: PersonRequest) -> Company:
    if request.user.partner is None:
        raise PermissionDenied(gettext("Only people of a printing partner keep equipment and substrates."))
    return request.user.partner


def _kept(request: PersonRequest, kind: CalibratedKind) -> QuerySet[Calibrated]:
    return kind.model._default_manager.filter(company=_partner(request))


@page("workorder_print")
def calibrated_list(request: PersonRequest, kind: str) -> HttpResponse:
    """List what the partner has, by name; hidden ones only when they are asked for."""
    of = CALIBRATED_KINDS[kind]
    query, state, order = searched(request), picked(request, "state", STATES), picked(request, "sort", ORDERS)
    shown = _kept(request, of)
    shown = in_state(shown, state) if state else shown.filter(is_archived=False)
    if query:
        shown = shown.filter(name__icontains=query)
    if order:
        shown = shown.order_by(*ORDERS[order][1])
    context = {
        "of": of,
        "page": page_of(request, shown),
        "query": query,
        "is_filtered": bool(query or state),
        "more_choices": [
            (
                "state",
                gettext("State"),
                gettext("All but hidden"),
                [(name, STATE_LABELS[name]) for name in STATES],
                state,
            ),
            (
                "sort",
                gettext("Order"),
                gettext("Name, A to Z"),
                [(name, label) for name, (label, _) in ORDERS.items()],
                order,
            ),
        ],
        "here": f"{kind}-list",
        "create": f"{kind}-create",
        "detail": f"{kind}-detail",
    }
    return render(request, "workorders/calibrated_list.html", context)


@page("workorder_print")
@require_http_methods(["GET", "HEAD", "POST"])
def calibrated_create(request: PersonRequest, kind: str) -> HttpResponse:
    """Add equipment or a substrate."""
    of, partner, waiting = CALIBRATED_KINDS[kind], _partner(request), _waiting(request)
    form = of.new_form(request.POST if request.method == "POST" else None)
    if form.is_valid() and form.store(partner):
        messages.success(request, gettext("{name} is added.").format(name=form.instance))
        return redirect("workorder-confirm", pk=waiting.pk) if waiting else redirect(f"{kind}-list")
    context = {"of": of, "form": form, "back": f"{kind}-list", "waiting": waiting}
    return render(request, "workorders/calibrated_form.html", context)


def _waiting(request: PersonRequest) -> Workorder | None:
    """Return the workorder that the person was confirming, to go back to it."""
    key = request.GET.get("workorder", "")
    is_key = re.fullmatch(r"[0-9]{1,18}", key)
    return workorders_to_print(request.user).filter(pk=key).first() if is_key else None


@page("workorder_print")
@require_http_methods(["GET", "HEAD", "POST"])
def calibrated_detail(request: PersonRequest, kind: str, pk: int) -> HttpResponse:
    """Change its name, or enter a new calibration."""
    of, partner = CALIBRATED_KINDS[kind], _partner(request)
    kept = get_object_or_404(_kept(request, of), pk=pk)
    name = kept.name  # a refused form leaves its own on `kept`
    form = of.form(request.POST if request.method == "POST" else None, instance=kept)
    if form.is_valid() and form.store(partner):
        messages.success(request, gettext("{name} is saved.").format(name=kept))
        return redirect(f"{kind}-list")
    context = {"of": of, "form": form, "kept": kept, "name": name, "back": f"{kind}-list", "archive": f"{kind}-archive"}
    return render(request, "workorders/calibrated_form.html", context)


@page("workorder_print")
@require_POST
def calibrated_archive(request: PersonRequest, kind: str, pk: int) -> HttpResponse:
    """Hide it, or show it again; workorders that were printed with it keep it."""
    rows = _kept(request, CALIBRATED_KINDS[kind]).filter(pk=pk)
    kept, hidden = get_object_or_404(rows), request.POST.get("archive") == "yes"
    set_hidden(rows, hidden)
    messages.success(
        request, (gettext("{name} is hidden.") if hidden else gettext("{name} is back in use.")).format(name=kept)
    )
    return redirect(f"{kind}-list")
