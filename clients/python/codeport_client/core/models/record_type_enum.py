from enum import StrEnum


class RecordTypeEnum(StrEnum):
    CODE = "code"
    SCM = "scm"

    def __str__(self) -> str:
        return str(self.value)
