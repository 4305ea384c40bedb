"""Words and examples of the calls of links, for the schema."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_view

from workorders.company import api
from workorders.links.serializers import LinksSerializer
from workorders.schema_parts import example

LINKS = {
    "links": [
        {
            "link_type": "gs1:pip",
            "url": "https://www.example.com/tea?code={id}",
            "title": "Green tea",
            "languages": ["en"],
            "media_type": "text/html",
            "is_default": True,
        },
        {
            "link_type": "gs1:certificationInfo",
            "url": "https://www.example.com/organic.pdf",
            "title": "Certificate",
            "languages": [],
            "media_type": "application/pdf",
            "is_default": False,
        },
    ]
}


def _described(of: str, more: str, name: str) -> Any:
    return extend_schema_view(
        get=extend_schema(
            operation_id=f"get_links_of_{name}",
            summary=f"List the links of {of}",
            tags=["Products"],
            description=more,
            responses={200: LinksSerializer},
            examples=[example(LINKS)],
        ),
        put=extend_schema(
            operation_id=f"set_links_of_{name}",
            summary=f"Set the links of {of}",
            tags=["Products"],
            description="These links take the place of those that there are.",
            responses={200: LinksSerializer},
            examples=[example(LINKS)],
        ),
    )


_described(
    "a product",
    "Where the public pages of its codes lead: a scan of an active code to a default link. Where an id is one of GS1, "
    "its address is that of a GS1-Conformant resolver, and answers to `linkType` with the others.",
    "product",
)(api.ProductLinks)
_described(
    "the company",
    "Where codes with ids of GS1 lead whose product has no link of the same type.",
    "company",
)(api.CompanyLinks)
