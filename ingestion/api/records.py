"""The API of ingestion records and their errors."""

from __future__ import annotations

from functools import partial

from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404
from rest_framework import status
from rest_framework.exceptions import APIException, PermissionDenied
from rest_framework.generics import GenericAPIView, ListAPIView, RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from ingestion import services
from ingestion.api.record_filters import ErrorFilters, RecordFilters
from ingestion.api.record_serializers import (
    ErrorSerializer,
    ExtentSerializer,
    RecordSerializer,
    WithdrawSerializer,
)
from ingestion.api.uploads import Refused, company_of
from ingestion.models import IngestionError, IngestionRecord
from ingestion.results.downloads import (
    Emptied,
    errors_csv_response,
    refuse_emptied,
    rows_with_errors_response,
)
from ingestion.withdrawal import NotWithdrawable, extent_of, withdraw
from portal.api.authentication import may, person
from portal.api.calls import Call
from portal.api.idempotency import idempotent
from portal.http.error_codes import CODES


class Gone(APIException):
    """410 for what is not kept any more."""

    status_code = status.HTTP_410_GONE
    default_code = CODES[status_code]


def _refuse_emptied(record: IngestionRecord) -> None:
    try:
        refuse_emptied(record)
    except Emptied as reason:
        raise Gone(str(reason)) from None


class _Records(Call, GenericAPIView[IngestionRecord]):
    """The records the caller may see."""

    permission: str | tuple[str, ...] = "ingestion_view"
    serializer_class = RecordSerializer
    lookup_field = "key"

    def get_queryset(self) -> QuerySet[IngestionRecord]:
        return services.records_for(person(self.request)).select_related("withdrawal")


class _OwnRecord(_Records):
    """A record of the caller's company, or of any for a superuser."""

    def record(self, key: str) -> IngestionRecord:
        """Return the record. Raise Http404 where there is none."""
        records = self.get_queryset()
        if not person(self.request).is_superuser:
            records = records.filter(company=company_of(self.request))
        return get_object_or_404(records, key=key)


class RecordList(_Records, ListAPIView[IngestionRecord]):
    """The ingestion records, newest first."""

    filter_backends = (RecordFilters,)


class RecordDetail(_Records, RetrieveAPIView[IngestionRecord]):
    """One ingestion record."""


class Cancel(_OwnRecord):
    permission = ("ingestion_cancel", "ingestion_code_create")

    @idempotent
    def post(self, request: Request, key: str) -> Response:
        """End an ingestion that has not ended; nothing of it is stored."""
        record = self.record(key)
        if not services.may_cancel(record, person(request), partial(may, request)):
            raise PermissionDenied("The permission ingestion_cancel is needed for what others uploaded.")
        if not services.cancel(record, person(request)):
            raise Refused("The ingestion has ended already.")
        record.refresh_from_db()
        return Response(RecordSerializer(record).data)


class Withdraw(_OwnRecord):
    permission = "ingestion_withdraw"
    takes = WithdrawSerializer

    def get(self, request: Request, key: str) -> Response:
        """Say what a withdrawal would do now."""
        try:
            return Response(ExtentSerializer(extent_of(self.record(key))).data)
        except NotWithdrawable as reason:
            raise Refused(str(reason)) from None

    @idempotent
    def post(self, request: Request, key: str) -> Response:
        """Withdraw a completed upload; a worker does it, and the record tells how far it is."""
        record = self.record(key)
        form = WithdrawSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        try:
            withdraw(record, person(request), **form.validated_data)
        except NotWithdrawable as reason:
            raise Refused(str(reason)) from None
        return Response(RecordSerializer(self.get_queryset().get(pk=record.pk)).data)


class ErrorList(Call, ListAPIView[IngestionError]):
    """Everything wrong with the record's file, in the order of its rows."""

    permission = "ingestion_view"
    serializer_class = ErrorSerializer
    filter_backends = (ErrorFilters,)

    def get_queryset(self) -> QuerySet[IngestionError]:
        record = get_object_or_404(services.records_for(person(self.request)), key=self.kwargs["key"])
        _refuse_emptied(record)
        return record.errors.order_by("row", "pk")


class ErrorFile(_Records):
    def get(self, request: Request, key: str) -> HttpResponseBase:
        """All errors as a CSV file."""
        record = get_object_or_404(self.get_queryset(), key=key)
        _refuse_emptied(record)
        return errors_csv_response(request, record)


class RowsWithErrorsFile(_Records):
    def get(self, request: Request, key: str) -> HttpResponseBase:
        """The uploaded rows with their errors beside them; 404 where no rows can be given back."""
        record = get_object_or_404(self.get_queryset(), key=key)
        _refuse_emptied(record)
        return rows_with_errors_response(request, record)
