"""Forms that check what is sent for each step of printing, from pages and the API alike."""

from __future__ import annotations

from datetime import date
from typing import Any, TypeVar

from rest_framework import serializers

from portal.values.suggestions import hint
from portal.values.texts import Visible
from portal.values.whole_numbers import WholeNumberField
from workorders.models import Calibrated, Equipment, Substrate, Workorder

LONGEST_REASON = 1000  # characters
NONE_KEPT = "Your company has none of this name, or it is archived."
Kept = TypeVar("Kept", Equipment, Substrate)


def format_day(of: date) -> str:
    """A day as people read it."""
    return f"{of.day} {of:%B %Y}"


class StepSerializer(serializers.Serializer[Any]):
    """The data of a step, checked for the workorder in the context."""

    @property
    def workorder(self) -> Workorder:
        workorder: Workorder = self.context["workorder"]
        return workorder


class ConfirmSerializer(StepSerializer):
    """Equipment and substrate of the printing partner, by name."""

    equipment = serializers.CharField(max_length=100)
    substrate = serializers.CharField(max_length=100)
    fewer = serializers.BooleanField(default=False, help_text="Confirm although codes are missing.")

    def validate_equipment(self, value: str) -> Equipment:
        return self._calibrated(Equipment, value)

    def validate_substrate(self, value: str) -> Substrate:
        return self._calibrated(Substrate, value)

    def _calibrated(self, model: type[Kept], name: str) -> Kept:
        partner = self.workorder.printing_partner
        kept = model._default_manager.filter(company=partner, is_archived=False)
        found = kept.filter(name=name).first()
        if found is None:
            raise serializers.ValidationError(f"{NONE_KEPT} {hint(name, kept.values_list('name', flat=True))}".rstrip())
        _check_calibration(found)
        return found

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        has, ordered = self.workorder.uploaded_quantity, self.workorder.quantity
        if has < ordered and not attrs["fewer"]:
            said = f"Only {has:,} of {ordered:,} codes were uploaded. Confirm all the same, or wait for the others."
            raise serializers.ValidationError({"fewer": [said]})
        return {name: attrs[name] for name in ("equipment", "substrate")}


def _check_calibration(kept: Calibrated) -> None:
    if not kept.is_usable:
        until = f"Its calibration ended on {format_day(kept.calibrated_until)}"
        raise serializers.ValidationError(f"{until}: calibrate it, and enter the new dates.")


class PrintedSerializer(StepSerializer):
    """How many codes were printed well, and how many prints were spoiled."""

    printed = WholeNumberField(min_value=0)
    wasted = WholeNumberField(min_value=0, default=0)
    confirm = serializers.BooleanField(
        default=False, help_text="Report numbers that do not make up the number of codes ordered."
    )

    def validate_printed(self, value: int) -> int:
        return self._bounded(value)

    def validate_wasted(self, value: int) -> int:
        return self._bounded(value)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        printed, wasted, ordered = attrs["printed"], attrs["wasted"], self.workorder.quantity
        if printed + wasted != ordered and not attrs["confirm"]:
            said = (
                f"{printed:,} printed and {wasted:,} wasted are {printed + wasted:,}; {ordered:,} codes were ordered."
            )
            raise serializers.ValidationError({"confirm": [f"{said} Correct the numbers, or confirm them."]})
        return {"printed": printed, "wasted": wasted}

    def _bounded(self, value: int) -> int:
        most = self.workorder.quantity
        if value > most:
            raise serializers.ValidationError(f"Only {most:,} codes were ordered.")
        return value


class CompleteSerializer(StepSerializer):
    """Whether codes become active of which fewer were printed than there are."""

    activate = serializers.BooleanField(
        allow_null=True,
        default=None,
        help_text="Activate all codes as ordered, although fewer were printed than uploaded.",
    )

    def validate_activate(self, value: bool | None) -> bool | None:
        if value and not self.workorder.activate_on_complete:
            raise serializers.ValidationError("It was not ordered that these codes become active on completion.")
        return value


class RejectSerializer(StepSerializer):
    """Why what was printed is not good enough; the printing partner reads it."""

    reason = serializers.CharField(max_length=LONGEST_REASON, validators=[Visible(lines=True)])
