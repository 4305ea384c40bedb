"""Serializers of the calls that begin or process an upload, which check the data for the company."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from ingestion.api.option_serializer import OptionsSerializer
from ingestion.models import IngestionRecord
from ingestion.readers.csv_reader import DELIMITERS
from ingestion.rules.column_mapping import parse_columns
from portal.values.choices import ChoiceField
from portal.values.texts import seen
from portal.values.whole_numbers import WholeNumberField
from workorders.models import Workorder
from workorders.secure.uploads import upload_refusal

Mode, Filetype = IngestionRecord.Mode, IngestionRecord.Filetype


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


class FileSerializer(serializers.Serializer[Any]):
    """What processes a file that was uploaded, whatever its rows do."""

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

    def validate_sha256(self, value: str) -> str:
        return value.lower()

    def validate_columns(self, value: dict[str, Any]) -> dict[str, str]:
        try:
            return parse_columns(value)
        except ValueError as error:
            raise serializers.ValidationError(error.args[0]) from None

    def file_parameters(self) -> dict[str, Any]:
        """Return how the file of a valid call is read, as the record keeps it."""
        given = {name: self.validated_data[name] for name in ("delimiter", "columns", "sha256")}
        return {name: value for name, value in given.items() if value}


class ProcessSerializer(FileSerializer, OptionsSerializer):
    """What processes a file of new codes."""

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
        """Return the parameters of a valid call that the record keeps."""
        workorder: Workorder | None = self.validated_data["workorder"]
        into = {"workorder": workorder.pk, "use_serial_number": workorder.use_serial_number} if workorder else {}
        return super().parameters() | self.file_parameters() | into
