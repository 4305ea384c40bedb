from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.ingestion_mode_enum import IngestionModeEnum
from ..models.record_status_enum import RecordStatusEnum
from ..models.record_type_enum import RecordTypeEnum
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.progress import Progress
    from ..models.record_file_facts import RecordFileFacts
    from ..models.record_parameters import RecordParameters
    from ..models.record_result_data import RecordResultData
    from ..models.record_warnings_item import RecordWarningsItem
    from ..models.record_withdrawal_type_0 import RecordWithdrawalType0


T = TypeVar("T", bound="Record")


@_attrs_define
class Record:
    """
    Attributes:
        id (int):
        key (str):
        ingestion_mode (IngestionModeEnum): * `api` - API
            * `portal` - portal
        created_at (datetime.datetime):
        created_by (int):
        status_updated_at (datetime.datetime):
        progress (Progress): How far work is that takes long.
        waits_for (None | str): What does not answer, so that the upload waits in the queue; null when nothing is in its
            way.
        withdrawal (None | RecordWithdrawalType0): A withdrawal that was asked for, and how far it is. `result_data` of
            the record tells what came of it.
        file_kept_until (datetime.datetime | None): When its file and its errors are deleted; null before its end, and
            where they are kept for ever.
        file_deleted_at (datetime.datetime | None): When they were deleted; `result_data` still counts the errors.
        description (str | Unset):
        status (RecordStatusEnum | Unset): * `uploading` - uploading
            * `queued` - queued
            * `processing` - processing
            * `completed` - completed
            * `error` - error
            * `cancelled` - cancelled
        type_ (RecordTypeEnum | Unset): * `code` - new codes
            * `scm` - changes of codes
        parameters (RecordParameters | Unset): What `process` was called with, and the workorder's `use_serial_number`;
            before that what `add-sids` said.
        result_data (RecordResultData | Unset): Empty until the end. Completed: `codes_created`, `duplicates_ignored`;
            of changes `codes_affected`, `codes_unchanged`. Error: the first 1,000 ids of each kind, and how many errors of
            each there are. Kinds: `invalid_file_error`, `invalid_row_error`, `missing_id_error`, `invalid_id_error`,
            `duplicate_id_error`, `code_not_found_error`, `ambiguous_key_error`, `history_gone_error`,
            `product_not_found_error`, `invalid_activation_status_error`, `invalid_scm_field_error`, `url_too_long_error`,
            `url_prefix_error`, `workorder_error`, `internal_error`.
        warnings (list[RecordWarningsItem] | Unset): What is no error, yet may not be meant; the first of its kind in a
            column, and their number.
        file_facts (RecordFileFacts | Unset): What was found out about the file: `delimiter`, `encoding`, `compression`.
        workorder (int | None | Unset):
    """

    id: int
    key: str
    ingestion_mode: IngestionModeEnum
    created_at: datetime.datetime
    created_by: int
    status_updated_at: datetime.datetime
    progress: Progress
    waits_for: None | str
    withdrawal: None | RecordWithdrawalType0
    file_kept_until: datetime.datetime | None
    file_deleted_at: datetime.datetime | None
    description: str | Unset = UNSET
    status: RecordStatusEnum | Unset = UNSET
    type_: RecordTypeEnum | Unset = UNSET
    parameters: RecordParameters | Unset = UNSET
    result_data: RecordResultData | Unset = UNSET
    warnings: list[RecordWarningsItem] | Unset = UNSET
    file_facts: RecordFileFacts | Unset = UNSET
    workorder: int | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.record_withdrawal_type_0 import RecordWithdrawalType0  # noqa: PLC0415

        id = self.id

        key = self.key

        ingestion_mode = self.ingestion_mode.value

        created_at = self.created_at.isoformat()

        created_by = self.created_by

        status_updated_at = self.status_updated_at.isoformat()

        progress = self.progress.to_dict()

        waits_for: None | str
        waits_for = self.waits_for

        withdrawal: dict[str, Any] | None
        if isinstance(self.withdrawal, RecordWithdrawalType0):
            withdrawal = self.withdrawal.to_dict()
        else:
            withdrawal = self.withdrawal

        file_kept_until: None | str
        if isinstance(self.file_kept_until, datetime.datetime):
            file_kept_until = self.file_kept_until.isoformat()
        else:
            file_kept_until = self.file_kept_until

        file_deleted_at: None | str
        if isinstance(self.file_deleted_at, datetime.datetime):
            file_deleted_at = self.file_deleted_at.isoformat()
        else:
            file_deleted_at = self.file_deleted_at

        description = self.description

        status: str | Unset = UNSET
        if not isinstance(self.status, Unset):
            status = self.status.value

        type_: str | Unset = UNSET
        if not isinstance(self.type_, Unset):
            type_ = self.type_.value

        parameters: dict[str, Any] | Unset = UNSET
        if not isinstance(self.parameters, Unset):
            parameters = self.parameters.to_dict()

        result_data: dict[str, Any] | Unset = UNSET
        if not isinstance(self.result_data, Unset):
            result_data = self.result_data.to_dict()

        warnings: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.warnings, Unset):
            warnings = []
            for warnings_item_data in self.warnings:
                warnings_item = warnings_item_data.to_dict()
                warnings.append(warnings_item)

        file_facts: dict[str, Any] | Unset = UNSET
        if not isinstance(self.file_facts, Unset):
            file_facts = self.file_facts.to_dict()

        workorder: int | None | Unset
        if isinstance(self.workorder, Unset):
            workorder = UNSET
        else:
            workorder = self.workorder

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "key": key,
                "ingestion_mode": ingestion_mode,
                "created_at": created_at,
                "created_by": created_by,
                "status_updated_at": status_updated_at,
                "progress": progress,
                "waits_for": waits_for,
                "withdrawal": withdrawal,
                "file_kept_until": file_kept_until,
                "file_deleted_at": file_deleted_at,
            }
        )
        if description is not UNSET:
            field_dict["description"] = description
        if status is not UNSET:
            field_dict["status"] = status
        if type_ is not UNSET:
            field_dict["type"] = type_
        if parameters is not UNSET:
            field_dict["parameters"] = parameters
        if result_data is not UNSET:
            field_dict["result_data"] = result_data
        if warnings is not UNSET:
            field_dict["warnings"] = warnings
        if file_facts is not UNSET:
            field_dict["file_facts"] = file_facts
        if workorder is not UNSET:
            field_dict["workorder"] = workorder

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.progress import Progress  # noqa: PLC0415
        from ..models.record_file_facts import RecordFileFacts  # noqa: PLC0415
        from ..models.record_parameters import RecordParameters  # noqa: PLC0415
        from ..models.record_result_data import RecordResultData  # noqa: PLC0415
        from ..models.record_warnings_item import RecordWarningsItem  # noqa: PLC0415
        from ..models.record_withdrawal_type_0 import RecordWithdrawalType0  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id")

        key = d.pop("key")

        ingestion_mode = IngestionModeEnum(d.pop("ingestion_mode"))

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        created_by = d.pop("created_by")

        status_updated_at = datetime.datetime.fromisoformat(d.pop("status_updated_at"))

        progress = Progress.from_dict(d.pop("progress"))

        def _parse_waits_for(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        waits_for = _parse_waits_for(d.pop("waits_for"))

        def _parse_withdrawal(data: object) -> None | RecordWithdrawalType0:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                withdrawal_type_0 = RecordWithdrawalType0.from_dict(data)

                return withdrawal_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | RecordWithdrawalType0, data)

        withdrawal = _parse_withdrawal(d.pop("withdrawal"))

        def _parse_file_kept_until(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                file_kept_until_type_0 = datetime.datetime.fromisoformat(data)

                return file_kept_until_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        file_kept_until = _parse_file_kept_until(d.pop("file_kept_until"))

        def _parse_file_deleted_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                file_deleted_at_type_0 = datetime.datetime.fromisoformat(data)

                return file_deleted_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        file_deleted_at = _parse_file_deleted_at(d.pop("file_deleted_at"))

        description = d.pop("description", UNSET)

        _status = d.pop("status", UNSET)
        status: RecordStatusEnum | Unset
        if isinstance(_status, Unset):
            status = UNSET
        else:
            status = RecordStatusEnum(_status)

        _type_ = d.pop("type", UNSET)
        type_: RecordTypeEnum | Unset
        if isinstance(_type_, Unset):
            type_ = UNSET
        else:
            type_ = RecordTypeEnum(_type_)

        _parameters = d.pop("parameters", UNSET)
        parameters: RecordParameters | Unset
        if isinstance(_parameters, Unset):
            parameters = UNSET
        else:
            parameters = RecordParameters.from_dict(_parameters)

        _result_data = d.pop("result_data", UNSET)
        result_data: RecordResultData | Unset
        if isinstance(_result_data, Unset):
            result_data = UNSET
        else:
            result_data = RecordResultData.from_dict(_result_data)

        _warnings = d.pop("warnings", UNSET)
        warnings: list[RecordWarningsItem] | Unset = UNSET
        if _warnings is not UNSET:
            warnings = []
            for warnings_item_data in _warnings:
                warnings_item = RecordWarningsItem.from_dict(warnings_item_data)

                warnings.append(warnings_item)

        _file_facts = d.pop("file_facts", UNSET)
        file_facts: RecordFileFacts | Unset
        if isinstance(_file_facts, Unset):
            file_facts = UNSET
        else:
            file_facts = RecordFileFacts.from_dict(_file_facts)

        def _parse_workorder(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        workorder = _parse_workorder(d.pop("workorder", UNSET))

        record = cls(
            id=id,
            key=key,
            ingestion_mode=ingestion_mode,
            created_at=created_at,
            created_by=created_by,
            status_updated_at=status_updated_at,
            progress=progress,
            waits_for=waits_for,
            withdrawal=withdrawal,
            file_kept_until=file_kept_until,
            file_deleted_at=file_deleted_at,
            description=description,
            status=status,
            type_=type_,
            parameters=parameters,
            result_data=result_data,
            warnings=warnings,
            file_facts=file_facts,
            workorder=workorder,
        )

        record.additional_properties = d
        return record

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
