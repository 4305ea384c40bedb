"""JSON piece by piece, every value with the text it had."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from ingestion.errors.text import shown
from ingestion.errors.unreadable import UnreadableFile
from ingestion.fields import ERRORS_COLUMN
from ingestion.readers.base import BLOCK, LONGEST_RECORD
from ingestion.readers.cells import Number
from ingestion.readers.encoding import decoder_for
from ingestion.readers.unpack import Source
from portal.values.characters import named

WHITE_SPACE = " \t\n\r"  # as RFC 8259 counts it
SPACE = re.compile(f"[{WHITE_SPACE}]*")
CONTROL = "Invalid control character"  # the decoder's words
RAW_CONTROL = re.compile("[\x00-\x1f]")
LONGEST_TOKEN = 16  # characters of what may go on behind the end of what was read, but for strings
REPEATED = "The object has this key more than once."


class Repeated(dict[str, Any]):
    """An object that has a key more than once; as a dict it holds the last of each."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        self.pairs = pairs

    @property
    def key(self) -> str:
        """The first of the keys that come again."""
        times = Counter(key for key, _member in self.pairs)
        return next(key for key in times if times[key] > 1)


class Unescaped(dict[str, Any]):
    """An object in which a string of the member `key` holds a control character as it is; `reason` says which."""

    def __init__(self, members: dict[str, Any], key: str) -> None:
        super().__init__(members)
        self.key, self.text = key, text_of(members[key])
        found = RAW_CONTROL.search(self.text) or RAW_CONTROL.search(key)
        control = named(found[0]) if found else "a control character"
        self.reason = f"It holds {control} as it is; in JSON that is written by an escape, such as \\n or \\t."


def _unescaped(members: dict[str, Any], text: str) -> dict[str, Any]:
    """An object whose strings hold control characters as they are in its `text`; ours may hold some."""
    scan = decoder().raw_decode
    for key, member in members_of(text):
        if key != ERRORS_COLUMN:
            try:
                scan(f"{{{member}}}")
            except ValueError:
                return Unescaped(members, key)
    return members


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any] | Repeated:
    """What becomes of an object's members."""
    members = dict(pairs)
    repeats = len(pairs) - len(members)
    if repeats and repeats != max(0, sum(key == ERRORS_COLUMN for key, _member in pairs) - 1):  # ours may come again
        return Repeated(pairs)
    return members


def text_of(member: Any) -> str:
    """What a cell holds for a member of an object: the text, or the JSON text of what is none."""
    if isinstance(member, str):
        return member
    if isinstance(member, list):
        return "[…]"
    if isinstance(member, (dict, Repeated)):
        return "{…}"
    return "" if member is None else json.dumps(member)


def decoder(*, is_strict: bool = True) -> json.JSONDecoder:
    """Decodes JSON as it stands: numbers as Number, objects with a key more than once as Repeated.

    Where it is not strict, strings may hold control characters.
    """
    return json.JSONDecoder(
        strict=is_strict,
        object_pairs_hook=_object,
        parse_int=Number,
        parse_float=Number,
        parse_constant=_no_constant,
    )


def _no_constant(name: str) -> str:
    raise ValueError(f"the value {name} is none that JSON has")


def members_of(text: str) -> Iterator[tuple[str, str]]:
    """Key and text of each member of an object, whose own text is `text`."""
    scan = decoder(is_strict=False).raw_decode

    def behind_space(at: int) -> int:
        return SPACE.match(text, at).end()  # type: ignore[union-attr]  # matches always

    at = behind_space(1)
    while text[at] != "}":
        key, end = scan(text, at)
        _member, end = scan(text, behind_space(behind_space(end) + 1))
        yield key, text[at:end]
        end = behind_space(end)
        at = behind_space(end + 1) if text[end] == "," else end


class _Piece(str):
    """JSON text that is written as it stands."""

    __slots__ = ()


def json_text(value: Any) -> str:
    """The JSON text of what was decoded, numbers digit by digit. It recurses less than the decoder: not at all."""
    written: list[str] = []
    pending = [value]
    while pending:
        value = pending.pop()
        if isinstance(value, (_Piece, Number)):
            written.append(value)
        elif isinstance(value, (dict, list)):
            pending += reversed(_pieces(value))
        else:
            written.append(json.dumps(value))
    return "".join(written)


def _pieces(value: dict[str, Any] | list[Any]) -> list[Any]:
    """The members of an object or array, and the text around them."""
    if isinstance(value, list):
        inner = [piece for member in value for piece in (_Piece(", "), member)]
        return [_Piece("["), *inner[1:], _Piece("]")]
    pairs = value.pairs if isinstance(value, Repeated) else value.items()
    inner = [piece for key, member in pairs for piece in (_Piece(", "), _Piece(f"{json.dumps(key)}: "), member)]
    return [_Piece("{"), *inner[1:], _Piece("}")]


