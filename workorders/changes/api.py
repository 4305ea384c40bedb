"""The API of changing one code, and of its history."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import BigIntegerField, F, Func, IntegerField, Prefetch, QuerySet, Value
from django.db.models.functions import Cast
from django.shortcuts import get_object_or_404
from rest_framework import exceptions, serializers
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.authentication import person
from portal.api.calls import Call, refuse_changes
from workorders.changes import single
from workorders.changes.history import changes_of, skus_of
from workorders.changes.serializers import CodeChangeSerializer, HistorySerializer
from workorders.changes.single import Unchangeable, Unchanged, change_code
from workorders.changes.values import NewValues
from workorders.codes import api as codes
from workorders.codes.api_lists import company_read, owner
from workorders.codes.serializers import CodeSerializer
from workorders.identifiers import gs1
from workorders.models import Change, Code, CodeChange


class Busy(exceptions.APIException):
    """503: another change of the same codes takes longer than a call waits."""

    status_code = 503
    default_code = "busy"
    default_detail = single.BUSY
    wait = single.PATIENCE  # seconds, as `Retry-After` says


class CodeDetail(codes.CodeDetail):
    """One code, by its extended id."""

    takes = CodeChangeSerializer

    @property
    def permission(self) -> str | tuple[str, ...]:  # type: ignore[override]  # by the method
        """Return the permission that the call needs: one of those for reading, another to change."""
        return "scm_code_edit" if self.request.method == "PATCH" else codes.READING

    def patch(self, request: Request, id: str) -> Response:  # noqa: A002  # the address calls it so
        """Change the values that the body names, and answer with the code."""
        owner(request)
        code = self.get_object()
        refuse_changes(CodeChangeSerializer(code), request.data)
        form = CodeChangeSerializer(code, data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        if form.values is not None:
            self._change(code, form.values)
        changed = get_object_or_404(self.get_queryset(), identifier=code.identifier)  # it may be withdrawn meanwhile
        return Response(CodeSerializer(changed).data)

    def _change(self, code: Code, values: NewValues) -> None:
        try:
            change_code(code, values, Change.Origin.API, person(self.request))
        except Unchanged:
            return
        except Unchangeable as reason:
            raise serializers.ValidationError({reason.field: [str(reason)]}) from None
        except single.Busy as reason:
            raise Busy from reason


class CodeHistory(Call, ListAPIView[Change]):
    """The changes of a code, the latest first."""

    permission = codes.READING
    asks = codes.CompanySerializer
    serializer_class = HistorySerializer
    filter_backends: Any = ()
    skus: Mapping[int, str] = MappingProxyType({})

    def get_queryset(self) -> QuerySet[Change]:
        identifier = gs1.respelled(self.kwargs["id"])
        code = get_object_or_404(Code, company=company_read(self.request, identifier), identifier=identifier)
        of_code = Prefetch("rows", CodeChange.objects.filter(identifier=code.identifier))
        changes = changes_of(code)
        ids = Cast(Value(changes), ArrayField(BigIntegerField()))
        place = Func(ids, F("pk"), function="array_position", output_field=IntegerField())
        found = Change.objects.filter(pk__in=changes).select_related("created_by__company")
        return found.prefetch_related(of_code).annotate(place=place).order_by("place")

    def paginate_queryset(self, queryset: Any) -> Any:
        """Find the SKUs of all products on the page at once, too."""
        shown = super().paginate_queryset(queryset) or []
        self.skus = skus_of(row for change in shown for row in change.rows.all())
        return shown

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "skus": self.skus}
