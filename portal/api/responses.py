"""Answers that all calls share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import Http404
from rest_framework import exceptions, serializers, status
from rest_framework.negotiation import BaseContentNegotiation, DefaultContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from portal.http.error_codes import CODES
from portal.http.error_codes import HEADER as ERROR_CODE
from portal.http.not_found import NoMore

if TYPE_CHECKING:  # the framework's views load this module to find their defaults
    pass


class TooLarge(exceptions.APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = CODES[status_code]


class ProgressSerializer(serializers.Serializer[Any]):
    """How far work is that takes long."""

    phase = serializers.CharField(read_only=True)
    rows_done = serializers.IntegerField(read_only=True)
    rows_total = serializers.IntegerField(read_only=True, allow_null=True)


class WhateverIsAccepted(BaseContentNegotiation):
    """Each call answers in one media type, so `Accept` asks for nothing: a zip is no refusal to who accepts zips."""

    def select_parser(self, request: Request, parsers: Any) -> BaseParser | None:
        return DefaultContentNegotiation().select_parser(request, parsers)

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        return renderers[0], renderers[0].media_type


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """REST framework's own answers with their code, a plain 404 that does not name our models, and 413."""
    from rest_framework.views import exception_handler as default_exception_handler

    if isinstance(error, Http404):
        error = exceptions.NotFound(str(error) if isinstance(error, NoMore) else None)
    elif isinstance(error, RequestDataTooBig):
        error = TooLarge(f"The request's body may hold {settings.DATA_UPLOAD_MAX_MEMORY_SIZE:,} bytes.")
    response: Response | None = default_exception_handler(error, context)
    if response is not None and isinstance(error, exceptions.APIException):
        codes = error.get_codes()
        response[ERROR_CODE] = codes if isinstance(codes, str) else CODES[response.status_code]
    return response
