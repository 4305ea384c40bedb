"""The problems of a file of products."""

from __future__ import annotations

from dataclasses import dataclass

from ingestion.errors.kinds import KINDS, in_full
from ingestion.errors.text import shown
from ingestion.errors.unreadable import UnreadableFile
from ingestion.errors.warning_kinds import WARNINGS
from portal.values.problems import say_problem

MOST_SHOWN = 200  # problems of one file
MOST_COUNTED = 10_000  # problems, of which nobody reads so many


@dataclass(frozen=True)
class Problem:
    """Something wrong with a row, or with the whole file where `row` is None, and how to mend it."""

    row: int | None
    column: str
    value: str
    message: str
    remedy: str


class ProblemLog:
    """Keeps what is found in a file: the first `problems`, the `count` of all, and `remarks`, which refuse nothing."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.count = 0
        self.remarks: list[str] = []

    def note(self, row: int | None, column: str, value: str, message: str, remedy: str = "") -> None:
        """Note a problem. UnreadableFile when there are more than anybody reads."""
        self.count += 1
        if self.count == MOST_COUNTED + 1:
            raise UnreadableFile(
                say_problem(
                    "It has more than {most:,} problems; reading it ended with row {row:,}.",
                    most=MOST_COUNTED,
                    row=row or 0,
                )
            )
        if row is None or len(self.problems) < MOST_SHOWN:
            self.problems.append(Problem(row, shown(column), shown(value), message, remedy))

    def add(self, kind: str, row: int | None, column: str, value: str, *, detail: str = "") -> None:
        """Note an error that a reader reports."""
        self.note(row, column, value, in_full(KINDS[kind], detail), KINDS[kind].remedy)

    def warn(self, kind: str, row: int | None, column: str, value: str, *, detail: str = "") -> None:
        """Note a warning of a reader."""
        if len(self.remarks) < MOST_SHOWN:
            self.remarks.append(in_full(WARNINGS[kind], detail))
