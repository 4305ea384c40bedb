"""A workorder as the API gives it."""

from __future__ import annotations

from typing import Any, ClassVar

from rest_framework import serializers, status
from rest_framework.response import Response

from portal.api.responses import ProgressSerializer
from portal.models import Company
from workorders import visibility
from workorders.codes.warnings import WorkorderWarning, list_warnings
from workorders.models import Equipment, Job, Substrate, Workorder

PARTNER = "The slug of the printing company."


class BrandOwnerSerializer(serializers.ModelSerializer[Company]):
    class Meta:
        model = Company
        fields: ClassVar = ["slug", "name"]


class WorkorderSerializer(serializers.ModelSerializer[Workorder]):
    company = BrandOwnerSerializer(read_only=True, help_text="The brand owner, whose codes they are.")
    printing_partner = serializers.SlugRelatedField[Company](
        slug_field="slug", read_only=True, allow_null=True, help_text=PARTNER
    )
    equipment = serializers.SlugRelatedField[Equipment](slug_field="name", read_only=True, allow_null=True)
    substrate = serializers.SlugRelatedField[Substrate](slug_field="name", read_only=True, allow_null=True)
    reject_reason = serializers.SerializerMethodField(
        help_text="Why what was printed was rejected the last time; null if it never was."
    )

    class Meta:
        model = Workorder
        fields: ClassVar = [
            "id",
            "company",
            "reference",
            "type",
            "state",
            "quantity",
            "uploaded_quantity",
            "url_prefix",
            "use_serial_number",
            "activate_on_complete",
            "layout",
            "printing_partner",
            "download_once",
            "equipment",
            "substrate",
            "printed_quantity",
            "wasted_quantity",
            "reject_reason",
            "remarks",
            "is_archived",
            "created_at",
            "created_by",
        ]

    def get_reject_reason(self, workorder: Workorder) -> str | None:
        """Return what a list has annotated, or look the reason up for a single workorder."""
        if hasattr(workorder, "reject_reason"):
            said: str | None = workorder.reject_reason
            return said
        return visibility.reject_reason(workorder)


class WorkorderProgressSerializer(WorkorderSerializer):
    """A workorder by itself: `progress` tells how far its minting and its archive are, null when both are there."""

    warnings = serializers.SerializerMethodField(help_text="What is no error, yet may not be meant.")
    progress = ProgressSerializer(source="making.progress", read_only=True, default=None, allow_null=True)

    class Meta(WorkorderSerializer.Meta):
        fields: ClassVar = [*WorkorderSerializer.Meta.fields, "warnings", "progress"]

    def get_warnings(self, workorder: Workorder) -> list[WorkorderWarning]:
        return list_warnings(workorder)


class ArchiveSerializer(serializers.Serializer[Any]):
    is_archived = serializers.BooleanField(help_text="Whether it is out of sight.")


def being_made(job: Job) -> Response:
    """Return 202 with the progress of the job that makes the download."""
    return Response({"progress": job.progress}, status.HTTP_202_ACCEPTED, headers={"Retry-After": "1"})
