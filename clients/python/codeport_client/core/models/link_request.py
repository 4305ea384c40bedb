from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.blank_enum import BlankEnum
from ..models.link_type_enum import LinkTypeEnum
from ..models.media_type_enum import MediaTypeEnum
from ..types import UNSET, Unset

T = TypeVar("T", bound="LinkRequest")


@_attrs_define
class LinkRequest:
    """One link of a product or a company.

    Attributes:
        link_type (LinkTypeEnum): * `gs1:activityIdeas` - gs1:activityIdeas
            * `gs1:allergenInfo` - gs1:allergenInfo
            * `gs1:appDownload` - gs1:appDownload
            * `gs1:brandHomepageClinical` - gs1:brandHomepageClinical
            * `gs1:brandHomepagePatient` - gs1:brandHomepagePatient
            * `gs1:certificationInfo` - gs1:certificationInfo
            * `gs1:consumerHandlingStorageInfo` - gs1:consumerHandlingStorageInfo
            * `gs1:dpp` - gs1:dpp
            * `gs1:epcis` - gs1:epcis
            * `gs1:epil` - gs1:epil
            * `gs1:faqs` - gs1:faqs
            * `gs1:hasRetailers` - gs1:hasRetailers
            * `gs1:homepage` - gs1:homepage
            * `gs1:ingredientsInfo` - gs1:ingredientsInfo
            * `gs1:instructions` - gs1:instructions
            * `gs1:jws` - gs1:jws
            * `gs1:leaveReview` - gs1:leaveReview
            * `gs1:logisticsInfo` - gs1:logisticsInfo
            * `gs1:loyaltyProgram` - gs1:loyaltyProgram
            * `gs1:masterData` - gs1:masterData
            * `gs1:nutritionalInfo` - gs1:nutritionalInfo
            * `gs1:pip` - gs1:pip
            * `gs1:promotion` - gs1:promotion
            * `gs1:purchaseSuppliesOrAccessories` - gs1:purchaseSuppliesOrAccessories
            * `gs1:quickStartGuide` - gs1:quickStartGuide
            * `gs1:recallStatus` - gs1:recallStatus
            * `gs1:recipeInfo` - gs1:recipeInfo
            * `gs1:registerProduct` - gs1:registerProduct
            * `gs1:relatedImage` - gs1:relatedImage
            * `gs1:relatedVideo` - gs1:relatedVideo
            * `gs1:review` - gs1:review
            * `gs1:safetyInfo` - gs1:safetyInfo
            * `gs1:serviceInfo` - gs1:serviceInfo
            * `gs1:smartLabel` - gs1:smartLabel
            * `gs1:smpc` - gs1:smpc
            * `gs1:socialMedia` - gs1:socialMedia
            * `gs1:subscribe` - gs1:subscribe
            * `gs1:support` - gs1:support
            * `gs1:sustainabilityInfo` - gs1:sustainabilityInfo
            * `gs1:traceability` - gs1:traceability
            * `gs1:tutorial` - gs1:tutorial
            * `gs1:userAgreement` - gs1:userAgreement
            * `gs1:verificationService` - gs1:verificationService
            * `gs1:whatsInTheBox` - gs1:whatsInTheBox
        url (str): Where it leads, by http or https. `{id}` in its path or query stands for the code's id, encoded.
        title (str):
        languages (list[str] | Unset): Of its target, like `en` or `fr-BE`.
        media_type (BlankEnum | MediaTypeEnum | Unset): Of its target; empty where it is not known.

            * `` -
            * `text/html` - text/html
            * `application/pdf` - application/pdf
            * `application/json` - application/json
            * `application/ld+json` - application/ld+json
            * `application/jose` - application/jose
            * `image/jpeg` - image/jpeg
            * `image/png` - image/png
            * `image/svg+xml` - image/svg+xml
            * `image/webp` - image/webp
            * `text/plain` - text/plain
            * `video/mp4` - video/mp4 Default: BlankEnum.VALUE_0.
        is_default (bool | Unset): Scans of active codes lead there. Of several, that in the best language. Default:
            False.
    """

    link_type: LinkTypeEnum
    url: str
    title: str
    languages: list[str] | Unset = UNSET
    media_type: BlankEnum | MediaTypeEnum | Unset = BlankEnum.VALUE_0
    is_default: bool | Unset = False

    def to_dict(self) -> dict[str, Any]:
        link_type = self.link_type.value

        url = self.url

        title = self.title

        languages: list[str] | Unset = UNSET
        if not isinstance(self.languages, Unset):
            languages = self.languages

        media_type: str | Unset
        if isinstance(self.media_type, Unset):
            media_type = UNSET
        elif isinstance(self.media_type, MediaTypeEnum):
            media_type = self.media_type.value
        else:
            media_type = self.media_type.value

        is_default = self.is_default

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "link_type": link_type,
                "url": url,
                "title": title,
            }
        )
        if languages is not UNSET:
            field_dict["languages"] = languages
        if media_type is not UNSET:
            field_dict["media_type"] = media_type
        if is_default is not UNSET:
            field_dict["is_default"] = is_default

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        link_type = LinkTypeEnum(d.pop("link_type"))

        url = d.pop("url")

        title = d.pop("title")

        languages = cast(list[str], d.pop("languages", UNSET))

        def _parse_media_type(data: object) -> BlankEnum | MediaTypeEnum | Unset:
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                media_type_type_0 = MediaTypeEnum(data)

                return media_type_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            if not isinstance(data, str):
                raise TypeError()
            media_type_type_1 = BlankEnum(data)

            return media_type_type_1

        media_type = _parse_media_type(d.pop("media_type", UNSET))

        is_default = d.pop("is_default", UNSET)

        link_request = cls(
            link_type=link_type,
            url=url,
            title=title,
            languages=languages,
            media_type=media_type,
            is_default=is_default,
        )

        return link_request
