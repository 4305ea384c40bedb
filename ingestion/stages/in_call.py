"""Changing codes by rows that come in a call: the stages of a file of changes, gone through before it is answered."""

from __future__ import annotations

from contextlib import closing
from io import BytesIO
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext_noop

from ingestion.changes import change_of
from ingestion.errors.kinds import in_full
from ingestion.errors.log import ErrorLog
from ingestion.errors.text import shown
from ingestion.errors.unreadable import UnreadableFile
from ingestion.models import IngestionRecord
from ingestion.readers.unpack import MOST_SECONDS
from ingestion.stages.attempt import Attempt, spool_folder
from ingestion.stages.changing import change_codes, find_repeated_keys, spool_changes
from portal import timeline
from portal.models import Company, User
from workorders.changes import locks
from workorders.changes.spool import POSTED
from workorders.models import Change

PATIENCE = 5  # seconds that a call waits for another change
STATEMENT_SECONDS = 20  # that one statement may take, as one that looks every code through for an SCM field
MOST_CODES = 10_000  # that one call changes

Fault = dict[str, Any]


class Refused(Exception):  # noqa: N818  # says what is the matter with the rows
    """Rows are wrong, and nothing was changed. `faults` tells each with row, column, value, error, message, remedy."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(f"{len(faults):,} faults")
        self.faults = faults


class Done:
    """A change that was made: its record, its change, and the ids of the codes of each row, by the row's number."""

    def __init__(self, record: IngestionRecord, change: Change) -> None:
        self.record, self.change = record, change
        self.codes: dict[int, list[str]] = {}
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT sequence, key FROM {POSTED} ORDER BY sequence, key")  # noqa: S608  # our own name
            for row, identifier in cursor:
                self.codes.setdefault(row, []).append(identifier)


def change_by_rows(user: User, company: Company, rows: str, parameters: dict[str, Any]) -> Done:
    """Change the codes that the JSON array `rows` names, all or none, and return what was done.

    It is a completed record then. Raises Refused, and OperationalError where another change keeps it waiting. The
    caller opens the transaction in which it reads what was done.
    """
    with transaction.atomic():
        locks.give_up_after(PATIENCE)
        locks.run_no_longer_than(STATEMENT_SECONDS)
        record = IngestionRecord.objects.create(
            company=company,
            created_by=user,
            type=IngestionRecord.Type.SCM,
            description=gettext_noop("SCM change by call"),
            ingestion_mode=IngestionRecord.Mode.API,
            filetype=IngestionRecord.Filetype.JSON,
            parameters=parameters,
            status=IngestionRecord.Status.PROCESSING,
            attempts=1,
        )
        timeline.note(record, "asked", user)
        _change(record, rows)
        change = change_of(record)
        assert change is not None  # noqa: S101  # it was made just now; tells the type checker
        record.refresh_from_db()
        return Done(record, change)


def _change(record: IngestionRecord, rows: str) -> None:
    with spool_folder(record) as folder, closing(_CallLog(record, folder)) as log:
        attempt = _InCall(record, _NoPulse(), folder, log, origin=Change.Origin.API)  # type: ignore[arg-type]  # it does what is asked of a pulse
        attempt.most_codes, attempt.most_seconds, attempt.content = MOST_CODES, MOST_SECONDS, rows.encode()
        try:
            changes = spool_changes(attempt)
            find_repeated_keys(attempt, changes)
            is_done = change_codes(attempt, changes)
        except UnreadableFile as problem:
            log.add("invalid_file_error", None, "", "", detail=str(problem))
            is_done = False
        if not is_done:
            raise Refused(log.faults)


class _InCall(Attempt):
    """An attempt whose file is the rows of a call."""

    content: bytes

    def open_file(self) -> BytesIO:
        return BytesIO(self.content)


class _NoPulse:
    """Stands for the pulse of a worker: whoever calls waits for the answer, and nobody can cancel."""

    def enter(self, phase: str, rows_total: int | None) -> None:
        """Begin a phase."""

    def tick(self, rows_done: int) -> None:
        """Note nothing."""

    def check(self) -> None:
        """Note nothing."""


class _CallLog(ErrorLog):
    """Keeps every error for the answer, too; one call has few rows."""

    def __init__(self, record: IngestionRecord, folder: Path) -> None:
        super().__init__(record.pk, folder)
        self._kinds = record.kinds
        self.faults: list[Fault] = []

    def add(self, kind: str, row: int | None, column: str, value: str, *, detail: str = "", id: str = "") -> None:  # noqa: A002  # as ErrorLog has it
        super().add(kind, row, column, value, detail=detail, id=id)
        about, place = self._kinds[kind], {"index": None if row is None else row - 1, "row": row}
        cell = {"column": shown(column), "value": shown(value)}
        words = {"error": kind, "message": in_full(about, detail), "remedy": str(about.remedy)}
        self.faults.append(place | cell | words)
