"""What changes one code, and what its history tells, in the API."""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from workorders.changes.history import changed_fields
from workorders.changes.parsing import NOTHING_TO_CHANGE, parse_values
from workorders.changes.values import NewValues
from workorders.codes.fields import ATTRIBUTES, LONGEST_SCM_VALUE
from workorders.codes.serializers import CodeSerializer
from workorders.models import Change, Code


@extend_schema_field({"type": "integer"})
class _Number(serializers.JSONField):
    """A number of a code, which is parsed as in files."""


@extend_schema_field({"type": "string", "nullable": True, "maxLength": LONGEST_SCM_VALUE})
class _Sku(serializers.JSONField):
    """A product by its SKU, which is parsed as in files."""


class CodeChangeSerializer(CodeSerializer):
    """The values of a code that a PATCH changes; what it does not name stays as it is."""

    activation_status = _Number(required=False)
    blacklist_reason = _Number(required=False)
    product = _Sku(required=False, allow_null=True)  # type: ignore[assignment]  # it is parsed with the others
    scm_data = serializers.JSONField(
        required=False, help_text="SCM fields by name, merged into those that the code has; null removes one."
    )

    class Meta(CodeSerializer.Meta):
        read_only_fields: ClassVar = [
            name for name in CodeSerializer.Meta.fields if name not in (*ATTRIBUTES, "scm_data")
        ]

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        scm = attrs.pop("scm_data", {})
        if not isinstance(scm, dict):
            raise serializers.ValidationError({"scm_data": ['It must be an object, like {"lot": "B7"}.']})
        if misplaced := [name for name in ATTRIBUTES if name in scm]:
            raise serializers.ValidationError(
                {"scm_data": [f"{name} stands beside it, not in it." for name in misplaced]}
            )
        if attrs.get("product", "") is None and self.instance is not None and self.instance.product_id is None:
            del attrs["product"]  # as it was read
        code: Code = self.instance  # type: ignore[assignment]  # a PATCH has one
        return {"values": _parsed(attrs, scm, code)}

    @property
    def values(self) -> NewValues | None:
        """The values of a valid call; None where it names none."""
        values: NewValues | None = self.validated_data["values"]
        return values


def _parsed(own: dict[str, Any], scm: dict[str, Any], code: Code) -> NewValues | None:
    """Return the values, with what is wrong with SCM fields told as of `scm_data`."""
    try:
        return parse_values({**own, **scm}, code.company_id, code)
    except ValidationError as error:
        if not hasattr(error, "error_dict"):
            if error.messages == [NOTHING_TO_CHANGE]:
                return None
            raise serializers.ValidationError({"scm_data": error.messages}) from None
        wrong: dict[str, list[str]] = {}
        for name, messages in error.message_dict.items():
            if name in scm:
                wrong.setdefault("scm_data", []).extend(f"{name}: {message}" for message in messages)
            else:
                wrong[name] = messages
        raise serializers.ValidationError(wrong) from None


class FieldChangeSerializer(serializers.Serializer[Any]):
    """One value before and after a change; null where there was or is none."""

    old = serializers.JSONField(read_only=True, allow_null=True)
    new = serializers.JSONField(read_only=True, allow_null=True)


class HistorySerializer(serializers.ModelSerializer[Change]):
    """One change of a code. The context has the SKUs of products by id as `skus`."""

    at = serializers.DateTimeField(source="created_at", read_only=True)
    by = serializers.SerializerMethodField(
        help_text="Who did it: an e-mail address, or the name of another's company; null for the portal itself."
    )
    record = serializers.SerializerMethodField(help_text="The key of the ingestion record whose change it was.")
    undoes = serializers.SerializerMethodField(help_text="The id of the change that it undid.")
    changes = serializers.SerializerMethodField(help_text="Its fields that changed, by name.")

    class Meta:
        model = Change
        fields: ClassVar = ["id", "at", "by", "origin", "record", "undoes", "changes"]

    def get_by(self, change: Change) -> str | None:
        who = change.created_by
        return None if who is None else who.name_for(change.company_id)

    def get_record(self, change: Change) -> str | None:
        return change.record_key or None

    def get_undoes(self, change: Change) -> int | None:
        return change.undoes_id

    def get_changes(self, change: Change) -> dict[str, dict[str, Any]]:
        [row] = change.rows.all()
        return changed_fields(row, self.context["skus"])
