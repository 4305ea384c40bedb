"""Reading CSV: RFC 4180 as a stream of numbered rows, in memory that does not grow with the file."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain, islice

from ingestion.errors.text import shown
from ingestion.errors.unreadable import UnreadableFile
from ingestion.readers.base import (
    BLOCK,
    CLEAN_BLOCK,
    ERRORS_COLUMN,
    LONGEST_RECORD,
    TITLE_ROWS,
    Batch,
    BrokenRow,
    Log,
    is_blank,
)
from ingestion.readers.clean_rows import CleanRows
from ingestion.readers.encoding import LOOKS_LIKE, REPLACEMENT, UNDECODED, Decode, decoder_for, is_utf8, unwritable
from ingestion.readers.encoding_suggestions import Suggestion, advise_encoding, suggest_encodings
from ingestion.readers.options import AS_IT_IS, ReadOptions
from ingestion.readers.spreadsheet_cells import restored, restored_line
from ingestion.readers.unpack import Source
from portal.values.formulas import GUARDED_COLUMN
from portal.values.problems import say_problem
from portal.values.words import gettext_lazy

DELIMITER_NAMES = {
    ",": gettext_lazy("commas"),
    ";": gettext_lazy("semicolons"),
    "\t": gettext_lazy("tabs"),
    "|": gettext_lazy("bars"),
}
DELIMITERS = "".join(DELIMITER_NAMES)
SAID = re.compile(rf"sep=([{re.escape(DELIMITERS)}])", re.IGNORECASE)  # what Excel puts in a line before the header
BLANK_LINE = re.compile(rf'[\s"{re.escape(DELIMITERS)}]*')
OURS = re.compile(rf'"?{re.escape(ERRORS_COLUMN)}"?([{re.escape(DELIMITERS)}])')  # a file that we gave back

END_OF_TEXT = "\x1a"  # Ctrl-Z, which programs of old put behind the last line, and others a line end behind it
BEGINS_WITH_END = re.compile(rf"(?:\A|[\r\n])(?={END_OF_TEXT})")
MOST_BEHIND = 1024  # characters behind the last line that say nothing
LINE_END = re.compile("[\r\n]")

FIRST_FIELD = r'(?:"(?:[^"]|"")*"|[^"{0}][^{0}]*|){0}'
HEADER_BLOCKS = 4  # within which the header ends
MOST_REREAD = 16 * LONGEST_RECORD  # characters read again, since a record that was to end after them did not

csv.field_size_limit(LONGEST_RECORD)


class CsvReader:
    """A CSV file: `header` is its first record, iteration gives the others in batches. RFC 4180, quoting checked.

    Fields may also be separated by semicolons, tabs or bars: by the delimiter of `options`, or where that is empty by
    whatever gives the header one of `columns`. The file is in the encoding of `options`, else in UTF-8, or in UTF-16
    with a byte order mark.

    A row that cannot be read is reported to `log`, and reading goes on with the next line. Raises UnreadableFile when
    there is no usable header. `said_row` is that of Excel's line which says the delimiter, 0 where there is none. Where
    the header has our column of errors, the cells are those of the file that was given back with them; where it has our
    column of apostrophes, they are those that were exported, and that column has no name.
    """

    def __init__(
        self, file: Source, log: Log, options: ReadOptions = AS_IT_IS, columns: Collection[str] = ("id",)
    ) -> None:
        self._log = log
        self.rows_expected: int | None = count_rows(file)
        file.seek(0)
        self._lines = Lines(file, options.encoding)
        self.header: tuple[str, ...] = ()
        self.header_row = self.said_row = 0
        self._is_ours = False
        self._given = self.delimiter = options.delimiter
        self._skipped = options.header_row - 1  # rows at the top, of which none is the header
        self._columns = columns
        self._reread = 0
        self._suggested: list[Suggestion] | None = None  # where the file is not in UTF-8
        self._batches = self._read_batches()
        self._first = self._read_header()
        self.first_row: int = self.header_row + 1
        self.beginning: list[list[str]] = [[*self.header], *self._first.rows[:TITLE_ROWS]]
        self.facts: dict[str, str] = {"delimiter": self.delimiter, "encoding": self._lines.encoding}

    def take_clean_rows(self) -> None:
        """Give rows that need no closer look as CleanRows, many at once, from the second batch on."""
        self._lines.is_long = True

    def __iter__(self) -> Iterator[Batch]:
        return chain([self._first], self._batches)

    def _read_header(self) -> Batch:
        """Read up to the header, and return the batch of the rows behind it in the same block."""
        batch = None
        for batch in islice(self._batches, HEADER_BLOCKS):
            if self.header:
                return batch
        if batch and self._skipped > 0:
            raise UnreadableFile(say_problem("It has no row {row:,}, which `header_row` names.", row=self._skipped + 1))
        raise UnreadableFile(say_problem("It does not begin with a header.") if batch else say_problem("It is empty."))

    def _read_batches(self) -> Iterator[Batch]:
        """Yield the rows of each block; none of those above the header.

        Two things may go on in the next block: a line, whose beginning `Lines` keeps, and a record with line breaks in
        its quotes, whose lines are `pending`.
        """
        number = 1
        pending: list[str] = []
        for block in self._lines.blocks():
            if self.header and not pending and (clean := self._clean_rows(block)):
                yield Batch(self.header, number, clean)
                number += len(clean)
                continue
            lines = block.lines
            if not self.header:
                above = max(0, self._skipped + 1 - number)
                self.delimiter = self._given or find_delimiter(pending + lines, self._columns, above)
            plain_rows = _plain_rows(lines, self.delimiter) if block.is_plain and not pending else None
            if plain_rows is None:
                rows, pending = self._careful_rows(pending + lines, number, block.is_last)
            else:
                rows = plain_rows
            for row_number, row in enumerate(rows, number):
                if self.header:
                    break
                self._take_header(row_number, row)
            begun = max(0, self.header_row + 1 - number) if self.header else len(rows)
            batch = rows[begun:]
            if self._is_ours and plain_rows is not None:
                batch = [list(map(restored, row)) for row in batch]
            yield Batch(self.header, number + begun, batch)
            number += len(rows)

    def _clean_rows(self, block: Block) -> CleanRows | None:
        """Return the rows of a long block that need no closer look; None where any does."""
        is_long = self._lines.is_long and len(block.text) >= CLEAN_BLOCK // 2
        if not is_long or not block.is_plain or block.is_last or self._is_ours:
            return None
        return CleanRows.of(block.text, self.delimiter)

    def _take_header(self, number: int, row: list[str]) -> None:
        """Make `row` the header, unless it is blank or to be skipped, or says the delimiter as Excel writes it."""
        if is_blank(row):
            if number == self._skipped + 1 > 0:
                raise UnreadableFile(
                    say_problem(
                        "Row {number:,} is blank, so it is not the header that `header_row` names.", number=number
                    )
                )
            return
        if SAID.fullmatch(self.delimiter.join(row)):
            self.said_row = number
            return
        if number <= self._skipped:
            return
        names = [name.strip() for name in row]
        self._is_ours = ERRORS_COLUMN in names or GUARDED_COLUMN in names
        names = ["" if name == GUARDED_COLUMN else name for name in names]
        self.header = tuple(map(restored, names) if self._is_ours else names)
        self.header_row = number

    def _careful_rows(self, lines: list[str], number: int, is_last: bool) -> tuple[list[list[str]], list[str]]:
        """The rows of `lines`, the first of them `number`, and the lines of a record that goes on in the next block."""
        rows: list[list[str]] = []
        feed = LineFeed(lines)
        reader = csv.reader(feed, delimiter=self.delimiter, strict=True)
        while feed.at < len(lines):
            start = feed.at
            try:
                row = next(reader)
            except csv.Error as error:
                if feed.exhausted and not is_last and sum(map(len, lines[start:])) <= LONGEST_RECORD:
                    return rows, lines[start:]
                self._note_reread(number + len(rows), sum(map(len, lines[start + 1 : feed.at])))
                reason = say_problem("A quote is opened and never closed.") if feed.exhausted else _reason(error)
                line = self._content(lines[start].rstrip("\r\n"))
                self._report(number + len(rows), "", line, reason)
                row = BrokenRow([], line)
                feed.restart(start + 1)
            else:
                cells = list(map(restored, row)) if self._is_ours else row
                row = self._readable(number + len(rows), cells, lines)
                if not self.header:
                    self._take_header(number + len(rows), row)
            rows.append(row)
        return rows, []

    def _note_reread(self, number: int, characters: int) -> None:
        """Give up on a file in which every line opens a quote that ends far below, if at all: each is read anew."""
        self._reread += characters
        if self._reread > MOST_REREAD:
            raise UnreadableFile(
                say_problem(
                    "In row {number:,} and many before it a quote opens that ends far below, if at all.", number=number
                )
            )

    def _readable(self, number: int, row: list[str], lines: list[str]) -> list[str]:
        """`row`, one of `lines`, or a BrokenRow when a cell of it holds what no text can."""
        for index, cell in enumerate(row):
            if reason := unwritable(cell, self._lines.encoding):
                advice = self._advise(cell, lines)
                reason = unwritable(cell, self._lines.encoding, advice) if advice else reason
                column = self.header[index] if index < len(self.header) else ""
                if column != ERRORS_COLUMN:
                    self._report(number, column, cell, reason)
                    return BrokenRow(row)
        return row

    def _advise(self, cell: str, lines: list[str]) -> str:
        """Say in which encoding the file seems to be, by the first `lines` that hold what is not UTF-8; or nothing."""
        if self._lines.encoding != "UTF-8" or not UNDECODED.search(cell):
            return ""
        if self._suggested is None:
            self._suggested = suggest_encodings("".join(lines).encode("utf-8", "surrogateescape"))
        return advise_encoding(self._suggested, cell)

    def _content(self, line: str) -> str:
        """A line that cannot be read, as it was uploaded first: without the errors that we put in front of it."""
        if not self._is_ours:
            return line
        has_errors = self.header[0] == ERRORS_COLUMN
        errors = re.match(FIRST_FIELD.format(re.escape(self.delimiter)), line) if has_errors else None
        return restored_line(line[errors.end() :] if errors else line)

    def _report(self, number: int, column: str, value: str, reason: str) -> None:
        if not self.header:
            if number <= self._skipped:
                return
            said = say_problem("Its header cannot be read: {value}.", value=shown(value))
            raise UnreadableFile(f"{said} {reason}{LOOKS_LIKE.get(value[:1], '')}")
        self._log.add("invalid_row_error", number, column, value, detail=reason)


def _plain_rows(lines: list[str], delimiter: str) -> list[list[str]] | None:
    """Return the rows of `lines` without a quote in them, or None when one needs a closer look."""
    try:
        return list(csv.reader(lines, delimiter=delimiter, strict=True))
    except csv.Error:
        return None


def _reason(error: csv.Error) -> str:
    """Say what the csv module means in words for people who use spreadsheets."""
    if "field limit" in str(error):
        return say_problem("A field is longer than {most:,} characters.", most=LONGEST_RECORD)
    said = say_problem("After a closing quote comes something other than the next field.")
    return f"{said} {say_problem('Write a quote within quotes twice.')}"


class LineFeed:
    """Lines for csv.reader that can be given again, and that tell when they ran out."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.restart(0)

    def restart(self, at: int) -> None:
        self.at = at
        self.exhausted = False

    def __iter__(self) -> LineFeed:
        return self

    def __next__(self) -> str:
        if self.at == len(self.lines):
            self.exhausted = True
            raise StopIteration
        line = self.lines[self.at]
        self.at += 1
        return line


