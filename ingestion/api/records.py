"""The API of ingestion records and their errors."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404
from rest_framework.generics import GenericAPIView, ListAPIView, RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from ingestion import services
from ingestion.api.record_filters import ErrorFilters, RecordFilters
from ingestion.api.record_serializers import ErrorSerializer, RecordSerializer
from ingestion.api.uploads import Refused, company_of
from ingestion.models import IngestionError, IngestionRecord
from ingestion.results.downloads import errors_csv_response, rows_with_errors_response
from portal.api.authentication import person
from portal.api.calls import Call
from portal.api.idempotency import idempotent


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
        return errors_csv_response(record)


class RowsWithErrorsFile(_Records):
    def get(self, request: Request, key: str) -> HttpResponseBase:
        """The uploaded rows with their errors beside them; 404 where no rows can be given back."""
        return rows_with_errors_response(get_object_or_404(self.get_queryset(), key=key))
