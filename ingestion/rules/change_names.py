"""The names of columns in a file of changes: which become SCM fields, and which are refused since another is meant."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from difflib import get_close_matches

from ingestion.rules.keys import ID_COLUMNS, KEY_COLUMNS, SERIAL_NUMBER, WORKORDER
from ingestion.rules.suggestions import SIMILARITY, respelled
from portal.values.problems import say_problem
from workorders.archives.zip_archive import HEADER
from workorders.codes.fields import ATTRIBUTES, MEANT
from workorders.exports.columns import COLUMNS

EXPORTED = {*COLUMNS, *HEADER.decode().split(",")} - {*KEY_COLUMNS, *ATTRIBUTES, *MEANT}  # and set by no change
MOST_COMPARED = 20_000_000  # pairs of characters of all names that are compared, a few seconds of the processor's time
LONGEST_COMPARED = 100  # characters of a name; those of fields are shorter


class KnownFields:
    """The SCM fields that codes of a company have, and which of them another name is probably a slip for.

    Names are compared until MOST_COMPARED is spent; those that come later look like none.
    """

    def __init__(self, names: Collection[str]) -> None:
        self._names = {*names}
        self._characters = sum(map(len, self._names))
        self._compared = 0

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def nearest(self, name: str) -> str:
        """Return the field that `name` looks like a slip for; nothing where it is one itself, or like none."""
        if name in self._names or len(name) > LONGEST_COMPARED:
            return ""
        self._compared += len(name) * self._characters
        if self._compared > MOST_COMPARED:
            return ""
        close = get_close_matches(respelled(name), self._names, 3, SIMILARITY)
        return next((field for field in close if not _are_numbered(name, field)), "")


def column_beside(name: str, known: KnownFields) -> str:
    """Return the column which, beside the column `name`, shows that the file is an export; nothing where none does."""
    if name in known:
        return f"scm_{name}" if name in COLUMNS else ""
    return "product" if name.lower() == "sku" else ""


def doubt_of(
    name: str, key: str, known: KnownFields, mapped: Collection[str], *, is_exported: bool = False, has_key: bool = True
) -> str:
    """Say why a file whose codes are named by the column `key` should not have an SCM field `name`; or nothing.

    `known` are the fields that codes of the company have, `mapped` the names that the upload's `columns` gives,
    `is_exported` whether `column_beside` stands in the header too, `has_key` whether a column names the codes.
    """
    spelled = respelled(name)
    if spelled in ID_COLUMNS and key in ID_COLUMNS and not has_key:
        return say_problem("It looks like `{spelled}`. Rename it.", spelled=spelled)
    if spelled in ID_COLUMNS:
        return say_problem("The column `{key}` names the codes already; leave this one out.", key=key)
    if name in mapped:
        return ""
    if name in known and is_exported:
        return say_problem(
            "It is a column of an export, which has the SCM field as `scm_{name}`. Leave this one out and rename that.",
            name=name,
        )
    if name in known:
        return ""
    if spelled == SERIAL_NUMBER:
        return say_problem(
            "The serial number of a code does not change. Leave the column out, put it first if it names the codes, "
            "or name it in the option `columns` of a file if that is its name."
        )
    if spelled == WORKORDER:
        return say_problem(
            "The workorder of a code does not change. Leave the column out, put it first if it names the codes, or "
            "name it in the option `columns` of a file if that is its name."
        )
    if spelled in EXPORTED:
        return say_problem(
            "It is a column of an export, which no change sets. Leave it out, or name it in the option `columns` of a "
            "file if that is its name."
        )
    meant = MEANT.get(spelled, "")
    if is_exported:
        return say_problem(
            "In an export, `product` is a product's name. Leave that column out and rename this one `product`, or name "
            "it in the option `columns` of a file if that is its name."
        )
    if not meant and (field := name.removeprefix("scm_")) in COLUMNS and field in known:
        meant = field  # as an export names it
    if meant:
        return _rename(meant)
    close = [*get_close_matches(spelled, [*KEY_COLUMNS, *ATTRIBUTES], 1, SIMILARITY), known.nearest(name)]
    return _rename(close[0]) if close[0] else ""


def _rename(meant: str) -> str:
    return say_problem(
        "It looks like `{meant}`. Rename it, or name it in the option `columns` of a file if that is its name.",
        meant=meant,
    )


def _are_numbered(name: str, other: str) -> bool:
    """Say whether two names differ in their numbers alone, as `lot_1` and `lot_2` do."""
    return re.sub("[0-9]+", "0", name) == re.sub("[0-9]+", "0", other)
