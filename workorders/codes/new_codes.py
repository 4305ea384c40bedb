"""A new code on its way into the table, and the columns that it shares with others."""

from __future__ import annotations

Attributes = tuple[int | None, int, int]
"""Product id, activation status, blacklist reason."""

NewCode = tuple[str, int, Attributes, str]
"""Identifier, position, attributes, SCM data as JSON text.

A position grows with the codes' order in their source; the spool turns positions into sequences without gaps.
"""

NULL = "\\N"


class RenderedAttributes(dict[Attributes, str]):
    """The part of a line that all codes of an owner with the same attributes share, rendered once."""

    def __init__(self, owner: str) -> None:
        self.owner = owner

    def __missing__(self, attributes: Attributes) -> str:
        product, status, reason = attributes
        self[attributes] = text = f"{self.owner}\t{NULL if product is None else product}\t{status}\t{reason}"
        return text
