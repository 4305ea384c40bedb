from enum import StrEnum


class ListWorkordersState(StrEnum):
    CANCELLED = "cancelled"
    COMPLETED = "completed"
    NEW = "new"
    PRINTED = "printed"
    READY_TO_PRINT = "ready_to_print"

    def __str__(self) -> str:
        return str(self.value)
