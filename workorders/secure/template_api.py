"""The API of templates: what orders of secure codes have in common."""

from __future__ import annotations

from typing import Any, ClassVar

from rest_framework import serializers

from portal.api.authentication import not_a_brands, person
from portal.models import Company
from portal.values.choices import ChoiceField
from workorders.api import PARTNER
from workorders.models import Layout, WorkorderTemplate
from workorders.named_items.api import NamedArchive, NamedCall, NamedDetail, NamedList, NamedSerializer
from workorders.secure.api import PartnerField, prefix_of
from workorders.secure.orders import SETTINGS


class TemplateSerializer(NamedSerializer):
    layout = ChoiceField(Layout.choices)
    printing_partner = PartnerField(help_text=PARTNER)
    url_prefix = serializers.CharField(
        max_length=200, required=False, allow_blank=True, help_text="Empty for the company's own."
    )

    class Meta(NamedSerializer.Meta):
        model = WorkorderTemplate
        fields: ClassVar = ["id", "name", *SETTINGS, "is_archived"]

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        row: Any = self.instance
        own, layout = (attrs.get(name, getattr(row, name)) for name in ("url_prefix", "layout"))
        prefix_of(row.company, own, layout)
        return attrs


class _Templates(NamedCall):
    """What people of a brand owner keep."""

    permission = "workorder_create"
    serializer_class = TemplateSerializer
    rows = WorkorderTemplate.objects.select_related("company", "printing_partner")

    def kept_by(self) -> Company:
        company = person(self.request).brand
        if company is None:
            raise not_a_brands(self.request, "keep templates")
        return company


class TemplateList(_Templates, NamedList):
    takes = TemplateSerializer


class TemplateDetail(_Templates, NamedDetail):
    takes = TemplateSerializer


class TemplateArchive(_Templates, NamedArchive):
    permission = "workorder_archive"
