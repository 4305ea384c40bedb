"""`manage.py errors_page > docs/errors.md`: the page of errors and warnings, made from their tables."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ingestion.errors.change_kinds import CHANGE_KINDS
from ingestion.errors.kinds import GS1_ID, KINDS, Kind
from ingestion.errors.warning_kinds import WARNINGS
from portal.management.own_command import OwnCommand

BEGIN = """\
# Errors and warnings

Made by `manage.py errors_page` from the tables in `ingestion/errors/kinds.py`; a test holds the two together.

A file with an error is refused whole. All of its errors are listed at once, each with its row, column and value: on the
record's page, by `GET /api/v2/ingestion/{key}/errors/`, in `errors.csv`, and beside the uploaded rows in
`rows-with-errors/`. The record's `result_data` counts them by kind.
"""
CHANGES = """\
## In files that change codes

Most kinds are the same where a file changes codes. These differ.
"""
MIDDLE = """\
## Warnings

A warning refuses nothing. It says what may not be meant; the record carries them in `warnings`.
"""


class Command(OwnCommand):
    help = "Prints the page of errors and warnings, docs/errors.md."

    def handle(self, *args: Any, **options: Any) -> None:
        of_changes = [kind for kind in CHANGE_KINDS.values() if kind not in KINDS.values()]
        sections = [BEGIN, *_sections([*KINDS.values(), GS1_ID], "##"), CHANGES, *_sections(of_changes, "###")]
        sections += [MIDDLE, *_sections(WARNINGS.values(), "###")]
        self.stdout.write("\n".join(sections), ending="")


def _sections(kinds: Iterable[Kind], level: str) -> list[str]:
    return [_section(kind, level) for kind in kinds]


def _section(kind: Kind, level: str) -> str:
    lines = [f"{level} `{kind.kind}`: {kind.title}", "", str(kind.sentence), "", f"*To mend it:* {kind.remedy}"]
    example = ["", f"*Example:* `{kind.example}`"] if kind.example else []
    return "\n".join([*lines, *example, ""])
