from enum import StrEnum


class LayoutEnum(StrEnum):
    INSIDE = "inside"
    INSIDE_HYBRID = "inside_hybrid"
    OUTSIDE = "outside"
    OUTSIDE_HYBRID = "outside_hybrid"

    def __str__(self) -> str:
        return str(self.value)
