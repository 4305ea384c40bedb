"""Ingestion records and their errors as the API shows them."""

from __future__ import annotations

from typing import Any, ClassVar

from rest_framework import serializers

from ingestion.models import IngestionError, IngestionRecord, Withdrawal
from ingestion.withdrawal import LONGEST_REASON
from portal.api.responses import ProgressSerializer
from portal.values.texts import Visible

NO_PARAMETERS = {
    "default_scm_data": {},
    "use_serial_number": False,
    "url_prefix": "",
    "allow_posted_duplicates": False,
}


class WithdrawalSerializer(serializers.ModelSerializer[Withdrawal]):
    """A withdrawal that was asked for, and how far it is. `result_data` of the record tells what came of it."""

    progress = ProgressSerializer(read_only=True)

    class Meta:
        model = Withdrawal
        fields: ClassVar = ["status", "deletes", "reason", "created_by", "created_at", "progress"]


class ExtentSerializer(serializers.Serializer[Any]):
    """What a withdrawal does now."""

    deletes = serializers.BooleanField(
        help_text="Whether codes and workorder are deleted, so that the ids are free again; otherwise the codes are "
        "blacklisted and the workorder is cancelled."
    )
    codes = serializers.IntegerField(help_text="The number of codes of the upload.")
    because = serializers.ListField(child=serializers.CharField(), help_text="Why the codes are not deleted.")


class WithdrawSerializer(serializers.Serializer[Any]):
    """Why an upload is withdrawn, and what the caller expects of it."""

    reason = serializers.CharField(max_length=LONGEST_REASON, validators=[Visible(lines=True)])
    deletes = serializers.BooleanField(
        allow_null=True, default=None, help_text="What is expected; where it is otherwise by now, nothing is done."
    )


class RecordSerializer(serializers.ModelSerializer[IngestionRecord]):
    progress = ProgressSerializer(read_only=True)
    withdrawal = WithdrawalSerializer(read_only=True, allow_null=True, default=None)
    waits_for = serializers.SerializerMethodField()
    file_kept_until = serializers.DateTimeField(
        read_only=True,
        allow_null=True,
        help_text="When its file and its errors are deleted; null before its end, and where they are kept for ever.",
    )
    file_deleted_at = serializers.DateTimeField(
        read_only=True, allow_null=True, help_text="When they were deleted; `result_data` still counts the errors."
    )

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
            "withdrawal",
            "file_kept_until",
            "file_deleted_at",
        ]

    def get_waits_for(self, record: IngestionRecord) -> str | None:
        """What does not answer, so that the upload waits in the queue; null when nothing is in its way."""
        return record.waits_for if record.waits_because else None

    def to_representation(self, instance: IngestionRecord) -> dict[str, Any]:
        """The record, whose parameters have the spec's fields before they are said, too."""
        shown = super().to_representation(instance)
        unsaid = NO_PARAMETERS if instance.type == IngestionRecord.Type.CODE else {}
        return shown | {"parameters": unsaid | shown["parameters"]}


class ErrorSerializer(serializers.ModelSerializer[IngestionError]):
    message = serializers.SerializerMethodField()

    class Meta:
        model = IngestionError
        fields: ClassVar = ["row", "column", "value", "error", "message"]

    def get_message(self, error: IngestionError) -> str:
        return error.message
