"""Reading JSON: one array of objects as a stream, in memory that does not grow with the file."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import chain, groupby
from typing import Any

from ingestion.readers.base import BLOCK, ERRORS_COLUMN, Batch, Log
from ingestion.readers.cells import Number
from ingestion.readers.clean_objects import CleanObjects
from ingestion.readers.encoding import unwritable
from ingestion.readers.json_text import JsonText
from ingestion.readers.json_values import REPEATED, Repeated, Unescaped, text_of
from ingestion.readers.unpack import Source
from portal.values.problems import say_problem


class JsonReader:
    """A JSON file: one array of objects, read as a stream. A number or a truth value gives its JSON text, null nothing.

    An object that cannot be used is reported to `log`; broken syntax ends the reading with UnreadableFile.
    """

    first_row = 1

    def __init__(self, file: Source, log: Log) -> None:
        self._log = log
        self.rows_expected: int | None = sum(block.count(b"{") for block in iter(partial(file.read, BLOCK), b""))
        file.seek(0)
        self._text = JsonText(file)
        self._text.open_array()
        self.facts: dict[str, str] = {"encoding": self._text.encoding}

    def take_clean_rows(self) -> None:
        """Give objects that need no closer look as CleanObjects, many at once, where they are many."""
        self._text.is_long = True

    def __iter__(self) -> Iterator[Batch]:
        number = 1
        for values in self._text.runs():
            if isinstance(values, CleanObjects):
                yield Batch(values.header, number, values)
                number += len(values)
                continue
            for keys, several in groupby(values, _keys):
                group = list(several)
                if keys is None:
                    self._report(number, group)
                else:
                    yield from self._batches(keys, number, list(map(list, map(dict.values, group))))
                number += len(group)

    def _report(self, first: int, values: list[Any]) -> None:
        """Report values that are no objects of clean strings with each key once."""
        for number, value in enumerate(values, first):
            column, text, reason = "", text_of(value), say_problem("It is not an object.")
            if isinstance(value, Repeated):
                column, reason = value.key, REPEATED
            elif isinstance(value, Unescaped):
                column, text, reason = value.key, value.text, value.reason
            self._log.add("invalid_row_error", number, column, text, detail=reason)

    def _batches(self, header: tuple[str, ...], first: int, rows: list[list[Any]]) -> Iterator[Batch]:
        """The rows of objects with the keys of `header` as a batch, or several around those that are reported."""
        cells = list(chain.from_iterable(rows))
        if set(map(type, cells)) <= {str, Number} and not unwritable("".join(chain(cells, header))):
            yield Batch(header, first, rows)
            return
        usable: list[list[str]] = []
        for number, row in enumerate(rows, first):
            problem = next(filter(None, map(_problem, header, row)), None)
            if problem:
                self._log.add("invalid_row_error", number, *problem[:2], detail=problem[2])
                if usable:
                    yield Batch(header, number - len(usable), usable)
                usable = []
            else:
                usable.append([text_of(member) for member in row])
        if usable:
            yield Batch(header, first + len(rows) - len(usable), usable)


def _keys(value: Any) -> tuple[str, ...] | None:
    """Return the keys of an object, or None for anything else."""
    return tuple(value) if value.__class__ is dict else None


def _problem(key: str, member: Any) -> tuple[str, str, str] | None:
    """Key, value and reason, when one member of an object makes it unusable; our errors in it never do."""
    if key == ERRORS_COLUMN:
        return None
    text = text_of(member)
    if isinstance(member, (list, dict, Repeated)):
        return key, text, say_problem("It is nested; a text, a number, true, false or null is needed.")
    reason = unwritable(key) or unwritable(text)
    return (key, text, reason) if reason else None
