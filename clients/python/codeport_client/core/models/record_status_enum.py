from enum import StrEnum


class RecordStatusEnum(StrEnum):
    CANCELLED = "cancelled"
    COMPLETED = "completed"
    ERROR = "error"
    PROCESSING = "processing"
    QUEUED = "queued"
    UPLOADING = "uploading"

    def __str__(self) -> str:
        return str(self.value)
