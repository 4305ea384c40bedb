"""The keys by which the rows of a file name the codes that they change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ingestion.errors.text import shown
from ingestion.errors.unreadable import UnreadableFile
from ingestion.models import IngestionRecord
from ingestion.readers.base import ERRORS_COLUMN
from ingestion.readers.cells import Number
from ingestion.rules.column_mapping import LeftOut
from ingestion.rules.header import hint_at, refuse_without
from ingestion.rules.identifiers import IDENTIFIER, RULES, STRANGE, IdRules
from ingestion.rules.suggestions import meant_id, respelled
from portal.values.characters import character_named
from portal.values.problems import say_problem
from workorders.codes.fields import LONGEST_SCM_VALUE
from workorders.codes.lookup import parse_id
from workorders.identifiers import gs1

ID, SERIAL_NUMBER, WORKORDER = "extended_id", "serial_number", "workorder"
ID_COLUMNS = (ID, "id")
KEY_COLUMNS = (*ID_COLUMNS, SERIAL_NUMBER, WORKORDER)
LONGEST_NUMBER = 10  # digits of a serial number


def key_columns(record: IngestionRecord) -> tuple[str, ...]:
    """Return the names that a column of the record's file may have by which rows name their codes."""
    if record.type == IngestionRecord.Type.CODE:
        return ("id",)
    key = record.parameters.get("data_key", "")
    return names_of(key) if key else KEY_COLUMNS


def sought_columns(record: IngestionRecord) -> tuple[str, ...]:
    """Return the names of which the header of the record's file has one.

    None for a workbook with a column that becomes one by the upload's mapping, which the reader does not know.
    """
    names, columns = key_columns(record), record.parameters.get("columns", {})
    is_mapped = record.filetype == record.Filetype.XLSX and not {*names}.isdisjoint(columns.values())
    return () if is_mapped else names


def names_of(key: str) -> tuple[str, ...]:
    """Return the names that the column of a key may have."""
    return ID_COLUMNS if key in ID_COLUMNS else (key,)


def key_in(header: tuple[str, ...], said: str, *, is_table: bool) -> str:
    """Return the key of a file of changes: the one that was `said`, or that its columns name; nothing where none does.

    In a table, an id may stand anywhere; a serial number or a workorder, which may be a mere note, counts as the first
    column alone. The members of a JSON object have no order. Raises UnreadableFile where a table has no such column.
    """
    read = [name for name in header if name and name != ERRORS_COLUMN and not isinstance(name, LeftOut)]
    if said:
        if is_table and not {*names_of(said)} & {*read}:
            refuse_without(said, header)
        return said
    anywhere = ID_COLUMNS if is_table else KEY_COLUMNS
    first = [name for name in read[:1] if name in KEY_COLUMNS]
    if found := [*first, *(name for name in anywhere if name in read)]:
        return ID if found[0] in ID_COLUMNS else found[0]
    if is_table:
        raise UnreadableFile(_without_key(header, read))
    return ""


def _without_key(header: tuple[str, ...], read: Sequence[str]) -> str:
    """Say that no column of a table names the codes, and what to do."""
    if behind := next((name for name in read if name in KEY_COLUMNS), ""):
        return say_problem(
            "Its first column is `{read}`, which names no codes. `{behind}` does so as the first "
            "column alone: put it first, or write `{behind}` into the option `data_key`, if its rows "
            "are to change the codes that it names; else add a column `extended_id`.",
            read=shown(read[0]),
            behind=behind,
        )
    known = ", ".join(f"`{name}`" for name in KEY_COLUMNS)
    spelled = [name for name in KEY_COLUMNS if name in {*map(respelled, read)}]
    hint = next(filter(None, (hint_at(name, header) for name in [*spelled, *KEY_COLUMNS])), "")
    said = say_problem(
        "None of its columns names the codes. The first is {known}, or the SCM field that the option `data_key` names; "
        "it has only: {names}.",
        known=known,
        names=shown(", ".join(header)),
    )
    return f"{said}{hint}"