@dataclass(frozen=True)
class Block:
    """Lines that were read together: whether each is one clean record, and whether they are the last."""

    text: str
    is_plain: bool
    is_last: bool

    @property
    def lines(self) -> list[str]:
        """The lines with their ends."""
        return io.StringIO(self.text, newline="").readlines()


class Lines:
    """The lines of a file, and its encoding once the first are read. With `is_long`, clean ones come many at once."""

    def __init__(self, file: Source, encoding: str = "") -> None:
        self._file = file
        self._said = encoding
        self.encoding = ""
        self.is_long = False

    def blocks(self) -> Iterator[Block]:
        """Yield the lines block by block.

        A byte that the encoding has not comes as a lone surrogate. A line longer than LONGEST_RECORD is cut just
        beyond it.
        """
        decode: Decode | None = None
        tail = ""
        is_last, is_empty, is_plain = False, True, False
        while not is_last:
            read = self._file.read(CLEAN_BLOCK if self.is_long and is_plain and len(tail) < BLOCK else BLOCK)
            is_last = not read
            if decode is None:
                self.encoding, decode = decoder_for(read, self._said)
            piece = decode(read, is_last)
            if len(tail) > LONGEST_RECORD and not is_last and not LINE_END.search(tail[-1] + piece):
                continue  # the line is cut already
            text = tail + piece
            tail = ""
            end = _end_of_text(text)
            if is_last:
                text = text[:end]
            else:
                end = _end_of_lines(text[:end])
                text, tail = text[:end], text[end : end + LONGEST_RECORD + 2]
            if text or (is_last and not is_empty):
                is_empty = False
                is_plain = '"' not in text and "\0" not in text
                is_plain = is_plain and (text.isascii() or (is_utf8(text) and REPLACEMENT not in text))
                yield Block(text, is_plain, is_last)


