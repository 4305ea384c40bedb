"""The API of what a company keeps under names of its own: it is listed, made, looked at, changed, archived."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from rest_framework import serializers, status
from rest_framework.generics import GenericAPIView, ListAPIView, RetrieveAPIView, get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.calls import Call, refuse_changes
from portal.api.filters import Filters
from portal.api.idempotency import idempotent
from portal.models import Company, User
from portal.values.texts import PRINTABLE
from workorders.named_items.services import TAKEN, Named, NameTaken, store
from workorders.serializers import ArchiveSerializer
from workorders.visibility import set_hidden


class NamedSerializer(serializers.ModelSerializer[Any]):
    """A row with a `name` that is unique in its company; the instance that it checks has a company already."""

    elsewhere: ClassVar = {"is_archived": "It is archived, or brought back, by a POST to its own `archive/`."}

    name = serializers.CharField(max_length=100, validators=[PRINTABLE])

    class Meta:
        read_only_fields: ClassVar = ["is_archived"]


class NamedFilters(Filters):
    flags = ("is_archived",)
    orderings: ClassVar[tuple[str, ...]] = ("name",)

    def search(self, text: str, user: User) -> Q:
        return Q(name__icontains=text)


class NamedCall(Call, GenericAPIView[Any]):
    """A call on rows of the caller's company. `rows` are all rows, and `kept_by` refuses callers who can keep none."""

    serializer_class: type[NamedSerializer]
    rows: ClassVar[QuerySet[Any]]

    def kept_by(self) -> Company:
        """The caller's company; PermissionDenied."""
        raise NotImplementedError

    def get_queryset(self) -> QuerySet[Any]:
        return self.rows.filter(company=self.kept_by())

    def checked(self, row: Named, data: Any, *, partial: bool = False) -> dict[str, Any]:
        """Return the values that `data` gives the row. Raise ValidationError with all that is wrong, by field."""
        form = self.get_serializer(row, data=data, partial=partial)
        form.is_valid(raise_exception=True)
        said: dict[str, Any] = form.validated_data
        return said

    def stored(self, row: Named, said: dict[str, Any], fields: Collection[str] | None = None) -> Any:
        """Save the row as it is said to be, and tell how it is now."""
        for name, value in said.items():
            setattr(row, name, value)
        try:
            store(row, fields)
        except NameTaken:
            raise serializers.ValidationError({"name": [TAKEN]}) from None
        return self.get_serializer(row).data


class NamedList(NamedCall, ListAPIView[Any]):
    filter_backends: Any = (NamedFilters,)

    @idempotent
    def post(self, request: Request) -> Response:
        """Make one more."""
        row = self.rows.model(company=self.kept_by())
        return Response(self.stored(row, self.checked(row, request.data)), status.HTTP_201_CREATED)


class NamedDetail(NamedCall, RetrieveAPIView[Any]):
    def patch(self, request: Request, pk: int) -> Response:
        """Change what is named in the body."""
        row = self.get_object()
        refuse_changes(self.get_serializer(row), request.data)
        said = self.checked(row, request.data, partial=True)
        return Response(self.stored(row, said, said.keys()))


class NamedArchive(NamedCall):
    takes = ArchiveSerializer

    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        """Put it out of use, or bring it back."""
        rows = self.get_queryset().filter(pk=pk)
        get_object_or_404(rows)
        form = ArchiveSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        set_hidden(rows, form.validated_data["is_archived"])
        return Response(self.get_serializer(rows.get()).data)
