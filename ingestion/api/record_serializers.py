"""Ingestion records and their errors as the API shows them."""

from __future__ import annotations

from typing import Any, ClassVar

from rest_framework import serializers

from ingestion.models import IngestionError, IngestionRecord
from portal.api.responses import ProgressSerializer

NO_PARAMETERS = {
    "default_scm_data": {},
    "use_serial_number": False,
    "url_prefix": "",
    "allow_posted_duplicates": False,
}


class RecordSerializer(serializers.ModelSerializer[IngestionRecord]):
    progress = ProgressSerializer(read_only=True)
    waits_for = serializers.SerializerMethodField()

    class Meta:
        model = IngestionRecord
        fields: ClassVar = [
            "id",
            "key",
            "description",
            "status",
            "type",
            "ingestion_mode",
            "created_at",
            "created_by",
            "status_updated_at",
            "parameters",
            "result_data",
            "warnings",
            "file_facts",
            "progress",
            "waits_for",
            "workorder",
        ]

    def get_waits_for(self, record: IngestionRecord) -> str | None:
        """What does not answer, so that the upload waits in the queue; null when nothing is in its way."""
        return record.waits_for if record.waits_because else None

    def to_representation(self, instance: IngestionRecord) -> dict[str, Any]:
        """The record, whose parameters have the spec's fields before they are said, too."""
        shown = super().to_representation(instance)
        return shown | {"parameters": NO_PARAMETERS | shown["parameters"]}


class ErrorSerializer(serializers.ModelSerializer[IngestionError]):
    message = serializers.SerializerMethodField()

    class Meta:
        model = IngestionError
        fields: ClassVar = ["row", "column", "value", "error", "message"]

    def get_message(self, error: IngestionError) -> str:
        return error.message
