"""Each step of a workorder's printing, checked; pages and the API take the same words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, Final, TypeVar

from rest_framework import serializers

from portal.models import User
from portal.values.choices import ChoiceField
from portal.values.suggestions import hint
from portal.values.texts import Visible
from portal.values.whole_numbers import WholeNumberField
from workorders.models import Calibrated, Equipment, Substrate, Workorder
from workorders.printing.delivery_archive import FORMATS
from workorders.secure import workflow

LONGEST_REASON = 1000  # characters
NONE_KEPT = "Your company has none of this name, or it is archived."
Kept = TypeVar("Kept", Equipment, Substrate)


def day(of: date) -> str:
    """A day as people read it."""
    return f"{of.day} {of:%B %Y}"


class StepSerializer(serializers.Serializer[Any]):
    """What a step takes, checked for the workorder in the context."""

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
        _refuse_expired(found)
        return found

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        has, ordered = self.workorder.uploaded_quantity, self.workorder.quantity
        if has < ordered and not attrs["fewer"]:
            said = f"Only {has:,} of {ordered:,} codes were uploaded. Confirm all the same, or wait for the others."
            raise serializers.ValidationError({"fewer": [said]})
        return attrs


def _refuse_expired(kept: Calibrated) -> None:
    if not kept.is_usable:
        until = f"Its calibration ended on {day(kept.calibrated_until)}"
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
        return attrs

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


def confirm(workorder: Workorder, by: User, data: Any) -> None:
    """The partner confirms; ValidationError with all that is wrong by field, OutOfTurn."""
    said = _checked(ConfirmSerializer, workorder, data)
    workflow.confirm(workorder, by, said["equipment"], said["substrate"])


def mark_printed(workorder: Workorder, by: User, data: Any) -> None:
    """The partner has printed; errors as `confirm`."""
    said = _checked(PrintedSerializer, workorder, data)
    workflow.mark_printed(workorder, by, said["printed"], said["wasted"])


def complete(workorder: Workorder, by: User, data: Any) -> None:
    """The brand owner is content; errors as `confirm`."""
    workflow.complete(workorder, by, _checked(CompleteSerializer, workorder, data)["activate"])


def reject(workorder: Workorder, by: User, data: Any) -> None:
    """The brand owner is not; errors as `confirm`."""
    workflow.reject(workorder, by, _checked(RejectSerializer, workorder, data)["reason"])


def cancel(workorder: Workorder, by: User, data: Any) -> None:
    """The brand owner calls it off; OutOfTurn."""
    workflow.cancel(workorder, by)


def _checked(form: type[StepSerializer], workorder: Workorder, data: Any) -> dict[str, Any]:
    checked = form(data=data, context={"workorder": workorder})
    checked.is_valid(raise_exception=True)
    said: dict[str, Any] = checked.validated_data
    return said


STEPS: Final[dict[str, Callable[[Workorder, User, Any], None]]] = {
    "confirmed": confirm,
    "printed": mark_printed,
    "completed": complete,
    "rejected": reject,
    "cancelled": cancel,
}
"""What takes each step that people take by hand, by its name in `printing.STEPS`."""


class SecureCodesSerializer(serializers.Serializer[Any]):
    """The kind of images, all one bit a dot."""

    images = ChoiceField(FORMATS)
