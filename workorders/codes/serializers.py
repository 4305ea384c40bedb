"""A code and its image as the API answers and takes them."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils.functional import cached_property
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from portal.values.choices import ChoiceField
from portal.values.whole_numbers import WholeNumberField
from workorders.codes.lookup import scans_of
from workorders.identifiers import gs1
from workorders.models import LONGEST_PREFIX, Code, CodeScans, Workorder
from workorders.rendering.batch import IMAGE_FORMATS, option_refusal
from workorders.rendering.qr_single import PNG_MODULE
from workorders.rendering.svg_png import MODULE_PIXELS

NOT_BY_OWNER = "A secure code is printed by its printing partner alone; look at one as `svg` or `png`."


class CodeScansSerializer(serializers.Serializer[Any]):
    """How often the public page of a code was opened."""

    count = serializers.IntegerField(default=0, read_only=True)
    first_at = serializers.DateTimeField(default=None, allow_null=True, read_only=True)
    last_at = serializers.DateTimeField(default=None, allow_null=True, read_only=True)


UNSCANNED: dict[str, Any] = {"count": 0, "first_at": None, "last_at": None}


class CodesSerializer(serializers.ListSerializer[Code]):
    """Codes, whose scans are looked up together."""

    def to_representation(self, data: Any) -> list[Any]:
        codes = list(data)
        assert isinstance(self.child, CodeSerializer)  # noqa: S101  # tells the type checker
        self.child.known_scans = scans_of(codes)
        return super().to_representation(codes)


class CodeSerializer(serializers.ModelSerializer[Code]):
    """A code; `id` is its extended id."""

    known_scans: dict[Any, CodeScans] | None = None  # of all codes of a list
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
        list_serializer_class = CodesSerializer

    @extend_schema_field(CodeScansSerializer)
    def get_scans(self, code: Code) -> dict[str, Any]:
        known = scans_of([code]) if self.known_scans is None else self.known_scans
        return dict(self._scans.to_representation(known[code.pk]) if code.pk in known else UNSCANNED)

    @cached_property
    def _scans(self) -> CodeScansSerializer:
        return CodeScansSerializer()

    def get_record(self, code: Code) -> str | None:
        last = 0
        for record in sorted(code.workorder.ingestions.all(), key=lambda record: record.status_updated_at):
            last += record.result_data.get("codes_created", 0)
            if code.sequence <= last or code.workorder.type == Workorder.Type.SID:
                return str(record.key)
        return None


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
