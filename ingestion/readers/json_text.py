"""JSON piece by piece, every value with the text it had."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from ingestion.errors.text import shown
from ingestion.errors.unreadable import UnreadableFile
from ingestion.readers.base import BLOCK, CLEAN_BLOCK, LONGEST_RECORD
from ingestion.readers.clean_objects import CleanObjects
from ingestion.readers.encoding import decoder_for
from ingestion.readers.json_values import SPACE, WHITE_SPACE, decoder, mark_unescaped
from ingestion.readers.unpack import Source
from portal.values.problems import say_problem, say_problem_lazy

CONTROL = "Invalid control character"  # the decoder's words
DECODER_SAYS = {
    "Expecting value": say_problem_lazy("expecting value"),
    "Expecting ',' delimiter": say_problem_lazy("expecting ',' delimiter"),
    "Expecting ':' delimiter": say_problem_lazy("expecting ':' delimiter"),
    "Expecting property name enclosed in double quotes": say_problem_lazy(
        "expecting property name enclosed in double quotes"
    ),
    "Illegal trailing comma before end of object": say_problem_lazy("illegal trailing comma before end of object"),
    "Illegal trailing comma before end of array": say_problem_lazy("illegal trailing comma before end of array"),
    "Invalid control character at": say_problem_lazy("invalid control character at"),
    "Invalid \\uXXXX escape": say_problem_lazy("invalid \\uXXXX escape"),
    "Unterminated string starting at": say_problem_lazy("unterminated string starting at"),
}
Values = TypeVar("Values", list[Any], list[Any] | CleanObjects)
LONGEST_TOKEN = 16  # characters of what may go on behind the end of what was read, but for strings


class JsonText:
    """The text of a JSON file, of which a window is in memory. With `is_long`, clean objects come many at once."""

    def __init__(self, file: Source) -> None:
        self._file = file
        self._decode: Callable[[bytes, bool], str] | None = None
        self.encoding = ""
        self._scan, self._scan_leniently = decoder().raw_decode, decoder(is_strict=False).raw_decode
        self._window, self._at, self._ended = "", 0, False
        self._one_by_one = False  # until there is more to read
        self.is_long = self._is_clean = False
        self._read = 0

    def open_array(self) -> None:
        """Read the bracket that opens the array. UnreadableFile when there is none."""
        begin = self._next_character()
        if begin != "[":
            how = say_problem("It is empty.")
            if begin:
                how = say_problem("It begins with {begin}, not with [.", begin=shown(begin))
            raise UnreadableFile(f"{how} {say_problem('A JSON file is one array of objects, [{…}, {…}].')}")
        self._at += 1

    def texts(self) -> Iterator[tuple[Any, str]]:
        """Yield the array's values one by one, each with the text that it has in the file."""
        for ((value, text),) in self._read_array(lambda: [self._parse_value()]):
            yield value, text

    def runs(self) -> Iterator[list[Any] | CleanObjects]:
        """Yield the array's values, as many at a time as the window holds."""
        return self._read_array(lambda: self._parse_run() or [self._parse_value()[0]])

    def _read_array(self, parse: Callable[[], Values]) -> Iterator[Values]:
        """Yield what `parse` returns at each place where a value begins, and check what stands between them."""
        if self._next_character() == "]":
            raise UnreadableFile(say_problem("Its array is empty."))
        while True:
            values = parse()
            yield values
            self._read += len(values)
            after = self._next_character()
            if after not in (",", "]"):
                raise UnreadableFile(_neither_comma_nor_end(self._read, after))
            self._at += 1
            if after == "]":
                break
            if self._next_character() == "]":
                raise UnreadableFile(
                    say_problem("Behind row {row:,} stands a comma too many: delete it.", row=self._read)
                )
        if rest := self._next_character():
            raise UnreadableFile(say_problem("After its array comes {rest}; nothing may follow.", rest=shown(rest)))

    def _parse_run(self) -> list[Any] | CleanObjects:
        """Parse the objects that end within the window in one go; return none where that cannot be done.

        They are taken to end with the last "}," in the window. Where that is wrong, because it stands within a string
        or an object, a quote or a brace before it is not closed: then the text up to there, in brackets, is no array,
        and the values are parsed one by one until there is more to read. Where it is an array, its values are those
        that parsing them one by one would give, since JSON can be read in one way only.
        """
        cut = 0 if self._one_by_one else self._window.rfind("},", self._at) + 1
        if cut <= self._at:
            self._one_by_one = True
            return []
        if self.is_long:
            clean = CleanObjects.of(self._window[self._at : cut])
            self._is_clean = clean is not None
            if clean and cut - self._at >= CLEAN_BLOCK // 2:
                self._at = cut
                return clean
        text = f"[{self._window[self._at : cut]}]"
        try:
            values, end = self._scan(text)
        except (ValueError, RecursionError):
            end = 0
        if end < len(text):
            self._one_by_one = True
            return []
        self._at = cut
        return values  # type: ignore[no-any-return]  # the decoder's

    def _parse_value(self) -> tuple[Any, str]:
        """Parse the next value, and return it with its text."""
        while True:
            try:
                value, end = self._scanned()
            except (ValueError, RecursionError) as error:
                if isinstance(error, RecursionError):
                    raise UnreadableFile(say_problem("Row {row:,} is nested too deeply.", row=self._read + 1)) from None
                if self._is_final(error) or len(self._window) - self._at > LONGEST_RECORD:
                    reason = self._reason(error)
                    said = say_problem("Row {row:,} is not JSON: {reason:s}.", row=self._read + 1, reason=reason)
                    raise UnreadableFile(said) from None
                self._refill()
            else:
                text, self._at = self._window[self._at : end], end
                return value, text

    def _scanned(self) -> tuple[Any, int]:
        """Return the next value, and where it ends. ValueError where it is none, or goes on beyond the window."""
        try:
            return self._scan(self._window, self._at)
        except json.JSONDecodeError as error:
            if not error.msg.startswith(CONTROL):
                raise
        value, end = self._scan_leniently(self._window, self._at)
        if value.__class__ is dict:
            value = mark_unescaped(value, self._window[self._at : end])
        return value, end

    def _is_final(self, error: ValueError) -> bool:
        """Say whether no more text could mend what is wrong."""
        if self._ended or not isinstance(error, json.JSONDecodeError):
            return True
        return not error.msg.startswith("Unterminated") and error.pos < len(self._window) - LONGEST_TOKEN

    def _reason(self, error: ValueError) -> str:
        """Say what is wrong, and at which characters."""
        if not self._is_final(error):
            return say_problem(
                "it is longer than {most:,} characters, or one of its quotes or braces is never closed",
                most=LONGEST_RECORD,
            )
        place = error.pos if isinstance(error, json.JSONDecodeError) else self._at
        if place >= len(self._window.rstrip(WHITE_SPACE)):
            return say_problem("the file breaks off")
        reason = error.msg if isinstance(error, json.JSONDecodeError) else str(error)
        said = str(DECODER_SAYS.get(reason, f"{reason[0].lower()}{reason[1:]}"))
        return say_problem("{reason:s}, at {text}", reason=said, text=shown(self._window[place : place + 20]))

    def _next_character(self) -> str:
        """Move to the next character that is no white space and return it; return nothing at the end."""
        while True:
            self._at = SPACE.match(self._window, self._at).end()  # type: ignore[union-attr]  # matches always
            if self._at < len(self._window) or self._ended:
                return self._window[self._at : self._at + 1]
            self._refill()

    def _refill(self) -> None:
        """Append the next block to the window, and drop what was read."""
        rest = len(self._window) - self._at
        block = self._file.read(CLEAN_BLOCK if self._is_clean and rest < BLOCK else BLOCK)
        self._ended = not block
        if self._decode is None:
            self.encoding, self._decode = decoder_for(block)
        self._window = self._window[self._at :] + self._decode(block, self._ended)
        self._at, self._one_by_one = 0, False


def _neither_comma_nor_end(rows: int, found: str) -> str:
    """Say that what was found behind so many rows is neither a comma nor the end of the array."""
    if not found:
        return say_problem("After row {rows:,} the file breaks off, where a comma or ] should stand.", rows=rows)
    return say_problem(
        "After row {rows:,} comes {found}, where a comma or ] should stand.", rows=rows, found=shown(found)
    )
