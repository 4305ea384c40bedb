"""The serializer of the calls that begin an upload."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from ingestion.models import IngestionRecord
from portal.values.choices import ChoiceField
from portal.values.texts import seen

Mode, Filetype = IngestionRecord.Mode, IngestionRecord.Filetype


class GetPostDataSerializer(serializers.Serializer[Any]):
    """What begins an upload. The pages may send workbooks too; to others the field's two types are promised."""

    filetype = ChoiceField(Filetype.choices)
    file_name = serializers.CharField(max_length=255, required=False, allow_blank=True, default="")

    def validate_file_name(self, value: str) -> str:
        """The name of a file is only shown; what nobody sees in it is left out, as it may hide what the file is."""
        return seen(value)

    def validate_filetype(self, value: str) -> str:
        is_code = self.context["type"] == IngestionRecord.Type.CODE  # whose two types are the spec's
        if value == Filetype.XLSX and self.context["mode"] == Mode.API and is_code:
            raise serializers.ValidationError("By the API a file is csv or json; the upload page takes workbooks.")
        return value
