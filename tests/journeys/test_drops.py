"""Files that are dropped while real workers run, die and come back."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from pytest_django import Settings

from ingestion.models import Drop, DroppedFile, IngestionRecord
from tests.support.demo import Demo
from tests.support.drops import BAD, GOOD, a_drop, folder_of, names_in, result_of
from tests.support.running import wait_for, worker
from workorders.models import Code, Job

FILES = 24


def test_files_are_done_once_each_although_their_workers_are_killed(
    committed_demo: Demo, settings: Settings, tmp_path: Path
) -> None:
    settings.DROP_DIR = tmp_path / "drop"
    folder = folder_of(a_drop(committed_demo))
    for number in range(FILES):
        text = (BAD if number % 4 == 0 else GOOD).format(f"file-{number:02}")
        (folder / f"{number:02}.csv").write_text(text)

    def told(least: int) -> bool:
        """Say whether so many results are written; meanwhile no file has to wait until it is known as complete."""
        DroppedFile.objects.filter(state="seen").update(seen_at="2020-01-01T00:00Z")
        return DroppedFile.objects.filter(state="told").count() >= least

    for least in (1, FILES // 2):
        with worker(DROP_DIR=str(settings.DROP_DIR)) as killed:
            wait_for(lambda least=least: told(least), f"{least} files are done")  # type: ignore[misc]  # of a loop
            os.killpg(killed.pid, signal.SIGKILL)
        for kind in (IngestionRecord, DroppedFile, Job):  # what it was at, and what only it had been told of
            kind.objects.filter(lease_until__isnull=False).update(lease_until="2020-01-01T00:00Z")
    with worker(DROP_DIR=str(settings.DROP_DIR)), worker(DROP_DIR=str(settings.DROP_DIR)):
        wait_for(lambda: told(FILES), "all files are done")
    assert (IngestionRecord.objects.count(), Code.objects.count()) == (FILES, FILES // 4 * 3 * 2)
    assert Drop.objects.get().problem == ""
    for number in range(FILES):
        status = "error" if number % 4 == 0 else "completed"
        assert result_of(folder, f"{number:02}.csv")["status"] == status
    assert len(names_in(folder / "taken")) == FILES
    assert [name for name in names_in(folder) if name.endswith(".csv")] == [
        f"{number:02}.csv.errors.csv" for number in range(0, FILES, 4)
    ]
