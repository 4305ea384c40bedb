"""What changes selected codes, and how such a change is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any, ClassVar, TypeVar

from django.core.exceptions import ValidationError
from rest_framework import serializers

from ingestion.models import IngestionRecord
from ingestion.rules.change_names import KnownFields
from portal.timeline import events_of
from portal.values.suggestions import nearest
from workorders.changes.parsing import SIMILARITY, parse_values
from workorders.changes.values import NewValues
from workorders.codes.fields import MEANT, SCM_KEY, rule_of_name
from workorders.codes.filters import PARSERS, SCM, CodeFilter, parse_filter
from workorders.codes.scm_fields import known_fields

Parsed = TypeVar("Parsed")
MOST_CONSTRAINTS = 100  # each of whose names is compared with those that there are
NO_CONSTRAINT = "Name at least one constraint: without any, every code of the company would be changed."


class SelectedChangeSerializer(serializers.Serializer[Any]):
    """Which codes are changed, and what they become. The context has the company."""

    constraints = serializers.JSONField(
        help_text="All of them must hold: filters of the list of codes, and SCM fields by their names, or as `scm_` "
        f"and the name. At most {MOST_CONSTRAINTS}."
    )
    scm_data = serializers.JSONField(
        help_text="`activation_status`, `blacklist_reason`, `product` (an SKU) and SCM fields; null removes a field."
    )

    def validate_constraints(self, value: Any) -> CodeFilter:
        if len(_object(value, '{"lot": "B7"}')) > MOST_CONSTRAINTS:
            raise serializers.ValidationError(f"It has {len(value):,} constraints; {MOST_CONSTRAINTS:,} at most.")
        names = {_filter_name(name): name for name in value}
        if twice := [
            f"{name}: It is `{names[_filter_name(name)]}` too; give it once."
            for name in value
            if names[_filter_name(name)] != name
        ]:
            raise serializers.ValidationError(twice)
        if wrong := [
            f"{name}: There is no such filter, and {rule_of_name(name)}" for name in value if _is_misspelt(name)
        ]:
            raise serializers.ValidationError(wrong)
        codes = _parsed(lambda: parse_filter({name: value[said] for name, said in names.items()}), names)
        if codes.is_empty:
            raise serializers.ValidationError(NO_CONSTRAINT)
        if slips := [*self._slips(names)]:
            raise serializers.ValidationError(slips)
        return codes

    def _slips(self, names: Mapping[str, str]) -> Iterator[str]:
        """Yield what is said of SCM fields that no code seems to have, but others like them."""
        plain = [said for name, said in names.items() if name == f"{SCM}{said}"]
        known = KnownFields(known_fields(self.context["company"]) if plain else ())
        for said in plain:
            if meant := known.nearest(said) or ("" if said in known else MEANT.get(said, "")):
                yield f"{said}: It looks like `{meant}`; write `{SCM}{said}` if that is its name."

    def validate_scm_data(self, value: Any) -> NewValues:
        values = _object(value, '{"activation_status": 1}')
        return _parsed(lambda: parse_values(values, self.context["company"].pk))


def _object(value: Any, example: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise serializers.ValidationError(f"It must be an object, like {example}.")
    return value


def _is_misspelt(name: str) -> bool:
    """Say whether a constraint is named as no field can be, and like no filter."""
    return not SCM_KEY.fullmatch(name) and not name.lower().startswith(SCM) and not nearest(name, PARSERS)


def _filter_name(name: str) -> str:
    """Return the filter that a constraint names: an SCM field by its name alone, unless that looks like another's."""
    is_scm = SCM_KEY.fullmatch(name) and not name.startswith(SCM)
    return f"{SCM}{name}" if is_scm and not get_close_matches(name, PARSERS, 1, SIMILARITY) else name


def _parsed(parse: Callable[[], Parsed], names: Mapping[str, str] = MappingProxyType({})) -> Parsed:
    """Return what `parse` returns, and refuse what it refuses as one field's list of sentences.

    `names` are those by which the call names the fields, where they differ.
    """
    try:
        return parse()
    except ValidationError as error:
        if not hasattr(error, "error_dict"):
            raise serializers.ValidationError(error.messages) from None
        said = [
            f"{names.get(name, name)}: {message}"
            for name, messages in error.message_dict.items()
            for message in messages
        ]
        raise serializers.ValidationError(said) from None


class UndoExtentSerializer(serializers.Serializer[Any]):
    """What undoing a change would do now; null where counting that takes long."""

    undone = serializers.IntegerField(
        read_only=True,
        allow_null=True,
        help_text="Codes that get their old values back. Null where counting takes long.",
    )
    kept = serializers.IntegerField(
        read_only=True, allow_null=True, help_text="Codes that stay as they are, being changed since."
    )
    kept_codes = serializers.ListField(
        child=serializers.CharField(),
        read_only=True,
        allow_null=True,
        help_text="The ids of the first of those, 100 at most.",
    )


class TaskSerializer(serializers.ModelSerializer[IngestionRecord]):
    """A change of codes as a task: `id` is its record's key."""

    id = serializers.CharField(source="key", read_only=True)
    reference = serializers.CharField(source="description", read_only=True)
    state = serializers.CharField(source="status", read_only=True)
    codes_affected = serializers.SerializerMethodField(help_text="Null until it is completed.")
    created_by = serializers.CharField(source="created_by.email", read_only=True)
    started_at = serializers.SerializerMethodField(help_text="When a worker took it up last; null before.")
    completed_at = serializers.SerializerMethodField(help_text="When it ended, however that was; null before.")

    class Meta:
        model = IngestionRecord
        fields: ClassVar = [
            "id",
            "reference",
            "state",
            "codes_affected",
            "created_by",
            "created_at",
            "started_at",
            "completed_at",
        ]

    def get_codes_affected(self, record: IngestionRecord) -> int | None:
        affected: int | None = record.result_data.get("codes_affected")
        return affected

    def get_started_at(self, record: IngestionRecord) -> datetime | None:
        begun = events_of(record).filter(what="begun").order_by("-id").values_list("at", flat=True)
        return begun.first()

    def get_completed_at(self, record: IngestionRecord) -> datetime | None:
        return record.status_updated_at if record.has_ended else None
