from enum import StrEnum


class GetSecureCodesImages(StrEnum):
    PDF = "pdf"
    PNG = "png"
    TIFF = "tiff"

    def __str__(self) -> str:
        return str(self.value)
