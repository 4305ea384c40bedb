"""The names in a header: which of them can serve, and what is wrong with the others."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence

from ingestion.errors.text import shown, visible
from ingestion.errors.unreadable import UnreadableFile
from ingestion.readers.base import ERRORS_COLUMN
from ingestion.readers.encoding import LOOKS_LIKE
from ingestion.rules.column_aliases import KEY_ALIASES, OUR_FIELDS
from ingestion.rules.column_mapping import LeftOut, keys_of
from ingestion.rules.header_matching import NOTHING, folded, match_header, numbered, without_remark
from ingestion.rules.suggestions import meant_name, respelled
from portal.values.characters import beyond_ascii, named
from portal.values.problems import say_problem
from workorders.codes.fields import ATTRIBUTES, MOST_SCM_FIELDS, OWN_COLUMNS, SCM_KEY

LONGEST_STRANGE_ID = 3  # characters of a name that may be `id` in letters of another script
OTHERWISE_SPLIT = " " + say_problem(
    "The separator of its names stands in quotes, or is another than a line `sep=` above or the upload says."
)
NAMED_SEPARATOR = re.compile("sep=(.+)", re.IGNORECASE)
MOST_RENAMED = 20  # columns of which is said how they should be named


def refuse_header(header: tuple[str, ...], remembered: Mapping[str, str] = NOTHING) -> None:
    """Raise UnreadableFile when a table's header lacks the id, is too wide, or has a name twice."""
    refuse_without("id", header, remembered)
    refuse_unusable(header)


def refuse_without(key: str, header: tuple[str, ...], remembered: Mapping[str, str] = NOTHING) -> None:
    """Raise UnreadableFile when a table's header lacks the column by which its rows name their codes."""
    if key not in header:
        hint = hint_at(key, header, remembered)
        names = shown(", ".join(filter(None, header)))
        said = say_problem("Its header has no column `{key}`, only: {names}.", key=key, names=names)
        raise UnreadableFile(f"{said}{hint}")


def refuse_unusable(header: tuple[str, ...]) -> None:
    """Raise UnreadableFile when a table's header is too wide, or has a name twice."""
    if is_too_wide(header):
        raise UnreadableFile(
            say_problem(
                "Its header has {count:,} columns; a code has {most:,} SCM fields at most.",
                count=len(header),
                most=MOST_SCM_FIELDS,
            )
        )
    silent = ("", ERRORS_COLUMN)
    counted = Counter(name for name in header if name not in silent and not isinstance(name, LeftOut))
    if repeated := [name for name, times in counted.items() if times > 1]:
        said = say_problem("Its header has the column `{name}` more than once.", name=shown(repeated[0]))
        raise UnreadableFile(f"{said} {say_problem('Rename one, or leave it out.')}")


def hint_at(key: str, header: tuple[str, ...], remembered: Mapping[str, str] = NOTHING) -> str:
    """Say which column may be meant as `key`, or why none is seen; or nothing."""
    meant = {header[at]: name for at, name in match_header(header, (), remembered).items()}
    if last := next((name for name in header if meant.get(name) == remembered.get(folded(name)) == key), ""):
        return " " + say_problem(
            "Is it `{last}` that should be named `{key}`, as last time?", last=shown(last), key=key
        )
    places = [*enumerate(header)][::-1]
    spelled = {numbered(folded(form(name))): at for form in (without_remark, str) for at, name in places}
    called = (numbered(folded(alias)) for alias in (key, *KEY_ALIASES.get(key, ())))
    if (at := next((spelled[name] for name in called if name in spelled), -1)) >= 0:
        return " " + say_problem("Is it `{name}` that should be named `{key}`?", name=shown(header[at]), key=key)
    if hint := LOOKS_LIKE.get(header[0][:1], "") or otherwise_split(header, key):
        return hint
    if strange := next((name for name in header if len(name) <= LONGEST_STRANGE_ID and not name.isascii()), ""):
        place = next(at for at, character in enumerate(strange) if not character.isascii())
        return " " + say_problem(
            "In `{name}`, character {place:,} is {named:s}.",
            name=shown(strange),
            place=place + 1,
            named=named(strange[place]),
        )
    return ""


