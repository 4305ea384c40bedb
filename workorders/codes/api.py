"""The API of single codes.

A company may have many millions, so nothing here looks at more of them than `search` does: a page is a stretch of codes
in the order of their ids, and the links to other pages name the id at which it ends.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpResponse
from rest_framework import serializers
from rest_framework.generics import GenericAPIView, ListAPIView, RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.calls import Call
from portal.models import Company
from workorders.codes.api_lists import WHOSE, CodeFilters, CodePagination, company_read, owner, scm_names
from workorders.codes.first_download import note_download
from workorders.codes.picture import image_response
from workorders.codes.serializers import CodeSerializer, ImageSerializer
from workorders.identifiers import gs1
from workorders.models import Code

READING: tuple[str, ...] = ("codes_view", "workorder_view")  # permissions, of which one is enough


class _Codes(Call, GenericAPIView[Code]):
    permission = READING
    serializer_class = CodeSerializer

    def company(self) -> Company:
        """Return the company whose codes the call is about."""
        return company_read(self.request)

    def get_queryset(self) -> QuerySet[Code]:
        return (
            Code.objects.filter(company=self.company())
            .select_related("workorder", "product")
            .prefetch_related("workorder__ingestions")
        )


class CodeList(_Codes, ListAPIView[Code]):
    """The company's codes, in the order of their ids."""

    filter_backends = (CodeFilters,)
    pagination_class = CodePagination

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Answer with the page as it was read, past the serializer, which would take most of the time."""
        return self.get_paginated_response(self.paginate_queryset(self.get_queryset()))

    def parameters(self, method: str) -> list[str]:
        """Return the names of the query parameters, with those of the SCM fields that the caller filters by."""
        return [*super().parameters(method), "scm_<field>", *scm_names(self.request.query_params)]


class CompanySerializer(serializers.Serializer[Any]):
    """Whose code is meant, where several companies have the id."""

    company = serializers.CharField(required=False, help_text=WHOSE)


class OneCode(_Codes):
    """The base of calls on one code, which the address names by its id."""

    lookup_field = "identifier"
    lookup_url_kwarg = "id"
    asks: ClassVar[type[serializers.Serializer[Any]] | None] = CompanySerializer

    def company(self) -> Company:
        return company_read(self.request, gs1.respelled(self.kwargs["id"]))

    def get_object(self) -> Code:
        """The code whose id stands in the address, in any spelling."""
        self.kwargs["id"] = gs1.respelled(self.kwargs["id"])
        return super().get_object()


class CodeDetail(OneCode, RetrieveAPIView[Code]):
    """One code, by its extended id."""


class CodeImage(OneCode):
    """A code's symbol; of a secure code with a specimen of its graphic, which is its printing partner's alone."""

    asks = ImageSerializer

    def company(self) -> Company:
        return owner(self.request)

    def get(self, request: Request, id: str) -> HttpResponse:  # noqa: A002  # the address calls it so
        """The image as a file."""
        code = self.get_object()
        form = ImageSerializer(data=request.query_params, context={"code": code})
        form.is_valid(raise_exception=True)
        note_download(code.workorder)
        return image_response(code, form.validated_data["images"], form.validated_data["module"])
