"""Calls of ingestion templates: listing, keeping, changing and deleting them, and uploading codes by one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from rest_framework import serializers, status
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from ingestion.api.template_serializers import FromTemplateSerializer, TemplateRowSerializer, filetype_of
from ingestion.api.uploads import AddCodes, company_of
from ingestion.models import IngestionTemplate
from ingestion.options.templates import (
    OPTIONS,
    IngestionTemplateSerializer,
    NotKept,
    change_template,
    fill_in,
    keep_template,
    rename_template,
    template_named,
    templates_of,
)
from portal.api.authentication import person
from portal.api.calls import Call
from portal.api.filters import Filters
from portal.api.idempotency import idempotent
from portal.models import Company, User


class TemplateFilters(Filters):
    orderings: ClassVar[tuple[str, ...]] = ("name",)

    def search(self, text: str, user: User) -> Q:
        return Q(name__icontains=text)


class TemplateList(Call, ListAPIView[IngestionTemplate]):
    permission = "ingestion_code_create"
    takes = IngestionTemplateSerializer
    serializer_class = TemplateRowSerializer
    filter_backends: Any = (TemplateFilters,)

    def get_queryset(self) -> QuerySet[IngestionTemplate]:
        return templates_of(company_of(self.request))

    @idempotent
    def post(self, request: Request) -> Response:
        """Keep options under a name."""
        company = company_of(request)
        form = IngestionTemplateSerializer(data=request.data, context={"company": company})
        form.is_valid(raise_exception=True)
        with _name_refused():
            template = keep_template(company, form.validated_data["name"], form.parameters(), person(request))
        return Response(TemplateRowSerializer(template).data, status.HTTP_201_CREATED)


class TemplateDetail(Call, RetrieveAPIView[IngestionTemplate]):
    permission = "ingestion_code_create"
    takes = IngestionTemplateSerializer
    serializer_class = TemplateRowSerializer

    def get_queryset(self) -> QuerySet[IngestionTemplate]:
        return templates_of(company_of(self.request))

    def patch(self, request: Request, pk: int) -> Response:
        """Rename a template, or change its options."""
        template = self.get_object()
        said: Any = request.data
        options = {**template.parameters, **said} if {*said} & {*OPTIONS} else {}
        form = IngestionTemplateSerializer(
            data={"name": template.name, **said, **options}, context={"company": template.company}
        )
        form.is_valid(raise_exception=True)
        name = form.validated_data["name"]
        with _name_refused():
            change_template(template, name, form.parameters()) if options else rename_template(template, name)
        return Response(TemplateRowSerializer(template).data)

    def delete(self, request: Request, pk: int) -> Response:
        """Delete a template. What was uploaded by it stays as it is."""
        self.get_object().delete()
        return Response(status=status.HTTP_204_NO_CONTENT)


class CreateFromTemplate(AddCodes):
    """The same as `add-sids`, but that a template says what the call does not."""

    takes = FromTemplateSerializer

    def said(self, data: Any, company: Company) -> Any:
        """Return what the call says and, where it says nothing, what its template does."""
        try:
            name = self.takes().fields["template"].run_validation(data.get("template", serializers.empty))
        except serializers.ValidationError:
            return data  # which is refused
        return fill_in(template_named(name, company), data, filetype_of(data))


@contextmanager
def _name_refused() -> Iterator[None]:
    """Refuse the name where the company has it already, or has as many templates as it can."""
    try:
        yield
    except NotKept as reason:
        raise serializers.ValidationError({"name": [str(reason)]}) from None