def advise_names(
    header: tuple[str, ...],
    remembered: Mapping[str, str] = NOTHING,
    *,
    key: str = "id",
    known: Collection[str] = (),
) -> str:
    """Say how the columns of a table without a column of ids should be named, and by which option; or nothing.

    `key` is the name that the column of ids should have, `known` are fields of the company.
    """
    meant = match_header(header, known, remembered)
    if "id" in header or "id" not in meant.values():
        return ""
    renamed = {at: key if name == "id" else name for at, name in meant.items() if name != header[at]}
    others = [(shown(header[at]), name) for at, name in renamed.items() if name != key]
    if len(others) > MOST_RENAMED:
        return ""
    likewise = _likewise(others)
    keys = keys_of(header)
    columns = json.dumps({keys[at]: name for at, name in renamed.items()}, ensure_ascii=False)
    renames = (
        say_problem('Rename them, or upload the file again with `"columns": {columns}`.', columns=visible(columns))
        if others
        else say_problem('Rename it, or upload the file again with `"columns": {columns}`.', columns=visible(columns))
    )
    return f"{likewise} {renames}"


def _likewise(others: list[tuple[str, str]]) -> str:
    """Say what other columns should be called."""
    said = ""
    for column, name in reversed(others):
        said = (
            say_problem("`{column}` should be `{name}`, {others:s}", column=column, name=name, others=said)
            if said
            else say_problem("`{column}` should be `{name}`", column=column, name=name)
        )
    return " " + say_problem("Likewise {others:s}.", others=said) if said else ""


def otherwise_split(header: Sequence[str], column: str) -> str:
    """Say that a name of the header holds `column` and a separator, or that a line names one, if that is so."""
    if len(header) == 1 and (named_one := NAMED_SEPARATOR.fullmatch(header[0])):
        return _other_separator(named_one[1])
    unsplit = re.compile(rf"(^|[,;\t|^~])\s*{column}\s*[,;\t|^~]|[,;\t|^~]\s*{column}\s*$", re.IGNORECASE)
    found = next(filter(None, map(unsplit.search, header)), None)
    if found is None:
        return ""
    other = next((character for character in found[0] if character in "^~"), "")
    return _other_separator(other) if other else OTHERWISE_SPLIT


def _other_separator(separator: str) -> str:
    """Say that the file's separator is not one of ours."""
    return " " + say_problem(
        "Its separator seems to be `{separator}`, which is not read: save it with commas, semicolons, tabs or bars.",
        separator=shown(separator),
    )


def nameless_places(header: tuple[str, ...]) -> set[int]:
    """Return the places of the columns that have no name, but for those that are left out."""
    return {at for at, name in enumerate(header) if not name and not isinstance(name, LeftOut)}


def scm_names(header: tuple[str, ...], key: str = "id") -> list[str]:
    """Return the names in `header` that are meant to be keys of SCM fields; `key` is the column of ids."""
    silent = (key, *ATTRIBUTES, ERRORS_COLUMN)
    return [name for name in header if name not in silent and not isinstance(name, LeftOut)]


def wrong_names(header: tuple[str, ...], key: str = "id") -> list[str]:
    """Return the names in `header` that cannot be keys of SCM fields."""
    return [name for name in scm_names(header, key) if not SCM_KEY.fullmatch(name)]


def describe_wrong_names(
    names: list[str],
    header: tuple[str, ...],
    known: Collection[str] = (),
    remembered: Mapping[str, str] = NOTHING,
) -> Iterator[tuple[str, str]]:
    """Yield each of the wrong `names` of `header`, and what is wrong with it.

    `known` are fields of the company, `remembered` the names that it gave to columns.
    """
    meant = {header[at]: name for at, name in match_header(header, known, remembered).items()}
    alike = Counter(map(respelled, names))
    beside = {*header, *(name for name, times in alike.items() if times > 1)}
    for name in names:
        is_twice = respelled(name) in beside
        right = meant.get(name, "")
        if right and remembered.get(folded(name)) == right:
            hint = say_problem("Last time it was named `{right}`.", right=right)
        else:
            hint = "" if is_twice else _hint_at_name(name, right, known)
        hints = filter(None, (hint or meant_name(name, beside), beyond_ascii(name)))
        yield name, " ".join([say_problem("It is the field's name that is wrong."), *hints])


def _hint_at_name(name: str, meant: str, known: Collection[str]) -> str:
    """Say which name is `meant` by a wrong one; or nothing."""
    if not meant:
        return ""
    is_known = meant in known or meant in OWN_COLUMNS or meant in OUR_FIELDS
    return (
        say_problem("It looks like `{meant}`.", meant=meant)
        if is_known and meant != respelled(name)
        else say_problem("`{name}` would be right.", name=meant)
    )


def is_too_wide(header: tuple[str, ...]) -> bool:
    """Say whether there are more columns than a code can have fields, without nameless ones and our own."""
    most = MOST_SCM_FIELDS + len(OWN_COLUMNS)
    return len(header) > most and sum(1 for name in header if name not in ("", ERRORS_COLUMN)) > most
