"""Sheets of labels that a page offers: those that shops sell, a grid of one's own, and the one used last.

Measures of US Letter sheets are those of `templates/avery-us-templates.xml` of gLabels (github.com/jimevins/glabels):
Avery 5160, 5163, 5164 and 5167. All grids stand in the middle of their page.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from django.utils.translation import gettext
from rest_framework import serializers

from portal.models import Company
from portal.values.choices import ChoiceField
from portal.values.whole_numbers import WholeNumberField
from portal.values.words import format_lazy, gettext_lazy
from workorders.archives.serializers import A4, MOST_LABELS, SHEET
from workorders.models import Job

INCH = 25.4  # millimetres
LETTER = (215.9, 279.4)
PAGES: Final = {"a4": A4, "letter": LETTER}
PAGE_LABELS = (("a4", gettext_lazy("A4, 210 by 297 mm")), ("letter", gettext_lazy("US Letter, 8.5 by 11 inches")))
MOST_SPACE = 100.0  # of a margin or a gap, in millimetres
OWN: Final = "own"  # a grid of one's own
WORKORDERS_LOOKED_AT = 200  # the newest, for the sheet used last


class ShopSheet(NamedTuple):
    """A sheet of labels that shops sell. Lengths are millimetres."""

    label: str
    columns: int
    rows: int
    label_width: float
    label_height: float
    column_gap: float = 0
    page_width: float = A4[0]
    page_height: float = A4[1]

    @property
    def asked(self) -> dict[str, Any]:
        """The sheet in the words of the API."""
        return {name: value for name, value in self._asdict().items() if name != "label"}


def _letter(label: str, columns: int, rows: int, width: float, height: float, gap: float) -> ShopSheet:
    """Return a US Letter sheet, whose measures are inches."""
    return ShopSheet(
        format_lazy(gettext_lazy("US Letter, {label}"), label=label),
        columns,
        rows,
        width * INCH,
        height * INCH,
        gap * INCH,
        *LETTER,
    )


SHEETS: Final = {
    "21": ShopSheet(gettext_lazy("A4 with 3 by 7 labels of 63.5 by 38.1 mm"), 3, 7, 63.5, 38.1, 2.54),
    "24": ShopSheet(gettext_lazy("A4 with 3 by 8 labels of 70 by 37 mm"), 3, 8, 70, 37),
    "65": ShopSheet(gettext_lazy("A4 with 5 by 13 labels of 38.1 by 21.2 mm"), 5, 13, 38.1, 21.2, 2.5),
    "letter-6": _letter(gettext_lazy("2 by 3 labels of 4 by 3 1/3 inches (5164)"), 2, 3, 4, 10 / 3, 3 / 16),
    "letter-10": _letter(gettext_lazy("2 by 5 labels of 4 by 2 inches (5163)"), 2, 5, 4, 2, 3 / 16),
    "letter-30": _letter(gettext_lazy("3 by 10 labels of 2 5/8 by 1 inch (5160)"), 3, 10, 21 / 8, 1, 1 / 8),
    "letter-80": _letter(gettext_lazy("4 by 20 labels of 1 3/4 by 1/2 inch (5167)"), 4, 20, 7 / 4, 1 / 2, 5 / 16),
}
USUAL = "21"


class OwnGrid(serializers.Serializer[Any]):
    """A grid of one's own, as the form has it: the labels take what margins and gaps leave. Millimetres."""

    page = ChoiceField([*PAGES])
    columns = WholeNumberField(min_value=1, max_value=MOST_LABELS)
    rows = WholeNumberField(min_value=1, max_value=MOST_LABELS)
    margin_side = serializers.FloatField(min_value=0, max_value=MOST_SPACE)
    margin_top = serializers.FloatField(min_value=0, max_value=MOST_SPACE)
    column_gap = serializers.FloatField(min_value=0, max_value=MOST_SPACE)
    row_gap = serializers.FloatField(min_value=0, max_value=MOST_SPACE)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Return the grid in the words of the API."""
        page_width, page_height = PAGES[attrs["page"]]
        width = _label_side(page_width, attrs["margin_side"], attrs["columns"], attrs["column_gap"])
        height = _label_side(page_height, attrs["margin_top"], attrs["rows"], attrs["row_gap"])
        no_room = gettext("Margins and gaps leave no room for labels.")
        if wrong := {name: [no_room] for name, side in (("columns", width), ("rows", height)) if side <= 0}:
            raise serializers.ValidationError(wrong)
        kept = {name: attrs[name] for name in ("columns", "rows", "column_gap", "row_gap")}
        page = {"page_width": page_width, "page_height": page_height}
        return page | kept | {"label_width": width, "label_height": height}


def _label_side(page: float, margin: float, labels: int, gap: float) -> float:
    """Return what each of `labels` gets of the side of a page."""
    return round((page - 2 * margin - (labels - 1) * gap) / labels, 3)


def parse_sheet(name: str, typed: Any) -> dict[str, Any]:
    """Return the chosen sheet in the words of the API; ValidationError, by field, for a wrong grid of one's own."""
    if name != OWN:
        return SHEETS[name].asked
    form = OwnGrid(data={field: typed.get(field, "") for field in OwnGrid().fields}, context={"typed": True})
    form.is_valid(raise_exception=True)
    grid: dict[str, Any] = form.validated_data
    return grid


def usual_labels(company: Company) -> dict[str, Any]:
    """Return labels on the sheet and with the text of the company's settings, in the words of the API.

    Where it has no sheet, they are as those that it ordered last, or on the usual sheet. Only the newest workorders are
    looked at, so that it costs the same however many there are.
    """
    asked = {"images": "pdf"} | ({"text": company.label_text} if company.label_text else {})
    if company.label_sheet in SHEETS:
        return asked | SHEETS[company.label_sheet].asked
    newest = company.workorders.order_by("-id").values("pk")[:WORKORDERS_LOOKED_AT]
    jobs = Job.objects.filter(what=Job.What.IMAGES, workorder__in=newest, parameters__style__kind="pdf")
    last = jobs.order_by("-id").values_list("parameters", flat=True).first()
    if last is None:
        return asked | SHEETS[USUAL].asked
    sheet = {name: last["sheet"][name] for name in SHEET}
    return {"text": last.get("text", ""), **asked, "with_id": last["with_id"], **sheet}
