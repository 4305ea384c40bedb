"""A page of a list of codes, as API and pages show it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Generic, NamedTuple, TypeVar

from django.db.models import QuerySet

from portal.database.planner import each_of
from workorders.codes.lookup import AFTER_EVERY_ID
from workorders.codes.search import Conditions, Found, search
from workorders.models import Code

Shown = TypeVar("Shown")  # what a page shows of a code


class Listed(NamedTuple, Generic[Shown]):
    """Some codes in the order of their ids, and the ids before and after which the list goes on, if it does.

    A search that stopped early gives fewer codes than were asked for, perhaps none, and goes on behind the last id that
    it looked at. Then `skipped` codes of those to be skipped are still to come, as `found` tells.
    """

    codes: list[Shown]
    before: str
    after: str
    found: Found

    @property
    def is_all(self) -> bool:
        """Say whether there are no other codes."""
        return not (self.before or self.after)


def list_codes(
    codes: QuerySet[Code], asked: Conditions, rows: int, *, skipped: int = 0, after: str = "", before: str = ""
) -> Listed[Code]:
    """Return a page of those of the company's `codes` that are asked for: `rows` of them behind `skipped` others.

    They lie behind the id `after`, or else before the id `before`.
    """

    def read(identifiers: list[str]) -> dict[str, Code]:
        return {
            code.identifier: code
            for code in codes.filter(identifier__in=each_of(identifiers, "text"))
            if _is_whole(code)
        }

    return list_as(read, asked, rows, skipped=skipped, after=after, before=before)


def list_as(
    read: Callable[[list[str]], Mapping[str, Shown]],
    asked: Conditions,
    rows: int,
    *,
    skipped: int = 0,
    after: str = "",
    before: str = "",
) -> Listed[Shown]:
    """Do the same with what `read` makes of ids, without those of codes that have gone meanwhile."""
    found = search(asked, rows, skipped, after="" if before else after, before=before)
    loaded = read(found.identifiers)
    ids = [identifier for identifier in found.identifiers if identifier in loaded]
    shown = [loaded[identifier] for identifier in ids]
    if before:
        return Listed(shown[::-1], found.onward, ids[0] if ids and before != AFTER_EVERY_ID else "", found)
    begin = ids[0] if ids else found.onward or AFTER_EVERY_ID  # of an empty page: all that lies before it
    return Listed(shown, begin if after or skipped else "", found.onward, found)


def _is_whole(code: Code) -> bool:
    """Say whether its workorder is there, where that is read after the code, and may be deleted in between."""
    return code._state.fields_cache.get("workorder", code) is not None
