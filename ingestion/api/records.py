"""The API of ingestion records and their errors."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header
from rest_framework import serializers
from rest_framework.generics import GenericAPIView, ListAPIView, RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from ingestion import services
from ingestion.api.uploads import Refused, company_of
from ingestion.errors.kinds import KINDS
from ingestion.models import IngestionError, IngestionRecord
from ingestion.results import errors_csv
from ingestion.results.record_search import codes_in_sight, fitting
from ingestion.results.rows_with_errors import corrections, corrections_name, has_corrections
from portal.api.authentication import person
from portal.api.calls import Call
from portal.api.filters import Filters
from portal.api.idempotency import idempotent
from portal.api.responses import ProgressSerializer
from portal.models import User

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


class RecordFilters(Filters):
    choices: ClassVar = {
        "type": IngestionRecord.TYPES,
        "status": IngestionRecord.Status.values,
        "ingestion_mode": IngestionRecord.Mode.values,
    }
    ranges = ("created_at",)

    searched = "Only records whose key, file name or uploader has this text, or whose file has a code of this id."

    def search(self, text: str, user: User) -> Q:
        return Q(key__icontains=text) | fitting(user, text, codes_in_sight(user, text))


class _Records(Call, GenericAPIView[IngestionRecord]):
    """The records the caller may see."""

    permission = "ingestion_view"
    serializer_class = RecordSerializer
    lookup_field = "key"

    def get_queryset(self) -> QuerySet[IngestionRecord]:
        return services.records_for(person(self.request))


class RecordList(_Records, ListAPIView[IngestionRecord]):
    """The ingestion records, newest first."""

    filter_backends = (RecordFilters,)


class RecordDetail(_Records, RetrieveAPIView[IngestionRecord]):
    """One ingestion record."""


class Cancel(_Records):
    permission = "ingestion_cancel"

    @idempotent
    def post(self, request: Request, key: str) -> Response:
        """End an ingestion that has not ended; nothing of it is stored."""
        records = self.get_queryset()
        if not person(request).is_superuser:
            records = records.filter(company=company_of(request))
        record = get_object_or_404(records, key=key)
        if not services.cancel(record, person(request)):
            raise Refused("The ingestion has ended already.")
        record.refresh_from_db()
        return Response(RecordSerializer(record).data)


class ErrorFilters(Filters):
    choices: ClassVar = {"error": KINDS}

    def search(self, text: str, user: User) -> Q:
        return Q(value__icontains=text) | Q(column__icontains=text)


class ErrorList(Call, ListAPIView[IngestionError]):
    """Everything wrong with the record's file, in the order of its rows."""

    permission = "ingestion_view"
    serializer_class = ErrorSerializer
    filter_backends = (ErrorFilters,)

    def get_queryset(self) -> QuerySet[IngestionError]:
        record = get_object_or_404(services.records_for(person(self.request)), key=self.kwargs["key"])
        return record.errors.order_by("row", "pk")


class ErrorFile(_Records):
    def get(self, request: Request, key: str) -> HttpResponseBase:
        """All errors as a CSV file."""
        record = get_object_or_404(self.get_queryset(), key=key)
        return errors_file(record)


class CorrectionsFile(_Records):
    def get(self, request: Request, key: str) -> HttpResponseBase:
        """The uploaded rows with their errors beside them; 404 where no rows can be given back."""
        return corrections_file(get_object_or_404(self.get_queryset(), key=key))


def corrections_file(record: IngestionRecord) -> StreamingHttpResponse:
    """The uploaded rows with their errors, as a download; Http404 where no rows can be given back."""
    if not has_corrections(record):
        raise Http404
    response = StreamingHttpResponse(corrections(record), content_type=services.CONTENT_TYPES[record.filetype])
    name = corrections_name(record)
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    return response


def errors_file(record: IngestionRecord) -> StreamingHttpResponse:
    """`errors.csv` of the record, as a download."""
    response = StreamingHttpResponse(errors_csv.errors_csv(record), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="errors-{record.key}.csv"'
    return response
