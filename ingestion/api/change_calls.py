"""The API of changes without a file: of the codes that constraints select, and undoing a change."""

from __future__ import annotations

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.generics import GenericAPIView, RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from ingestion import changes, services
from ingestion.api.change_serializers import SelectedChangeSerializer, TaskSerializer
from ingestion.api.record_serializers import RecordSerializer
from ingestion.api.uploads import Refused, company_of, mode_of
from ingestion.models import IngestionRecord
from portal.api.authentication import person
from portal.api.calls import Call
from portal.api.idempotency import idempotent
from workorders.changes.undo import extent_in_time

MOST_KEPT = 100  # ids that the extent of an undo names


class ChangeSelected(Call):
    permission = "scm_bulk_edit"
    takes = SelectedChangeSerializer

    @idempotent
    def post(self, request: Request) -> Response:
        """Queue a change of every code that meets all constraints."""
        company = company_of(request, "change codes")
        form = SelectedChangeSerializer(data=request.data, context={"company": company})
        form.is_valid(raise_exception=True)
        codes, values = form.validated_data["constraints"], form.validated_data["scm_data"]
        try:
            record = changes.start_selected(person(request), company, codes, values, mode_of(request))
        except changes.Contradictory as reason:
            raise serializers.ValidationError({"scm_data": [f"blacklist_reason: {reason}"]}) from None
        return Response({"task_id": record.key})


class Task(Call, RetrieveAPIView[IngestionRecord]):
    """How far a change of codes is: for who may ask for one, and who reads records."""

    permission = ("scm_bulk_edit", "ingestion_view")
    serializer_class = TaskSerializer
    lookup_field = "key"

    def get_queryset(self) -> QuerySet[IngestionRecord]:
        changes = services.records_for(person(self.request)).filter(type=IngestionRecord.Type.SCM)
        return changes.select_related("created_by")


class Undo(Call, GenericAPIView[IngestionRecord]):
    """The undo of a change."""

    permission = "scm_undo"
    serializer_class = RecordSerializer
    lookup_field = "key"

    def get_queryset(self) -> QuerySet[IngestionRecord]:
        return company_of(self.request, "undo changes").ingestions.all()

    def get(self, request: Request, key: str) -> Response:
        """Count what undoing the change would do now."""
        record = self.get_object()
        change = changes.change_of(record)
        if (reason := changes.undo_refusal(record)) or change is None:
            raise Refused(reason)
        extent, kept_codes = extent_in_time(change, MOST_KEPT) or ((None, None), None)
        return Response(dict(zip(("undone", "kept"), extent, strict=True)) | {"kept_codes": kept_codes})

    @idempotent
    def post(self, request: Request, key: str) -> Response:
        """Queue the undo of a completed change."""
        try:
            undo = changes.start_undo(person(request), self.get_object(), mode_of(request))
        except changes.NotUndoable as reason:
            raise Refused(str(reason)) from None
        undo.refresh_from_db()
        return Response(RecordSerializer(undo).data, 201)
