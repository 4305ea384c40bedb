from enum import StrEnum


class EventsEnum(StrEnum):
    CHANGE_COMPLETED = "change.completed"
    RECORD_CANCELLED = "record.cancelled"
    RECORD_COMPLETED = "record.completed"
    RECORD_REFUSED = "record.refused"
    RECORD_WITHDRAWN = "record.withdrawn"
    WORKORDER_COMPLETED = "workorder.completed"
    WORKORDER_PRINTED = "workorder.printed"
    WORKORDER_REJECTED = "workorder.rejected"

    def __str__(self) -> str:
        return str(self.value)
