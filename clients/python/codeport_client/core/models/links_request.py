from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.link_request import LinkRequest


T = TypeVar("T", bound="LinksRequest")


@_attrs_define
class LinksRequest:
    """All links of a product or a company, in their order.

    Attributes:
        links (list[LinkRequest]):
    """

    links: list[LinkRequest]

    def to_dict(self) -> dict[str, Any]:
        links = []
        for links_item_data in self.links:
            links_item = links_item_data.to_dict()
            links.append(links_item)

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "links": links,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.link_request import LinkRequest  # noqa: PLC0415

        d = dict(src_dict)
        links = []
        _links = d.pop("links")
        for links_item_data in _links:
            links_item = LinkRequest.from_dict(links_item_data)

            links.append(links_item)

        links_request = cls(
            links=links,
        )

        return links_request
