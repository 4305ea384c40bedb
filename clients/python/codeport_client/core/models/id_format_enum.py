from enum import StrEnum


class IdFormatEnum(StrEnum):
    DEFAULT = "default"
    GS1 = "gs1"

    def __str__(self) -> str:
        return str(self.value)