class JsonText:
    """The text of a JSON file, of which a window is in memory."""

    def __init__(self, file: Source) -> None:
        self._file = file
        self._decode: Callable[[bytes, bool], str] | None = None
        self.encoding = ""
        self._scan, self._scan_leniently = decoder().raw_decode, decoder(is_strict=False).raw_decode
        self._window, self._at, self._ended = "", 0, False
        self._singly = False
        self._read = 0

    def open_array(self) -> None:
        begin = self._next_character()
        if begin != "[":
            how = f"It begins with {shown(begin)}, not with [" if begin else "It is empty"
            raise UnreadableFile(f"{how}. A JSON file is one array of objects, [{{…}}, {{…}}].")
        self._at += 1

    def texts(self) -> Iterator[tuple[Any, str]]:
        """The array's values one by one, each with the text that it has in the file."""
        for ((value, text),) in self._walk(lambda: [self._value()]):
            yield value, text

    def runs(self) -> Iterator[list[Any]]:
        """The array's values, some at a time."""
        return self._walk(lambda: self._several() or [self._value()[0]])

    def _walk(self, take: Callable[[], list[Any]]) -> Iterator[list[Any]]:
        """What `take` gives at each place where a value begins."""
        if self._next_character() == "]":
            raise UnreadableFile("Its array is empty.")
        while True:
            values = take()
            yield values
            self._read += len(values)
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

    def _several(self) -> list[Any]:
        """The values that end within the window, parsed in one go; none where that cannot be done."""
        cut = 0 if self._singly else self._window.rfind("},", self._at) + 1
        if cut <= self._at:
            self._singly = True  # until there is more to read
            return []
        text = f"[{self._window[self._at : cut]}]"
        try:
            values, end = self._scan(text)
        except (ValueError, RecursionError):
            end = 0
        if end < len(text):  # what looked like the end of an object was not, or a value is wrong: find out which
            self._singly = True
            return []
        self._at = cut
        return values  # type: ignore[no-any-return]  # the decoder's

    def _value(self) -> tuple[Any, str]:
        """The next value, and its text."""
        while True:
            try:
                value, end = self._scanned()
            except (ValueError, RecursionError) as error:
                if isinstance(error, RecursionError):
                    raise UnreadableFile(f"Row {self._read + 1:,} is nested too deeply.") from None
                if self._is_final(error) or len(self._window) - self._at > LONGEST_RECORD:
                    raise UnreadableFile(f"Row {self._read + 1:,} is not JSON: {self._reason(error)}.") from None
                self._refill()
            else:
                text, self._at = self._window[self._at : end], end
                return value, text

    def _scanned(self) -> tuple[Any, int]:
        """The next value, and where it ends. ValueError where it is none, or goes on beyond the window."""
        try:
            return self._scan(self._window, self._at)
        except json.JSONDecodeError as error:
            if not error.msg.startswith(CONTROL):
                raise
        value, end = self._scan_leniently(self._window, self._at)
        if value.__class__ is dict:
            value = _unescaped(value, self._window[self._at : end])
        return value, end

    def _is_final(self, error: ValueError) -> bool:
        """Whether no more text could mend what is wrong."""
        if self._ended or not isinstance(error, json.JSONDecodeError):
            return True
        return not error.msg.startswith("Unterminated") and error.pos < len(self._window) - LONGEST_TOKEN

    def _reason(self, error: ValueError) -> str:
        """What is wrong, and with what it begins."""
        if not self._is_final(error):
            return f"it is longer than {LONGEST_RECORD:,} characters, or one of its quotes or braces is never closed"
        place = error.pos if isinstance(error, json.JSONDecodeError) else self._at
        if place >= len(self._window.rstrip(WHITE_SPACE)):
            return "the file breaks off"
        reason = error.msg if isinstance(error, json.JSONDecodeError) else str(error)
        return f"{reason[0].lower()}{reason[1:]}, at {shown(self._window[place : place + 20])}"

    def _next_character(self) -> str:
        """The next character that is no white space; nothing at the end."""
        while True:
            self._at = SPACE.match(self._window, self._at).end()  # type: ignore[union-attr]  # matches always
            if self._at < len(self._window) or self._ended:
                return self._window[self._at : self._at + 1]
            self._refill()

    def _refill(self) -> None:
        block = self._file.read(BLOCK)
        self._ended = not block
        if self._decode is None:
            self.encoding, self._decode = decoder_for(block)
        self._window = self._window[self._at :] + self._decode(block, self._ended)
        self._at, self._singly = 0, False
