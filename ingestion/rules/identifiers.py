"""The rules of ids, by the format that the upload says."""

from __future__ import annotations

import re
from collections.abc import Sequence
from string import ascii_letters, digits
from typing import Protocol

from ingestion.models import IngestionRecord
from ingestion.readers.cells import Number
from ingestion.rules.suggestions import meant_id
from portal.values.characters import character_named
from portal.values.problems import say_problem
from workorders.codes.url_prefixes import LONGEST_ID, SHORTEST_ID
from workorders.identifiers import gs1

IDENTIFIER = re.compile(rf"[A-Za-z0-9_-]{{{SHORTEST_ID},{LONGEST_ID}}}")
STRANGE = re.compile(r"[^A-Za-z0-9_-]")


class IdRules(Protocol):
    """The rules of one format: which ids are valid, and how they are stored."""

    longest: int  # characters, as they are kept
    example: str
    error: str  # the kind that a wrong one is
    alphabet: bytes | None  # in which ids are kept as they come; None where they have to be looked at one by one

    def column(self, identifiers: Sequence[str], longest: int) -> Sequence[str] | None:
        """Return all ids as they are stored; None when one is wrong, or longer than `longest`."""

    def kept(self, identifier: str) -> str | None:
        """Return one id as it is stored; None when it is wrong."""

    def fault(self, identifier: str) -> str:
        """Say what is wrong with a wrong id; the sentence of its kind stands before."""


class DefaultIds:
    """Ids of the default format, stored byte for byte."""

    longest = LONGEST_ID
    example = "abc12345"
    error = "invalid_id_error"
    alphabet: bytes | None = f"{ascii_letters}{digits}_-".encode()

    def column(self, identifiers: Sequence[str], longest: int) -> Sequence[str] | None:
        lengths = set(map(len, identifiers))
        if STRANGE.search("".join(identifiers)) or min(lengths) < SHORTEST_ID or set(map(type, identifiers)) != {str}:
            return None
        return identifiers if max(lengths) <= min(LONGEST_ID, longest) else None

    def kept(self, identifier: str) -> str | None:
        return identifier if IDENTIFIER.fullmatch(identifier) and not isinstance(identifier, Number) else None

    def fault(self, identifier: str) -> str:
        if isinstance(identifier, Number):
            return identifier.advice
        length = (
            say_problem("This has {count:,}.", count=len(identifier))
            if not SHORTEST_ID <= len(identifier) <= LONGEST_ID
            else ""
        )
        if spoilt := meant_id(identifier):
            return f"{length} {spoilt}".lstrip()
        strange = STRANGE.search(identifier)
        return character_named(strange) if strange else length


class Gs1Ids:
    """GS1 Digital Link paths, stored in the one spelling that `workorders.identifiers.gs1` gives them."""

    longest = gs1.LONGEST
    example = "01/09506000134352/21/A1"
    error = "invalid_id_error"
    alphabet: bytes | None = None

    def column(self, identifiers: Sequence[str], longest: int) -> Sequence[str] | None:
        try:
            kept = list(map(gs1.canonical, identifiers))
        except ValueError:
            return None
        return kept if max(map(len, kept)) <= longest else None

    def kept(self, identifier: str) -> str | None:
        try:
            return gs1.canonical(identifier)
        except ValueError:
            return None

    def fault(self, identifier: str) -> str:
        try:
            gs1.canonical(identifier)
        except ValueError as fault:
            return str(fault)
        return ""


RULES: dict[str, IdRules] = {
    IngestionRecord.IdFormat.DEFAULT: DefaultIds(),
    IngestionRecord.IdFormat.GS1: Gs1Ids(),
}
