from enum import StrEnum


class ListWorkordersType(StrEnum):
    SID = "SID"
    SSC = "SSC"

    def __str__(self) -> str:
        return str(self.value)
