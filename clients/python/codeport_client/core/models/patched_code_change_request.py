from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="PatchedCodeChangeRequest")


@_attrs_define
class PatchedCodeChangeRequest:
    """The values of a code that a PATCH changes; what it does not name stays as it is.

    Attributes:
        product (None | str | Unset):
        activation_status (int | Unset):
        blacklist_reason (int | Unset):
        scm_data (Any | Unset): SCM fields by name, merged into those that the code has; null removes one.
    """

    product: None | str | Unset = UNSET
    activation_status: int | Unset = UNSET
    blacklist_reason: int | Unset = UNSET
    scm_data: Any | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        product: None | str | Unset
        if isinstance(self.product, Unset):
            product = UNSET
        else:
            product = self.product

        activation_status = self.activation_status

        blacklist_reason = self.blacklist_reason

        scm_data = self.scm_data

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if product is not UNSET:
            field_dict["product"] = product
        if activation_status is not UNSET:
            field_dict["activation_status"] = activation_status
        if blacklist_reason is not UNSET:
            field_dict["blacklist_reason"] = blacklist_reason
        if scm_data is not UNSET:
            field_dict["scm_data"] = scm_data

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)

        def _parse_product(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        product = _parse_product(d.pop("product", UNSET))

        activation_status = d.pop("activation_status", UNSET)

        blacklist_reason = d.pop("blacklist_reason", UNSET)

        scm_data = d.pop("scm_data", UNSET)

        patched_code_change_request = cls(
            product=product,
            activation_status=activation_status,
            blacklist_reason=blacklist_reason,
            scm_data=scm_data,
        )

        return patched_code_change_request
