"""The beginning of a file as the check will see it: its columns, its first rows, and what is wrong with them.

Readers and rules are those of the check. What only the whole file can tell is left to it.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import IO, Any

from django.utils.translation import gettext

from ingestion.errors.kinds import Kind, in_full
from ingestion.errors.log import RowLog
from ingestion.errors.text import shown
from ingestion.errors.unreadable import UnreadableFile
from ingestion.errors.warning_kinds import UNKNOWN_COLUMN_WARNING, WARNINGS
from ingestion.models import IngestionRecord
from ingestion.readers.base import ERRORS_COLUMN, Batch, BrokenRow, is_blank
from ingestion.readers.cells import Number
from ingestion.readers.encoding import BYTE_ORDER_MARKS, GZIP, LOOKS_LIKE, OTHER_FILES, UTF_8
from ingestion.readers.encoding_suggestions import suggest_encodings
from ingestion.readers.json_reader import JsonReader
from ingestion.readers.open import Reader, open_reader
from ingestion.readers.options import ReadOptions
from ingestion.readers.unpack import ENOUGH_SECONDS, MOST_SECONDS, Budget
from ingestion.rules.change_file import ChangeFileRules, change_limits
from ingestion.rules.column_aliases import KEY_ALIASES
from ingestion.rules.column_mapping import keys_of, map_header
from ingestion.rules.file import FileRules
from ingestion.rules.header import otherwise_split
from ingestion.rules.header_matching import folded, match_header
from ingestion.rules.keys import ID, sought_columns
from ingestion.rules.limits import limits_for
from ingestion.rules.remembered_names import recall_names
from ingestion.rules.rows import CheckedRow
from ingestion.rules.shown_digits import IDS, ShownDigits, common_length, shown_digits
from portal.values import words
from portal.values.problems import say_problem
from portal.values.words import gettext_lazy
from workorders.codes.bulk_load import find_taken_ids
from workorders.codes.fields import SCM_KEY
from workorders.codes.scm_fields import known_fields
from workorders.codes.url_prefixes import longest_id

FIRST_LOOK = 256 * 1024  # bytes of a file, and of what they unpack to
MOST_ROWS = 50
MOST_COLUMNS = 200  # that are shown; no more are matched with names either
MOST_BLANK_ROWS = 1000  # that are passed over to find them
LONGEST_CELL = 200  # characters that are shown

OWN = {
    "id": gettext_lazy("identifier"),
    "product": gettext_lazy("product"),
    "activation_status": gettext_lazy("activation status"),
}
OWN |= {"blacklist_reason": gettext_lazy("blacklist reason"), ERRORS_COLUMN: gettext_lazy("ignored")}
MOST_ENCODINGS = 3  # that are offered
MOST_SAMPLES = 3  # of ids that are offered
ACTIONS = {
    "sheet": gettext_lazy("Read the sheet {}"),
    "header_row": gettext_lazy("Take row {} for the header"),
    "encoding": gettext_lazy("Read it as {}"),
}
LONG_SHEET = gettext_lazy(
    "The sheet is long, so only its beginning was read to be shown, without its merged cells. The check reads all."
)
TOO_LONG = gettext_lazy("Its first line is too long to be shown here. The check reads every row.")


@dataclass(frozen=True)
class Column:
    """A column of the file: its `name` there, and its `key`, by which the option `columns` names it.

    `new_name` is the name under which it is read, None where it is left out; `meaning` says as what it is read.
    `suggested` is the name that it is probably meant to have, where that is another; `is_remembered` tells that it was
    named so before. `remark` is what is to be known of a name that is no field of the company, None of any other.
    """

    key: str
    name: str
    new_name: str | None
    meaning: str
    is_wrong: bool
    suggested: str = ""
    is_remembered: bool = False
    remark: str | None = None


@dataclass(frozen=True)
class Line:
    """A row: its number, its cells, and by the place of a column, or -1 for the row, what is wrong.

    `numbers` are the places of cells that the file holds as numbers, not as texts.
    """

    number: int
    cells: list[str]
    wrong: dict[int, str]
    numbers: frozenset[int] = frozenset()

    @property
    def fault(self) -> str:
        """What is wrong with the row, and with no cell of it; or nothing."""
        return self.wrong.get(-1, "")

    @property
    def shown(self) -> list[tuple[str, str, bool]]:
        """Each cell, what is wrong with it, and whether it is a number."""
        return [(cell, self.wrong.get(at, ""), at in self.numbers) for at, cell in enumerate(self.cells)]


@dataclass(frozen=True)
class Offer:
    """An option of the upload with which the file may be right, and how lines of it read then."""

    option: str
    value: str | int
    action: str
    samples: tuple[str, ...] = ()


@dataclass(frozen=True)
class Preview:
    """What the beginning of a file shows. `problem` is why all of it would be refused; `told` are wrong rows.

    `header_row` is the row of its names, `sheets` are those of a workbook.
    """

    problem: str = ""
    columns: list[Column] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    warned: list[str] = field(default_factory=list)
    facts: dict[str, str] = field(default_factory=dict)
    first_id: str = ""
    offers: list[Offer] = field(default_factory=list)
    header_row: int = 0
    sheets: list[str] = field(default_factory=list)

    @property
    def has_numbers(self) -> bool:
        """Say whether the file holds some of the cells as numbers."""
        return any(line.numbers for line in self.lines)

    @property
    def suggested(self) -> list[Column]:
        """The columns that are probably meant to have another name; none while the file is to be read otherwise."""
        if self.is_misread or is_no_table([column.name for column in self.columns]):
            return []
        return [column for column in self.columns if column.suggested]

    @property
    def is_misread(self) -> bool:
        """Say whether it may be right once it is read otherwise: from another row or sheet, or in another encoding."""
        return any(offer.option in ACTIONS for offer in self.offers)

    @property
    def lacks_names(self) -> bool:
        """Say whether all of it would be refused since a column is not called as what it is."""
        return bool(self.problem) and any(column.suggested in KEY_ALIASES for column in self.suggested)

    @property
    def asked(self) -> list[Column]:
        """The columns of which the person is asked what becomes of them."""
        return [column for column in self.columns if column.remark is not None]


class EndOfPiece(Exception):  # noqa: N818  # an event, not a fault
    """The file goes on behind what was sent of it."""


class Piece:
    """The beginning of a file, which readers first read to its end to count its rows.

    After that, whoever comes to its end is told so by EndOfPiece, unless it `is_all` of the file.
    """

    def __init__(self, content: bytes, *, is_all: bool) -> None:
        self.content, self._is_all = content, is_all
        self._at, self._was_counted = 0, False

    def read(self, size: int, /) -> bytes:
        """Return the next bytes."""
        block = self.content[self._at : self._at + size]
        self._at += len(block)
        if not block and not self._is_all:
            if self._was_counted:
                raise EndOfPiece
            self._was_counted = True
        return block

    def seek(self, offset: int, /) -> int:
        """Go on reading at `offset`."""
        self._at = offset
        return offset


class _Findings(RowLog):
    """Collects errors and warnings."""

    def __init__(self) -> None:
        self.errors: list[tuple[int, str, str, str]] = []  # row, column, kind, detail
        self.warned: dict[str, None] = {}  # each sentence once
        self.unknown: dict[str, str] = {}  # columns that are no field of the company, and what is to be known of them

    def add(self, kind: str, row: int | None, column: str, value: str, *, detail: str = "", id: str = "") -> None:  # noqa: A002  # as ErrorLog has it
        self.errors.append((row or 0, column, kind, detail))

    def warn(self, kind: str, row: int | None, column: str, value: str, *, detail: str = "") -> None:
        if kind == UNKNOWN_COLUMN_WARNING and row is not None:
            self.unknown[column] = detail
            return
        self.warned[f"{f'{shown(column)}: ' if column else ''}{in_full(WARNINGS[kind], detail)}"] = None


def is_no_table(header: Sequence[str]) -> bool:
    """Say whether a header without `id` is none: that of a file of another kind, or names that nothing separates."""
    is_other = bool(header) and header[0][:1] in LOOKS_LIKE
    return "id" not in header and (is_other or bool(otherwise_split(header, "id")))


def piece_of(content: bytes, *, is_all: bool) -> Piece:
    """Return the first bytes of a file, unpacked where they are compressed by gzip. Raises UnreadableFile."""
    if not content.startswith(GZIP):
        return Piece(content, is_all=is_all)
    unpacker = zlib.decompressobj(wbits=31)
    try:
        unpacked = unpacker.decompress(content, FIRST_LOOK)
    except zlib.error:
        raise UnreadableFile(say_problem("It is compressed by gzip, but damaged; compress it again.")) from None
    return Piece(unpacked, is_all=is_all and unpacker.eof and not unpacker.unused_data)


def preview(record: IngestionRecord, file: Piece | IO[bytes]) -> Preview:
    """Look at the beginning of the file of `record`, which need not be saved, as its parameters say.

    A workbook comes whole, since its list of parts stands at its end; of other files there is a piece.
    """
    log = _Findings()
    encodings = _encoding_offers(record, file)
    try:
        reader = _open(record, file, log)
    except UnreadableFile as error:
        return Preview(problem=str(error), offers=encodings or [*_offers_of(error)])
    except EndOfPiece:
        return Preview(warned=[TOO_LONG], offers=encodings)
    batches: list[Batch] = []
    problem = None
    try:
        batches.extend(_first_batches(reader))
    except UnreadableFile as error:
        problem = error
    is_table = not isinstance(reader, JsonReader)
    header = _all_names(batches) if isinstance(reader, JsonReader) else reader.header
    if not header:
        return Preview(problem=str(problem or ""), warned=[] if problem else [TOO_LONG], offers=encodings)
    place = {name: at for at, name in reversed([*enumerate(header)])}
    check = _Check(record, log, header, is_table=is_table)
    problem = problem or check.find_problem(reader, batches)
    lines = [line for batch in check.shown(batches) for line in _lines(batch, header, place)]
    return Preview(
        str(problem or ""),
        [*check.columns(lines)],
        lines,
        _tell(log, record.kinds, check.names, lines),
        [*check.not_shown(), *([] if getattr(reader, "is_whole", True) else [LONG_SHEET]), *log.warned],
        reader.facts,
        next((line.cells[at] for line in lines for at in check.ids_at if at < len(line.cells)), ""),
        [*encodings, *(_offers_of(problem) if problem else ()), *check.offer_of_digits(batches)],
        getattr(reader, "header_row", 0),
        getattr(reader, "sheets", []),
    )


def _encoding_offers(record: IngestionRecord, file: Piece | IO[bytes]) -> list[Offer]:
    """Return the encodings in which the file may be, if it is a CSV of which nobody said one and it is not in UTF-8."""
    is_csv = record.filetype == IngestionRecord.Filetype.CSV
    if not is_csv or not isinstance(file, Piece) or record.parameters.get("encoding"):
        return []
    is_told = any(map(file.content.startswith, (*BYTE_ORDER_MARKS, *OTHER_FILES)))
    found = [] if is_told else suggest_encodings(file.content)
    if not found or found[0].encoding == UTF_8:
        return []
    return [
        Offer("encoding", each.encoding, ACTIONS["encoding"].format(each.label), samples=each.samples)
        for each in found[:MOST_ENCODINGS]
        if each.encoding != UTF_8
    ]


def _offers_of(problem: UnreadableFile) -> Iterator[Offer]:
    """Yield what a problem offers."""
    for option, value in problem.offer.items():
        yield Offer(option, value, ACTIONS[option].format(value))


def _open(record: IngestionRecord, file: Any, log: _Findings) -> Reader:
    return open_reader(
        file,
        record.filetype,
        log,
        ReadOptions.of(record.parameters),
        columns=sought_columns(record),
        budget=Budget(most_seconds=MOST_SECONDS, enough_seconds=ENOUGH_SECONDS),
    )


def _first_batches(reader: Iterable[Batch]) -> Iterator[Batch]:
    """Yield the first rows, MOST_ROWS at most that are not blank."""
    left, looked_at = MOST_ROWS, 0
    try:
        for batch in reader:
            end = 0
            for row in batch.rows:
                if not left or looked_at == MOST_BLANK_ROWS + MOST_ROWS:
                    break
                end, looked_at = end + 1, looked_at + 1
                left -= isinstance(row, BrokenRow) or not is_blank(row)
            faults = [fault for fault in batch.faults if fault.row < batch.first + end]
            yield replace(batch, rows=batch.rows[:end], faults=faults)
            if end < len(batch.rows):
                return
    except EndOfPiece:
        return


def _all_names(batches: list[Batch]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for batch in batches for name in batch.header))


def _lines(batch: Batch, header: tuple[str, ...], place: Mapping[str, int]) -> Iterator[Line]:
    """Yield the rows of a batch that are not blank, their cells in the order of `header`."""
    for number, row in enumerate(batch.rows, batch.first):
        cells = (row.cells or [row.line]) if isinstance(row, BrokenRow) else row
        if is_blank(cells):
            continue
        if batch.header != header:
            texts = [""] * len(header)
            for name, cell in zip(batch.header, cells, strict=False):
                texts[place[name]] = cell
            cells = texts
        numbers = frozenset(at for at, cell in enumerate(cells) if isinstance(cell, Number))
        yield Line(number, [shown(cell[:LONGEST_CELL]) for cell in cells[:MOST_COLUMNS]], {}, numbers)


class _Check:
    """The check of the first rows: what their columns are read as, and what is wrong with them."""

    def __init__(self, record: IngestionRecord, log: _Findings, header: tuple[str, ...], *, is_table: bool) -> None:
        self.record, self.log, self.header, self.is_table = record, log, header, is_table
        self.keys = keys_of(header) if is_table else list(header)
        self.known = known_fields(record.company)
        self.rules = self._rules()
        posted = record.parameters.get("columns", {})
        given = self.rules.columns_of(header, posted) if is_table else posted
        self.exported = given.keys() - posted.keys()
        self.mapping = {key: given[key] for key in self.keys if key in given}
        self.names = [self.mapping.get(key, name) for key, name in zip(self.keys, header, strict=True)]
        self.key = "id"

    @property
    def ids_at(self) -> list[int]:
        """The place of the column of ids; none where there is none."""
        return [at for at, name in enumerate(self.names) if name == "id"][:1]

    def find_problem(self, reader: Reader, batches: list[Batch]) -> UnreadableFile | None:
        """Check the rows, and return why the whole file would be refused; nothing where it would not be."""
        rules = self.rules
        try:
            if not isinstance(reader, JsonReader):
                rules.check_table(reader, self.mapping)
            seen: dict[str, int] = {}
            for batch in batches:
                header = map_header(batch.header, self._mapping_of(batch), is_table=self.is_table)
                rows = [row if isinstance(row, BrokenRow) else [*row] for row in batch.rows]
                checked = rules.check(replace(batch, header=header, rows=rows))
                self.key = self._key_of(rules)
                self._note_repeats(checked, seen)
        except UnreadableFile as error:
            return error
        finally:
            self.key = self._key_of(rules)
        self._look_up(seen)
        return None

    def _mapping_of(self, batch: Batch) -> dict[str, str]:
        return (
            self.mapping
            if self.is_table
            else {name: self.mapping[name] for name in batch.header if name in self.mapping}
        )

    def _rules(self) -> FileRules:
        record, parameters = self.record, self.record.parameters
        if record.type == IngestionRecord.Type.SCM:
            limits = change_limits(record.company_id, parameters)
            return ChangeFileRules(limits, self.log, parameters, self.known)
        prefix = parameters.get("url_prefix") or record.company.default_url_prefix
        longest = longest_id(prefix)
        if into := parameters.get("workorder"):
            longest = record.company.workorders.get(pk=into).longest_id
        return FileRules(limits_for(record.company_id, parameters, longest), self.log)

    def _key_of(self, rules: FileRules) -> str:
        found = {*self.names}
        return next((name for name in rules.findings.key_names if name in found), rules.findings.key_names[0])

    def shown(self, batches: list[Batch]) -> Iterator[Batch]:
        """Yield the batches as they are shown: ids of a workbook as the digits that are taken for them."""
        digits = ShownDigits()
        for batch in batches:
            if self.record.parameters.get("shown_digits") and self.is_table:
                rows = [row if isinstance(row, BrokenRow) else [*row] for row in batch.rows]
                header = map_header(batch.header, self.mapping, is_table=True)
                yield replace(digits.take(replace(batch, header=header, rows=rows), self.key), header=batch.header)
            else:
                yield batch

    def offer_of_digits(self, batches: list[Batch]) -> Iterator[Offer]:
        """Yield the offer to take the digits of ids that are whole numbers of one length, where all first ones are."""
        if self.key not in self.names or self.record.parameters.get("shown_digits"):
            return
        at = self.names.index(self.key)
        ids = [row[at] for batch in batches for row in batch.rows if len(row) > at and row[at].strip()]
        if self.key in IDS and common_length(ids):
            samples = tuple(dict.fromkeys(map(shown_digits, ids)))[:MOST_SAMPLES]
            yield Offer("shown_digits", "true", gettext("Use the shown digits as ids"), samples)

    def _note_repeats(self, checked: list[CheckedRow], seen: dict[str, int]) -> None:
        ignored = self.record.parameters.get("allow_posted_duplicates")
        for key, row, *_values in checked:
            if key in seen and not ignored:
                detail = say_problem("It stands in row {row:,} of the file.", row=seen[key])
                self.log.add("duplicate_id_error", row, self.key, key, detail=detail)
            seen.setdefault(key, row)

    def _look_up(self, seen: dict[str, int]) -> None:
        """Report new ids that are used already, and ids of codes to be changed that no code has."""
        is_change = self.record.type == IngestionRecord.Type.SCM
        if is_change and self.key not in (ID, "id"):
            return
        used = {*find_taken_ids(self.record.company_id, [*seen])}
        for key, row in seen.items():
            if is_change and key not in used:
                self.log.add("code_not_found_error", row, self.key, key)
            elif not is_change and key in used:
                detail = say_problem("An earlier upload of the company used it.")
                self.log.add("duplicate_id_error", row, "id", key, detail=detail)

    def columns(self, lines: list[Line]) -> Iterator[Column]:
        """Yield the columns with what they are read as."""
        is_code = self.record.type == IngestionRecord.Type.CODE
        remembered = recall_names(self.record.company_id) if is_code else {}
        suggested = match_header(self.header, self.known, remembered)
        taken = {*self.names, *suggested.values()}
        columns = zip(self.keys, self.header, self.names, strict=True)
        for at, (key, old, new) in enumerate(islice(columns, MOST_COLUMNS)):
            is_left_out = self.mapping.get(key) == ""
            is_empty = not old and all(at >= len(line.cells) or not line.cells[at].strip() for line in lines)
            left_out = (
                gettext("left out") if is_left_out else gettext("empty, left out") if not new and is_empty else ""
            )
            meaning = left_out or self._meaning(new)
            is_twice = not is_left_out and new not in ("", ERRORS_COLUMN) and self.names.index(new) != at
            said = gettext("named twice") if is_twice else meaning or gettext("cannot be a field name")
            is_settled = is_left_out or key in self.exported
            meant = suggested.get(at) or ("" if meaning or f"column_{at + 1}" in taken else f"column_{at + 1}")
            meant = "" if is_settled or meant == new else meant
            is_remembered = bool(meant) and remembered.get(folded(old)) == meant
            is_wrong, remark = is_twice or not meaning, None if is_left_out else self.log.unknown.get(new)
            yield Column(key, old, None if is_left_out else new, said, is_wrong, meant, is_remembered, remark)

    def not_shown(self) -> Iterator[str]:
        """Say that there are more columns than are shown, if so."""
        if len(self.header) > MOST_COLUMNS:
            shown_of_all = {"most": words.number(MOST_COLUMNS), "columns": words.number(len(self.header))}
            yield gettext("The first {most} of {columns} columns are shown. The check reads all.").format(
                **shown_of_all
            )

    def _meaning(self, name: str) -> str:
        """Say what a column of this name is read as; nothing where none may have it."""
        if self.record.type == IngestionRecord.Type.SCM:
            if name == self.key:
                return gettext("names the code")
            if name == "id":
                return ""
        return OWN.get(name) or (gettext("SCM data") if SCM_KEY.fullmatch(name) else "")


def _tell(log: _Findings, kinds: Mapping[str, Kind], names: list[str], lines: list[Line]) -> list[str]:
    """Say what is wrong, in the order of rows and columns, and mark the cells."""
    by_number = {line.number: line for line in lines}
    places = {name: at for at, name in reversed([*enumerate(names)])}
    told = []
    for row, column, kind, detail in sorted(log.errors, key=lambda each: (each[0], places.get(each[1], -1))):
        said = in_full(kinds[kind], detail)
        place = gettext("Row {row}").format(row=words.number(row)) + (f", {shown(column)}" if column else "")
        told.append(f"{place}: {said}")
        if line := by_number.get(row):
            line.wrong.setdefault(places.get(column, -1), said)
    return told
