from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.delivery_status_enum import DeliveryStatusEnum

T = TypeVar("T", bound="Delivery")


@_attrs_define
class Delivery:
    """An event that was told to an endpoint, or is yet to be.

    Attributes:
        id (int):
        message_id (str): The same for every attempt and every endpoint.
        type_ (str):
        status (DeliveryStatusEnum): * `waiting` - waiting
            * `delivered` - delivered
            * `failed` - failed
        attempts (int):
        created_at (datetime.datetime):
        attempted_at (datetime.datetime | None):
        next_attempt_at (None | str): Not before; null once it has ended, and while the endpoint is disabled.
        answer_status (int | None):
        answer (str): The beginning of the answer's body.
        problem (str): Why there was no answer.
        body (str): The JSON that is posted, byte for byte.
    """

    id: int
    message_id: str
    type_: str
    status: DeliveryStatusEnum
    attempts: int
    created_at: datetime.datetime
    attempted_at: datetime.datetime | None
    next_attempt_at: None | str
    answer_status: int | None
    answer: str
    problem: str
    body: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        message_id = self.message_id

        type_ = self.type_

        status = self.status.value

        attempts = self.attempts

        created_at = self.created_at.isoformat()

        attempted_at: None | str
        if isinstance(self.attempted_at, datetime.datetime):
            attempted_at = self.attempted_at.isoformat()
        else:
            attempted_at = self.attempted_at

        next_attempt_at: None | str
        next_attempt_at = self.next_attempt_at

        answer_status: int | None
        answer_status = self.answer_status

        answer = self.answer

        problem = self.problem

        body = self.body

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "message_id": message_id,
                "type": type_,
                "status": status,
                "attempts": attempts,
                "created_at": created_at,
                "attempted_at": attempted_at,
                "next_attempt_at": next_attempt_at,
                "answer_status": answer_status,
                "answer": answer,
                "problem": problem,
                "body": body,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        message_id = d.pop("message_id")

        type_ = d.pop("type")

        status = DeliveryStatusEnum(d.pop("status"))

        attempts = d.pop("attempts")

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        def _parse_attempted_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                attempted_at_type_0 = datetime.datetime.fromisoformat(data)

                return attempted_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        attempted_at = _parse_attempted_at(d.pop("attempted_at"))

        def _parse_next_attempt_at(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        next_attempt_at = _parse_next_attempt_at(d.pop("next_attempt_at"))

        def _parse_answer_status(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        answer_status = _parse_answer_status(d.pop("answer_status"))

        answer = d.pop("answer")

        problem = d.pop("problem")

        body = d.pop("body")

        delivery = cls(
            id=id,
            message_id=message_id,
            type_=type_,
            status=status,
            attempts=attempts,
            created_at=created_at,
            attempted_at=attempted_at,
            next_attempt_at=next_attempt_at,
            answer_status=answer_status,
            answer=answer,
            problem=problem,
            body=body,
        )

        delivery.additional_properties = d
        return delivery

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
