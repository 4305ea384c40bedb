from enum import StrEnum


class ListRecordsType(StrEnum):
    CODE = "code"
    SCM = "scm"

    def __str__(self) -> str:
        return str(self.value)
