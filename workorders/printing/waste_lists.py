"""Lists of wasted codes as a printing partner has them: ids, what a scanner read, and ranges of sequences."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Final

from django.db import connection
from django.utils.translation import gettext

from portal.values.words import number
from workorders.codes.lookup import parse_id, start_of_url, starts_of_others
from workorders.models import Workorder
from workorders.secure.waste import Waste

MOST_CODES: Final = 100_000  # at once: somebody waits for the answer
MOST_NAMED: Final = 1_000  # wrong ones
LONGEST_NAMED: Final = 500  # characters of a wrong one
HEADERS: Final = frozenset({"id", "extended_id", "url", "code"})  # of a column in a scanner's file
RANGE = re.compile(r"([0-9]{1,10})(?:\s*(?:[-–]|[Tt][Oo])\s*([0-9]{1,10}))?")  # noqa: RUF001  # people type both dashes
BETWEEN_RANGES = re.compile(
    r"[;\n]|,(?![0-9]{3}(?![0-9]))|(?<![0-9]),|(?<=[0-9]{4}),"
)  # other commas may be of thousands
TIME = r"[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?"
DATE = r"[0-9]{4}([-/.])[0-9]{1,2}\1[0-9]{1,2}|[0-9]{1,2}([-/.])[0-9]{1,2}\2(?:[0-9]{4}|[0-9]{2})"
MOMENT = re.compile(rf"(?:{DATE})(?:T{TIME})?|{TIME}|[ap]\.?m\.?", re.IGNORECASE)  # when something was scanned
FIND = """
    SELECT wanted.id, code.sequence FROM unnest(%s::text[] COLLATE "C") AS wanted (id)
    LEFT JOIN LATERAL (
        SELECT sequence FROM workorders_code
        WHERE company_id = %s AND identifier = wanted.id AND workorder_id = %s LIMIT 1
    ) AS code ON true"""
AT_ONCE: Final = 10_000  # ids


class TooMany(Exception):  # noqa: N818  # what is the matter with a list
    """More is named than can be at once. The message says so."""

    def __init__(self) -> None:
        super().__init__(
            gettext("More than {most} are named; at most {most} can be. Ask the brand owner for more.").format(
                most=number(MOST_CODES)
            )
        )


class Wrong:
    """What is said of the wrong texts of a list: of the first MOST_NAMED, and how many more there are."""

    def __init__(self) -> None:
        self._said: list[str] = []
        self._count = 0

    def add(self, text: str, why: str) -> None:
        """Say `why` a text is wrong."""
        self._count += 1
        if self._count <= MOST_NAMED:
            shown = text if len(text) <= LONGEST_NAMED else f"{text[:LONGEST_NAMED]}…"
            self._said.append(f"{shown} {why}")

    def said(self) -> list[str]:
        """Return the sentences; none where nothing is wrong."""
        more = self._count - MOST_NAMED
        return self._said if more <= 0 else [*self._said, gettext("And {more} more.").format(more=number(more))]


def read_scans(workorder: Workorder, text: str) -> list[str]:
    """Return the ids in a list as a scanner gives it: ids or URLs, in lines or with separators between them.

    Of a line with a URL, such as one that begins with a time, the URL alone counts; of any other, what is no date and
    no time. A first line without any digit is the header of those below it, unless it names a code of the workorder.
    Raise TooMany.
    """
    lines, count = [], 0
    for line in text.splitlines():
        if found := [*_scans_in(line)]:
            lines.append(found)
            count += len(found)
        if count > MOST_CODES + len(lines[0] if lines else ()):
            raise TooMany
    if len(lines) > 1 and not re.search("[0-9]", "".join(lines[0])):
        named, _wrong = find_ids(workorder, parse_ids(lines[0], workorder))
        lines = lines if named else lines[1:]
    return [each for line in lines for each in line if each.lower() not in HEADERS]


def _scans_in(line: str) -> Iterable[str]:
    """Return what one line of a scanner's list names; dates and times only where there is nothing else."""
    found = [each.strip("\"'") for each in re.split(r"[\s,;]+", line, maxsplit=MOST_CODES) if each]
    urls = [each for each in found if "://" in each]
    return urls or [each for each in found if not MOMENT.fullmatch(each)] or found


def parse_ids(texts: Iterable[str], workorder: Workorder) -> dict[str, str]:
    """Return the ids in these ids or URLs, each with a text that named it. Raise TooMany.

    The URL of a code of another company than the workorder's stays as it is, which no code has for its id.
    """
    said = [*_limited(texts)]
    starts = {start for text in said if (start := start_of_url(text))}
    others = starts_of_others(starts, workorder.company) if starts else set()
    return {text if start_of_url(text) in others else parse_id(text): text for text in said}


def find_ids(workorder: Workorder, wanted: Mapping[str, str]) -> tuple[list[int], Wrong]:
    """Return the sequences of the workorder's codes of these ids, and what is said of those that are none."""
    ids, sequences, wrong = [*wanted], [], Wrong()
    for begin in range(0, len(ids), AT_ONCE):
        with connection.cursor() as cursor:
            cursor.execute(FIND, [ids[begin : begin + AT_ONCE], workorder.company_id, workorder.pk])
            for identifier, sequence in cursor.fetchall():
                if sequence is None:
                    wrong.add(wanted[identifier], gettext("is no code of this workorder."))
                else:
                    sequences.append(sequence)
    return sequences, wrong


def read_ranges(workorder: Workorder, texts: Iterable[str]) -> tuple[list[tuple[int, int]], Wrong]:
    """Return the ranges of sequences that `texts` name, such as 7 or 40001-60000, and what is said of wrong ones.

    A comma right before three digits, as in 40,001, may separate thousands or sequences, and is refused. Raise TooMany.
    """
    ranges, wrong, last = [], Wrong(), workorder.uploaded_quantity
    parts = (each for listed in texts for each in BETWEEN_RANGES.split(listed, MOST_CODES))
    for text in map(str.strip, _limited(parts)):
        match = RANGE.fullmatch(text)
        if not text:
            continue
        if "," in text and len(text) <= LONGEST_NAMED:
            whole, apart = text.replace(",", ""), text.replace(",", " and ")
            wrong.add(
                text,
                gettext("can be read in two ways; write {whole}, or {apart} apart.").format(whole=whole, apart=apart),
            )
            continue
        if match is None:
            wrong.add(text, gettext("is no range of sequences; write 7 or 40001-60000."))
            continue
        first, end = int(match[1]), int(match[2] or match[1])
        if first > end:
            wrong.add(text, gettext("ends before it begins."))
        elif not 1 <= first <= end <= last:
            wrong.add(
                text,
                gettext("is not all there: the codes of this workorder go from 1 to {last}.").format(last=number(last)),
            )
        else:
            ranges.append((first, end))
    return ranges, wrong


def join_ranges(ranges: Iterable[tuple[int, int]]) -> Waste:
    """Return the waste of all these ranges, each code once."""
    joined: list[tuple[int, int]] = []
    for first, last in sorted(ranges):
        if joined and first <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(joined[-1][1], last))
        else:
            joined.append((first, last))
    return Waste(tuple(joined))


def _limited(texts: Iterable[str]) -> Iterator[str]:
    """Yield the texts, and raise TooMany in place of the first that is too many."""
    rest = iter(texts)
    yield from islice(rest, MOST_CODES)
    if next(rest, None) is not None:
        raise TooMany
