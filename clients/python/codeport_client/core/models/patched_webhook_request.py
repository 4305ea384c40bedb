from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..models.events_enum import EventsEnum
from ..types import UNSET, Unset

T = TypeVar("T", bound="PatchedWebhookRequest")


@_attrs_define
class PatchedWebhookRequest:
    """An endpoint. `disabled_because` is null while it works.

    Attributes:
        url (str | Unset): Where it is posted: https, at a host of everybody's.
        description (str | Unset):
        events (list[EventsEnum] | Unset): What it is told.
        is_enabled (bool | Unset): Whether it is told anything.
    """

    url: str | Unset = UNSET
    description: str | Unset = UNSET
    events: list[EventsEnum] | Unset = UNSET
    is_enabled: bool | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        url = self.url

        description = self.description

        events: list[str] | Unset = UNSET
        if not isinstance(self.events, Unset):
            events = []
            for events_item_data in self.events:
                events_item = events_item_data.value
                events.append(events_item)

        is_enabled = self.is_enabled

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if url is not UNSET:
            field_dict["url"] = url
        if description is not UNSET:
            field_dict["description"] = description
        if events is not UNSET:
            field_dict["events"] = events
        if is_enabled is not UNSET:
            field_dict["is_enabled"] = is_enabled

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        url = d.pop("url", UNSET)

        description = d.pop("description", UNSET)

        _events = d.pop("events", UNSET)
        events: list[EventsEnum] | Unset = UNSET
        if _events is not UNSET:
            events = []
            for events_item_data in _events:
                events_item = EventsEnum(events_item_data)

                events.append(events_item)

        is_enabled = d.pop("is_enabled", UNSET)

        patched_webhook_request = cls(
            url=url,
            description=description,
            events=events,
            is_enabled=is_enabled,
        )

        return patched_webhook_request
