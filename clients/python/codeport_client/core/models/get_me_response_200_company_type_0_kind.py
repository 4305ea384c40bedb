from enum import StrEnum


class GetMeResponse200CompanyType0Kind(StrEnum):
    BRAND_OWNER = "brand_owner"
    FORMER = "former"
    PRINTING_PARTNER = "printing_partner"

    def __str__(self) -> str:
        return str(self.value)
