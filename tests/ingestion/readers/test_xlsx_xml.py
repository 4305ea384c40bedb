"""The bounds within which a part of a workbook is parsed."""

from __future__ import annotations

import pytest

from ingestion.errors.unreadable import UnreadableFile
from ingestion.readers.base import LONGEST_RECORD
from ingestion.readers.xlsx_xml import Xml

BLOCK = b"x" * (LONGEST_RECORD // 16)


def xml(most_elements: int = 100) -> Xml:
    """A parser of a part of so many elements."""
    found = Xml()
    found.most_elements = most_elements
    return found


def test_so_many_bytes_may_come_without_an_element() -> None:
    with xml() as part:
        for beginning in (b"<a><!--", b"--><b/><!--"):
            part.feed(beginning)
            for _block in range(16):
                part.feed(BLOCK)
        with pytest.raises(UnreadableFile, match="a cell of more than 1,048,576 bytes"):
            part.feed(b"x")


def test_so_many_elements_may_come() -> None:
    with xml(3) as part:
        part.feed(b"<a><b/><b/>")
        with pytest.raises(UnreadableFile, match="more than 3 elements"):
            part.feed(b"<b/>")


def test_elements_nest_so_deep() -> None:
    with xml() as part:
        part.feed(b"<a>" * 64 + b"</a>" * 2 + b"<a>" * 2)
        with pytest.raises(ValueError, match="nest deeper"):
            part.feed(b"<a>")


def test_so_long_a_text_is_collected() -> None:
    with xml() as part:
        part.feed(b"<a>")
        part.collect()
        for _block in range(16):
            part.feed(BLOCK)
        part.feed(b"<b/>")
        assert part.length == LONGEST_RECORD
        with pytest.raises(UnreadableFile, match="a row of more than 1,048,576 characters"):
            part.feed(b"x<b/>")
