from enum import StrEnum


class ModeEnum(StrEnum):
    API = "api"
    FILE = "file"

    def __str__(self) -> str:
        return str(self.value)
