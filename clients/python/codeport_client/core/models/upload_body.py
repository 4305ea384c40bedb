from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from .. import types
from ..models.upload_body_success_action_status import UploadBodySuccessActionStatus
from ..types import File

T = TypeVar("T", bound="UploadBody")


@_attrs_define
class UploadBody:
    """
    Attributes:
        key (str):
        content_type (str):
        success_action_status (UploadBodySuccessActionStatus):
        policy (str):
        file (File): Comes last.
    """

    key: str
    content_type: str
    success_action_status: UploadBodySuccessActionStatus
    policy: str
    file: File
    additional_properties: dict[str, str] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        key = self.key

        content_type = self.content_type

        success_action_status = self.success_action_status.value

        policy = self.policy

        file = self.file.to_tuple()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "key": key,
                "Content-Type": content_type,
                "success_action_status": success_action_status,
                "policy": policy,
                "file": file,
            }
        )

        return field_dict

    def to_multipart(self) -> types.RequestFiles:
        files: types.RequestFiles = []

        files.append(("key", (None, str(self.key).encode(), "text/plain")))

        files.append(("Content-Type", (None, str(self.content_type).encode(), "text/plain")))

        files.append(("success_action_status", (None, str(self.success_action_status.value).encode(), "text/plain")))

        files.append(("policy", (None, str(self.policy).encode(), "text/plain")))

        files.append(("file", self.file.to_tuple()))

        for prop_name, prop in self.additional_properties.items():
            files.append((prop_name, (None, str(prop).encode(), "text/plain")))

        return files

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        key = d.pop("key")

        content_type = d.pop("Content-Type")

        success_action_status = UploadBodySuccessActionStatus(d.pop("success_action_status"))

        policy = d.pop("policy")

        file = File(payload=BytesIO(d.pop("file")))

        upload_body = cls(
            key=key,
            content_type=content_type,
            success_action_status=success_action_status,
            policy=policy,
            file=file,
        )

        upload_body.additional_properties = d
        return upload_body

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> str:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: str) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
