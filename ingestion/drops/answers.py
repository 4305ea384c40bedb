"""What is written beside a file that was dropped: its result, and its errors."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any, Final

from django.conf import settings
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.urls import reverse

from ingestion.drops.watching import place_for
from ingestion.models import Drop, DroppedFile, IngestionRecord
from ingestion.results.errors_csv import errors_csv
from portal.database.clock import database_now
from portal.storage.drop_entries import Occupied
from portal.storage.drops import Place

MOST_TOLD: Final = 200  # files of one drop in one visit
LEASE: Final = timedelta(minutes=2)  # longer than anything between two renewals: the upload of errors to the bucket
RENEWAL: Final = 5.0  # seconds after which the lease is renewed while errors are read
Status, State = IngestionRecord.Status, DroppedFile.State
HAS_ENDED: Final = Q(record=None) | ~Q(record__status__in=IngestionRecord.OPEN)


class Overtaken(Exception):  # noqa: N818  # an event, not a fault
    """The result is somebody else's to write, or another one by now."""


def tell_results(drop: Drop) -> int:
    """Write the results of the files whose records have ended. What fails is tried again by the next visit.

    Return how many cannot be written for the sake of their names; the others do not wait for them.
    """
    hindered = 0
    untold = DroppedFile.objects.filter(HAS_ENDED, drop=drop, state=State.TAKEN).order_by("pk")
    for key in [*untold.values_list("pk", flat=True)[:MOST_TOLD]]:
        if file := _claimed(untold, key):
            try:
                _tell(place_for(drop), file)
            except Occupied:
                hindered += 1
            except Overtaken:
                continue
            finally:
                _held(file).update(lease_until=None)
    return hindered


def has_later(file: DroppedFile) -> bool:
    """Say whether what stands beside the file's name is the result of one that was dropped later."""
    return _later(file).filter(state=State.TOLD).exists()


def _later(file: DroppedFile) -> QuerySet[DroppedFile]:
    return DroppedFile.objects.filter(drop=file.drop_id, name=file.name, pk__gt=file.pk)


def _claimed(untold: QuerySet[DroppedFile], key: int) -> DroppedFile | None:
    """Return the file, whose result nobody else writes for LEASE; None where somebody does."""
    until = database_now() + LEASE
    if not untold.filter(Q(lease_until=None) | Q(lease_until__lt=Now()), pk=key).update(lease_until=until):
        return None
    file = DroppedFile.objects.select_related("record").get(pk=key)
    file.lease_until = until
    return file


def _held(file: DroppedFile) -> QuerySet[DroppedFile]:
    """The row, as long as this lease holds it, and no other result has been asked for."""
    return DroppedFile.objects.filter(pk=file.pk, lease_until=file.lease_until)


def _tell(place: Place, file: DroppedFile) -> None:
    """Write the result outside of any transaction, and note it.

    What was written meanwhile, of a later file of the name or of the same one, checked again, may have been replaced by
    it: that is written once more.
    """
    told = Q(state=State.TOLD) | Q(state=State.TAKEN, lease_until__isnull=False)
    if not has_later(file):
        _write(place, file)
        _later(file).filter(told).update(state=State.TAKEN, lease_until=None)
    if not _held(file).update(state=State.TOLD, lease_until=None):
        DroppedFile.objects.filter(told, pk=file.pk).update(state=State.TAKEN, lease_until=None)


def _write(place: Place, file: DroppedFile) -> None:
    """Write the errors first: where the result is, all is there. Those of a result before go."""
    record, errors = file.record, f"{file.name}.errors.csv"
    has_errors = record is not None and record.status == Status.ERROR
    if record and has_errors:
        place.write(errors, _renewing(file, errors_csv(record)))
    text = json.dumps(_result(file, record, errors if has_errors else ""), indent=2, ensure_ascii=False, default=str)
    place.write(f"{file.name}.result.json", [text, "\n"])
    if not has_errors:
        place.remove(errors)


def _renewing(file: DroppedFile, lines: Iterable[str]) -> Iterator[str]:
    """Yield the lines, and renew the lease meanwhile. Raise Overtaken where it is lost."""
    renewed = time.monotonic()
    for line in lines:
        if time.monotonic() - renewed > RENEWAL:
            renewed, until = time.monotonic(), database_now() + LEASE
            if not _held(file).update(lease_until=until):
                raise Overtaken
            file.lease_until = until
        yield line


def _result(file: DroppedFile, record: IngestionRecord | None, errors: str) -> dict[str, Any]:
    if record is None:
        return {"file": file.name, "status": "refused", "problem": file.problem}
    return {
        "file": file.name,
        "status": record.status,
        "record_key": record.key,
        "url": settings.PUBLIC_URL + reverse("record-detail", args=[record.key]),
        "ended_at": record.status_updated_at.isoformat(),
        "result_data": record.result_data,
        "warnings": record.warnings,
        "workorder": record.workorder_id,
        "errors_csv": errors or None,
    }
