"""The right name that somebody probably meant by a wrong one."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches

from portal.values.problems import say_problem

SIMILARITY = 0.6
SHORTEST_PART = 3  # characters of a name that is part of the right one
LONGEST_COMPARED = 100  # characters of a name; those of ours are shorter
LOOKUPS = {"lt": "before", "lte": "before", "gt": "after", "gte": "after"}  # as Django spells the ends of a range


def nearest(name: str, known: Iterable[str]) -> str:
    """Return the one of `known` that is most like `name`, whatever its case and separators; nothing when none is."""
    spelled, bare = {_bare(each): each for each in known}, _bare(name[:LONGEST_COMPARED])
    holding = [each for each in spelled if len(bare) >= SHORTEST_PART and bare in each]
    close = get_close_matches(bare, spelled, 1, SIMILARITY) or holding
    return spelled[close[0]] if close else ""


def none_such(what: str, name: str, known: Iterable[str]) -> str:
    """Say that there is no `what` of this name, and which name is the nearest, or which there are."""
    names = list(known)
    if not names:
        return f"There is no such {what}; this call takes none."
    if close := nearest(name, names):
        return f"There is no such {what}; the nearest is `{close}`."
    return f"There is no such {what}; there {'is' if len(names) == 1 else 'are'} {listed(names)}."


def nearest_of(value: str, choices: Iterable[object]) -> str:
    """Say what a choice may be, and which of all is the nearest to `value`."""
    known = [str(choice) for choice in choices]
    return f"It must be one of {listed(known)}. {hint(value, known)}".rstrip()


def hint(name: str, known: Iterable[str]) -> str:
    """Say which of `known` is the nearest to `name`; nothing where none is."""
    close = nearest(name, known)
    return say_problem("The nearest is `{name}`.", name=close) if close else ""


def listed(names: Iterable[str]) -> str:
    """Names as a sentence has them: `a`, `b` and `c`."""
    *others, last = names
    return say_problem("`{others}` and `{last}`", others="`, `".join(others), last=last) if others else f"`{last}`"


def _bare(name: str) -> str:
    base, _, lookup = name.rpartition("__")
    return re.sub(r"[\W_]+", "", f"{base}{LOOKUPS.get(lookup, lookup)}" if base else name).casefold()
