"""Texts that a spreadsheet would run as a formula, and the apostrophe that keeps it from that.

The patterns are understood by Python and by PostgreSQL alike, so they spell out what white space is.
"""

from __future__ import annotations

import re
from typing import Final

SPACES: Final = "[ \x0b\x0c\x1c-\x1f\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]"
FORMULA: Final = rf"(?:{SPACES}*[-=+@\uff1d\uff0b\uff0d\uff20]|[\t\r\n])"
"""The beginning of a formula. Spreadsheets drop spaces in front; those of East Asia take wide signs for narrow ones."""
RUN: Final = rf"'*{FORMULA}"
"""The beginning of a text that gets an apostrophe; one that is there already may be ours."""

GUARDED_COLUMN: Final = "apostrophes (ignored)"
"""Stands empty in a table whose texts are all `guarded`, so that whoever reads it again takes the apostrophes off."""

_run = re.compile(RUN)


def guarded(text: str) -> str:
    """Return `text` so that no spreadsheet runs it as a formula."""
    return f"'{text}" if _run.match(text) else text


def unguarded(text: str) -> str:
    """Return the text that was `guarded`."""
    return text[1:] if text[:1] == "'" and _run.match(text) else text
