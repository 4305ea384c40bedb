"""The API of templates: what orders of secure codes have in common."""

from __future__ import annotations

from portal.api.authentication import not_a_brands, person
from portal.models import Company
from workorders.models import WorkorderTemplate
from workorders.named_items.api import NamedArchive, NamedCall, NamedDetail, NamedList
from workorders.secure.serializers import TemplateSerializer


class _Templates(NamedCall):
    """The base of calls on rows that people of a brand owner keep."""

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
