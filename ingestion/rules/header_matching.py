"""Matching the names of a file's columns with those that are meant, and finding the row with the names.

Nothing here renames a column: it is what errors and the page suggest.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from difflib import get_close_matches
from types import MappingProxyType
from unicodedata import combining, normalize

from ingestion.readers.base import TITLE_ROWS
from ingestion.rules.column_aliases import ALIASES, NUMBER_WORDS, OUR_FIELDS, SPELLED
from ingestion.rules.suggestions import SIMILARITY
from workorders.codes.fields import OWN_COLUMNS, SCM_KEY

MOST_MATCHED = 200  # columns of a header
MOST_COMPARED = 500  # fields whose spelling is compared
LONGEST_NAME = 100  # characters of a name that is matched
NOTHING: Mapping[str, str] = MappingProxyType({})
LETTERS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l"})
SEPARATORS = re.compile(r"[\W_]+")
NUMERALS = re.compile("[0-9]+")
OPENED, CLOSED = "([\uff08\u3010", ")]\uff09\u3011"  # brackets
REMARK = re.compile(rf"[^{re.escape(OPENED + CLOSED)}]*[{re.escape(CLOSED)}]\W*")  # behind a name and a bracket


def folded(name: str) -> str:
    """Write a name in small letters without accents, its words joined by underscores."""
    plain = normalize("NFC", normalize("NFKC", name).casefold()).translate(LETTERS)
    bare = "".join(letter for letter in normalize("NFKD", plain) if not combining(letter))
    return SEPARATORS.sub("_", bare).strip("_")


def without_remark(name: str) -> str:
    """Return a name without the remark in brackets behind it, as in `ID (unique)`."""
    at = max(map(name.rfind, OPENED))
    return name[:at] if at > 0 and REMARK.fullmatch(name, at + 1) else name


def numbered(name: str) -> str:
    """Write a folded name with one word for all that mean a number, as in `pallet_nr` and `pallet_no`."""
    first, *others = name.split("_")
    return "_".join([first, *("number" if word in NUMBER_WORDS else word for word in others)])


ALIKE = {
    numbered(folded(alias)): (rank, target)
    for target, aliases in ALIASES.items()
    for rank, alias in reversed([*enumerate((target, *aliases))])
} | {name: (0, target) for name, target in SPELLED.items()}


def match_header(
    header: Sequence[str], known_fields: Collection[str] = (), remembered: Mapping[str, str] = NOTHING
) -> dict[int, str]:
    """Return by the place of each column, from 0, the name that it is probably meant to have.

    That is the name that the company gave last, as `remembered` by the folded name of the column, where no other column
    has that name in other letters; one of our own columns, or of the company's `known_fields`; or the column's name
    spelled as a field's. A right name stands as it is; a column of which nothing can be said is left out. No two get
    the same name.
    """
    names = {at: name for at, name in enumerate(header[:MOST_MATCHED]) if name.strip() and len(name) <= LONGEST_NAME}
    known = {*OWN_COLUMNS, *known_fields}
    found: dict[int, str] = {}
    for at, name in names.items():
        if name in known and name not in found.values():
            found[at] = name

    spelled = {each for name in names.values() if (each := folded(name)) not in remembered}

    def as_last_time(name: str, known: Collection[str]) -> Iterator[tuple[int, str]]:
        if (new := remembered.get(folded(name))) and new not in spelled:
            yield 0, new

    for meanings in (as_last_time, _same_word, _alias, _same_number, _remarked, _near_miss, _spelling):
        offers = [(at, name) for at, name in names.items() if at not in found]
        given, right = {*found.values()}, {name for _at, name in offers if SCM_KEY.fullmatch(name)}
        ranked = sorted((rank, at, target) for at, name in offers for rank, target in meanings(name, known))
        for _rank, at, target in ranked:
            if at not in found and target not in given and (target == names[at] or target not in right):
                found[at] = target
                given.add(target)
    return dict(sorted(found.items()))


def _same_word(name: str, known: Collection[str]) -> Iterator[tuple[int, str]]:
    if (spelled := folded(name)) in known:
        yield 0, spelled


def _alias(name: str, known: Collection[str]) -> Iterator[tuple[int, str]]:
    rank, target = ALIKE.get(numbered(folded(name)), (0, ""))
    if target in known or (target and not SCM_KEY.fullmatch(name)):
        yield rank, target


def _same_number(name: str, known: Collection[str]) -> Iterator[tuple[int, str]]:
    spelled = numbered(folded(name))
    yield from ((0, field) for field in _fields_for(name, known) if numbered(field) == spelled)


def _remarked(name: str, known: Collection[str]) -> Iterator[tuple[int, str]]:
    if (bare := without_remark(name)) != name:
        for meanings in (_same_word, _alias, _same_number):
            yield from meanings(bare, known)


def _near_miss(name: str, known: Collection[str]) -> Iterator[tuple[int, str]]:
    fields = _fields_for(name, known)
    if len(fields) > MOST_COMPARED:
        return
    spelled = folded(name)
    for rank, field in enumerate(get_close_matches(spelled, fields, 2, SIMILARITY)):
        if NUMERALS.sub("0", field) != NUMERALS.sub("0", spelled):  # not as `lot_1` and `lot_2`
            yield rank, field


def _spelling(name: str, known: Collection[str]) -> Iterator[tuple[int, str]]:
    spelled = name if SCM_KEY.fullmatch(name) else folded(name)
    if SCM_KEY.fullmatch(spelled):
        yield 0, spelled


def _fields_for(name: str, known: Collection[str]) -> Collection[str]:
    """Return the fields that a name may be meant for; a name that may be a field's is one of ours only by a slip."""
    return known if SCM_KEY.fullmatch(name) else {*known, *OUR_FIELDS}


def find_header_row(rows: Sequence[Sequence[str]], keys: Collection[str] = ("id",)) -> int:
    """Return which of the first rows, from 1, looks like the header; 0 where none does.

    That is the one with the most cells among those with one of `keys`, or else with what people call the column of ids.
    """
    best, most = 0, (False, 0)
    for number, row in enumerate(rows[: TITLE_ROWS + 1], 1):
        cells = [cell for cell in row[:MOST_MATCHED] if cell.strip() and len(cell) <= LONGEST_NAME]
        fitness = any(cell.strip() in keys for cell in cells), len(cells)
        if fitness > most and (fitness[0] or any(map(_names_ids, cells))):
            best, most = number, fitness
    return best


def _names_ids(name: str) -> bool:
    return ALIKE.get(numbered(folded(without_remark(name))), (0, ""))[1] == "id"
