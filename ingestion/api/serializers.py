"""What calls that begin or process an upload may say, checked for the company."""

from __future__ import annotations

from typing import Any, ClassVar

from rest_framework import serializers

from ingestion.api.rows_in_call import problems_of
from ingestion.errors.kinds import KINDS
from ingestion.fields import ATTRIBUTES, contradict, contradiction, parse_defaults
from ingestion.models import IngestionRecord
from ingestion.readers.csv_reader import DELIMITERS
from ingestion.readers.json_text import json_text
from ingestion.rules.column_mapping import parse_columns
from portal.api.parsers import TextJSONParser
from portal.models import Company
from portal.values.choices import ChoiceField
from portal.values.texts import seen
from portal.values.whole_numbers import WholeNumberField
from workorders.codes.url_prefixes import check_url_prefix
from workorders.models import Workorder
from workorders.products.services import usable_products
from workorders.secure.uploads import upload_refusal

IdFormat, Mode, Filetype = IngestionRecord.IdFormat, IngestionRecord.Mode, IngestionRecord.Filetype

NO_SERIAL_NUMBERS = "The codes of an upload have no serial numbers; an order of codes can have them."
MOST_CODES = 10_000  # in one call; more of them travel better as a file


class GetPostDataSerializer(serializers.Serializer[Any]):
    """What begins an upload. The pages may send workbooks too; to others the field's two types are promised."""

    filetype = ChoiceField(Filetype.choices)
    file_name = serializers.CharField(max_length=255, required=False, allow_blank=True, default="")

    def validate_file_name(self, value: str) -> str:
        """The name of a file is only shown; what nobody sees in it is left out, as it may hide what the file is."""
        return seen(value)

    def validate_filetype(self, value: str) -> str:
        if value == Filetype.XLSX and self.context["mode"] == Mode.API:
            raise serializers.ValidationError("By the API a file is csv or json; the upload page takes workbooks.")
        return value


class OptionsSerializer(serializers.Serializer[Any]):
    """What holds for all codes of an upload; the company is in the context."""

    elsewhere: ClassVar[dict[str, str]] = {
        name: f'It belongs into `default_scm_data`: {{"{name}": ...}}.' for name in ATTRIBUTES
    }

    default_scm_data = serializers.JSONField(default=dict, allow_null=True)
    url_prefix = serializers.CharField(max_length=200, required=False, allow_blank=True, allow_null=True, default="")
    allow_posted_duplicates = serializers.BooleanField(default=False)
    use_serial_number = serializers.BooleanField(
        default=False, help_text="As records have it: true only for a workorder that was ordered with serial numbers."
    )
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
        prefix = attrs["url_prefix"]
        if attrs["id_format"] == IdFormat.GS1 and prefix and (not prefix.endswith("/") or {"?", "#"} & {*prefix}):
            reason = f"Behind {prefix} no GS1 id can go on as a path: it must end in a slash and have no ? and no #."
            raise serializers.ValidationError({"url_prefix": [reason]})
        return attrs

    def parameters(self) -> dict[str, Any]:
        """What the record keeps of a valid call."""
        names = ("default_scm_data", "url_prefix", "allow_posted_duplicates")
        kept = {"use_serial_number": False} | {name: self.validated_data[name] for name in names}
        id_format = self.validated_data["id_format"]
        return kept if id_format == IdFormat.DEFAULT else kept | {"id_format": id_format}

    def validate_default_scm_data(self, value: Any) -> dict[str, Any]:
        if value is None:
            return {}
        if not isinstance(value, dict):
            raise serializers.ValidationError('It must be an object, like {"product": "sku1"}.')
        try:
            defaults = parse_defaults(value)
        except ValueError as error:
            raise serializers.ValidationError(error.args[0]) from None
        status, reason = defaults.activation_status, defaults.blacklist_reason
        if value.get("activation_status") not in (None, "") and contradict(status, reason):  # else the rows may say it
            raise serializers.ValidationError(f"blacklist_reason: {contradiction(status, reason)}")
        if defaults.product and defaults.product not in usable_products(self.company.pk):
            raise serializers.ValidationError(f"product: {KINDS['product_not_found_error'].sentence}")
        return value

    def validate_use_serial_number(self, value: bool) -> bool:
        if value and self.initial_data.get("workorder") in (None, ""):
            raise serializers.ValidationError(NO_SERIAL_NUMBERS)
        return value

    def validate_url_prefix(self, value: str | None) -> str:
        if value and self.initial_data.get("workorder") in (None, ""):
            check_url_prefix(self.company, value)
        return value or ""


