"""Finding the delimiter of a CSV file."""

from __future__ import annotations

import csv
import re
from contextlib import suppress

from ingestion.readers.base import ERRORS_COLUMN, is_blank

DELIMITER_NAMES = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
DELIMITERS = "".join(DELIMITER_NAMES)
SAID = re.compile(rf"sep=([{re.escape(DELIMITERS)}])", re.IGNORECASE)  # what Excel puts in a line before the header
BLANK_LINE = re.compile(rf'[\s"{re.escape(DELIMITERS)}]*')
OURS = re.compile(rf'"?{re.escape(ERRORS_COLUMN)}"?([{re.escape(DELIMITERS)}])')  # a file that we gave back


def find_delimiter(lines: list[str], column: str) -> str:
    """Return the delimiter that gives the header `column`, in any letter case, and then the most columns."""
    first = next((line for line in lines if not BLANK_LINE.fullmatch(line)), "")
    if said := SAID.fullmatch(first.strip('\r\n"')) or OURS.match(first):
        return said[1]
    headers = {delimiter: _first_record(lines, delimiter) for delimiter in DELIMITERS}
    return max(DELIMITERS, key=lambda delimiter: (column in headers[delimiter], len(headers[delimiter])))


def _first_record(lines: list[str], delimiter: str) -> list[str]:
    """Return the first record that is not blank, its fields in small letters; empty when it cannot be read."""
    with suppress(csv.Error):
        record = next((row for row in csv.reader(lines, delimiter=delimiter) if not is_blank(row)), [])
        return [name.strip().lower() for name in record]
    return []
