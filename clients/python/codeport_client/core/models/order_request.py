from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="OrderRequest")


@_attrs_define
class OrderRequest:
    """An order of codes with ids of the portal's own.

    Attributes:
        reference (str):
        quantity (int):
        remarks (str | Unset):  Default: ''.
        product (None | str | Unset):  Default: ''.
        url_prefix (None | str | Unset):  Default: ''.
        activate_on_complete (bool | Unset):  Default: False.
        avoid_lookalikes (bool | Unset):  Default: False.
        use_serial_number (bool | Unset):  Default: False.
    """

    reference: str
    quantity: int
    remarks: str | Unset = ""
    product: None | str | Unset = ""
    url_prefix: None | str | Unset = ""
    activate_on_complete: bool | Unset = False
    avoid_lookalikes: bool | Unset = False
    use_serial_number: bool | Unset = False

    def to_dict(self) -> dict[str, Any]:
        reference = self.reference

        quantity = self.quantity

        remarks = self.remarks

        product: None | str | Unset
        if isinstance(self.product, Unset):
            product = UNSET
        else:
            product = self.product

        url_prefix: None | str | Unset
        if isinstance(self.url_prefix, Unset):
            url_prefix = UNSET
        else:
            url_prefix = self.url_prefix

        activate_on_complete = self.activate_on_complete

        avoid_lookalikes = self.avoid_lookalikes

        use_serial_number = self.use_serial_number

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "reference": reference,
                "quantity": quantity,
            }
        )
        if remarks is not UNSET:
            field_dict["remarks"] = remarks
        if product is not UNSET:
            field_dict["product"] = product
        if url_prefix is not UNSET:
            field_dict["url_prefix"] = url_prefix
        if activate_on_complete is not UNSET:
            field_dict["activate_on_complete"] = activate_on_complete
        if avoid_lookalikes is not UNSET:
            field_dict["avoid_lookalikes"] = avoid_lookalikes
        if use_serial_number is not UNSET:
            field_dict["use_serial_number"] = use_serial_number

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        reference = d.pop("reference")

        quantity = d.pop("quantity")

        remarks = d.pop("remarks", UNSET)

        def _parse_product(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        product = _parse_product(d.pop("product", UNSET))

        def _parse_url_prefix(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        url_prefix = _parse_url_prefix(d.pop("url_prefix", UNSET))

        activate_on_complete = d.pop("activate_on_complete", UNSET)

        avoid_lookalikes = d.pop("avoid_lookalikes", UNSET)

        use_serial_number = d.pop("use_serial_number", UNSET)

        order_request = cls(
            reference=reference,
            quantity=quantity,
            remarks=remarks,
            product=product,
            url_prefix=url_prefix,
            activate_on_complete=activate_on_complete,
            avoid_lookalikes=avoid_lookalikes,
            use_serial_number=use_serial_number,
        )

        return order_request
