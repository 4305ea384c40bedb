"""The look of a workorder's images."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any

from django.utils.translation import gettext

from portal.values.words import number
from workorders.codes.texts import label_of
from workorders.models import Workorder
from workorders.rendering.batch import Style
from workorders.rendering.label_sheet import Label, LabelSheet
from workorders.rendering.pdf_writer import MOST_PAGES
from workorders.rendering.qr_encoder import Level, capacity, smallest_version


@dataclass(frozen=True)
class ImageLook:
    """A style of symbols and, for a PDF, the sheet, whether the id stands below each symbol, and what else does."""

    style: Style
    sheet: LabelSheet | None = None
    with_id: bool = False
    text: str = ""

    @property
    def parameters(self) -> dict[str, Any]:
        """The look as a job keeps it. Without a text it is as it was before there were texts."""
        kept = asdict(self)
        return kept if self.text else {name: value for name, value in kept.items() if name != "text"}

    @property
    def text_label(self) -> str:
        """What stands below each code besides the id, in words."""
        return label_of(self.text)

    @classmethod
    def of(cls, parameters: dict[str, Any]) -> ImageLook:
        """The look that a job keeps."""
        sheet = parameters["sheet"]
        grid = LabelSheet(**sheet) if sheet else None
        return cls(Style(**parameters["style"]), grid, parameters["with_id"], parameters.get("text", ""))

    @property
    def name(self) -> str:
        """A part of file names that tells this look from others."""
        return f"images-{self.style.kind}-{sha256(json.dumps(self.parameters).encode()).hexdigest()[:12]}"


def choose_version(workorder: Workorder, level: Level, wanted: int | None) -> int:
    """The version of all symbols of the workorder: the one wanted, or the smallest for its longest URL.

    ValueError says what does not fit.
    """
    longest = len(workorder.url_prefix) + workorder.longest_id
    if wanted is None:
        return smallest_version(longest, level)
    if longest > (most := capacity(wanted, level)):
        raise ValueError(
            gettext(
                "Version {wanted} at level {level} takes URLs of up to {most} characters; the longest of this workorder"
                " has {longest}."
            ).format(wanted=wanted, level=level, most=most, longest=longest)
        )
    return wanted


def make_label(workorder: Workorder, look: ImageLook) -> Label:
    """Make the label of a PDF. ValueError says what does not fit on it, or that readers cannot open so many pages."""
    assert look.sheet is not None  # noqa: S101  # of a PDF
    text = workorder.longest_id if look.with_id else 0
    label = Label(look.sheet, 17 + 4 * look.style.version, look.style.quiet_zone, text, bool(look.text))
    if -(-workorder.quantity // look.sheet.labels) > MOST_PAGES:
        raise ValueError(
            gettext(
                "{quantity} codes need more than the {most} pages that readers open: put more labels on a page."
            ).format(quantity=number(workorder.quantity), most=number(MOST_PAGES))
        )
    return label
