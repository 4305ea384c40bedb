"""Telling the type of a file of products by its first bytes."""

from __future__ import annotations

from typing import IO

from ingestion.errors.unreadable import UnreadableFile
from ingestion.readers.encoding import GZIP, ZIP
from portal.values.problems import say_problem


def detect_filetype(file: IO[bytes]) -> str:
    """Return the type of a file by its first bytes. UnreadableFile for a compressed one, as it might grow large."""
    beginning = file.read(64)
    file.seek(0)
    if beginning.startswith(GZIP):
        raise UnreadableFile(say_problem("It is compressed by gzip; unpack it first."))
    if beginning.startswith(ZIP):
        return "xlsx"
    text = beginning.lstrip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n")  # byte order marks and white space
    return "json" if text.startswith((b"[", b"{")) else "csv"
