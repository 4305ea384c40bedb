"""Link types of the GS1 Web Vocabulary (1.19) that a link may have.

Left out are those that describe no product, those that GS1 has deprecated, and those that a resolver itself sets:
`defaultLink`, `defaultLinkMulti` and `handledBy`.
"""

from __future__ import annotations

from typing import Final

VOCABULARY: Final = "https://ref.gs1.org/voc/"
PREFIX: Final = "gs1:"
OTHER_NAMESPACES: Final = ("https://gs1.org/voc/", "https://www.gs1.org/voc/")  # which GS1 declares equivalent
LINKSET: Final = "linkset"
"""The value of `linkType` that asks for all links."""
VERIFICATION: Final = "verificationService"
"""The link type of the public page itself, which tells the status of a code."""

LINK_TYPES: Final[dict[str, str]] = {
    "activityIdeas": "Activity Ideas",
    "allergenInfo": "Allergen information",
    "appDownload": "App download",
    "brandHomepageClinical": "Information for professionals about this brand",
    "brandHomepagePatient": "Information for patients about this brand",
    "certificationInfo": "Certification Information",
    "consumerHandlingStorageInfo": "Consumer handling and storage information",
    "dpp": "Digital product passport",
    "epcis": "EPC Information Services (EPCIS) repository",
    "epil": "Electronic Patient Information Leaflet",
    "faqs": "Frequently Asked Questions",
    "hasRetailers": "Has Retailers",
    "homepage": "Organisation Information Page",
    "ingredientsInfo": "Ingredients information",
    "instructions": "Instructions",
    "jws": "JSON Web Signature",
    "leaveReview": "Leave a review",
    "logisticsInfo": "Logistics information",
    "loyaltyProgram": "Loyalty program",
    "masterData": "Master data",
    "nutritionalInfo": "Nutritional Information",
    "pip": "Product Information Page",
    "promotion": "Promotion",
    "purchaseSuppliesOrAccessories": "Purchase supplies or accessories",
    "quickStartGuide": "Quick start guide",
    "recallStatus": "Recall status",
    "recipeInfo": "Recipe website",
    "registerProduct": "Register purchase",
    "relatedImage": "Related image",
    "relatedVideo": "Related video",
    "review": "Reviews",
    "safetyInfo": "Safety information",
    "serviceInfo": "Service information",
    "smartLabel": "SmartLabel",
    "smpc": "Summary Product Characteristics (SmPC)",
    "socialMedia": "Social media",
    "subscribe": "Subscribe",
    "support": "Support",
    "sustainabilityInfo": "Sustainability and recycling",
    "traceability": "Traceability information",
    "tutorial": "Tutorial",
    "userAgreement": "Sign waiver/agreement/document",
    VERIFICATION: "Verification Service",
    "whatsInTheBox": "What's in the box?",
}
"""Names of the link types and what GS1 calls them, in its English."""

MEDIA_TYPES: Final = (
    "text/html",
    "application/pdf",
    "application/json",
    "application/ld+json",
    "application/jose",
    "image/jpeg",
    "image/png",
    "image/svg+xml",
    "image/webp",
    "text/plain",
    "video/mp4",
)
"""Media types, of those that IANA registers, that the target of a link may have."""


def curie(link_type: str) -> str:
    """Return the link type with the prefix of its namespace, as `gs1:pip`."""
    return PREFIX + link_type


def name_of(asked: str) -> str:
    """Return the name of the link type that a request means by a CURIE or a whole IRI, or what it says by neither."""
    for namespace in (PREFIX, VOCABULARY, *OTHER_NAMESPACES):
        if asked.startswith(namespace):
            return asked.removeprefix(namespace)
    return asked
