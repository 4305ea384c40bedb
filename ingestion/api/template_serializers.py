"""What the calls of ingestion templates take and give."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from rest_framework import serializers

from ingestion.api.add_sids_serializer import AddSidsSerializer
from ingestion.models import IngestionRecord, IngestionTemplate
from ingestion.options.file_serializer import ReadingSerializer

Filetype = IngestionRecord.Filetype


class TemplateRowSerializer(serializers.ModelSerializer[IngestionTemplate]):
    """A template: its name, and its options as records have them."""

    class Meta:
        model = IngestionTemplate
        fields: ClassVar = ["id", "name", "parameters", "created_at"]
        read_only_fields = fields


class FromTemplateSerializer(ReadingSerializer, AddSidsSerializer):
    """What adds codes by the options of a template, which are filled in already."""

    template = serializers.CharField(
        max_length=100,
        help_text="The name of the ingestion template whose options count where the call says nothing. Default values "
        "count one by one; null takes one away.",
    )

    @property
    def _filetype(self) -> str:
        return filetype_of(self.initial_data)

    def parameters(self) -> dict[str, Any]:
        """Return the parameters of a valid call that the record keeps."""
        return super().parameters() | self.file_parameters()


def filetype_of(data: Mapping[str, Any]) -> str:
    """Return the type of the file that the codes come as: those in the call are JSON."""
    if data.get("mode") == "api":
        return Filetype.JSON
    filetype = data.get("filetype")
    return filetype if isinstance(filetype, str) else Filetype.CSV
