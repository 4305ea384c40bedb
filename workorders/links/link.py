"""One link, as it is stored in a product or company, and what of several fits a request."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, Self
from urllib.parse import quote

from django.utils.translation.trans_real import parse_accept_lang_header

from workorders.links.types import curie, name_of

ID = "{id}"
"""What stands in a URL for the id of the code."""


class Link(NamedTuple):
    """A link: its type without a prefix, where it leads, what it is called, and what is known of its target."""

    type: str
    url: str
    title: str
    languages: tuple[str, ...] = ()
    media_type: str = ""
    is_default: bool = False

    @classmethod
    def of(cls, stored: dict[str, Any]) -> Self:
        """Return the link that is stored as a JSON object, or was checked as one."""
        return cls(
            name_of(stored["link_type"]),
            stored["url"],
            stored["title"],
            tuple(stored["languages"]),
            stored["media_type"],
            stored["is_default"],
        )

    def as_json(self) -> dict[str, Any]:
        """Return what is stored of it, and what the API tells."""
        return {
            "link_type": curie(self.type),
            "url": self.url,
            "title": self.title,
            "languages": [*self.languages],
            "media_type": self.media_type,
            "is_default": self.is_default,
        }

    @property
    def needs_id(self) -> bool:
        """Say whether it leads somewhere else for each code."""
        return ID in self.url

    def to(self, identifier: str) -> str:
        """Return its URL for a code, whose id is encoded so that it is data wherever it stands."""
        return self.url.replace(ID, quote(identifier, safe=""))


@lru_cache(maxsize=4096)
def parse_links(stored: str | None) -> tuple[Link, ...]:
    """Return the links that are stored as a text of JSON; most products have none."""
    return tuple(map(Link.of, json.loads(stored))) if stored else ()


def of_type(link_type: str, *sources: Sequence[Link]) -> tuple[Link, ...]:
    """Return the links of a type from the first of the sources that has any."""
    return _first(lambda link: link.type == link_type, sources)


def defaults(*sources: Sequence[Link]) -> tuple[Link, ...]:
    """Return the default links of the first of the sources that has any."""
    return _first(lambda link: link.is_default, sources)


def _first(wanted: Callable[[Link], bool], sources: Sequence[Sequence[Link]]) -> tuple[Link, ...]:
    for source in sources:
        if found := tuple(filter(wanted, source)):
            return found
    return ()


def fitting(links: Sequence[Link], languages: str, media_types: str) -> Sequence[Link]:
    """Return those of the links that fit the headers Accept-Language and Accept best: one or more, if there is any."""
    links = _in_language(links, languages)
    asked = [each.partition(";")[0].strip().lower() for each in media_types.split(",")]
    for media_type in asked:
        if found := [link for link in links if link.media_type and link.media_type == media_type]:
            return found
    return links


def _in_language(links: Sequence[Link], accepted: str) -> Sequence[Link]:
    """Return the links in the language that is liked best, else those of no language, else all."""
    for tag, weight in parse_accept_lang_header(accepted):
        for matches in (_is, _is_plain, _begins):
            if weight > 0 and (found := [link for link in links if any(matches(each, tag) for each in link.languages)]):
                return found
    return [link for link in links if not link.languages] or links


def _is(language: str, tag: str) -> bool:
    return language.lower() == tag


def _is_plain(language: str, tag: str) -> bool:
    """Say whether a tag without a region is of the language of another."""
    return language.lower() == tag.partition("-")[0]


def _begins(language: str, tag: str) -> bool:
    """Say whether two tags are of one language, whatever their scripts and regions."""
    return language.lower().partition("-")[0] == tag.partition("-")[0]
