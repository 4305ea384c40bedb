"""The options that hold for all new codes of an upload, checked for the company."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from rest_framework import serializers

from ingestion.errors.kinds import KINDS
from ingestion.errors.text import shown
from ingestion.models import IngestionRecord
from ingestion.rules.defaults import parse_defaults, text_of
from portal.models import Company
from portal.values.choices import ChoiceField
from portal.values.texts import Visible
from workorders.changes.parsing import doubts_of_names
from workorders.codes.fields import ATTRIBUTES, contradict, contradiction
from workorders.codes.scm_fields import faults_of_declared
from workorders.codes.url_prefixes import check_url_prefix
from workorders.models import LONGEST_REFERENCE
from workorders.orders.serializers import REFERENCE_TAKEN
from workorders.products.services import usable_products

IdFormat = IngestionRecord.IdFormat

NO_SERIAL_NUMBERS = "The codes of an upload have no serial numbers; an order of codes can have them."


def parse_posted_defaults(value: Any, company: Company, *, are_new: bool = True) -> dict[str, Any]:
    """Return the posted default values, checked for the company; `are_new` says whether they are for new codes."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise serializers.ValidationError('It must be an object, like {"product": "sku1"}.')
    wrong = [] if are_new else [*_faults_of_changes(value, company)]
    wrong += [f"{name}: {fault}" for name, fault in _faults_of_declared(value, company).items()]
    try:
        defaults = parse_defaults(value) if are_new else parse_defaults(value, status=None, reason=None)
    except ValueError as error:
        raise serializers.ValidationError([*error.args[0], *wrong]) from None
    if wrong:
        raise serializers.ValidationError(wrong)
    status, reason = defaults.activation_status, defaults.blacklist_reason
    says_status = value.get("activation_status") not in (None, "")  # else the rows may say it
    if says_status and status is not None and reason is not None and contradict(status, reason):
        raise serializers.ValidationError(f"blacklist_reason: {contradiction(status, reason)}")
    if defaults.product and defaults.product not in usable_products(company.pk):
        raise serializers.ValidationError(f"product: {KINDS['product_not_found_error'].sentence}")
    return value


def _faults_of_changes(data: dict[str, Any], company: Company) -> Iterator[str]:
    """Yield what is wrong with the default values of a change, besides what no upload may have."""
    named = {name: value for name, value in data.items() if name != "id" and value is not None}
    yield from (f"{name}: {doubt}" for name, doubt in doubts_of_names(named, company.pk).items())
    for name in data.keys() - named.keys() - {"id"}:
        yield f"{shown(name)}: null is no default; leave it out. In a row of JSON, null removes an SCM field."


def _faults_of_declared(data: dict[str, Any], company: Company) -> dict[str, str]:
    """Return what is wrong with default values of SCM fields, as the company declares them."""
    given = {name: value for name, value in data.items() if value is not None and not isinstance(value, (dict, list))}
    return faults_of_declared({name: text_of(value) for name, value in given.items()}, company.pk)


class OptionsSerializer(serializers.Serializer[Any]):
    """The options of new codes that may hold for one upload after the other. The context holds the company."""

    elsewhere: ClassVar[dict[str, str]] = {
        name: f'It belongs into `default_scm_data`: {{"{name}": ...}}.' for name in ATTRIBUTES
    }

    default_scm_data = serializers.JSONField(default=dict, allow_null=True)
    url_prefix = serializers.CharField(max_length=200, required=False, allow_blank=True, allow_null=True, default="")
    allow_posted_duplicates = serializers.BooleanField(default=False)
    id_format = ChoiceField(
        IdFormat.choices,
        default=IdFormat.DEFAULT,
        help_text="How the ids are written; `gs1` are GS1 Digital Link paths, /01/04006381333931/10/B7/21/A1.",
    )

    @property
    def company(self) -> Company:
        company: Company = self.context["company"]
        return company

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        prefix = attrs["url_prefix"] or self.company.custom_url_prefix
        if attrs["id_format"] == IdFormat.GS1 and prefix and (not prefix.endswith("/") or {"?", "#"} & {*prefix}):
            reason = f"Behind {prefix} no GS1 id can go on as a path: it must end in a slash and have no ? and no #."
            raise serializers.ValidationError({"url_prefix": [reason]})
        return attrs

    def parameters(self) -> dict[str, Any]:
        """Return the parameters of a valid call that the record keeps."""
        names = ("default_scm_data", "url_prefix", "allow_posted_duplicates")
        id_format = self.validated_data["id_format"]
        given = {} if id_format == IdFormat.DEFAULT else {"id_format": id_format}
        return {name: self.validated_data[name] for name in names} | given

    def validate_default_scm_data(self, value: Any) -> dict[str, Any]:
        return parse_posted_defaults(value, self.company)

    def validate_url_prefix(self, value: str | None) -> str:
        if value and self.initial_data.get("workorder") in (None, ""):
            check_url_prefix(self.company, value)
        return value or ""


class CodesSerializer(OptionsSerializer):
    """All options that hold for the codes of one upload."""

    use_serial_number = serializers.BooleanField(
        default=False, help_text="As records have it: true only for a workorder that was ordered with serial numbers."
    )
    reference = serializers.CharField(
        max_length=LONGEST_REFERENCE,
        required=False,
        allow_blank=True,
        allow_null=True,
        default="",
        validators=[Visible()],
        help_text="The name of the workorder that the codes get; by default the file's name without its ending, with a "
        "number behind it where the company has that already.",
    )

    def parameters(self) -> dict[str, Any]:
        """Return the parameters of a valid call that the record keeps."""
        reference = self.validated_data["reference"]
        named = {"reference": reference} if reference else {}
        return {"use_serial_number": False} | super().parameters() | named

    def validate_use_serial_number(self, value: bool) -> bool:
        if value and self.initial_data.get("workorder") in (None, ""):
            raise serializers.ValidationError(NO_SERIAL_NUMBERS)
        return value

    def validate_reference(self, value: str | None) -> str:
        if value and self.company.workorders.filter(reference=value).exists():
            raise serializers.ValidationError(REFERENCE_TAKEN)
        return value or ""
