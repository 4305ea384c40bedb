"""The API of images: what look is asked for, and how far its making is. The page takes the same words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext
from rest_framework import serializers
from rest_framework.fields import empty

from portal.values.choices import ChoiceField
from portal.values.suggestions import none_such
from portal.values.whole_numbers import WholeNumberField
from portal.values.words import gettext_lazy
from workorders.archives.look import ImageLook, choose_version, make_label
from workorders.codes.texts import check_text
from workorders.models import Workorder
from workorders.rendering.batch import IMAGE_FORMATS, Style, option_refusal
from workorders.rendering.label_sheet import LabelSheet
from workorders.rendering.qr_encoder import LEVELS, VERSIONS
from workorders.rendering.svg_png import MODULE_PIXELS, QUIET_ZONES

A4 = (210.0, 297.0)  # millimetres
LABEL = 30.0  # side of a page of its own, in millimetres
MARGIN = 10.0  # around labels whose size is not said, in millimetres
MOST_LABELS = 50  # along one side of a sheet
SHEET = ("columns", "rows", "page_width", "page_height", "label_width", "label_height", "column_gap", "row_gap")
ONLY_FOR: dict[str, tuple[str, ...]] = {"module": ("png",), **dict.fromkeys((*SHEET, "with_id", "text"), ("pdf",))}
NOT_PLAIN = gettext_lazy("Secure codes are never printed without their graphic, so there are no plain images of them.")


class LookSerializer(serializers.Serializer[Any]):
    """The look of the images of the workorder in the context. Sizes of sheets and labels are millimetres."""

    images = ChoiceField(IMAGE_FORMATS)
    level = ChoiceField(LEVELS, default="M")
    version = WholeNumberField(
        min_value=VERSIONS[0], max_value=VERSIONS[-1], required=False, allow_null=True, default=None
    )
    quiet_zone = WholeNumberField(min_value=QUIET_ZONES[0], max_value=QUIET_ZONES[-1], default=QUIET_ZONES[0])
    module = WholeNumberField(min_value=MODULE_PIXELS[0], max_value=MODULE_PIXELS[-1], default=10)
    columns = WholeNumberField(min_value=1, max_value=MOST_LABELS, default=1)
    rows = WholeNumberField(min_value=1, max_value=MOST_LABELS, default=1)
    page_width = serializers.FloatField(required=False)
    page_height = serializers.FloatField(required=False)
    label_width = serializers.FloatField(required=False)
    label_height = serializers.FloatField(required=False)
    column_gap = serializers.FloatField(default=0)
    row_gap = serializers.FloatField(default=0)
    with_id = serializers.BooleanField(default=False)
    text = serializers.CharField(default="", allow_blank=True, max_length=80)

    def to_internal_value(self, data: Any) -> Any:
        """Refuse what has no meaning, unless it says the default. A form's empty field is one that was not filled."""
        given = {name: value for name, value in data.items() if value != ""}
        kind = given.get("images")
        useless = [
            name for name, kinds in ONLY_FOR.items() if name in given and kind in IMAGE_FORMATS and kind not in kinds
        ]
        wrong = {name: [none_such("option", name, self.fields)] for name in given.keys() - self.fields.keys()}
        for name in useless:
            if not self.is_default(name, given[name]):
                wrong[name] = [option_refusal(str(kind))]
        if wrong:
            raise serializers.ValidationError(wrong)
        return super().to_internal_value(given)

    def is_default(self, name: str, value: Any) -> bool:
        """Say whether the option says what holds without it."""
        field = self.fields[name]
        try:
            return field.default is not empty and bool(field.run_validation(value) == field.default)
        except serializers.ValidationError:
            return False

    def validate_text(self, text: str) -> str:
        try:
            check_text(text)
        except ValueError as error:
            raise serializers.ValidationError(str(error)) from None
        return text

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        workorder: Workorder = self.context["workorder"]
        if workorder.type == Workorder.Type.SSC:
            raise serializers.ValidationError({"images": [NOT_PLAIN]})
        try:
            version = choose_version(workorder, attrs["level"], attrs["version"])
        except ValueError as error:
            raise serializers.ValidationError({"version" if attrs["version"] else "level": [str(error)]}) from None
        for said, missing in (("columns", "rows"), ("rows", "columns")):
            if attrs[said] > 1 and missing not in self.initial_data:
                raise serializers.ValidationError(
                    {missing: [gettext("A sheet has both: say how many {missing} too.").format(missing=missing)]}
                )
        kind = attrs["images"]
        module = attrs["module"] if kind == "png" else 0
        style = Style(kind, attrs["level"], version, attrs["quiet_zone"], module)
        if kind != "pdf":
            return {"look": ImageLook(style)}
        try:
            look = ImageLook(style, _sheet(attrs), attrs["with_id"], attrs["text"])
            make_label(workorder, look)
        except ValueError as error:
            raise serializers.ValidationError({"label_width": [str(error)]}) from None
        return {"look": look}


def parse_look(asked: Mapping[str, Any], workorder: Workorder, typed: bool = False) -> ImageLook:
    """Return the look that `asked` gives in the API's names. Raise ValidationError with all that is wrong, by field.

    `typed` says that a person typed it on a page.
    """
    form = LookSerializer(data=asked, context={"workorder": workorder, "typed": typed})
    form.is_valid(raise_exception=True)
    look: ImageLook = form.validated_data["look"]
    return look


def asks_for_images(asked: Mapping[str, Any]) -> bool:
    """Say whether `asked` names images, or says of them what has a meaning with them alone."""
    form = LookSerializer()
    options = {name: value for name, value in asked.items() if value != ""}
    return "images" in asked or not all(form.is_default(name, value) for name, value in options.items())


def _sheet(asked: dict[str, Any]) -> LabelSheet:
    """The sheet asked for: A4 when it has several labels, otherwise a page of the size of its label."""
    columns, rows = asked["columns"], asked["rows"]
    gaps = asked["column_gap"], asked["row_gap"]
    if columns == rows == 1:
        width, height = asked.get("label_width", LABEL), asked.get("label_height", LABEL)
        return LabelSheet(asked.get("page_width", width), asked.get("page_height", height), 1, 1, width, height)
    page = asked.get("page_width", A4[0]), asked.get("page_height", A4[1])
    width = asked.get("label_width", (page[0] - 2 * MARGIN - (columns - 1) * gaps[0]) / columns)
    height = asked.get("label_height", (page[1] - 2 * MARGIN - (rows - 1) * gaps[1]) / rows)
    return LabelSheet(*page, columns, rows, width, height, *gaps)
