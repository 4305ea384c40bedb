"""Columns under other names than the file gives them, and columns left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ingestion.errors import shown
from ingestion.fields import MOST_SCM_FIELDS, OWN_COLUMNS, SCM_KEY, SCM_KEY_RULE
from ingestion.reading import Batch, UnreadableFile, is_utf8


class LeftOut(str):
    """The name of a column that says nothing; its cells still count when a row's fields are counted."""

    __slots__ = ()


def parse_columns(data: Mapping[str, Any]) -> dict[str, str]:
    """The posted `columns`, by the name in the file: a new name, or none to leave it out. ValueError tells faults."""
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


def renamed(header: tuple[str, ...], columns: Mapping[str, str]) -> tuple[str, ...]:
    """The header as `columns` wants it. UnreadableFile when a new name meets another column."""
    names = tuple(_name(name, columns.get(name)) for name in header)
    for name, count in Counter(names).items():
        if count > 1 and name in columns.values():
            raise UnreadableFile(f"Two of its columns are to be named `{shown(name)}`; leave one of them out.")
    return names


def _name(old: str, new: str | None) -> str:
    return old if new is None else new or LeftOut(f"{old} (left out)")


def renamed_batches(batches: Iterable[Batch], columns: Mapping[str, str]) -> Iterator[Batch]:
    """The batches under the headers that `columns` wants."""
    for batch in batches:
        yield Batch(renamed(batch.header, columns), batch.first, batch.rows) if columns else batch
