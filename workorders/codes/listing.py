"""A page of a list of codes, as API and pages show it."""

from __future__ import annotations

from typing import NamedTuple

from django.db.models import QuerySet

from workorders.codes.search import Conditions, search
from workorders.models import Code


class Listed(NamedTuple):
    """Some codes in the order of their ids, and the ids before and after which the list goes on, if it does.

    A search that stopped early gives fewer codes than were asked for, perhaps none, and goes on behind the last id that
    it looked at. Then `skipped` codes of those to be skipped are still to come.
    """

    codes: list[Code]
    before: str
    after: str
    skipped: int = 0

    @property
    def is_all(self) -> bool:
        """Say whether there are no other codes."""
        return not (self.before or self.after)


def list_codes(
    codes: QuerySet[Code], asked: Conditions, rows: int, *, skipped: int = 0, after: str = "", before: str = ""
) -> Listed:
    """Return a page of those of the company's `codes` that are asked for: `rows` of them behind `skipped` others.

    They lie behind the id `after`, or else before the id `before`.
    """
    found = search(asked, rows, skipped, after="" if before else after, before=before)
    loaded = {code.identifier: code for code in codes.filter(identifier__in=found.identifiers) if _is_whole(code)}
    shown = [loaded[identifier] for identifier in found.identifiers if identifier in loaded]
    if before:
        return Listed(shown[::-1], found.onward, shown[0].identifier if shown else "", found.skipped)
    begun = shown and (after or skipped)
    return Listed(shown, shown[0].identifier if begun else "", found.onward, found.skipped)


def _is_whole(code: Code) -> bool:
    """Say whether its workorder is there, where that is read after the code, and may be deleted in between."""
    return code._state.fields_cache.get("workorder", code) is not None
