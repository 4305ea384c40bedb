"""All links of a code as a linkset (RFC 9264), and the description of the resolver.

Both have the shape of the schemas of the GS1-Conformant resolver standard 1.2 (sections 2.10 and 3).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any, Final

from workorders.links.link import Link, defaults
from workorders.links.types import PREFIX, VOCABULARY

LINKSET_TYPE: Final = "application/linkset+json"
JSON_LD: Final = "application/ld+json"
CONTEXT: Final = "https://ref.gs1.org/standards/resolver/linkset-context"
CONTEXT_LINK: Final = f'<{CONTEXT}>; rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json"'


def make_linkset(*contexts: dict[str, Any], is_json_ld: bool = False) -> str:
    """Return the JSON of a linkset; as JSON-LD it names its context itself."""
    return json.dumps(({"@context": CONTEXT} if is_json_ld else {}) | {"linkset": contexts}, ensure_ascii=False)


def link_context(anchor: str, description: str, links: Iterable[Link], default: Sequence[Link]) -> dict[str, Any]:
    """Return the links of one anchor by their types, and which are its default ones; their URLs are whole."""
    context: dict[str, Any] = {"anchor": anchor} | ({"description": description} if description else {})
    for link in links:
        context.setdefault(VOCABULARY + link.type, []).append(_target(link))
    if default:
        context[f"{VOCABULARY}defaultLink"] = [{"href": default[0].url, "title": default[0].title}]
    if len(default) > 1:
        context[f"{VOCABULARY}defaultLinkMulti"] = [*map(_target, default)]
    return context


def for_code(links: Sequence[Link], identifier: str) -> list[Link]:
    """Return the links with their URLs for one code."""
    return [link._replace(url=link.to(identifier)) for link in links]


def without_id(*sources: Sequence[Link]) -> list[Link]:
    """Return the links that lead to one place for all codes, of all sources."""
    return [link for source in sources for link in source if not link.needs_id]


def default_of_class(*sources: Sequence[Link]) -> Sequence[Link]:
    """Return the default links of a GTIN: those that are marked, else the first of all."""
    shared = [[link for link in source if not link.needs_id] for source in sources]
    return defaults(*shared) or [*without_id(*shared)][:1]


def describe_resolver(root: str, name: str) -> dict[str, Any]:
    """Return the resolver description file, which stands at /.well-known/gs1resolver below the root."""
    return {
        "name": name,
        "resolverRoot": root,
        "supportedPrimaryKeys": ["01"],
        "supportedLinkType": [{"namespace": VOCABULARY, "prefix": PREFIX}],
        "linkTypeDefaultCanBeLinkset": False,
        "jsonLdContextLocation": CONTEXT,
    }


def _target(link: Link) -> dict[str, Any]:
    target: dict[str, Any] = {"href": link.url, "title": link.title}
    if link.media_type:
        target["type"] = link.media_type
    if link.languages:
        target["hreflang"] = [*link.languages]
    return target
