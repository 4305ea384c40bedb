from enum import StrEnum


class IngestionModeEnum(StrEnum):
    API = "api"
    PORTAL = "portal"

    def __str__(self) -> str:
        return str(self.value)
