from enum import StrEnum


class FormatEnum(StrEnum):
    CSV = "csv"
    EPCIS = "epcis"
    JSONL = "jsonl"
    XLSX = "xlsx"

    def __str__(self) -> str:
        return str(self.value)
