"""Files that are dropped, and visits of the drops."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models.functions import Now

from ingestion import engine
from ingestion.drops import visits
from ingestion.drops.watching import watch
from ingestion.models import Drop, DroppedFile, IngestionRecord
from ingestion.options.templates import keep_template
from tests.support.demo import Demo

GOOD = "id,product\n{0}-0001,sku1\n{0}-0002,sku1\n"
BAD = "id,product\n{0}-0001,nothing\nx,sku1\n"


def a_drop(demo: Demo, name: str = "Rolls", parameters: dict[str, Any] | None = None) -> Drop:
    """Return a drop that is watched in the name of the staff, by a template of these parameters."""
    return watch(keep_template(demo.company, name, parameters or {}, demo.staff), demo.staff)


def some_dropped(demo: Demo, *records: IngestionRecord) -> Drop:
    """Return a drop of which files have become these records, and one waits; its folder is away."""
    template = keep_template(demo.company, "Line 7", {}, demo.staff)
    drop = Drop.objects.create(
        company=demo.company, template=template, folder="line-7", owner=demo.admin, problem="The folder is not there."
    )
    for record in (*records, None):
        name = f"{record.key if record else 'later'}.csv"
        state = DroppedFile.State.TOLD if record else DroppedFile.State.SEEN
        DroppedFile.objects.create(drop=drop, name=name, version=name, state=state, record=record)
    return drop


def folder_of(drop: Drop) -> Path:
    """Return the folder on the disk in which files are dropped."""
    return Path(settings.DROP_DIR or "", drop.company.slug, drop.folder)


def visit(times: int = 1) -> None:
    """Visit all drops, as many seconds after one another as files need to be known as complete."""
    for _ in range(times):
        Drop.objects.update(visited_at=None)
        DroppedFile.objects.filter(state="seen").update(seen_at=Now() - timedelta(minutes=1))
        DroppedFile.objects.update(lease_until=None)  # of a worker that died
        visits.visit_all()


def work_off() -> None:
    """Do what the workers would do."""
    for record in IngestionRecord.objects.filter(status="queued").order_by("pk"):
        engine.run(record.pk)


def dropped_through() -> None:
    """Take what lies there, work it off, and write the results."""
    visit(2)
    work_off()
    visit()


def result_of(folder: Path, name: str) -> dict[str, Any]:
    """Return what was written beside a file."""
    found: dict[str, Any] = json.loads((folder / f"{name}.result.json").read_text())
    return found


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())
