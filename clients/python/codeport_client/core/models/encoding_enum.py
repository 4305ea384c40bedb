from enum import StrEnum


class EncodingEnum(StrEnum):
    BIG5 = "big5"
    EUC_KR = "euc-kr"
    GB18030 = "gb18030"
    ISO_8859_15 = "iso-8859-15"
    SHIFT_JIS = "shift_jis"
    UTF_16 = "utf-16"
    UTF_8 = "utf-8"
    WINDOWS_1251 = "windows-1251"
    WINDOWS_1252 = "windows-1252"

    def __str__(self) -> str:
        return str(self.value)