def _end_of_text(text: str) -> int:
    """Return where the first of the last lines begins that are Ctrl-Z or empty and no cells, or else the length."""
    if END_OF_TEXT not in text:
        return len(text)
    rows = max(len(text.rstrip(f"{END_OF_TEXT}\r\n")), len(text) - MOST_BEHIND)
    found = BEGINS_WITH_END.search(text, rows)
    return found.end() if found else len(text)


def _end_of_lines(text: str) -> int:
    """Return where the last whole line of `text` ends. A return at its very end may be half of a line break."""
    end = len(text) - text.endswith("\r")
    return max(text.rfind("\n", 0, end), text.rfind("\r", 0, end)) + 1


def count_rows(file: Source) -> int:
    """About how many rows a file has: its line feeds, or its carriage returns where it has no line feed."""
    feeds = returns = 0
    last = b"\n"
    while block := file.read(BLOCK):
        feeds += block.count(b"\n")
        returns += block.count(b"\r")
        last = block[-1:]
    return max(0, (feeds or returns) + (last not in b"\r\n") - 1)


def find_delimiter(lines: list[str], columns: Collection[str], above: int = 0) -> str:
    """Return the delimiter that gives the header one of `columns`, in any letter case, and then the most columns.

    Where the first record is a title, that is said of the records below it. The first records, so many as are `above`
    the header, are not looked at but for what says the delimiter.
    """
    first = next((line for line in lines if not BLANK_LINE.fullmatch(line)), "")
    if said := SAID.fullmatch(first.strip('\r\n"')) or OURS.match(first):
        return said[1]
    records = {delimiter: _first_records(lines, delimiter, above) for delimiter in DELIMITERS}
    wanted = frozenset(columns)

    def fitness(delimiter: str) -> tuple[bool, bool, int, int]:
        header, *below = records[delimiter] or [[]]
        if not wanted.isdisjoint(header):
            return True, False, len(header), 0
        is_below = any(not wanted.isdisjoint(record) for record in below)
        return False, is_below, len(header), max(map(len, below), default=0)

    return max(DELIMITERS, key=fitness)


def _first_records(lines: list[str], delimiter: str, above: int) -> list[list[str]]:
    """Return the first records that are not blank, their fields in small letters, up to one that cannot be read."""
    found: list[list[str]] = []
    with suppress(csv.Error):
        records = islice(csv.reader(lines, delimiter=delimiter), above, None)
        for record in islice((row for row in records if not is_blank(row)), 1 + TITLE_ROWS):
            found.append([name.strip().lower() for name in record])
    return found
