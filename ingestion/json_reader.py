"""Reading JSON: one array of objects as a stream, in memory that does not grow with the file."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from functools import partial
from typing import IO, Any, NamedTuple

from ingestion.errors import ErrorLog, shown
from ingestion.reading import BLOCK, LONGEST_RECORD, Batch, Number, UnreadableFile, is_utf8, refuse_other_encodings

ROWS_AT_ONCE = 10_000  # objects of one batch, at most


class JsonReader:
    """A JSON file: one array of objects, read as a stream. A number or a truth value gives its JSON text, null nothing.

    An object that cannot be used is reported to `log`; broken syntax ends the reading with UnreadableFile.
    """

    first_row = 1

    def __init__(self, file: IO[bytes], log: ErrorLog) -> None:
        self._log = log
        self._text = _JsonText(file)
        self._text.open_array()

    @staticmethod
    def estimate_rows(file: IO[bytes]) -> int:
        """How many objects the file has, by its opening braces."""
        return sum(block.count(b"{") for block in iter(partial(file.read, BLOCK), b""))

    def __iter__(self) -> Iterator[Batch]:
        header: tuple[str, ...] = ()
        first, rows = 1, list[list[str]]()
        for number, value in enumerate(self._text.values(), 1):
            problem = _problem(value)
            if problem:
                self._log.add("invalid_row_error", number, *problem.place, detail=problem.reason)
            keys = () if problem else tuple(key for key, _value in value)
            if problem or keys != header or len(rows) == ROWS_AT_ONCE:
                if rows:
                    yield Batch(header, first, rows)
                header, first, rows = keys, number, []
            if not problem:
                rows.append([_text(member) for _key, member in value])
        if rows:
            yield Batch(header, first, rows)


class _Members(list[tuple[str, Any]]):
    """The members of one JSON object, repeated keys included."""


class _Problem(NamedTuple):
    """Why an array's value is no row: column and value, and the reason."""

    place: tuple[str, str]
    reason: str


def _problem(value: Any) -> _Problem | None:
    """What makes `value`, one of the array's, unusable."""
    if not isinstance(value, _Members):
        return _Problem(("", _text(value)), "It is not an object.")
    keys = [key for key, _member in value]
    if len(set(keys)) < len(keys):
        repeated = next(key for key in keys if keys.count(key) > 1)
        return _Problem((repeated, ""), "The object has this key more than once.")
    for key, member in value:
        if isinstance(member, list):
            return _Problem((key, _text(member)), "It is nested; a text, a number, true, false or null is needed.")
        text = _text(member)
        if "\0" in text or "\0" in key:
            return _Problem((key, text), "It holds a NUL character.")
        if not (is_utf8(text) and is_utf8(key)):
            return _Problem((key, text), "It holds something that is no character in UTF-8.")
    return None


def _text(member: Any) -> str:
    """What a cell holds for a member of an object: the text, or the JSON text of what is none."""
    if isinstance(member, str):
        return member
    if isinstance(member, list):
        return "{…}" if isinstance(member, _Members) else "[…]"
    return "" if member is None else json.dumps(member)


class _JsonText:
    """The text of a JSON file, of which a window is in memory."""

    SPACE = re.compile(r"[ \t\n\r]*")

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")("surrogateescape")
        self._scan = json.JSONDecoder(
            object_pairs_hook=_Members, parse_int=Number, parse_float=Number, parse_constant=self._no_constant
        ).raw_decode
        self._window, self._at, self._ended = "", 0, False
        self._read = 0

    def open_array(self) -> None:
        begin = self._next_character()
        if begin != "[":
            how = f"It begins with {shown(begin)}" if begin else "It is empty"
            raise UnreadableFile(f"{how}, not with [: a JSON file is one array of objects, with commas between them.")
        self._at += 1

    def values(self) -> Iterator[Any]:
        """The array's values, one at a time."""
        if self._next_character() == "]":
            raise UnreadableFile("Its array is empty.")
        while True:
            self._read += 1
            yield self._value()
            after = self._next_character()
            if after not in (",", "]"):
                what = f"comes {shown(after)}" if after else "the file breaks off"
                raise UnreadableFile(f"After row {self._read:,} {what}, where a comma or ] should stand.")
            self._at += 1
            if after == "]":
                break
            self._next_character()
        if rest := self._next_character():
            raise UnreadableFile(f"After its array comes {shown(rest)}; nothing may follow.")

    def _value(self) -> object:
        while True:
            try:
                value, self._at = self._scan(self._window, self._at)
            except (ValueError, RecursionError) as error:
                if isinstance(error, RecursionError):
                    raise UnreadableFile(f"Row {self._read:,} is nested too deeply.") from None
                if self._ended or len(self._window) - self._at > LONGEST_RECORD:
                    raise UnreadableFile(f"Row {self._read:,} is not JSON: {self._reason(error)}.") from None
                self._refill()
            else:
                return value

    def _reason(self, error: ValueError) -> str:
        """What is wrong, and with what it begins."""
        place = error.pos if isinstance(error, json.JSONDecodeError) else self._at
        if place >= len(self._window.rstrip()):
            return "the file breaks off"
        return f"{str(error).split(':')[0].lower()}, at {shown(self._window[place : place + 20])}"

    def _next_character(self) -> str:
        """The next character that is no white space; nothing at the end."""
        while True:
            self._at = self.SPACE.match(self._window, self._at).end()  # type: ignore[union-attr]  # matches always
            if self._at < len(self._window) or self._ended:
                return self._window[self._at : self._at + 1]
            self._refill()

    def _refill(self) -> None:
        block = self._file.read(BLOCK)
        if not self._read and not self._window:
            refuse_other_encodings(block)
        self._ended = not block
        self._window = self._window[self._at :] + self._decoder.decode(block, final=self._ended)
        self._at = 0

    @staticmethod
    def _no_constant(name: str) -> str:
        raise ValueError(f"{name} is no JSON value")
