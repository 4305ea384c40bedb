"""The form of a change, as pages show it: what becomes of every code that it changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from django import forms
from django.utils.translation import gettext

from portal.models import Company
from portal.values.suggestions import hint
from portal.values.words import capitalize_lazy, gettext_lazy, number
from workorders.changes.parsing import doubts_of_names
from workorders.changes.values import NewValues
from workorders.codes.fields import LONGEST_SCM_VALUE, OWN_COLUMNS, SCM_KEY, as_sentence, scm_key_rule
from workorders.codes.scm_fields import faults_of_declared
from workorders.models import ActivationStatus, BlacklistReason, Product
from workorders.products.services import usable_products

PRODUCTS_TO_CHOOSE_FROM = 300  # with more, the SKU is typed
BLANK_ROWS = 2  # for SCM fields, beside those that were typed
MOST_ROWS = 50
ACTIONS = (
    ("", gettext_lazy("Leave it as it is")),
    (str(ActivationStatus.ACTIVE.value), gettext_lazy("Activate")),
    (str(ActivationStatus.INACTIVE.value), gettext_lazy("Deactivate")),
    (str(ActivationStatus.BLACKLISTED.value), gettext_lazy("Blacklist")),
)
GIVEN_BY_PEOPLE = [reason for reason in BlacklistReason if 0 < reason < BlacklistReason.WORKORDER_CANCELLED]
NOTHING = gettext_lazy("Choose at least one thing to change.")


class ScmRow(NamedTuple):
    """A typed SCM field: its name, its new value or that it is to be removed, and what is wrong with it."""

    number: int
    key: str = ""
    value: str = ""
    removes: bool = False
    wrong: str = ""


class ChangeForm(forms.Form):
    """What becomes of the codes: a new activation status, a product, SCM fields. What is left out stays as it is."""

    activation_status = forms.ChoiceField(choices=ACTIONS, required=False)
    blacklist_reason = forms.ChoiceField(
        choices=[
            ("", gettext_lazy("None")),
            *((reason.value, capitalize_lazy(reason.label)) for reason in GIVEN_BY_PEOPLE),
        ],
        required=False,
    )
    product = forms.CharField(max_length=100, required=False)

    def __init__(self, company: Company, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        self.company = company
        self.sku = ""
        self.scm: dict[str, str | None] = {}
        self.scm_rows = [*_typed_rows(self.data)]

    @property
    def rows(self) -> list[ScmRow]:
        """The rows for SCM fields: what was typed, and blank ones behind it."""
        blank = range(len(self.scm_rows), min(len(self.scm_rows) + BLANK_ROWS, MOST_ROWS))
        return [*self.scm_rows, *map(ScmRow, blank)]

    @property
    def products(self) -> list[Product]:
        """The products to choose from; none where there are so many that the SKU is typed."""
        found = self.company.products.filter(is_archived=False)[: PRODUCTS_TO_CHOOSE_FROM + 1]
        return list(found) if len(found) <= PRODUCTS_TO_CHOOSE_FROM else []

    def clean_product(self) -> int | None:
        """Return the id of the product with the typed SKU, if one was typed."""
        sku = self.cleaned_data["product"]
        known = usable_products(self.company.pk) if sku else {}
        if sku and sku not in known:
            raise forms.ValidationError(
                gettext("There is no product of this SKU that codes may have. {hint}")
                .format(hint=hint(sku, known))
                .rstrip()
            )
        self.sku = sku
        return known.get(sku)

    def clean(self) -> dict[str, Any]:
        """Check what was typed together, and the SCM fields, each beside its row."""
        data = self.cleaned_data
        blacklists = data.get("activation_status") == str(ActivationStatus.BLACKLISTED.value)
        if blacklists and not data.get("blacklist_reason") and "blacklist_reason" not in self.errors:
            self.add_error("blacklist_reason", gettext("Say for which reason they are blacklisted."))
        elif not blacklists and data.get("blacklist_reason") and "activation_status" not in self.errors:
            self.add_error(
                "blacklist_reason", gettext("A reason goes with Blacklist alone. Choose that, or no reason.")
            )
        seen: set[str] = set()
        doubts = doubts_of_names({row.key: row.value for row in self.scm_rows if not row.removes}, self.company.pk)
        doubts |= faults_of_declared(
            {row.key: None if row.removes else row.value for row in self.scm_rows}, self.company.pk
        )
        self.scm_rows = [_checked(row, seen, doubts) for row in self.scm_rows]
        self.scm = {row.key: None if row.removes else row.value for row in self.scm_rows}
        if any(row.wrong for row in self.scm_rows):
            self.add_error(None, gettext("One of the SCM fields cannot be taken."))
        elif not self.errors and self.values.is_empty:
            self.add_error(None, NOTHING)
        return data

    @property
    def values(self) -> NewValues:
        """The values of a valid form."""
        status, reason = (self.cleaned_data[name] or None for name in ("activation_status", "blacklist_reason"))
        return NewValues(
            status=None if status is None else int(status),
            reason=None if reason is None else int(reason),
            product_id=self.cleaned_data["product"],
            scm=self.scm,
        )


def _typed_rows(data: Mapping[str, Any]) -> Iterator[ScmRow]:
    """Yield the rows in which anything was typed, renumbered."""
    number = 0
    for place in range(MOST_ROWS):
        key, value = (str(data.get(f"scm-{place}-{part}", "")) for part in ("key", "value"))
        removes = f"scm-{place}-remove" in data
        if key.strip() or value or removes:
            yield ScmRow(number, key.strip(), value, removes)
            number += 1


def _checked(row: ScmRow, seen: set[str], doubts: Mapping[str, str]) -> ScmRow:
    """Return the row with what is wrong with it; `seen` has the names of the rows before, and gets this one's.

    `doubts` has what is wrong with names.
    """
    wrong = ""
    if not SCM_KEY.fullmatch(row.key):
        wrong = as_sentence(scm_key_rule())
    elif row.key in OWN_COLUMNS:
        wrong = gettext("{name} is no SCM field.").format(name=row.key)
    elif row.key in doubts:
        wrong = doubts[row.key]
    elif row.key in seen:
        wrong = gettext("{name} is given twice.").format(name=row.key)
    elif row.removes and row.value:
        wrong = gettext("Give a value or have the field removed, not both.")
    elif not row.removes and not row.value:
        wrong = gettext("Give a value, or have the field removed.")
    elif len(row.value) > LONGEST_SCM_VALUE:
        wrong = gettext("A value has {most} characters at most, this has {length}.").format(
            most=number(LONGEST_SCM_VALUE), length=number(len(row.value))
        )
    seen.add(row.key)
    return row._replace(wrong=wrong)
