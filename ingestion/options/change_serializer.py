"""The options of a file that changes codes, checked for the company."""

from __future__ import annotations

from typing import Any, ClassVar

from rest_framework import serializers

from ingestion.options.code_serializer import IdFormat, OptionsSerializer, parse_posted_defaults
from ingestion.options.file_serializer import FileSerializer
from ingestion.rules.changes import REMOVES, removes
from ingestion.rules.keys import ID, ID_COLUMNS, KEY_COLUMNS
from portal.values.choices import ChoiceField
from portal.values.suggestions import hint
from workorders.codes.fields import ATTRIBUTES, SCM_KEY, rule_of_name

KEPT = ("default_scm_data", "data_key", "many", "empty_marker")


class ChangeFileSerializer(FileSerializer):
    """What processes a file that changes codes. The context holds the company."""

    elsewhere: ClassVar[dict[str, str]] = OptionsSerializer.elsewhere

    default_scm_data = serializers.JSONField(
        default=dict, allow_null=True, help_text="What a row gives to its code where its own cell is empty or missing."
    )
    data_key = serializers.CharField(
        max_length=64,
        required=False,
        allow_blank=True,
        default="",
        help_text=f"What names the codes: {', '.join(f'`{name}`' for name in KEY_COLUMNS if name != 'id')}, or an SCM "
        "field. Where it is left out the first column says it, or else a column of ids, wherever it stands; in JSON, "
        "any member of one of these names.",
    )
    many = serializers.BooleanField(  # type: ignore[assignment]  # the field, not the argument of a serializer
        default=False, help_text="A serial number or an SCM field may name several codes, which all change."
    )
    empty_marker = serializers.BooleanField(
        default=False, help_text=f"A cell `{REMOVES}` removes the SCM field of its column, as null does in JSON."
    )
    id_format = ChoiceField(
        IdFormat.choices, default=IdFormat.DEFAULT, help_text="With `gs1`, every id has to be a GS1 Digital Link path."
    )

    def validate_default_scm_data(self, value: Any) -> dict[str, Any]:
        return parse_posted_defaults(value, self.context["company"], are_new=False)

    def validate_data_key(self, value: str) -> str:
        if value in ("", *KEY_COLUMNS):
            return ID if value in ID_COLUMNS else value
        if value in ATTRIBUTES:
            raise serializers.ValidationError(f"`{value}` is what a file changes, so it cannot name the codes.")
        if not SCM_KEY.fullmatch(value):
            near = hint(value, KEY_COLUMNS)
            raise serializers.ValidationError(
                f"It is none of our keys, nor an SCM field: {rule_of_name(value)} {near}".rstrip()
            )
        return value

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse defaults of what names the codes, and those that are to remove fields."""
        wrong = []
        for name, value in attrs["default_scm_data"].items():
            if name == attrs["data_key"]:
                wrong.append(f"{name}: it names the codes, so it takes no default; leave it out.")
            elif attrs["empty_marker"] and isinstance(value, str) and removes(value):
                wrong.append(f"{name}: a default removes no field; write `{REMOVES}` into the cells of the rows.")
        if wrong:
            raise serializers.ValidationError({"default_scm_data": wrong})
        return super().validate(attrs)  # type: ignore[no-any-return]  # rest_framework carries no types

    def parameters(self) -> dict[str, Any]:
        """Return the parameters of a valid call that the record keeps."""
        kept = {name: self.validated_data[name] for name in KEPT}
        id_format = self.validated_data["id_format"]
        given = {} if id_format == IdFormat.DEFAULT else {"id_format": id_format}
        return kept | given | self.file_parameters()
