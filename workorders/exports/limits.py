"""The limits of an export, by its format."""

from __future__ import annotations

from portal.values.problems import say_problem
from workorders.exports.survey import MOST_KEYS, Survey
from workorders.models import Export

MOST_IN_WORKBOOK = 1_000_000  # codes


class Refused(Exception):  # noqa: N818  # says what cannot be done
    """These codes cannot be exported so. The message says why, and what can be done."""


def refuse_too_many_codes(form: str, count: int) -> None:
    """Raise Refused where a workbook would have more codes than it takes."""
    if form == Export.Format.XLSX and count > MOST_IN_WORKBOOK:
        raise Refused(
            say_problem(
                "These are {count:,} codes, and a workbook takes {most:,} at most: filter them, or export "
                "them as csv or jsonl.",
                count=count,
                most=MOST_IN_WORKBOOK,
            )
        )


def refuse_too_many_fields(form: str, found: Survey) -> None:
    """Raise Refused where SCM fields would be too many columns of a workbook; a cell is too small for the others."""
    if form == Export.Format.XLSX and found.has_other_keys:
        raise Refused(
            say_problem(
                "These codes have more than {most:,} different SCM fields, and each would be a column of the workbook: "
                "filter them, or export them as csv or jsonl.",
                most=MOST_KEYS,
            )
        )
