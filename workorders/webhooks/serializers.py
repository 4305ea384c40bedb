"""Endpoints and deliveries as the API shows them, and what its calls take."""

from __future__ import annotations

from typing import Any, ClassVar

from rest_framework import serializers

from portal.values.choices import ChoiceField
from portal.values.moments import parse_moment
from portal.values.texts import PRINTABLE
from workorders.models import Webhook, WebhookDelivery
from workorders.webhooks.addresses import LONGEST, wrong_url
from workorders.webhooks.outbox import EVENTS

MOST_EVENTS = 100  # in one list


class WebhookSerializer(serializers.ModelSerializer[Webhook]):
    """An endpoint. `disabled_because` is null while it works."""

    url = serializers.CharField(max_length=LONGEST, help_text="Where it is posted: https, at a host of everybody's.")
    description = serializers.CharField(max_length=200, required=False, allow_blank=True, validators=[PRINTABLE])
    events = serializers.ListField(
        child=ChoiceField([*EVENTS]), allow_empty=False, max_length=MOST_EVENTS, help_text="What it is told."
    )
    is_enabled = serializers.BooleanField(required=False, help_text="Whether it is told anything.")
    disabled_because = serializers.ChoiceField(
        Webhook.Stopped.choices,
        source="stopped",
        read_only=True,
        help_text="Empty while it is enabled; by hand, or why Codeport did it.",
        allow_blank=True,
    )
    old_secret_until = serializers.DateTimeField(
        read_only=True, allow_null=True, help_text="Until then the secret before signs as well."
    )

    class Meta:
        model = Webhook
        fields: ClassVar = [
            "id",
            "url",
            "description",
            "events",
            "is_enabled",
            "disabled_because",
            "failing_since",
            "old_secret_until",
            "created_at",
            "created_by",
        ]
        read_only_fields: ClassVar = ["failing_since", "created_at", "created_by"]

    def validate_url(self, value: str) -> str:
        if reason := wrong_url(value):
            raise serializers.ValidationError(reason)
        return value

    def validate_events(self, value: list[str]) -> list[str]:
        return [*dict.fromkeys(value)]

    def to_representation(self, instance: Webhook) -> dict[str, Any]:
        """The endpoint, of which `is_enabled` follows from whether it was stopped."""
        instance.is_enabled = not instance.stopped  # type: ignore[attr-defined]  # what the field reads
        return super().to_representation(instance)


class NewSecretSerializer(WebhookSerializer):
    """An endpoint with a new secret, which no other answer tells."""

    secret = serializers.SerializerMethodField(help_text="Told once; null in an answer that is repeated.")

    class Meta(WebhookSerializer.Meta):
        fields: ClassVar = [*WebhookSerializer.Meta.fields, "secret"]

    def get_secret(self, webhook: Webhook) -> str | None:
        """Nothing: the call that made the secret puts it here."""
        return None


class DeliverySerializer(serializers.ModelSerializer[WebhookDelivery]):
    """An event that was told to an endpoint, or is yet to be."""

    next_attempt_at = serializers.SerializerMethodField(
        help_text="Not before; null once it has ended, and while the endpoint is disabled."
    )

    class Meta:
        model = WebhookDelivery
        fields: ClassVar = [
            "id",
            "message_id",
            "type",
            "status",
            "attempts",
            "created_at",
            "attempted_at",
            "next_attempt_at",
            "answer_status",
            "answer",
            "problem",
            "body",
        ]
        read_only_fields: ClassVar = fields

    def get_next_attempt_at(self, delivery: WebhookDelivery) -> str | None:
        """When it is tried next."""
        at = delivery.next_attempt_at
        return serializers.DateTimeField().to_representation(at) if at else None


class MomentField(serializers.DateTimeField):
    """A moment as the filters of lists take it."""

    def to_internal_value(self, value: Any) -> Any:
        try:
            return parse_moment(str(value))
        except ValueError as error:
            raise serializers.ValidationError(str(error)) from None


class ReplaySerializer(serializers.Serializer[Any]):
    """Since when."""

    since = MomentField(help_text="What was told at this moment or later; UTC unless it says otherwise.")


class ReplayedSerializer(serializers.Serializer[Any]):
    """How many are sent again."""

    replayed = serializers.IntegerField()
    has_more = serializers.BooleanField(help_text="Whether more failed since then; call again for them.")
