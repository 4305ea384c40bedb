"""Visits of all drops: files are taken, moved aside, and their results written.

The rows say what was done, and not the folder. A file is taken in the transaction that creates and queues its record:
whoever dies before has taken nothing, and whoever comes after finds it taken. That it is moved aside afterwards keeps
the folder small, and nothing depends on it.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from datetime import timedelta
from itertools import islice
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Now
from rest_framework.exceptions import ValidationError

from ingestion import services
from ingestion.drops.answers import tell_results
from ingestion.drops.watching import fault_of_owner, place_for
from ingestion.models import Drop, DroppedFile, IngestionRecord
from ingestion.options.file_serializer import ProcessSerializer
from ingestion.options.templates import faults_of, fill_in
from portal.background.broker import wake
from portal.background.outages import outage_of
from portal.database.clock import database_now
from portal.storage.drop_entries import Changed, Entry
from portal.values.problems import say_problem

EVERY: Final = timedelta(seconds=4)  # between two visits of one drop
SETTLED: Final = timedelta(seconds=10)  # for which a file that may grow has to stay as it is
SECONDS: Final = 10.0  # after which a visit takes no more files
MOST_WAITING: Final = 100  # records of one drop that have not ended; other files wait in the folder
AT_ONCE: Final = 1000  # names that are looked up together
MOST_LEFT: Final = 100  # files whose move is tried again in one visit

State = DroppedFile.State
logger = logging.getLogger(__name__)


class Waits(Exception):  # noqa: N818  # an event, not a fault
    """The drop takes nothing for now; its files stay where they are. The message says why."""


def visit_all() -> None:
    """Visit every drop that is watched, or that has results to be told, the one visited longest ago first."""
    untold = DroppedFile.objects.filter(drop=OuterRef("pk"), state=State.TAKEN)
    drops = Drop.objects.filter(Q(is_watched=True, template__isnull=False) | Exists(untold))
    for drop in drops.select_related("company", "template__company", "owner").order_by(
        F("visited_at").asc(nulls_first=True)
    ):
        is_due = Q(visited_at=None) | Q(visited_at__lt=Now() - EVERY)
        if Drop.objects.filter(is_due, pk=drop.pk).update(visited_at=Now()):
            problem = _visit(drop)
            if problem != drop.problem:
                Drop.objects.filter(pk=drop.pk).update(problem=problem)


def _visit(drop: Drop) -> str:
    """Do what there is to do for one drop, and return what is in its way."""
    try:
        _move_aside(drop)
        hindered = tell_results(drop)
        said = _take_all(drop) if drop.is_watched and drop.template else ""
    except Waits as reason:
        return str(reason)
    except FileNotFoundError:
        return say_problem("The folder is not there.")
    except Exception as error:
        part = outage_of(error)
        if part == "database" or not (part or isinstance(error, OSError)):
            raise
        logger.warning("Drop %s: %s", drop, error)
        if isinstance(error, PermissionError):
            return say_problem("Codeport may not read and write the folder.")
        if part == "storage":
            return say_problem("The storage does not answer.")
        if part == "disk":
            return say_problem("The server's disk is full or broken.")
        return say_problem("The folder cannot be used now.")
    if hindered:
        told = say_problem("Results whose names are taken by something else: {count:,}.", count=hindered)
        said = f"{said} {told}".strip()
    return said


def _take_all(drop: Drop) -> str:
    """Take what is complete; return what is to be said of what cannot be taken."""
    place, ends, strange, unreadable = place_for(drop), time.monotonic() + SECONDS, 0, 0
    room = MOST_WAITING - drop.files.filter(record__status__in=IngestionRecord.OPEN).count()
    found, lost = place.entries(), dict(drop.files.filter(state=State.SEEN).values_list("name", "pk"))
    while room > 0 and time.monotonic() < ends and (some := [*islice(found, AT_ONCE)]):
        whole = [entry for entry in some if entry.version]
        strange += len(some) - len(whole)
        for entry in whole:
            lost.pop(entry.name, None)
        for entry in _complete(drop, whole, at_once=not place.grows):
            if room <= 0 or time.monotonic() >= ends:
                break
            try:
                room -= _take(drop, entry)
            except PermissionError:
                unreadable += 1
    if lost and next(found, None) is None:  # all was looked at
        drop.files.filter(pk__in=lost.values(), state=State.SEEN).delete()
    said = []
    if strange:
        said.append(say_problem("Left alone, as links or with strange or long names: {count:,}.", count=strange))
    if unreadable:
        said.append(say_problem("Files that Codeport may not read: {count:,}.", count=unreadable))
    return " ".join(said)


def _complete(drop: Drop, entries: list[Entry], *, at_once: bool) -> Iterable[Entry]:
    """Return those that were not taken yet and do not grow any more; note the others, to be looked at again."""
    named = DroppedFile.objects.filter(drop=drop, name__in=[entry.name for entry in entries])
    known = {(file.name, file.version): file for file in named.filter(is_aside=False)}
    seen = {name: file for (name, _version), file in known.items() if file.state == State.SEEN}
    long_ago, complete, new = database_now() - SETTLED, [], []
    for entry in entries:
        file = known.get((entry.name, entry.version))
        if file is not None and file.state != State.SEEN:
            continue  # it could not be moved
        if file is None and (before := seen.get(entry.name)):
            DroppedFile.objects.filter(pk=before.pk, state=State.SEEN).update(version=entry.version, seen_at=Now())
        elif file is None:
            new.append(DroppedFile(drop=drop, name=entry.name, version=entry.version))
        if at_once or (file is not None and file.seen_at <= long_ago):
            complete.append(entry)
    DroppedFile.objects.bulk_create(new, ignore_conflicts=True)
    return complete


def _take(drop: Drop, entry: Entry) -> bool:
    """Create and queue the record of a file, once, and move the file aside; whether a record has come of it."""
    try:
        with transaction.atomic():
            if not (file := _held(drop, entry)):
                return False
            file.problem = _fault_of(entry)
            file.record = None if file.problem else _record_of(drop, entry)
            file.state = State.TAKEN
            file.save(update_fields=["state", "record", "problem"])
            if record := file.record:
                transaction.on_commit(lambda: wake(record.TASK, record.pk))
    except Changed:
        return False  # the next visit looks at it anew
    _move(drop, file)
    return file.record is not None


def _held(drop: Drop, entry: Entry) -> DroppedFile | None:
    """Lock the drop and the file; None where the file was taken by now. Raises Waits while another worker takes."""
    held = Drop.objects.select_for_update(skip_locked=True, no_key=True).filter(pk=drop.pk, is_watched=True)
    if held.first() is None:
        raise Waits(drop.problem)
    there = drop.files.filter(name=entry.name, version=entry.version, state=State.SEEN)
    return there.select_for_update(of=("self",)).first()


def _fault_of(entry: Entry) -> str:
    """Say why a file is refused before it is read; or nothing."""
    if services.filetype_of(entry.name) not in IngestionRecord.Filetype.values:
        return say_problem("The name must end in .csv, .json or .xlsx.")
    if entry.size > settings.MAX_UPLOAD_BYTES:
        return say_problem(
            "The uploaded file has {size:,} bytes; at most {most:,} are allowed.",
            size=entry.size,
            most=settings.MAX_UPLOAD_BYTES,
        )
    return ""


def _record_of(drop: Drop, entry: Entry) -> IngestionRecord:
    """Return a queued record of the file. Raises Waits where the owner or the template is not what it was."""
    template = drop.template
    if template is None or (reason := fault_of_owner(drop)):
        raise Waits(reason)
    if faults := faults_of(template):
        raise Waits(" ".join([say_problem("The template cannot be used as it is."), *faults]))
    record = services.start_upload(
        drop.owner,
        drop.company,
        filetype=services.filetype_of(entry.name),
        mode=IngestionRecord.Mode.API,
        file_name=entry.name,
        signs=False,
        dropped=f"{drop}/{entry.name}",
    )
    said = fill_in(template, {"record": record.key}, record.filetype)
    form = ProcessSerializer(data=said, context={"company": drop.company, "record": record})
    try:
        form.is_valid(raise_exception=True)
    except ValidationError as error:
        raise Waits(" ".join(f"{name}: {text}" for name, texts in error.detail.items() for text in texts)) from None  # type: ignore[union-attr]  # of a form
    place_for(drop).copy(entry, record.incoming_path)
    services.queue(record, form.parameters(), None)
    return record


def _move_aside(drop: Drop) -> None:
    """Move what was taken and is still where it was dropped."""
    left = drop.files.filter(is_aside=False, state=State.TAKEN).select_related("record").order_by("pk")
    for file in left[:MOST_LEFT]:
        _move(drop, file)


def _move(drop: Drop, file: DroppedFile) -> None:
    """Move a file that was taken. Where that cannot be, it stays, and its row says that it is done."""
    try:
        place_for(drop).set_aside(file.name, file.version, file.aside_name)
    except OSError as error:
        logger.warning("Drop %s: %s could not be moved: %s", drop, file.pk, error)
        return
    DroppedFile.objects.filter(pk=file.pk).update(is_aside=True)
