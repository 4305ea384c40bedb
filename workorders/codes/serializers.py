"""A code and its image as the API answers and takes them."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from portal.values.choices import ChoiceField
from portal.values.whole_numbers import WholeNumberField
from workorders.codes.api_rows import UNSCANNED, Origin
from workorders.codes.lookup import scans_of
from workorders.identifiers import gs1
from workorders.models import LONGEST_PREFIX, Code, Workorder
from workorders.rendering.batch import IMAGE_FORMATS, option_refusal
from workorders.rendering.qr_single import PNG_MODULE
from workorders.rendering.svg_png import MODULE_PIXELS

NOT_BY_OWNER = "A secure code is printed by its printing partner alone; look at one as `svg` or `png`."


class CodeScansSerializer(serializers.Serializer[Any]):
    """How often the public page of a code was opened."""

    count = serializers.IntegerField(default=0, read_only=True)
    first_at = serializers.DateTimeField(default=None, allow_null=True, read_only=True)
    last_at = serializers.DateTimeField(default=None, allow_null=True, read_only=True)


# `codes.api_rows` makes the same of the codes of a list.
class CodeSerializer(serializers.ModelSerializer[Code]):
    """A code; `id` is its extended id."""

    id = serializers.CharField(source="identifier", max_length=gs1.LONGEST, read_only=True)
    url = serializers.CharField(max_length=LONGEST_PREFIX + gs1.LONGEST, read_only=True)
    product = serializers.CharField(source="product.sku", default=None, read_only=True, allow_null=True)
    serial_number = serializers.CharField(read_only=True, allow_null=True)
    batch = serializers.IntegerField(read_only=True)
    record = serializers.SerializerMethodField(help_text="The key of the ingestion record that brought it.")
    scans = serializers.SerializerMethodField(help_text="How often its public page was opened.")

    class Meta:
        model = Code
        fields: ClassVar = [
            "id",
            "url",
            "workorder",
            "product",
            "activation_status",
            "blacklist_reason",
            "scm_data",
            "serial_number",
            "sequence",
            "batch",
            "record",
            "scans",
        ]

    @extend_schema_field(CodeScansSerializer)
    def get_scans(self, code: Code) -> dict[str, Any]:
        known = scans_of([code])
        return dict(CodeScansSerializer(known[code.pk]).data if code.pk in known else UNSCANNED)

    def get_record(self, code: Code) -> str | None:
        return Origin(code.workorder).record(code.sequence)


class ImageSerializer(serializers.Serializer[Any]):
    """The image format, named as `images` of a download names it."""

    images = ChoiceField(IMAGE_FORMATS)
    module = WholeNumberField(
        min_value=MODULE_PIXELS[0],
        max_value=MODULE_PIXELS[-1],
        default=PNG_MODULE,
        help_text="Pixels a module of a PNG.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        kind = attrs["images"]
        if kind != "png" and attrs["module"] != PNG_MODULE:
            raise serializers.ValidationError({"module": [option_refusal(kind)]})
        if kind == "pdf" and self.context["code"].workorder.type == Workorder.Type.SSC:
            raise serializers.ValidationError({"images": [NOT_BY_OWNER]})
        return attrs
