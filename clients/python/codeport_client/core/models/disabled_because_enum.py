from enum import StrEnum


class DisabledBecauseEnum(StrEnum):
    BY_HAND = "by_hand"
    FAILING = "failing"
    FULL = "full"
    GONE = "gone"

    def __str__(self) -> str:
        return str(self.value)
