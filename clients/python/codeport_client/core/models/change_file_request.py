from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.blank_enum import BlankEnum
from ..models.delimiter_enum import DelimiterEnum
from ..models.encoding_enum import EncodingEnum
from ..models.id_format_enum import IdFormatEnum
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.change_file_request_columns import ChangeFileRequestColumns
    from ..models.change_file_request_default_scm_data_type_0 import (
        ChangeFileRequestDefaultScmDataType0,
    )


T = TypeVar("T", bound="ChangeFileRequest")


@_attrs_define
class ChangeFileRequest:
    """What processes a file that changes codes. The context holds the company.

    Attributes:
        record (str):
        delimiter (BlankEnum | DelimiterEnum | Unset):  Default: BlankEnum.VALUE_0.
        encoding (BlankEnum | EncodingEnum | Unset): Of a CSV file, in any letter case. UTF-8 where it is left out, or
            UTF-16 if a byte order mark says so. JSON is in UTF-8.

            * `utf-8` - utf-8
            * `utf-16` - utf-16
            * `windows-1252` - windows-1252
            * `iso-8859-15` - iso-8859-15
            * `windows-1251` - windows-1251
            * `gb18030` - gb18030
            * `shift_jis` - shift_jis
            * `big5` - big5
            * `euc-kr` - euc-kr Default: BlankEnum.VALUE_0.
        header_row (int | None | Unset): The number of the row with the names of the columns, from 1; the rows above are
            skipped. The first row that is not blank where it is left out.
        sheet (str | Unset): The name of the sheet of a workbook; the first that people see where it is left out.
            Default: ''.
        shown_digits (bool | Unset): Of a workbook that holds ids as numbers: take the digits that it shows, zeros of a
            number format included. All have the length of the first; 15 digits at most. Default: False.
        columns (ChangeFileRequestColumns | Unset): A new name, or an empty one to leave the column out, by the name in
            the file. In a table also by the column's place: `#3` is the third.
        sha256 (str | Unset): The digest of the file's bytes, in hexadecimal; a file that arrived otherwise is refused.
        default_scm_data (ChangeFileRequestDefaultScmDataType0 | None | Unset): What a row takes where it says nothing:
            `product` (an SKU), `activation_status`, `blacklist_reason`, and any SCM fields.
        data_key (str | Unset): What names the codes: `extended_id`, `serial_number`, `workorder`, or an SCM field.
            Where it is left out the first column says it, or else a column of ids, wherever it stands; in JSON, any member
            of one of these names. Default: ''.
        many (bool | Unset): A serial number or an SCM field may name several codes, which all change. Default: False.
        empty_marker (bool | Unset): A cell `<empty>` removes the SCM field of its column, as null does in JSON.
            Default: False.
        id_format (IdFormatEnum | Unset): * `default` - Letters, digits, - and _
            * `gs1` - GS1 Digital Link Default: IdFormatEnum.DEFAULT.
    """

    record: str
    delimiter: BlankEnum | DelimiterEnum | Unset = BlankEnum.VALUE_0
    encoding: BlankEnum | EncodingEnum | Unset = BlankEnum.VALUE_0
    header_row: int | None | Unset = UNSET
    sheet: str | Unset = ""
    shown_digits: bool | Unset = False
    columns: ChangeFileRequestColumns | Unset = UNSET
    sha256: str | Unset = UNSET
    default_scm_data: ChangeFileRequestDefaultScmDataType0 | None | Unset = UNSET
    data_key: str | Unset = ""
    many: bool | Unset = False
    empty_marker: bool | Unset = False
    id_format: IdFormatEnum | Unset = IdFormatEnum.DEFAULT

    def to_dict(self) -> dict[str, Any]:
        from ..models.change_file_request_default_scm_data_type_0 import (
            ChangeFileRequestDefaultScmDataType0,  # noqa: PLC0415
        )

        record = self.record

        delimiter: str | Unset
        if isinstance(self.delimiter, Unset):
            delimiter = UNSET
        elif isinstance(self.delimiter, DelimiterEnum):
            delimiter = self.delimiter.value
        else:
            delimiter = self.delimiter.value

        encoding: str | Unset
        if isinstance(self.encoding, Unset):
            encoding = UNSET
        elif isinstance(self.encoding, EncodingEnum):
            encoding = self.encoding.value
        else:
            encoding = self.encoding.value

        header_row: int | None | Unset
        if isinstance(self.header_row, Unset):
            header_row = UNSET
        else:
            header_row = self.header_row

        sheet = self.sheet

        shown_digits = self.shown_digits

        columns: dict[str, Any] | Unset = UNSET
        if not isinstance(self.columns, Unset):
            columns = self.columns.to_dict()

        sha256: str | Unset
        if isinstance(self.sha256, Unset):
            sha256 = UNSET
        else:
            sha256 = self.sha256

        default_scm_data: dict[str, Any] | None | Unset
        if isinstance(self.default_scm_data, Unset):
            default_scm_data = UNSET
        elif isinstance(self.default_scm_data, ChangeFileRequestDefaultScmDataType0):
            default_scm_data = self.default_scm_data.to_dict()
        else:
            default_scm_data = self.default_scm_data

        data_key = self.data_key

        many = self.many

        empty_marker = self.empty_marker

        id_format: str | Unset = UNSET
        if not isinstance(self.id_format, Unset):
            id_format = self.id_format.value

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "record": record,
            }
        )
        if delimiter is not UNSET:
            field_dict["delimiter"] = delimiter
        if encoding is not UNSET:
            field_dict["encoding"] = encoding
        if header_row is not UNSET:
            field_dict["header_row"] = header_row
        if sheet is not UNSET:
            field_dict["sheet"] = sheet
        if shown_digits is not UNSET:
            field_dict["shown_digits"] = shown_digits
        if columns is not UNSET:
            field_dict["columns"] = columns
        if sha256 is not UNSET:
            field_dict["sha256"] = sha256
        if default_scm_data is not UNSET:
            field_dict["default_scm_data"] = default_scm_data
        if data_key is not UNSET:
            field_dict["data_key"] = data_key
        if many is not UNSET:
            field_dict["many"] = many
        if empty_marker is not UNSET:
            field_dict["empty_marker"] = empty_marker
        if id_format is not UNSET:
            field_dict["id_format"] = id_format

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.change_file_request_columns import ChangeFileRequestColumns  # noqa: PLC0415
        from ..models.change_file_request_default_scm_data_type_0 import (
            ChangeFileRequestDefaultScmDataType0,  # noqa: PLC0415
        )

        d = dict(src_dict)
        record = d.pop("record")

        def _parse_delimiter(data: object) -> BlankEnum | DelimiterEnum | Unset:
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                delimiter_type_0 = DelimiterEnum(data)

                return delimiter_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            if not isinstance(data, str):
                raise TypeError()
            delimiter_type_1 = BlankEnum(data)

            return delimiter_type_1

        delimiter = _parse_delimiter(d.pop("delimiter", UNSET))

        def _parse_encoding(data: object) -> BlankEnum | EncodingEnum | Unset:
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                encoding_type_0 = EncodingEnum(data)

                return encoding_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            if not isinstance(data, str):
                raise TypeError()
            encoding_type_1 = BlankEnum(data)

            return encoding_type_1

        encoding = _parse_encoding(d.pop("encoding", UNSET))

        def _parse_header_row(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        header_row = _parse_header_row(d.pop("header_row", UNSET))

        sheet = d.pop("sheet", UNSET)

        shown_digits = d.pop("shown_digits", UNSET)

        _columns = d.pop("columns", UNSET)
        columns: ChangeFileRequestColumns | Unset
        if isinstance(_columns, Unset):
            columns = UNSET
        else:
            columns = ChangeFileRequestColumns.from_dict(_columns)

        def _parse_sha256(data: object) -> str | Unset:
            if isinstance(data, Unset):
                return data
            return cast(str | Unset, data)

        sha256 = _parse_sha256(d.pop("sha256", UNSET))

        def _parse_default_scm_data(data: object) -> ChangeFileRequestDefaultScmDataType0 | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                default_scm_data_type_0 = ChangeFileRequestDefaultScmDataType0.from_dict(data)

                return default_scm_data_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(ChangeFileRequestDefaultScmDataType0 | None | Unset, data)

        default_scm_data = _parse_default_scm_data(d.pop("default_scm_data", UNSET))

        data_key = d.pop("data_key", UNSET)

        many = d.pop("many", UNSET)

        empty_marker = d.pop("empty_marker", UNSET)

        _id_format = d.pop("id_format", UNSET)
        id_format: IdFormatEnum | Unset
        if isinstance(_id_format, Unset):
            id_format = UNSET
        else:
            id_format = IdFormatEnum(_id_format)

        change_file_request = cls(
            record=record,
            delimiter=delimiter,
            encoding=encoding,
            header_row=header_row,
            sheet=sheet,
            shown_digits=shown_digits,
            columns=columns,
            sha256=sha256,
            default_scm_data=default_scm_data,
            data_key=data_key,
            many=many,
            empty_marker=empty_marker,
            id_format=id_format,
        )

        return change_file_request
