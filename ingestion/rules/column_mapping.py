"""Mapping the columns of a file to other names, and leaving columns out.

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
from ingestion.readers.base import ERRORS_COLUMN, Batch
from ingestion.readers.encoding import is_utf8
from portal.values.problems import say_problem
from portal.values.suggestions import nearest
from workorders.codes.fields import MOST_SCM_FIELDS, OWN_COLUMNS, SCM_KEY, scm_key_rule

PLACE = re.compile("#[1-9][0-9]*")


class LeftOut(str):
    """The name of a column that is left out. Its cells still count when a row's fields are counted."""

    __slots__ = ()


def parse_columns(data: Mapping[str, Any]) -> dict[str, str]:
    """Check the posted `columns`: a new name, or an empty one to leave the column out, by name or place.

    Raises ValueError with a list of what is wrong."""
    if len(data) > MOST_SCM_FIELDS + len(OWN_COLUMNS):
        raise ValueError(
            [
                say_problem(
                    "It names {count:,} columns; {most:,} at most.",
                    count=len(data),
                    most=MOST_SCM_FIELDS + len(OWN_COLUMNS),
                )
            ]
        )
    wrong = []
    times = Counter(name for name in data.values() if isinstance(name, str))
    for old, new in data.items():
        if "\0" in old or not is_utf8(old):
            wrong.append(say_problem("{column}: a column's name cannot hold such characters.", column=shown(old)))
        elif not isinstance(new, str):
            wrong.append(
                say_problem("{column}: the new name is a text; an empty one leaves the column out.", column=shown(old))
            )
        elif new and new not in OWN_COLUMNS and not SCM_KEY.fullmatch(new):
            wrong.append(f"{shown(old)}: {scm_key_rule()}")
        elif new and times[new] > 1:
            wrong.append(
                say_problem("{column}: another column is to be named {name} too.", column=shown(old), name=new)
            )
    if wrong:
        raise ValueError(wrong)
    return dict(data)


def map_header(header: tuple[str, ...], columns: Mapping[str, str], *, is_table: bool = True) -> tuple[str, ...]:
    """Return the header with the names of `columns`.

    Raises UnreadableFile when a new name meets another column, or a column is not there.

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
            raise UnreadableFile(
                say_problem("Two of its columns are to be named `{name}`; leave one of them out.", name=shown(name))
            )
    return names


def keys_of(header: tuple[str, ...]) -> list[str]:
    """Return how `columns` names each column of a table: by its name, or by its place where that is not enough."""
    times = Counter(header)
    return [
        name if name == ERRORS_COLUMN or (name and times[name] == 1 and not PLACE.fullmatch(name)) else place
        for name, place in zip(header, _places(header), strict=True)
    ]


def _refuse_missing(missing: Set[str], known: Iterable[str]) -> None:
    """Raise UnreadableFile when `columns` names a column that the file has not."""
    for name in sorted(missing)[:1]:
        close = nearest(name, known)
        meant = " " + say_problem("Is it `{close}` that was meant?", close=shown(close)) if close else ""
        said = say_problem("It has no column `{name}`, which the option `columns` names.", name=shown(name))
        raise UnreadableFile(f"{said}{meant}")


def _places(header: tuple[str, ...]) -> Iterator[str]:
    """Yield the place of each column as `columns` writes it; our column of errors has none."""
    numbers = count(1)
    return (name if name == ERRORS_COLUMN else f"#{next(numbers)}" for name in header)


def _name(old: str, new: str | None) -> str:
    return old if new is None else new or LeftOut(f"{old} (left out)")


def map_batches(batches: Iterable[Batch], columns: Mapping[str, str], *, is_table: bool) -> Iterator[Batch]:
    """Yield the batches with the names of `columns` in their headers."""
    seen: set[str] = set()
    for batch in batches:
        seen |= {*batch.header} & columns.keys()
        header = map_header(batch.header, columns, is_table=is_table)
        yield replace(batch, header=header) if columns else batch
    if not is_table:
        _refuse_missing(columns.keys() - seen, ())
