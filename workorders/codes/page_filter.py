"""The filter of the page of codes, as its URL and its form have it.

The names are those of the API, but for `q`, which is how the ids begin, the days of creation and change in the
reader's time zone, and `scm`, which is a field with its value as somebody types it.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.http import Http404
from django.utils.translation import gettext

from portal.models import Company
from portal.pages.access import PersonRequest
from portal.pages.lists import MOST_OFFERED, Filter, asked, day, one_of, picked, searched
from portal.values.moments import beginning_of
from portal.values.words import gettext_lazy
from workorders.codes.filters import PARSERS, SCM, SCM_NAME, CodeFilter, parse_filter
from workorders.codes.lookup import parse_id
from workorders.models import ActivationStatus, BlacklistReason

NO_PAIR = gettext_lazy("It must look like lot=B7: the name of a field, and its whole value.")
NO_WORKORDER = "0"  # the key of none
SPANS = {"created": gettext_lazy("Created"), "updated": gettext_lazy("Changed")}
LABELS = {"activation_status": gettext_lazy("Activation status"), "blacklist_reason": gettext_lazy("Blacklist reason")}
PLACES = {
    "sequence_from": gettext_lazy("From sequence"),
    "sequence_to": gettext_lazy("Up to sequence"),
    "batch": gettext_lazy("Batch"),
}


class PageFilter:
    """What the URL asks for, and what the form shows of it. What means nothing is left out.

    Http404 where the URL names a workorder that is not the company's, unless people have to type one: then it finds no
    code.
    """

    def __init__(self, request: PersonRequest, company: Company) -> None:
        self.request, self.company = request, company
        self.query = parse_id(searched(request))
        self._given: dict[str, Any] = {"search": searched(request) if self.query else ""}
        self.choices = [self._choose("activation_status", ActivationStatus), self._product(), self._workorder()]
        self.narrower = [
            self._choose("blacklist_reason", BlacklistReason),
            self._type("serial_number", gettext("Serial number"), gettext("Its digits")),
            self._scanned(),
            self._scm(),
            *(self._type(name, name.removeprefix(SCM), "") for name in request.GET if SCM_NAME.fullmatch(name)),
        ]
        if "workorder" in self._given:
            self.narrower += [self._type(name, label, "") for name, label in PLACES.items()]
        self.days = [each for name, label in SPANS.items() for each in self._span(name, label)]
        self.asked: CodeFilter = parse_filter(self._given)

    @property
    def is_narrowed(self) -> bool:
        """Say whether one of the choices is made that are folded away."""
        return any(chosen not in ("", None) for *_, chosen in (*self.narrower, *self.days))

    def _choose(self, name: str, values: Any) -> Filter:
        chosen = picked(self.request, name, [str(value) for value in values.values])
        self._give(name, chosen)
        return name, LABELS[name], gettext("All"), [(str(value), text) for value, text in values.choices], chosen

    def _product(self) -> Filter:
        skus = list(self.company.products.values_list("sku", flat=True)[: MOST_OFFERED + 1])
        if len(skus) > MOST_OFFERED:
            return self._type("product", gettext("Product"), gettext("Its SKU"))
        chosen = picked(self.request, "product", skus)
        self._give("product", chosen)
        return "product", gettext("Product"), gettext("All products"), [(sku, sku) for sku in skus], chosen

    def _workorder(self) -> Filter:
        known = self.company.workorders.all()
        found, key = one_of(
            self.request,
            "workorder",
            gettext("Workorder"),
            known,
            none=gettext("All workorders"),
            said="reference",
            typed="reference",
            hint=gettext("Its reference"),
        )
        if self.request.GET.get("workorder", "").strip() and not key:
            if found[3] is not None:
                raise Http404
            key, found = NO_WORKORDER, (*found[:4], asked(self.request, "workorder"))
        self._give("workorder", key)
        return found

    def _type(self, name: str, label: str, hint: str) -> Filter:
        value = asked(self.request, name, lambda value: _reason(name, value))
        self._give(name, value)
        return name, label, hint, None, value

    def _scanned(self) -> Filter:
        chosen = picked(self.request, "scanned", ["true", "false"])
        self._give("scanned", chosen)
        return (
            "scanned",
            gettext("Scanned"),
            gettext("All"),
            [("true", gettext("scanned")), ("false", gettext("never scanned"))],
            chosen,
        )

    def _scm(self) -> Filter:
        """Return the field that is typed with its value."""
        value = asked(self.request, "scm", _no_pair)
        field, text = _pair(value)
        self._give(f"{SCM}{field}", text)
        return "scm", gettext("SCM field"), "lot=B7", None, value

    def _span(self, name: str, label: str) -> list[tuple[str, str, date | None]]:
        first, last = day(self.request, f"{name}_from"), day(self.request, f"{name}_to")
        self._give(f"{name}_after", _midnight(first))
        self._give(f"{name}_before", _midnight(last + timedelta(days=1) if last and last < date.max else None))
        return [
            (f"{name}_from", gettext("{label} from").format(label=label), first),
            (f"{name}_to", gettext("{label} up to").format(label=label), last),
        ]

    def _give(self, name: str, value: str) -> None:
        if value:
            self._given[name] = value


def _reason(name: str, value: str) -> str:
    """Say why a filter cannot have this value; nothing where it can."""
    try:
        PARSERS[name](value) if name in PARSERS else None
    except ValueError as error:
        return str(error)
    return ""


def _no_pair(value: str) -> str:
    field, text = _pair(value)
    return "" if text and SCM_NAME.fullmatch(f"{SCM}{field}") else NO_PAIR


def _pair(value: str) -> tuple[str, str]:
    """Return the field and its value in what somebody typed, either empty where it is missing."""
    field, _, text = value.partition("=")
    return field.strip(), text.strip()


def _midnight(of: date | None) -> str:
    return beginning_of(of).isoformat() if of else ""
