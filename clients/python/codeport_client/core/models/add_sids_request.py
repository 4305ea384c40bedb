from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.add_sids_filetype_enum import AddSidsFiletypeEnum
from ..models.id_format_enum import IdFormatEnum
from ..models.mode_enum import ModeEnum
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.add_sids_request_codes_item import AddSidsRequestCodesItem
    from ..models.add_sids_request_default_scm_data_type_0 import (
        AddSidsRequestDefaultScmDataType0,
    )


T = TypeVar("T", bound="AddSidsRequest")


@_attrs_define
class AddSidsRequest:
    """What adds codes: all that they are, or the announcement of their file.

    Attributes:
        mode (ModeEnum): * `api` - The codes are in the call.
            * `file` - A file follows, by the form in the answer.
        default_scm_data (AddSidsRequestDefaultScmDataType0 | None | Unset): What a row takes where it says nothing:
            `product` (an SKU), `activation_status`, `blacklist_reason`, and any SCM fields.
        url_prefix (None | str | Unset):  Default: ''.
        allow_posted_duplicates (bool | Unset):  Default: False.
        id_format (IdFormatEnum | Unset): * `default` - Letters, digits, - and _
            * `gs1` - GS1 Digital Link Default: IdFormatEnum.DEFAULT.
        use_serial_number (bool | Unset): As records have it: true only for a workorder that was ordered with serial
            numbers. Default: False.
        reference (None | str | Unset): The name of the workorder that the codes get; by default the file's name without
            its ending, with a number behind it where the company has that already. Default: ''.
        codes (list[AddSidsRequestCodesItem] | Unset): Only with the mode `api`: the codes, with the keys that the
            columns of a file have.
        filetype (AddSidsFiletypeEnum | Unset): * `csv` - csv
            * `json` - json Default: AddSidsFiletypeEnum.CSV.
    """

    mode: ModeEnum
    default_scm_data: AddSidsRequestDefaultScmDataType0 | None | Unset = UNSET
    url_prefix: None | str | Unset = ""
    allow_posted_duplicates: bool | Unset = False
    id_format: IdFormatEnum | Unset = IdFormatEnum.DEFAULT
    use_serial_number: bool | Unset = False
    reference: None | str | Unset = ""
    codes: list[AddSidsRequestCodesItem] | Unset = UNSET
    filetype: AddSidsFiletypeEnum | Unset = AddSidsFiletypeEnum.CSV

    def to_dict(self) -> dict[str, Any]:
        from ..models.add_sids_request_default_scm_data_type_0 import (
            AddSidsRequestDefaultScmDataType0,  # noqa: PLC0415
        )

        mode = self.mode.value

        default_scm_data: dict[str, Any] | None | Unset
        if isinstance(self.default_scm_data, Unset):
            default_scm_data = UNSET
        elif isinstance(self.default_scm_data, AddSidsRequestDefaultScmDataType0):
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
            }
        )
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
        from ..models.add_sids_request_codes_item import AddSidsRequestCodesItem  # noqa: PLC0415
        from ..models.add_sids_request_default_scm_data_type_0 import (
            AddSidsRequestDefaultScmDataType0,  # noqa: PLC0415
        )

        d = dict(src_dict)
        mode = ModeEnum(d.pop("mode"))

        def _parse_default_scm_data(data: object) -> AddSidsRequestDefaultScmDataType0 | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                default_scm_data_type_0 = AddSidsRequestDefaultScmDataType0.from_dict(data)

                return default_scm_data_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(AddSidsRequestDefaultScmDataType0 | None | Unset, data)

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
        codes: list[AddSidsRequestCodesItem] | Unset = UNSET
        if _codes is not UNSET:
            codes = []
            for codes_item_data in _codes:
                codes_item = AddSidsRequestCodesItem.from_dict(codes_item_data)

                codes.append(codes_item)

        _filetype = d.pop("filetype", UNSET)
        filetype: AddSidsFiletypeEnum | Unset
        if isinstance(_filetype, Unset):
            filetype = UNSET
        else:
            filetype = AddSidsFiletypeEnum(_filetype)

        add_sids_request = cls(
            mode=mode,
            default_scm_data=default_scm_data,
            url_prefix=url_prefix,
            allow_posted_duplicates=allow_posted_duplicates,
            id_format=id_format,
            use_serial_number=use_serial_number,
            reference=reference,
            codes=codes,
            filetype=filetype,
        )

        return add_sids_request
