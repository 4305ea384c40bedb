"""Columns under other names than the file gives them, and columns left out.

A column of a table is told by its name, or by its place, `#3` for the third: a header may have a name twice, or none.
Our column of errors has no place, so that a file that is given back with it has the same places as the one before.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import replace
from itertools import count
from typing import Any

from ingestion.errors.text import shown
from ingestion.errors.unreadable import UnreadableFile
from ingestion.fields import ERRORS_COLUMN, MOST_SCM_FIELDS, OWN_COLUMNS, SCM_KEY, SCM_KEY_RULE
from ingestion.readers.base import Batch
from ingestion.readers.encoding import is_utf8
from portal.values.suggestions import nearest

PLACE = re.compile("#[1-9][0-9]*")


class LeftOut(str):
    """The name of a column that says nothing; its cells still count when a row's fields are counted."""

    __slots__ = ()


def parse_columns(data: Mapping[str, Any]) -> dict[str, str]:
    """The posted `columns`, by name or place: a new name, or none to leave it out. ValueError tells faults."""
    if len(data) > MOST_SCM_FIELDS + len(OWN_COLUMNS):
        raise ValueError([f"It names {len(data):,} columns; {MOST_SCM_FIELDS + len(OWN_COLUMNS):,} at most."])
    wrong = []
    times = Counter(name for name in data.values() if isinstance(name, str))
    for old, new in data.items():
        if "\0" in old or not is_utf8(old):
            wrong.append(f"{shown(old)}: a column's name cannot hold such characters.")
        elif not isinstance(new, str):
            wrong.append(f"{shown(old)}: the new name is a text; an empty one leaves the column out.")
        elif new and new not in OWN_COLUMNS and not SCM_KEY.fullmatch(new):
            wrong.append(f"{shown(old)}: {SCM_KEY_RULE}")
        elif new and times[new] > 1:
            wrong.append(f"{shown(old)}: another column is to be named {new} too.")
    if wrong:
        raise ValueError(wrong)
    return dict(data)


def renamed(header: tuple[str, ...], columns: Mapping[str, str], *, is_table: bool = True) -> tuple[str, ...]:
    """The header as `columns` wants it. UnreadableFile when a new name meets another column, or a column is not there.

    Only in a table do columns have places.
    """
    if not columns:
        return header
    named = {key: new for key, new in columns.items() if not (is_table and PLACE.fullmatch(key))}
    places = list(_places(header)) if is_table else header
    if is_table:
        _refuse_missing(columns.keys() - {*header, *places}, header)
    names = tuple(_name(name, columns.get(at, named.get(name))) for at, name in zip(places, header, strict=True))
    counted = Counter(name for name in names if not isinstance(name, LeftOut))
    for name, times in counted.items():
        if times > 1 and name in columns.values():
            raise UnreadableFile(f"Two of its columns are to be named `{shown(name)}`; leave one of them out.")
    return names


def _refuse_missing(missing: Set[str], known: Iterable[str]) -> None:
    """UnreadableFile when `columns` names what the file has not, be it a slip or a column that the file lacks."""
    for name in sorted(missing)[:1]:
        close = nearest(name, known)
        meant = f" Is it `{shown(close)}` that was meant?" if close else ""
        raise UnreadableFile(f"It has no column `{shown(name)}`, which the option `columns` names.{meant}")


def _places(header: tuple[str, ...]) -> Iterator[str]:
    """The places of all columns, in the words of `columns`; none of ours."""
    numbers = count(1)
    return (name if name == ERRORS_COLUMN else f"#{next(numbers)}" for name in header)


def _name(old: str, new: str | None) -> str:
    return old if new is None else new or LeftOut(f"{old} (left out)")


def renamed_batches(batches: Iterable[Batch], columns: Mapping[str, str], *, is_table: bool) -> Iterator[Batch]:
    """The batches under the headers that `columns` wants."""
    seen: set[str] = set()
    for batch in batches:
        seen |= {*batch.header} & columns.keys()
        header = renamed(batch.header, columns, is_table=is_table)
        yield replace(batch, header=header) if columns else batch
    if not is_table:
        _refuse_missing(columns.keys() - seen, ())
