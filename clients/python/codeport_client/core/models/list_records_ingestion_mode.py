from enum import StrEnum


class ListRecordsIngestionMode(StrEnum):
    API = "api"
    PORTAL = "portal"

    def __str__(self) -> str:
        return str(self.value)
