"""Which codes a change is about: the filter in the URL of its form, and the place in a workorder that is typed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.core.exceptions import BadRequest, ValidationError
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext

from portal.models import Company
from portal.pages.access import PersonRequest
from portal.values.whole_numbers import WholeNumberFormField
from portal.values.words import gettext_lazy, number
from workorders.codes.filters import CodeFilter, parse_filter
from workorders.models import Code, Workorder


class PlaceForm(forms.Form):
    """Which codes of a workorder: a range of sequences, a batch, or all of them where nothing is typed."""

    sequence_from = WholeNumberFormField(label=gettext_lazy("First sequence"), min_value=1, required=False)
    sequence_to = WholeNumberFormField(label=gettext_lazy("Last sequence"), min_value=1, required=False)
    batch = WholeNumberFormField(label=gettext_lazy("Batch"), min_value=1, required=False)

    def __init__(self, workorder: Workorder, data: Any = None) -> None:
        super().__init__(data)
        self.workorder = workorder

    @property
    def batches(self) -> int:
        """The number of the workorder's batches."""
        return -(-self.workorder.codes_count // Code.BATCH)

    def clean(self) -> dict[str, Any]:
        """Check the range and the batch together, and against what the workorder has."""
        data = self.cleaned_data
        first, last, batch = (data.get(name) for name in ("sequence_from", "sequence_to", "batch"))
        if batch and (first or last):
            self.add_error("batch", gettext("Give a range of sequences or a batch, not both."))
        elif batch and batch > self.batches:
            self.add_error(
                "batch", gettext("The workorder's last batch is {batches}.").format(batches=number(self.batches))
            )
        if first and last and first > last:
            self.add_error("sequence_to", gettext("The last sequence stands before the first."))
        elif first and first > self.workorder.codes_count:
            self.add_error(
                "sequence_from",
                gettext("The workorder has {codes_count} codes.").format(
                    codes_count=number(self.workorder.codes_count)
                ),
            )
        return data


@dataclass(frozen=True)
class Selection:
    """The codes that the URL names: by a filter, and in whose workorder, where it names one."""

    meant: CodeFilter
    workorder: Workorder | None

    @property
    def has_place(self) -> bool:
        """Say whether a place in the workorder may still be typed."""
        meant = self.meant
        return self.workorder is not None and meant.sequence_from is meant.sequence_to is meant.batch is None

    @property
    def number(self) -> int | None:
        """The number of codes, where the URL or their workorder tells it at once."""
        if self.meant.ids is not None:
            return len(self.meant.ids)
        is_all = self.workorder is not None and self.meant == CodeFilter(workorder=self.workorder.pk)
        return self.workorder.codes_count if self.workorder and is_all else None

    def at(self, place: PlaceForm | None) -> CodeFilter:
        """Return the filter with what the valid form says of the place."""
        return replace(self.meant, **place.cleaned_data) if place else self.meant


def read_selection(request: PersonRequest, company: Company) -> Selection:
    """Return what the URL selects; BadRequest names what it cannot mean, Http404 is another company's workorder."""
    given: dict[str, Any] = request.GET.dict()
    if "ids" in given:
        given["ids"] = request.GET.getlist("ids")
    try:
        meant = parse_filter(given)
    except ValidationError as refused:
        said = [f"{name}: {' '.join(messages)}" for name, messages in refused.message_dict.items()]
        raise BadRequest(gettext("These codes cannot be told. {reasons}").format(reasons=" ".join(said))) from None
    found = get_object_or_404(company.workorders, pk=meant.workorder) if meant.workorder is not None else None
    return Selection(meant, found)
