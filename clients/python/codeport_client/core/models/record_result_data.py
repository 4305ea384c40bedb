from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.record_result_data_error_counts import RecordResultDataErrorCounts
    from ..models.record_result_data_errors_item import RecordResultDataErrorsItem


T = TypeVar("T", bound="RecordResultData")


@_attrs_define
class RecordResultData:
    """Empty until the end. Completed: `codes_created`, `duplicates_ignored`; of changes `codes_affected`,
    `codes_unchanged`. Error: the first 1,000 ids of each kind, and how many errors of each there are. Kinds:
    `invalid_file_error`, `invalid_row_error`, `missing_id_error`, `invalid_id_error`, `duplicate_id_error`,
    `code_not_found_error`, `ambiguous_key_error`, `history_gone_error`, `product_not_found_error`,
    `invalid_activation_status_error`, `invalid_scm_field_error`, `url_too_long_error`, `url_prefix_error`,
    `workorder_error`, `internal_error`.

        Attributes:
            codes_created (int | Unset):
            duplicates_ignored (int | Unset):
            codes_affected (int | Unset):
            codes_unchanged (int | Unset):
            errors (list[RecordResultDataErrorsItem] | Unset):
            error_counts (RecordResultDataErrorCounts | Unset):  Example: {'duplicate_id_error': 2}.
    """

    codes_created: int | Unset = UNSET
    duplicates_ignored: int | Unset = UNSET
    codes_affected: int | Unset = UNSET
    codes_unchanged: int | Unset = UNSET
    errors: list[RecordResultDataErrorsItem] | Unset = UNSET
    error_counts: RecordResultDataErrorCounts | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        codes_created = self.codes_created

        duplicates_ignored = self.duplicates_ignored

        codes_affected = self.codes_affected

        codes_unchanged = self.codes_unchanged

        errors: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.errors, Unset):
            errors = []
            for errors_item_data in self.errors:
                errors_item = errors_item_data.to_dict()
                errors.append(errors_item)

        error_counts: dict[str, Any] | Unset = UNSET
        if not isinstance(self.error_counts, Unset):
            error_counts = self.error_counts.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if codes_created is not UNSET:
            field_dict["codes_created"] = codes_created
        if duplicates_ignored is not UNSET:
            field_dict["duplicates_ignored"] = duplicates_ignored
        if codes_affected is not UNSET:
            field_dict["codes_affected"] = codes_affected
        if codes_unchanged is not UNSET:
            field_dict["codes_unchanged"] = codes_unchanged
        if errors is not UNSET:
            field_dict["errors"] = errors
        if error_counts is not UNSET:
            field_dict["error_counts"] = error_counts

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.record_result_data_error_counts import RecordResultDataErrorCounts  # noqa: PLC0415
        from ..models.record_result_data_errors_item import RecordResultDataErrorsItem  # noqa: PLC0415

        d = dict(src_dict)
        codes_created = d.pop("codes_created", UNSET)

        duplicates_ignored = d.pop("duplicates_ignored", UNSET)

        codes_affected = d.pop("codes_affected", UNSET)

        codes_unchanged = d.pop("codes_unchanged", UNSET)

        _errors = d.pop("errors", UNSET)
        errors: list[RecordResultDataErrorsItem] | Unset = UNSET
        if _errors is not UNSET:
            errors = []
            for errors_item_data in _errors:
                errors_item = RecordResultDataErrorsItem.from_dict(errors_item_data)

                errors.append(errors_item)

        _error_counts = d.pop("error_counts", UNSET)
        error_counts: RecordResultDataErrorCounts | Unset
        if isinstance(_error_counts, Unset):
            error_counts = UNSET
        else:
            error_counts = RecordResultDataErrorCounts.from_dict(_error_counts)

        record_result_data = cls(
            codes_created=codes_created,
            duplicates_ignored=duplicates_ignored,
            codes_affected=codes_affected,
            codes_unchanged=codes_unchanged,
            errors=errors,
            error_counts=error_counts,
        )

        record_result_data.additional_properties = d
        return record_result_data

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
