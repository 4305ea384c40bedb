from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.add_sids_filetype_enum import AddSidsFiletypeEnum
from ..models.blank_enum import BlankEnum
from ..models.delimiter_enum import DelimiterEnum
from ..models.encoding_enum import EncodingEnum
from ..models.id_format_enum import IdFormatEnum
from ..models.mode_enum import ModeEnum
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.from_template_request_codes_item import FromTemplateRequestCodesItem
    from ..models.from_template_request_columns import FromTemplateRequestColumns
    from ..models.from_template_request_default_scm_data_type_0 import (
        FromTemplateRequestDefaultScmDataType0,
    )


T = TypeVar("T", bound="FromTemplateRequest")


@_attrs_define
class FromTemplateRequest:
    """What adds codes by the options of a template, which are filled in already.

    Attributes:
        mode (ModeEnum): * `api` - The codes are in the call.
            * `file` - A file follows, by the form in the answer.
        template (str): The name of the ingestion template whose options count where the call says nothing. Default
            values count one by one; null takes one away.
        delimiter (BlankEnum | DelimiterEnum | Unset):
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
            * `euc-kr` - euc-kr
        header_row (int | None | Unset): The number of the row with the names of the columns, from 1; the rows above are
            skipped. The first row that is not blank where it is left out.
        sheet (str | Unset): The name of the sheet of a workbook; the first that people see where it is left out.
        shown_digits (bool | Unset): Of a workbook that holds ids as numbers: take the digits that it shows, zeros of a
            number format included. All have the length of the first; 15 digits at most.
        columns (FromTemplateRequestColumns | Unset): A new name, or an empty one to leave the column out, by the name
            in the file. In a table also by the column's place: `#3` is the third.
        default_scm_data (FromTemplateRequestDefaultScmDataType0 | None | Unset): What a row takes where it says
            nothing: `product` (an SKU), `activation_status`, `blacklist_reason`, and any SCM fields.
        url_prefix (None | str | Unset):
        allow_posted_duplicates (bool | Unset):
        id_format (IdFormatEnum | Unset): * `default` - Letters, digits, - and _
            * `gs1` - GS1 Digital Link
        use_serial_number (bool | Unset): As records have it: true only for a workorder that was ordered with serial
            numbers.
        reference (None | str | Unset): The name of the workorder that the codes get; by default the file's name without
            its ending, with a number behind it where the company has that already.
        codes (list[FromTemplateRequestCodesItem] | Unset): Only with the mode `api`: the codes, with the keys that the
            columns of a file have.
        filetype (AddSidsFiletypeEnum | Unset): * `csv` - csv
            * `json` - json
    """

    mode: ModeEnum
    template: str
    delimiter: BlankEnum | DelimiterEnum | Unset = UNSET
    encoding: BlankEnum | EncodingEnum | Unset = UNSET
    header_row: int | None | Unset = UNSET
    sheet: str | Unset = UNSET
    shown_digits: bool | Unset = UNSET
    columns: FromTemplateRequestColumns | Unset = UNSET
    default_scm_data: FromTemplateRequestDefaultScmDataType0 | None | Unset = UNSET
    url_prefix: None | str | Unset = UNSET
    allow_posted_duplicates: bool | Unset = UNSET
    id_format: IdFormatEnum | Unset = UNSET
    use_serial_number: bool | Unset = UNSET
    reference: None | str | Unset = UNSET
    codes: list[FromTemplateRequestCodesItem] | Unset = UNSET
    filetype: AddSidsFiletypeEnum | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        from ..models.from_template_request_default_scm_data_type_0 import (
            FromTemplateRequestDefaultScmDataType0,  # noqa: PLC0415
        )

        mode = self.mode.value

        template = self.template

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

        default_scm_data: dict[str, Any] | None | Unset
        if isinstance(self.default_scm_data, Unset):
            default_scm_data = UNSET
        elif isinstance(self.default_scm_data, FromTemplateRequestDefaultScmDataType0):
            default_scm_data = self.default_scm_data.to_dict()
        else:
            default_scm_data = self.default_scm_data

        url_prefix: None | str | Unset
        if isinstance(self.url_prefix, Unset):
            url_prefix = UNSET
        else:
            url_prefix = self.url_prefix

        allow_posted_duplicates = self.allow_posted_duplicates

        id_format: str | Unset = UNSET
        if not isinstance(self.id_format, Unset):
            id_format = self.id_format.value

        use_serial_number = self.use_serial_number

        reference: None | str | Unset
        if isinstance(self.reference, Unset):
            reference = UNSET
        else:
            reference = self.reference

        codes: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.codes, Unset):
            codes = []
            for codes_item_data in self.codes:
                codes_item = codes_item_data.to_dict()
                codes.append(codes_item)

        filetype: str | Unset = UNSET
        if not isinstance(self.filetype, Unset):
            filetype = self.filetype.value

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "mode": mode,
                "template": template,
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
        if default_scm_data is not UNSET:
            field_dict["default_scm_data"] = default_scm_data
        if url_prefix is not UNSET:
            field_dict["url_prefix"] = url_prefix
        if allow_posted_duplicates is not UNSET:
            field_dict["allow_posted_duplicates"] = allow_posted_duplicates
        if id_format is not UNSET:
            field_dict["id_format"] = id_format
        if use_serial_number is not UNSET:
            field_dict["use_serial_number"] = use_serial_number
        if reference is not UNSET:
            field_dict["reference"] = reference
        if codes is not UNSET:
            field_dict["codes"] = codes
        if filetype is not UNSET:
            field_dict["filetype"] = filetype

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.from_template_request_codes_item import (
            FromTemplateRequestCodesItem,  # noqa: PLC0415
        )
        from ..models.from_template_request_columns import FromTemplateRequestColumns  # noqa: PLC0415
        from ..models.from_template_request_default_scm_data_type_0 import (
            FromTemplateRequestDefaultScmDataType0,  # noqa: PLC0415
        )

        d = dict(src_dict)
        mode = ModeEnum(d.pop("mode"))

        template = d.pop("template")

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
        columns: FromTemplateRequestColumns | Unset
        if isinstance(_columns, Unset):
            columns = UNSET
        else:
            columns = FromTemplateRequestColumns.from_dict(_columns)

        def _parse_default_scm_data(data: object) -> FromTemplateRequestDefaultScmDataType0 | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                default_scm_data_type_0 = FromTemplateRequestDefaultScmDataType0.from_dict(data)

                return default_scm_data_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(FromTemplateRequestDefaultScmDataType0 | None | Unset, data)

        default_scm_data = _parse_default_scm_data(d.pop("default_scm_data", UNSET))

        def _parse_url_prefix(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        url_prefix = _parse_url_prefix(d.pop("url_prefix", UNSET))

        allow_posted_duplicates = d.pop("allow_posted_duplicates", UNSET)

        _id_format = d.pop("id_format", UNSET)
        id_format: IdFormatEnum | Unset
        if isinstance(_id_format, Unset):
            id_format = UNSET
        else:
            id_format = IdFormatEnum(_id_format)

        use_serial_number = d.pop("use_serial_number", UNSET)

        def _parse_reference(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        reference = _parse_reference(d.pop("reference", UNSET))

        _codes = d.pop("codes", UNSET)
        codes: list[FromTemplateRequestCodesItem] | Unset = UNSET
        if _codes is not UNSET:
            codes = []
            for codes_item_data in _codes:
                codes_item = FromTemplateRequestCodesItem.from_dict(codes_item_data)

                codes.append(codes_item)

        _filetype = d.pop("filetype", UNSET)
        filetype: AddSidsFiletypeEnum | Unset
        if isinstance(_filetype, Unset):
            filetype = UNSET
        else:
            filetype = AddSidsFiletypeEnum(_filetype)

        from_template_request = cls(
            mode=mode,
            template=template,
            delimiter=delimiter,
            encoding=encoding,
            header_row=header_row,
            sheet=sheet,
            shown_digits=shown_digits,
            columns=columns,
            default_scm_data=default_scm_data,
            url_prefix=url_prefix,
            allow_posted_duplicates=allow_posted_duplicates,
            id_format=id_format,
            use_serial_number=use_serial_number,
            reference=reference,
            codes=codes,
            filetype=filetype,
        )

        return from_template_request
