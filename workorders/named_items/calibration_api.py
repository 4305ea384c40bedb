"""The API of a printing partner's equipment and substrates, each with its calibration."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from django.db.models import QuerySet
from rest_framework import serializers

from portal.api.authentication import not_a_partners, person
from portal.models import Company
from portal.values.whole_numbers import WholeNumberField
from workorders.models import Equipment, Substrate
from workorders.named_items.api import NamedArchive, NamedCall, NamedDetail, NamedFilters, NamedList, NamedSerializer
from workorders.named_items.calibration import STATES, in_state, wrong_end, wrong_start
from workorders.rendering.secure_graphic import DPIS

DAYS = ("calibrated_on", "calibrated_until")


class DayField(serializers.DateField):
    """A day as RFC 3339 writes it, of which ISO 8601 knows more spellings."""

    def to_internal_value(self, value: Any) -> Any:
        if isinstance(value, str) and not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
            self.fail("invalid", format="YYYY-MM-DD")
        return super().to_internal_value(value)


class CalibratedSerializer(NamedSerializer):
    """What is printed with or on; `state` is whether it may be chosen for a workorder today, in UTC."""

    calibrated_on = DayField(help_text="The day on which it was calibrated last.")
    calibrated_until = DayField(help_text="The last day on which it may be chosen for a workorder.")
    state = serializers.ChoiceField(STATES, read_only=True, help_text="Only what is calibrated may be chosen.")

    def validate_calibrated_on(self, value: Any) -> Any:
        if reason := wrong_start(value):
            raise serializers.ValidationError(reason)
        return value

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        first, last = (attrs.get(name, getattr(self.instance, name)) for name in DAYS)
        if reason := wrong_end(first, last):
            raise serializers.ValidationError({"calibrated_until": [reason]})
        return attrs


class EquipmentSerializer(CalibratedSerializer):
    dpi = WholeNumberField(
        min_value=DPIS[0], max_value=DPIS[-1], help_text="Resolution: dots an inch, the printer's own."
    )

    class Meta(NamedSerializer.Meta):
        model = Equipment
        fields: ClassVar = ["id", "name", "dpi", *DAYS, "state", "is_archived"]

    def validate_dpi(self, value: int) -> int:
        if self.partial and value != getattr(self.instance, "dpi", None):
            raise serializers.ValidationError("It cannot be changed: images were drawn for it.")
        return value


class SubstrateSerializer(CalibratedSerializer):
    class Meta(NamedSerializer.Meta):
        model = Substrate
        fields: ClassVar = ["id", "name", *DAYS, "state", "is_archived"]


class CalibratedFilters(NamedFilters):
    choices: ClassVar = {"state": STATES}
    orderings = ("name", "calibrated_until")

    def chosen(self, queryset: QuerySet[Any], name: str, value: Any) -> QuerySet[Any]:
        return in_state(queryset, value)


class _Partners(NamedCall):
    """The base of calls on rows that people of a printing partner keep."""

    permission = "workorder_print"

    def kept_by(self) -> Company:
        company = person(self.request).partner
        if company is None:
            raise not_a_partners(self.request, "keep equipment and substrates")
        return company


class _Equipment(_Partners):
    serializer_class = EquipmentSerializer
    rows = Equipment.objects.all()


class _Substrates(_Partners):
    serializer_class = SubstrateSerializer
    rows = Substrate.objects.all()


class EquipmentList(_Equipment, NamedList):
    takes = EquipmentSerializer
    filter_backends = (CalibratedFilters,)


class EquipmentDetail(_Equipment, NamedDetail):
    takes = EquipmentSerializer


class EquipmentArchive(_Equipment, NamedArchive):
    pass


class SubstrateList(_Substrates, NamedList):
    takes = SubstrateSerializer
    filter_backends = (CalibratedFilters,)


class SubstrateDetail(_Substrates, NamedDetail):
    takes = SubstrateSerializer


class SubstrateArchive(_Substrates, NamedArchive):
    pass
