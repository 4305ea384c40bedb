"""The API of workorders of secure codes, and the rules for an order, which the page keeps too."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from rest_framework import serializers
from rest_framework.generics import ListAPIView

from portal.api.authentication import person
from portal.api.calls import Call
from portal.models import Event
from workorders import visibility
from workorders.orders.api import CreateWorkorder
from workorders.secure.serializers import SecureOrderSerializer
from workorders.secure.timeline import describe_event, events_for, name_doer


class CreateSsc(CreateWorkorder):
    """Order secure codes, whose ids are uploaded into the new workorder."""

    takes = SecureOrderSerializer


class EventSerializer(serializers.ModelSerializer[Event]):
    """A line of a timeline, as the caller is told it."""

    text = serializers.SerializerMethodField(help_text="The same in words.")
    by = serializers.SerializerMethodField(
        help_text="Who did it: an e-mail address, or the name of another's company; null for the portal itself."
    )

    address = serializers.IPAddressField(
        source="shown_address", allow_null=True, read_only=True, help_text="Where a download came from."
    )

    class Meta:
        model = Event
        fields: ClassVar = ["id", "what", "text", "at", "by", "address"]

    def get_text(self, event: Event) -> str:
        return describe_event(event)

    def get_by(self, event: Event) -> str | None:
        return name_doer(event, self.context["request"].user)


class Timeline(Call, ListAPIView[Event]):
    """The events of a workorder, oldest first."""

    permission = "workorder_view"
    serializer_class = EventSerializer
    filter_backends: Any = ()

    def get_queryset(self) -> QuerySet[Event]:
        user = person(self.request)
        return events_for(get_object_or_404(visibility.visible_workorders(user), pk=self.kwargs["pk"]), user)
