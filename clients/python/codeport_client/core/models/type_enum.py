from enum import StrEnum


class TypeEnum(StrEnum):
    SID = "SID"
    SSC = "SSC"

    def __str__(self) -> str:
        return str(self.value)