def rules_of(key: str, options: Mapping[str, Any]) -> IdRules:
    """Return the rules of a key's values."""
    if key == SERIAL_NUMBER:
        return SerialNumbers()
    if key != ID:
        return Texts()
    is_gs1 = options.get("id_format") == IngestionRecord.IdFormat.GS1
    return Gs1Keys() if is_gs1 else IdKeys()


class IdKeys:
    """Ids of either format, in the spelling in which codes are kept."""

    longest = gs1.LONGEST
    example = "abc12345"
    error = "code_not_found_error"
    alphabet: bytes | None = None

    def column(self, identifiers: Sequence[str], longest: int) -> Sequence[str] | None:
        return RULES["default"].column(identifiers, longest)

    def kept(self, identifier: str) -> str | None:
        if IDENTIFIER.fullmatch(identifier):
            return None if isinstance(identifier, Number) else identifier
        return RULES["gs1"].kept(identifier) if "/" in identifier else None

    def fault(self, identifier: str) -> str:
        if isinstance(identifier, Number):
            return identifier.advice
        if "/" in identifier:
            return self._id_in_url(identifier) or RULES["gs1"].fault(identifier)
        strange = STRANGE.search(identifier)
        return meant_id(identifier) or (character_named(strange) if strange else "")

    def _id_in_url(self, text: str) -> str:
        """Say which id a URL ends in; or nothing."""
        identifier = parse_id(text) if "://" in text else ""
        return (
            say_problem("It is a URL; its id is `{identifier}`.", identifier=identifier)
            if self.kept(identifier)
            else ""
        )


class Gs1Keys(IdKeys):
    """GS1 Digital Link paths, in the spelling in which codes are kept."""

    example = RULES["gs1"].example

    def column(self, identifiers: Sequence[str], longest: int) -> Sequence[str] | None:
        return RULES["gs1"].column(identifiers, longest)

    def kept(self, identifier: str) -> str | None:
        return RULES["gs1"].kept(identifier)

    def fault(self, identifier: str) -> str:
        return self._id_in_url(identifier) or RULES["gs1"].fault(identifier)


class SerialNumbers:
    """Serial numbers, with or without the zeros in front, kept as plain numbers."""

    longest = LONGEST_NUMBER
    example = "0000000001"
    error = "code_not_found_error"
    alphabet: bytes | None = None

    def column(self, identifiers: Sequence[str], longest: int) -> Sequence[str] | None:
        kept = list(map(self.kept, identifiers))
        return None if None in kept else [number for number in kept if number is not None]

    def kept(self, identifier: str) -> str | None:
        is_number = identifier.isascii() and identifier.isdecimal() and len(identifier) <= LONGEST_NUMBER
        return str(int(identifier)) if is_number else None

    def fault(self, identifier: str) -> str:
        return say_problem("A serial number has up to {most} digits and nothing else.", most=LONGEST_NUMBER)


class Texts:
    """References of workorders and values of SCM fields, escaped as COPY reads them."""

    longest = LONGEST_SCM_VALUE
    example = "B7"
    error = "code_not_found_error"
    alphabet: bytes | None = None

    def column(self, identifiers: Sequence[str], longest: int) -> Sequence[str] | None:
        kept = list(map(self.kept, identifiers))
        return None if None in kept else [text for text in kept if text is not None]

    def kept(self, identifier: str) -> str | None:
        if not 0 < len(identifier) <= LONGEST_SCM_VALUE:
            return None
        return identifier if identifier.isprintable() and "\\" not in identifier else escaped(identifier)

    def fault(self, identifier: str) -> str:
        return say_problem(
            "It has {count:,} characters; {most:,} at most can be kept.", count=len(identifier), most=LONGEST_SCM_VALUE
        )


ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})


def escaped(text: str) -> str:
    """Write `text` as COPY reads it."""
    return text.translate(ESCAPES)


def unescaped(text: str) -> str:
    """Return the text that COPY reads from `text`."""
    parts = [part.replace("\\t", "\t").replace("\\n", "\n").replace("\\r", "\r") for part in text.split("\\\\")]
    return "\\".join(parts)
