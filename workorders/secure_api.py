"""The API of workorders of secure codes and their templates, and the rules for an order, which the page keeps too."""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.exceptions import ValidationError as InvalidPrefix
from django.db.models import Q, QuerySet
from rest_framework import serializers
from rest_framework.generics import ListAPIView

from portal.api import Filters, person
from portal.calls import Call
from portal.choices import ChoiceField
from portal.models import Company, User
from portal.whole_numbers import WholeNumberField
from workorders.api import PARTNER
from workorders.models import Layout, Workorder, WorkorderTemplate
from workorders.order_forms import CreateWorkorder, OrderForm
from workorders.secure_orders import MOST, SETTINGS, SecureOrder, place, wrong_prefix
from workorders.services import printing_partners
from workorders.url_prefixes import check_url_prefix

NEEDED = ("layout", "printing_partner")


class TemplateSerializer(serializers.ModelSerializer[WorkorderTemplate]):
    printing_partner = serializers.SlugRelatedField[Company](slug_field="slug", read_only=True, help_text=PARTNER)

    class Meta:
        model = WorkorderTemplate
        fields: ClassVar = ["id", "name", *SETTINGS, "is_archived"]


class SecureOrderSerializer(OrderForm):
    """An order of secure codes, checked for the company in the context. What it does not say, its template says."""

    quantity = WholeNumberField(min_value=1, max_value=MOST)
    template = WholeNumberField(required=False, allow_null=True, default=None)
    layout = ChoiceField(Layout.choices, required=False)
    printing_partner = serializers.CharField(required=False, help_text=PARTNER)
    url_prefix = serializers.CharField(max_length=200, required=False, allow_blank=True, allow_null=True)
    use_serial_number = serializers.BooleanField(required=False)
    activate_on_complete = serializers.BooleanField(required=False)
    download_once = serializers.BooleanField(required=False)

    def validate_template(self, value: int | None) -> WorkorderTemplate | None:
        if value is None:
            return None
        template = WorkorderTemplate.objects.filter(company=self.company, is_archived=False, pk=value).first()
        if template is None:
            raise serializers.ValidationError("The company has no such template, or it is archived.")
        return template

    def validate_printing_partner(self, value: str) -> Company:
        partner = printing_partners().filter(slug=value).first()
        if partner is None:
            raise serializers.ValidationError("There is no printing partner of this name.")
        return partner

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The whole order, its template's settings included."""
        template = attrs.pop("template")
        order = {name: getattr(template, name) for name in SETTINGS} | attrs if template else attrs
        missing = {name: ["Say it, or name a template that does."] for name in NEEDED if name not in order}
        if missing:
            raise serializers.ValidationError(missing)
        own = order.get("url_prefix")
        prefix = order["url_prefix"] = own or self.company.url_prefix
        if reason := wrong_prefix(prefix, order["layout"]):
            raise serializers.ValidationError({"url_prefix": [reason]})
        if own:
            try:
                check_url_prefix(self.company, prefix)
            except InvalidPrefix as error:
                raise serializers.ValidationError({"url_prefix": error.messages}) from None
        return order

    def place(self, user: User) -> Workorder:
        return place(SecureOrder(**self.validated_data), self.company, user)


class CreateSsc(CreateWorkorder):
    """Order secure codes, whose ids are uploaded into the new workorder."""

    takes = SecureOrderSerializer


class TemplateFilters(Filters):
    flags = ("is_archived",)
    orderings = ("name",)

    def search(self, text: str, user: User) -> Q:
        return Q(name__icontains=text)


class TemplateList(Call, ListAPIView[WorkorderTemplate]):
    """The company's templates for workorders of secure codes."""

    permission = "workorder_create"
    serializer_class = TemplateSerializer
    filter_backends = (TemplateFilters,)

    def get_queryset(self) -> QuerySet[WorkorderTemplate]:
        return WorkorderTemplate.objects.filter(company_id=person(self.request).company_id or 0).select_related(
            "printing_partner"
        )
