from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.blank_enum import BlankEnum
from ..models.disabled_because_enum import DisabledBecauseEnum
from ..models.events_enum import EventsEnum
from ..types import UNSET, Unset

T = TypeVar("T", bound="NewSecret")


@_attrs_define
class NewSecret:
    """An endpoint with a new secret, which no other answer tells.

    Attributes:
        id (int):
        url (str): Where it is posted: https, at a host of everybody's.
        events (list[EventsEnum]): What it is told.
        disabled_because (BlankEnum | DisabledBecauseEnum): Empty while it is enabled; by hand, or why Codeport did it.

            * `by_hand` - disabled
            * `gone` - disabled, since it answered 410 (Gone)
            * `failing` - disabled, since it failed for 3 days
            * `full` - disabled, since too much waits for it
        failing_since (datetime.datetime | None):
        old_secret_until (datetime.datetime | None): Until then the secret before signs as well.
        created_at (datetime.datetime):
        created_by (int):
        secret (None | str): Told once; null in an answer that is repeated.
        description (str | Unset):
        is_enabled (bool | Unset): Whether it is told anything.
    """

    id: int
    url: str
    events: list[EventsEnum]
    disabled_because: BlankEnum | DisabledBecauseEnum
    failing_since: datetime.datetime | None
    old_secret_until: datetime.datetime | None
    created_at: datetime.datetime
    created_by: int
    secret: None | str
    description: str | Unset = UNSET
    is_enabled: bool | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        url = self.url

        events = []
        for events_item_data in self.events:
            events_item = events_item_data.value
            events.append(events_item)

        disabled_because: str
        if isinstance(self.disabled_because, DisabledBecauseEnum):
            disabled_because = self.disabled_because.value
        else:
            disabled_because = self.disabled_because.value

        failing_since: None | str
        if isinstance(self.failing_since, datetime.datetime):
            failing_since = self.failing_since.isoformat()
        else:
            failing_since = self.failing_since

        old_secret_until: None | str
        if isinstance(self.old_secret_until, datetime.datetime):
            old_secret_until = self.old_secret_until.isoformat()
        else:
            old_secret_until = self.old_secret_until

        created_at = self.created_at.isoformat()

        created_by = self.created_by

        secret: None | str
        secret = self.secret

        description = self.description

        is_enabled = self.is_enabled

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "url": url,
                "events": events,
                "disabled_because": disabled_because,
                "failing_since": failing_since,
                "old_secret_until": old_secret_until,
                "created_at": created_at,
                "created_by": created_by,
                "secret": secret,
            }
        )
        if description is not UNSET:
            field_dict["description"] = description
        if is_enabled is not UNSET:
            field_dict["is_enabled"] = is_enabled

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        url = d.pop("url")

        events = []
        _events = d.pop("events")
        for events_item_data in _events:
            events_item = EventsEnum(events_item_data)

            events.append(events_item)

        def _parse_disabled_because(data: object) -> BlankEnum | DisabledBecauseEnum:
            try:
                if not isinstance(data, str):
                    raise TypeError()
                disabled_because_type_0 = DisabledBecauseEnum(data)

                return disabled_because_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            if not isinstance(data, str):
                raise TypeError()
            disabled_because_type_1 = BlankEnum(data)

            return disabled_because_type_1

        disabled_because = _parse_disabled_because(d.pop("disabled_because"))

        def _parse_failing_since(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                failing_since_type_0 = datetime.datetime.fromisoformat(data)

                return failing_since_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        failing_since = _parse_failing_since(d.pop("failing_since"))

        def _parse_old_secret_until(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                old_secret_until_type_0 = datetime.datetime.fromisoformat(data)

                return old_secret_until_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        old_secret_until = _parse_old_secret_until(d.pop("old_secret_until"))

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        created_by = d.pop("created_by")

        def _parse_secret(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        secret = _parse_secret(d.pop("secret"))

        description = d.pop("description", UNSET)

        is_enabled = d.pop("is_enabled", UNSET)

        new_secret = cls(
            id=id,
            url=url,
            events=events,
            disabled_because=disabled_because,
            failing_since=failing_since,
            old_secret_until=old_secret_until,
            created_at=created_at,
            created_by=created_by,
            secret=secret,
            description=description,
            is_enabled=is_enabled,
        )

        new_secret.additional_properties = d
        return new_secret

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
