"""The API of uploads: the spec's calls, and the newer ones that do the same."""

from __future__ import annotations

from typing import Any, ClassVar

from rest_framework import serializers, status
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response

from ingestion import services
from ingestion.api.add_sids_serializer import AddSidsSerializer
from ingestion.api.rows_parser import RowsParser
from ingestion.api.serializers import GetPostDataSerializer
from ingestion.models import IngestionRecord
from ingestion.options.change_serializer import ChangeFileSerializer
from ingestion.options.file_serializer import ProcessSerializer
from portal.api.authentication import not_a_brands, person
from portal.api.calls import Call
from portal.api.idempotency import idempotent
from portal.models import Company
from portal.storage.base import storage


class Refused(APIException):
    """400 with the spec's own message."""

    status_code = status.HTTP_400_BAD_REQUEST
    default_code = "refused"


def company_of(request: Request, what: str = "upload codes") -> Company:
    """The company for which the caller does `what`; 403 for people who belong to none."""
    company = person(request).brand
    if company is None:
        raise not_a_brands(request, what)
    return company


def mode_of(request: Request) -> str:
    """Return how the call comes: by a token, or from a page."""
    return IngestionRecord.Mode.API if request.auth else IngestionRecord.Mode.PORTAL


def form_of(request: Request, record: IngestionRecord) -> Response:
    """201: the key of a new record and the signed form for its file."""
    post_data = storage().signed_form(
        request.build_absolute_uri("/"), record.incoming_path, services.CONTENT_TYPES[record.filetype]
    )
    return Response({"post_data": post_data, "record_key": record.key}, status.HTTP_201_CREATED)


class GetPostData(Call):
    permission = "ingestion_code_create"
    takes = GetPostDataSerializer
    type: ClassVar[str] = IngestionRecord.Type.CODE

    @idempotent
    def post(self, request: Request) -> Response:
        """Create an ingestion record and the signed form for its file."""
        mode = mode_of(request)
        form = GetPostDataSerializer(data=request.data, context={"mode": mode, "type": self.type})
        form.is_valid(raise_exception=True)
        company, said = company_of(request), form.validated_data
        record = services.start_upload(person(request), company, mode=mode, type=self.type, **said)
        return form_of(request, record)


class Process(Call):
    permission = "ingestion_code_create"
    takes: ClassVar[Any] = ProcessSerializer
    type: ClassVar[str] = IngestionRecord.Type.CODE

    @idempotent
    def post(self, request: Request) -> Response:
        """Start checking an uploaded file, as the call says and, besides, `add-sids` said."""
        company = company_of(request)
        record = _named_in(request.data, company)
        if record is not None and (record.status != IngestionRecord.Status.UPLOADING or record.type != self.type):
            raise Refused(services.WRONG_STATE.format(self.type), "wrong_state")
        known = record.parameters if record else {}
        data = known | request.data if isinstance(request.data, dict) else request.data
        form = self.takes(data=data, context={"company": company, "record": record})
        form.is_valid(raise_exception=True)
        if record is None:
            raise Refused("Invalid record", "invalid_record")
        try:
            services.process(record, form.parameters(), person(request))
        except services.Unprocessable as error:
            raise Refused(str(error), "unprocessable") from None
        except services.Unacceptable as error:
            raise serializers.ValidationError({"record": [str(error)]}) from None
        return Response({"record_key": record.key})


def _named_in(data: Any, company: Company) -> IngestionRecord | None:
    """The record of the company whose key is in the body, if there is one."""
    key = data.get("record") if isinstance(data, dict) else None
    return company.ingestions.filter(key=key).first() if isinstance(key, str) and key.isalnum() else None


class ProcessFromFile(Process):
    """The same under its newer address."""


class GetPostDataOfChanges(GetPostData):
    permission = "scm_bulk_edit"
    type = IngestionRecord.Type.SCM


class ProcessChanges(Process):
    permission = "scm_bulk_edit"
    takes = ChangeFileSerializer
    type = IngestionRecord.Type.SCM


class AddCodes(Call):
    """Take codes in the call, or the call for their file; what it may say is `takes`."""

    permission = "ingestion_code_create"
    takes: ClassVar[type[AddSidsSerializer]]
    parser_classes = (RowsParser,)

    @idempotent
    def post(self, request: Request) -> Response:
        """Queue the codes in the call, or create a record and the signed form for their file."""
        company, mode = company_of(request), mode_of(request)
        form = self.takes(data=self.said(request.data, company), context={"company": company})
        form.is_valid(raise_exception=True)
        codes, filetype = form.validated_data.get("codes"), form.validated_data["filetype"]
        parameters = form.parameters()
        if codes is not None:
            record = services.upload_rows(person(request), company, codes, parameters, mode=mode)
            return Response({"record_key": record.key}, status.HTTP_201_CREATED)
        record = services.start_upload(person(request), company, filetype=filetype, mode=mode, parameters=parameters)
        return form_of(request, record)

    def said(self, data: Any, company: Company) -> Any:
        """Return what the call says."""
        return data


class AddSids(AddCodes):
    takes = AddSidsSerializer
