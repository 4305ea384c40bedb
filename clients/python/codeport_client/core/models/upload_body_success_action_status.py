from enum import StrEnum


class UploadBodySuccessActionStatus(StrEnum):
    VALUE_0 = "201"

    def __str__(self) -> str:
        return str(self.value)
