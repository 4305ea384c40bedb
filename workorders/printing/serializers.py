"""Forms that check what is sent for each step of printing, from pages and the API alike."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any, TypeVar

from django.utils.translation import gettext
from rest_framework import serializers

from portal.values.suggestions import hint
from portal.values.texts import Visible
from portal.values.whole_numbers import WholeNumberField
from portal.values.words import gettext_lazy, number
from workorders.models import Calibrated, Equipment, Substrate, Workorder
from workorders.printing.waste_lists import (
    MOST_CODES,
    TooMany,
    find_ids,
    join_ranges,
    parse_ids,
    read_ranges,
    read_scans,
)
from workorders.secure.waste import Waste

LONGEST_REASON = 1000  # characters
LONGEST_URL = 500  # characters; a symbol holds fewer
LONGEST_LIST = 5_000_000  # characters of a scanner's list, about a hundred thousand URLs
NONE_KEPT = gettext_lazy("Your company has none of this name, or it is hidden.")
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
            said = gettext(
                "Only {has} of {ordered} codes were uploaded. Confirm all the same, or wait for the others."
            ).format(has=number(has), ordered=number(ordered))
            raise serializers.ValidationError({"fewer": [said]})
        return {name: attrs[name] for name in ("equipment", "substrate")}


@contextmanager
def _refuse_too_many(name: str) -> Iterator[None]:
    """Refuse the field where what it names is too many."""
    try:
        yield
    except TooMany as reason:
        raise serializers.ValidationError({name: [str(reason)]}) from None


def _check_calibration(kept: Calibrated) -> None:
    if not kept.is_usable:
        until = gettext("Its calibration ended on {day}").format(day=format_day(kept.calibrated_until))
        raise serializers.ValidationError(
            gettext("{until}: calibrate it, and enter the new dates.").format(until=until)
        )


class WasteListField(serializers.ListField):
    """A list that names wasted codes, which is not looked at where it is too long."""

    def to_internal_value(self, data: Any) -> list[Any]:
        if isinstance(data, list) and len(data) > MOST_CODES:
            raise serializers.ValidationError(str(TooMany()))
        return super().to_internal_value(data)


class PrintedSerializer(StepSerializer):
    """How many codes were printed well, how many prints were spoiled, and of which codes no good print is left."""

    printed = WholeNumberField(min_value=0)
    wasted = WholeNumberField(
        min_value=0,
        required=False,
        help_text="Prints that were spoiled. Where it is left out, as many as codes are named, or none.",
    )
    wasted_ids = WasteListField(
        child=serializers.CharField(max_length=LONGEST_URL),
        default=list,
        help_text="Ids or URLs of codes of which every print was spoiled. They are blacklisted (7, misprint).",
    )
    wasted_ranges = WasteListField(
        child=serializers.CharField(max_length=LONGEST_LIST, allow_blank=True),
        default=list,
        help_text="The same by ranges of sequences: `7`, `40001-60000`, without commas between thousands.",
    )
    wasted_list = serializers.CharField(
        max_length=LONGEST_LIST,
        allow_blank=True,
        default="",
        help_text="The same as a scanner gives them: a text of ids or URLs, one a line. A header, dates and times "
        "are skipped.",
    )
    confirm = serializers.BooleanField(
        default=False,
        help_text="Report numbers that do not make up the number of codes ordered, or that of the codes named.",
    )

    def validate_printed(self, value: int) -> int:
        return self._bounded(value)

    def validate_wasted(self, value: int) -> int:
        return self._bounded(value)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        waste = self._find_waste(attrs)
        printed, wasted = attrs["printed"], attrs.get("wasted", waste.count)
        said = [*self._doubts_of_sum(printed, wasted), *self._doubts_of_waste(wasted, waste)]
        if said and not attrs["confirm"]:
            said.append(gettext("Correct the numbers, or confirm them."))
            raise serializers.ValidationError({"confirm": [" ".join(said)]})
        return {"printed": printed, "wasted": wasted, "waste": waste}

    def _find_waste(self, attrs: dict[str, Any]) -> Waste:
        """Return the codes that were named, each once. Raise ValidationError with all that there are not.

        All that is named is counted before the database is asked for it.
        """
        with _refuse_too_many("wasted_ranges"):
            ranges, wrong_ranges = read_ranges(self.workorder, attrs["wasted_ranges"])
        wrong, wanted = {"wasted_ranges": wrong_ranges}, {}
        with _refuse_too_many("wasted_ids"):
            wanted["wasted_ids"] = parse_ids(attrs["wasted_ids"], self.workorder)
        with _refuse_too_many("wasted_list"):
            wanted["wasted_list"] = parse_ids(read_scans(self.workorder, attrs["wasted_list"]), self.workorder)
        for name, ids in wanted.items():
            found, wrong[name] = find_ids(self.workorder, ids)
            ranges += [(sequence, sequence) for sequence in found]
        if faults := {name: each.said() for name, each in wrong.items() if each.said()}:
            raise serializers.ValidationError(faults)
        waste = join_ranges(ranges)
        if waste.count > MOST_CODES:
            said = gettext("{count} codes are named; at most {most} can be. Ask the brand owner for more.").format(
                count=number(waste.count), most=number(MOST_CODES)
            )
            raise serializers.ValidationError({"wasted_ranges": [said]})
        return waste

    def _doubts_of_sum(self, printed: int, wasted: int) -> Iterator[str]:
        total, ordered = printed + wasted, self.workorder.quantity
        if total != ordered:
            yield gettext("{printed} printed and {wasted} wasted are {total}; {ordered} codes were ordered.").format(
                printed=number(printed), wasted=number(wasted), total=number(total), ordered=number(ordered)
            )

    def _doubts_of_waste(self, wasted: int, waste: Waste) -> Iterator[str]:
        if waste.count not in (0, wasted):
            yield gettext("{wasted} wasted prints are reported, and {count} wasted codes are named.").format(
                wasted=number(wasted), count=number(waste.count)
            )

    def _bounded(self, value: int) -> int:
        most = self.workorder.quantity
        if value > most:
            raise serializers.ValidationError(gettext("Only {most} codes were ordered.").format(most=number(most)))
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
            raise serializers.ValidationError(
                gettext("It was not ordered that these codes become active on completion.")
            )
        return value


class RejectSerializer(StepSerializer):
    """Why what was printed is not good enough; the printing partner reads it."""

    reason = serializers.CharField(max_length=LONGEST_REASON, validators=[Visible(lines=True)])