class ProcessSerializer(OptionsSerializer):
    """What processes a file that was uploaded."""

    record = serializers.CharField(trim_whitespace=False)
    delimiter = ChoiceField([*DELIMITERS], required=False, allow_blank=True, default="")
    columns = serializers.DictField(
        default=dict,
        help_text="A new name, or an empty one to leave the column out, by the name in the file. In a table also by "
        "the column's place: `#3` is the third.",
    )
    sha256 = serializers.RegexField(
        r"^([0-9A-Fa-f]{64})?\Z",
        required=False,
        allow_blank=True,
        default="",
        help_text="The digest of the file's bytes, in hexadecimal; a file that arrived otherwise is refused.",
    )
    workorder = WholeNumberField(
        required=False, allow_null=True, default=None, help_text="The SSC workorder that the codes are for."
    )

    def validate_workorder(self, value: int | None) -> Workorder | None:
        if value is None:
            return None
        workorder = self.company.workorders.filter(pk=value).first()
        if workorder is None:
            raise serializers.ValidationError("The company has no workorder with this id.")
        if reason := upload_refusal(workorder):
            raise serializers.ValidationError(reason)
        return workorder

    def validate_sha256(self, value: str) -> str:
        return value.lower()

    def validate_columns(self, value: dict[str, Any]) -> dict[str, str]:
        try:
            return parse_columns(value)
        except ValueError as error:
            raise serializers.ValidationError(error.args[0]) from None

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        workorder, prefix = attrs["workorder"], attrs["url_prefix"]
        if workorder is None:
            return super().validate(attrs)
        if prefix not in ("", workorder.url_prefix):
            reason = f"The codes of this workorder begin with {workorder.url_prefix}; leave the prefix out."
            raise serializers.ValidationError({"url_prefix": [reason]})
        if attrs["use_serial_number"] and not workorder.use_serial_number:
            reason = "The codes of this workorder were ordered without serial numbers; leave it out."
            raise serializers.ValidationError({"use_serial_number": [reason]})
        super().validate(attrs | {"url_prefix": workorder.url_prefix})
        return attrs

    def parameters(self) -> dict[str, Any]:
        """What the record keeps of a valid call."""
        given = {name: self.validated_data[name] for name in ("delimiter", "columns", "sha256")}
        set_ = {name: value for name, value in given.items() if value}
        workorder: Workorder | None = self.validated_data["workorder"]
        into = {"workorder": workorder.pk, "use_serial_number": workorder.use_serial_number} if workorder else {}
        return super().parameters() | set_ | into


class AddSidsSerializer(OptionsSerializer):
    """What adds codes: all that they are, or the announcement of their file."""

    elsewhere: ClassVar[dict[str, str]] = {
        **OptionsSerializer.elsewhere,
        "workorder": (
            "These codes get a workorder of their own; those of an SSC workorder come as a file, by `process`."
        ),
    }

    mode = ChoiceField(
        [("api", "The codes are in the call."), ("file", "A file follows, by the form in the answer.")],
    )
    codes = serializers.JSONField(required=False)
    filetype = ChoiceField(
        [Filetype.CSV.value, Filetype.JSON.value], default=Filetype.CSV.value, help_text="Of the file that follows."
    )

    def validate_default_scm_data(self, value: Any) -> dict[str, Any]:
        """The same as for other calls, whose numbers are numbers; here only the codes need every digit."""
        try:
            return super().validate_default_scm_data(TextJSONParser().load(json_text(value)))
        except ValueError as error:
            raise serializers.ValidationError(str(error)) from None

    def validate_codes(self, value: Any) -> str:
        """The codes as the text of the JSON file that they might have come as."""
        if not isinstance(value, list) or not value:
            raise serializers.ValidationError('It must be a list of objects, like [{"id": "abc12345"}].')
        if len(value) > MOST_CODES:
            raise serializers.ValidationError(
                f"One call takes {MOST_CODES:,} codes, these are {len(value):,}; send them by several calls, or as a"
                " file, with the mode file."
            )
        return json_text(value)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["mode"] == "api" and "codes" not in attrs:
            raise serializers.ValidationError({"codes": ["With the mode api the codes are in the call."]})
        if attrs["mode"] == "file" and "codes" in attrs:
            raise serializers.ValidationError({"codes": ["With the mode file the codes come by the file alone."]})
        attrs = super().validate(attrs)
        if "codes" in attrs and (problems := problems_of(attrs["codes"], self.company, attrs)):
            raise serializers.ValidationError({"codes": problems})
        return attrs
