from enum import StrEnum


class CalibrationEnum(StrEnum):
    ARCHIVED = "archived"
    CALIBRATED = "calibrated"
    EXPIRED = "expired"

    def __str__(self) -> str:
        return str(self.value)
