from enum import StrEnum


class OriginEnum(StrEnum):
    API = "api"
    FILE = "file"
    PAGE = "page"
    SCANS = "scans"
    WORKORDER = "workorder"

    def __str__(self) -> str:
        return str(self.value)
