from enum import StrEnum


class MediaTypeEnum(StrEnum):
    APPLICATIONJOSE = "application/jose"
    APPLICATIONJSON = "application/json"
    APPLICATIONLDJSON = "application/ld+json"
    APPLICATIONPDF = "application/pdf"
    IMAGEJPEG = "image/jpeg"
    IMAGEPNG = "image/png"
    IMAGESVGXML = "image/svg+xml"
    IMAGEWEBP = "image/webp"
    TEXTHTML = "text/html"
    TEXTPLAIN = "text/plain"
    VIDEOMP4 = "video/mp4"

    def __str__(self) -> str:
        return str(self.value)
