"""The API of ingestion: the spec's calls and the contract's."""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.exceptions import ValidationError as InvalidPrefix
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header
from rest_framework import serializers, status
from rest_framework.exceptions import APIException, PermissionDenied
from rest_framework.generics import GenericAPIView, ListAPIView, RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ingestion import services
from ingestion.corrections import corrections, corrections_name, has_corrections
from ingestion.csv_reader import DELIMITERS
from ingestion.errors import KINDS, message
from ingestion.fields import parse_defaults
from ingestion.models import IngestionError, IngestionRecord
from ingestion.renaming import parse_columns
from portal.api import Filters, ProgressSerializer, person
from portal.idempotency import idempotent
from portal.models import Company
from portal.storage import storage
from workorders.models import Workorder
from workorders.receiving import refusal
from workorders.services import claim_url_prefix, usable_products

IdFormat = IngestionRecord.IdFormat


class Refused(APIException):
    """400 with the spec's own message."""

    status_code = status.HTTP_400_BAD_REQUEST


class RecordSerializer(serializers.ModelSerializer[IngestionRecord]):
    progress = ProgressSerializer(read_only=True)

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
            "workorder",
        ]


class ErrorSerializer(serializers.ModelSerializer[IngestionError]):
    message = serializers.SerializerMethodField()

    class Meta:
        model = IngestionError
        fields: ClassVar = ["row", "column", "value", "error", "message"]

    def get_message(self, error: IngestionError) -> str:
        return message(error)


class GetPostDataSerializer(serializers.Serializer[Any]):
    """What begins an upload. The pages may send workbooks too; to others the field's two types are promised."""

    filetype = serializers.ChoiceField(IngestionRecord.Filetype.choices)
    file_name = serializers.CharField(max_length=255, required=False, allow_blank=True, default="")

    def validate_filetype(self, value: str) -> str:
        if value == IngestionRecord.Filetype.XLSX and self.context["mode"] == IngestionRecord.Mode.API:
            raise serializers.ValidationError("By the API a file is csv or json; the upload page takes workbooks.")
        return value


class ProcessSerializer(serializers.Serializer[Any]):
    """The parameters of `process`, checked for the company in the context."""

    record = serializers.CharField(trim_whitespace=False)
    default_scm_data = serializers.JSONField(default=dict)
    url_prefix = serializers.CharField(max_length=200, required=False, allow_blank=True, allow_null=True, default="")
    allow_posted_duplicates = serializers.BooleanField(default=False)
    id_format = serializers.ChoiceField(
        IdFormat.choices,
        default=IdFormat.DEFAULT,
        help_text="How the ids are written; `gs1` are GS1 Digital Link paths, /01/04006381333931/10/B7/21/A1.",
    )
    delimiter = serializers.ChoiceField([*DELIMITERS], required=False, allow_blank=True, default="")
    columns = serializers.DictField(
        default=dict, help_text="A new name, or an empty one to leave the column out, by the name in the file."
    )
    workorder = serializers.IntegerField(
        required=False, allow_null=True, default=None, help_text="The SSC workorder that the codes are for."
    )

    def validate_workorder(self, value: int | None) -> Workorder | None:
        if value is None:
            return None
        workorder = self.company.workorders.filter(pk=value).first()
        if workorder is None:
            raise serializers.ValidationError("The company has no workorder with this id.")
        if reason := refusal(workorder):
            raise serializers.ValidationError(reason)
        return workorder

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        workorder, prefix = attrs["workorder"], attrs["url_prefix"]
        if workorder is not None and prefix not in ("", workorder.url_prefix):
            reason = f"The codes of this workorder begin with {workorder.url_prefix}; leave the prefix out."
            raise serializers.ValidationError({"url_prefix": [reason]})
        prefix = workorder.url_prefix if workorder else prefix
        if attrs["id_format"] == IdFormat.GS1 and prefix and (not prefix.endswith("/") or {"?", "#"} & {*prefix}):
            reason = f"Behind {prefix} no GS1 id can go on as a path: it must end in a slash and have no ? and no #."
            raise serializers.ValidationError({"url_prefix": [reason]})
        return attrs

    @property
    def company(self) -> Company:
        company: Company = self.context["company"]
        return company

    def parameters(self) -> dict[str, Any]:
        """What the record keeps of a valid call."""
        kept = ("default_scm_data", "url_prefix", "allow_posted_duplicates")
        set_ = {name: self.validated_data[name] for name in ("delimiter", "columns") if self.validated_data[name]}
        if self.validated_data["id_format"] != IdFormat.DEFAULT:
            set_["id_format"] = self.validated_data["id_format"]
        workorder: Workorder | None = self.validated_data["workorder"]
        into = {"workorder": workorder.pk} if workorder else {}
        numbered = {"use_serial_number": bool(workorder and workorder.use_serial_number)}
        return numbered | {name: self.validated_data[name] for name in kept} | set_ | into

    def validate_default_scm_data(self, value: Any) -> dict[str, Any]:
        if value is None:
            return {}
        if not isinstance(value, dict):
            raise serializers.ValidationError('It must be an object, like {"product": "sku1"}.')
        try:
            defaults = parse_defaults(value)
        except ValueError as error:
            raise serializers.ValidationError(error.args[0]) from None
        if defaults.product and defaults.product not in usable_products(self.company.pk):
            raise serializers.ValidationError(f"product: {KINDS['product_not_found_error'].sentence}")
        return value

    def validate_columns(self, value: dict[str, Any]) -> dict[str, str]:
        try:
            return parse_columns(value)
        except ValueError as error:
            raise serializers.ValidationError(error.args[0]) from None

    def validate_url_prefix(self, value: str | None) -> str:
        if value and self.initial_data.get("workorder") in (None, ""):
            try:
                claim_url_prefix(self.company, value)
            except InvalidPrefix as error:
                raise serializers.ValidationError(error.messages) from None
        return value or ""


