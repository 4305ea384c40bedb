from enum import StrEnum


class DelimiterEnum(StrEnum):
    VALUE_0 = ","
    VALUE_1 = ";"
    VALUE_2 = "\t"
    VALUE_3 = "|"

    def __str__(self) -> str:
        return str(self.value)
