"""The options that say how a file is read, and all that processes a file of new codes, checked for the company."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from ingestion.models import LONGEST_KEY, IngestionRecord
from ingestion.options.code_serializer import CodesSerializer
from ingestion.readers.csv_reader import DELIMITERS
from ingestion.readers.encoding import ENCODINGS, UTF_8, meant_encoding
from ingestion.readers.options import MOST_HEADER_ROW
from ingestion.rules.column_mapping import parse_columns
from portal.values.choices import ChoiceField
from portal.values.whole_numbers import WholeNumberField
from workorders.models import Workorder
from workorders.secure.uploads import upload_refusal

Filetype = IngestionRecord.Filetype

LONGEST_SHEET_NAME = 255  # characters; Excel's have 31
READING = (
    "delimiter",
    "encoding",
    "header_row",
    "sheet",
    "shown_digits",
    "columns",
)  # options that say how a file is read


class EncodingField(ChoiceField):
    """The name of an encoding, in any letter case. What is known by another name is told the right one."""

    def to_internal_value(self, data: Any) -> Any:
        return super().to_internal_value(data.lower() if isinstance(data, str) else data)

    def meant(self, said: str) -> str:
        return meant_encoding(said) or said


class ReadingSerializer(serializers.Serializer[Any]):
    """The options that say how a file is read, whatever its rows do."""

    delimiter = ChoiceField([*DELIMITERS], required=False, allow_blank=True, default="")
    encoding = EncodingField(
        [*ENCODINGS],
        required=False,
        allow_blank=True,
        default="",
        help_text="Of a CSV file, in any letter case. UTF-8 where it is left out, or UTF-16 if a byte order mark says "
        "so. JSON is in UTF-8.",
    )
    header_row = WholeNumberField(
        required=False,
        allow_null=True,
        default=None,
        min_value=1,
        max_value=MOST_HEADER_ROW,
        help_text="The number of the row with the names of the columns, from 1; the rows above are skipped. The first "
        "row that is not blank where it is left out.",
    )
    sheet = serializers.CharField(
        max_length=LONGEST_SHEET_NAME,
        required=False,
        allow_blank=True,
        default="",
        trim_whitespace=False,
        help_text="The name of the sheet of a workbook; the first that people see where it is left out.",
    )
    shown_digits = serializers.BooleanField(
        default=False,
        help_text="Of a workbook that holds ids as numbers: take the digits that it shows, zeros of a number format "
        "included. All have the length of the first; 15 digits at most.",
    )
    columns = serializers.DictField(
        default=dict,
        help_text="A new name, or an empty one to leave the column out, by the name in the file. In a table also by "
        "the column's place: `#3` is the third.",
    )

    def validate_encoding(self, value: str) -> str:
        """UTF-8 is what a file is in where nothing is said, so it says nothing."""
        if value not in ("", UTF_8) and self._filetype not in ("", Filetype.CSV):
            raise serializers.ValidationError("It is for CSV files alone; JSON is in UTF-8. Leave it out.")
        return "" if value == UTF_8 else value

    def validate_header_row(self, value: int | None) -> int | None:
        if value is not None and self._filetype == Filetype.JSON:
            raise serializers.ValidationError("A JSON file has no header. Leave it out.")
        return value

    def validate_sheet(self, value: str) -> str:
        if value and self._filetype not in ("", Filetype.XLSX):
            raise serializers.ValidationError("Only a workbook has sheets. Leave it out.")
        return value

    def validate_shown_digits(self, value: bool) -> bool:
        if value and self._filetype not in ("", Filetype.XLSX):
            raise serializers.ValidationError("Only a workbook shows numbers otherwise. Leave it out.")
        return value

    @property
    def _filetype(self) -> str:
        """The type of the file; nothing where it is not known yet."""
        return ""

    def validate_columns(self, value: dict[str, Any]) -> dict[str, str]:
        try:
            return parse_columns(value)
        except ValueError as error:
            raise serializers.ValidationError(error.args[0]) from None

    def file_parameters(self) -> dict[str, Any]:
        """Return how the file of a valid call is read, as the record keeps it."""
        given = {name: self.validated_data[name] for name in READING}
        return {name: value for name, value in given.items() if value}


@extend_schema_field({"type": "string", "maxLength": LONGEST_KEY})
class KeyField(serializers.CharField):
    """The key of a record. Any other text is answered as an invalid record, however long."""


class FileSerializer(ReadingSerializer):
    """What processes a file that was uploaded. The context holds the record, if there is one."""

    record = KeyField(trim_whitespace=False)
    sha256 = serializers.RegexField(
        r"^([0-9A-Fa-f]{64})?\Z",
        required=False,
        allow_blank=True,
        default="",
        max_length=64,
        help_text="The digest of the file's bytes, in hexadecimal; a file that arrived otherwise is refused.",
    )

    def validate_sha256(self, value: str) -> str:
        return value.lower()

    @property
    def _filetype(self) -> str:
        record = self.context.get("record")
        return record.filetype if record else ""

    def file_parameters(self) -> dict[str, Any]:
        """Return how the file of a valid call is read, and its digest, as the record keeps them."""
        digest = self.validated_data["sha256"]
        return super().file_parameters() | ({"sha256": digest} if digest else {})


class ProcessSerializer(FileSerializer, CodesSerializer):
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
        if attrs["reference"]:
            reason = f"The codes join {workorder.reference}, which has its name; leave the reference out."
            raise serializers.ValidationError({"reference": [reason]})
        super().validate(attrs | {"url_prefix": workorder.url_prefix})
        return attrs

    def parameters(self) -> dict[str, Any]:
        """Return the parameters of a valid call that the record keeps."""
        workorder: Workorder | None = self.validated_data["workorder"]
        into = {"workorder": workorder.pk, "use_serial_number": workorder.use_serial_number} if workorder else {}
        return super().parameters() | self.file_parameters() | into
