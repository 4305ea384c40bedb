"""What is written beside a file that was dropped: its result, and its errors."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.urls import reverse

from ingestion.drops.watching import place_for
from ingestion.models import Drop, DroppedFile, IngestionRecord
from ingestion.results.errors_csv import errors_csv
from portal.storage.drop_entries import Occupied
from portal.storage.drops import Place

MOST_TOLD = 200  # files of one drop in one visit
Status = IngestionRecord.Status
HAS_ENDED = Q(record=None) | ~Q(record__status__in=IngestionRecord.OPEN)


def tell_results(drop: Drop) -> int:
    """Write the results of the files whose records have ended. What fails is tried again by the next visit.

    Return how many cannot be written for the sake of their names; the others do not wait for them.
    """
    hindered = 0
    untold = DroppedFile.objects.filter(HAS_ENDED, drop=drop, state=DroppedFile.State.TAKEN).order_by("pk")
    for key in [*untold.values_list("pk", flat=True)[:MOST_TOLD]]:
        with transaction.atomic():
            file = untold.select_for_update(of=("self",), skip_locked=True).filter(pk=key).first()
            if file is None:
                continue
            try:
                _write(place_for(drop), file)
            except Occupied:
                hindered += 1
                continue
            file.state = DroppedFile.State.TOLD
            file.save(update_fields=["state"])
    return hindered


def _write(place: Place, file: DroppedFile) -> None:
    """Write the errors first: where the result is, all is there."""
    record, errors = file.record, ""
    if record and record.status == Status.ERROR:
        errors = f"{file.name}.errors.csv"
        place.write(errors, errors_csv(record))
    text = json.dumps(_result(file, record, errors), indent=2, ensure_ascii=False, default=str)
    place.write(f"{file.name}.result.json", [text, "\n"])


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