def company_of(request: Request) -> Company:
    """The company for which the caller uploads; 403 for people who belong to none."""
    company = person(request).brand
    if company is None:
        raise PermissionDenied("Only people of a brand owner upload codes.")
    return company


class GetPostData(APIView):
    permission = "ingestion_code_create"

    @idempotent
    def post(self, request: Request) -> Response:
        """Create an ingestion record and the signed form for its file."""
        mode = IngestionRecord.Mode.API if request.auth else IngestionRecord.Mode.PORTAL
        form = GetPostDataSerializer(data=request.data, context={"mode": mode})
        form.is_valid(raise_exception=True)
        record = services.start_upload(person(request), company_of(request), mode=mode, **form.validated_data)
        post_data = storage().signed_form(
            request.build_absolute_uri("/"), record.incoming_path, services.CONTENT_TYPES[record.filetype]
        )
        return Response({"post_data": post_data, "record_key": record.key}, status.HTTP_201_CREATED)


class Process(APIView):
    permission = "ingestion_code_create"

    @idempotent
    def post(self, request: Request) -> Response:
        """Start checking an uploaded file and creating its codes."""
        company = company_of(request)
        form = ProcessSerializer(data=request.data, context={"company": company})
        form.is_valid(raise_exception=True)
        parameters = form.parameters()
        record = IngestionRecord.objects.filter(company=company, key=form.validated_data["record"]).first()
        if record is None:
            raise Refused("Invalid record")
        try:
            services.process(record, parameters, person(request))
        except services.Unprocessable as error:
            raise Refused(str(error)) from None
        except services.Unacceptable as error:
            raise serializers.ValidationError({"record": [str(error)]}) from None
        return Response({"record_key": record.key})


class RecordFilters(Filters):
    equal = ("type", "status", "ingestion_mode")
    ranges = ("created_at",)

    def search(self, text: str) -> Q:
        return Q(key__icontains=text) | Q(file_name__icontains=text) | Q(created_by__email__icontains=text)


class _Records(GenericAPIView[IngestionRecord]):
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
        record = get_object_or_404(self.get_queryset(), key=key, company_id=company_of(request))
        if not services.cancel(record, person(request)):
            raise Refused("The ingestion has ended already.")
        record.refresh_from_db()
        return Response(RecordSerializer(record).data)


class ErrorFilters(Filters):
    equal = ("error",)

    def search(self, text: str) -> Q:
        return Q(value__icontains=text) | Q(column__icontains=text)


class ErrorList(ListAPIView[IngestionError]):
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
    response = StreamingHttpResponse(services.errors_csv(record), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="errors-{record.key}.csv"'
    return response
