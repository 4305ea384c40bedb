"""The call that adds codes of the caller's own ids."""

from __future__ import annotations

from typing import Any, ClassVar

from rest_framework import serializers

from ingestion.api.rows_in_call import list_problems
from ingestion.models import IngestionRecord
from ingestion.options.code_serializer import CodesSerializer
from ingestion.readers.json_writer import json_text
from portal.api.parsers import TextJSONParser
from portal.values.choices import ChoiceField

Filetype = IngestionRecord.Filetype

FILETYPES = (Filetype.CSV.value, Filetype.JSON.value)
MOST_CODES = 10_000  # in one call; more of them travel better as a file


class AddSidsSerializer(CodesSerializer):
    """What adds codes: all that they are, or the announcement of their file."""

    elsewhere: ClassVar[dict[str, str]] = {
        **CodesSerializer.elsewhere,
        "workorder": (
            "These codes get a workorder of their own; those of an SSC workorder come as a file, by `process`."
        ),
    }

    mode = ChoiceField(
        [("api", "The codes are in the call."), ("file", "A file follows, by the form in the answer.")],
    )
    codes = serializers.JSONField(required=False)
    filetype = ChoiceField(FILETYPES, default=Filetype.CSV.value, help_text="Of the file that follows.")

    def validate_default_scm_data(self, value: Any) -> dict[str, Any]:
        """The same as for other calls, whose numbers are numbers; here only the codes need every digit."""
        try:
            return super().validate_default_scm_data(TextJSONParser().load(json_text(value)))
        except ValueError as error:
            raise serializers.ValidationError(str(error)) from None

    def validate_codes(self, value: Any) -> str:
        """The codes as the text of the JSON file that they might have come as."""
        if not isinstance(value, list) or not value:
            raise serializers.ValidationError('It must be a list of objects, like [{"id": "abc12345"}].')
        if len(value) > MOST_CODES:
            raise serializers.ValidationError(
                f"One call takes {MOST_CODES:,} codes, these are {len(value):,}; send them by several calls, or as a"
                " file, with the mode file."
            )
        return json_text(value)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["mode"] == "api" and "codes" not in attrs:
            raise serializers.ValidationError({"codes": ["With the mode api the codes are in the call."]})
        if attrs["mode"] == "file" and "codes" in attrs:
            raise serializers.ValidationError({"codes": ["With the mode file the codes come by the file alone."]})
        attrs = super().validate(attrs)
        if "codes" in attrs and (problems := list_problems(attrs["codes"], self.company, attrs)):
            raise serializers.ValidationError({"codes": problems})
        return attrs
