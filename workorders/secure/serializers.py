"""The rules for an order of secure codes and for a template, which pages and the API keep."""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.exceptions import ValidationError as InvalidPrefix
from django.utils.translation import gettext
from rest_framework import serializers
from rest_framework.fields import empty

from portal.models import LONGEST_SLUG, Company, User
from portal.values.choices import ChoiceField
from portal.values.suggestions import hint
from portal.values.whole_numbers import WholeNumberField
from workorders.models import Layout, Workorder, WorkorderTemplate
from workorders.named_items.api import NamedSerializer
from workorders.orders.serializers import OrderForm
from workorders.secure.orders import MOST, SETTINGS, SecureOrder, choose_prefix, order_secure_codes
from workorders.serializers import PARTNER
from workorders.visibility import printing_partners

NEEDED = ("layout", "printing_partner")


class PartnerField(serializers.CharField):
    """A printing partner by its slug."""

    def run_validation(self, data: Any = empty) -> Any:
        slug = super().run_validation(data)  # which refuses what the database could not look for
        partner = printing_partners().filter(slug=slug).first()
        if partner is None:
            near = hint(slug, printing_partners().values_list("slug", flat=True))
            raise serializers.ValidationError(
                gettext("There is no printing partner of this name. {near}").format(near=near).rstrip()
            )
        return partner

    def to_representation(self, value: Any) -> str:
        slug: str = value.slug
        return slug


def prefix_of(company: Company, own: str | None, layout: str) -> str:
    """See `usable_prefix`; what is wrong is an error of the field."""
    try:
        return choose_prefix(company, own, layout)
    except InvalidPrefix as error:
        raise serializers.ValidationError({"url_prefix": error.messages}) from None


class SecureOrderSerializer(OrderForm):
    """An order of secure codes, checked for the company in the context. What it does not say, its template says."""

    quantity = WholeNumberField(min_value=1, max_value=MOST)
    template = WholeNumberField(required=False, allow_null=True, default=None)
    layout = ChoiceField(Layout.choices, required=False)
    printing_partner = PartnerField(max_length=LONGEST_SLUG, required=False, help_text=PARTNER)
    url_prefix = serializers.CharField(max_length=200, required=False, allow_blank=True, allow_null=True)
    use_serial_number = serializers.BooleanField(required=False)
    activate_on_complete = serializers.BooleanField(required=False)
    download_once = serializers.BooleanField(required=False)

    def validate_template(self, value: int | None) -> WorkorderTemplate | None:
        if value is None:
            return None
        template = WorkorderTemplate.objects.filter(company=self.company, is_archived=False, pk=value).first()
        if template is None:
            raise serializers.ValidationError(gettext("The company has no such template, or it is hidden."))
        return template

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The whole order, its template's settings included."""
        template = attrs.pop("template")
        order = {name: getattr(template, name) for name in SETTINGS} | attrs if template else attrs
        missing = {name: [gettext("Say it, or name a template that does.")] for name in NEEDED if name not in order}
        if missing:
            raise serializers.ValidationError(missing)
        order["url_prefix"] = prefix_of(self.company, order.get("url_prefix"), order["layout"])
        return order

    def place(self, user: User) -> Workorder:
        return order_secure_codes(SecureOrder(**self.validated_data), self.company, user)


class TemplateSerializer(NamedSerializer):
    layout = ChoiceField(Layout.choices)
    printing_partner = PartnerField(max_length=LONGEST_SLUG, help_text=PARTNER)
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
