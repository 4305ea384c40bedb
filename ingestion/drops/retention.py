"""How long dropped files, and what is written beside them, are kept: UPLOAD_DAYS after their end, or for ever."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.db.models import Q
from django.db.models.functions import Now

from ingestion.drops.answers import has_later
from ingestion.drops.watching import place_for
from ingestion.models import Drop, DroppedFile
from portal.background.outages import outage_of
from portal.storage.drop_entries import ANSWERS
from portal.storage.drops import Place

MOST_FILES: Final = 100  # of one drop in one visit

State = DroppedFile.State
logger = logging.getLogger(__name__)


def delete_old_drops() -> None:
    """Delete files that were taken, told and kept long enough, with their results; a bounded part of them.

    One that is still where it was dropped, since it cannot be moved, stays. A folder that is away waits.
    """
    if not settings.UPLOAD_DAYS:
        return
    before = Now() - timedelta(days=settings.UPLOAD_DAYS)
    ended = Q(record=None) | Q(record__status_updated_at__lt=before)
    old = DroppedFile.objects.filter(ended, state=State.TOLD, is_aside=True, seen_at__lt=before)
    for drop in Drop.objects.filter(pk__in=old.values("drop")).select_related("company"):
        place = place_for(drop)
        try:
            for file in old.filter(drop=drop).select_related("record").order_by("seen_at")[:MOST_FILES]:
                _delete(place, file)
                old.filter(pk=file.pk).update(state=State.GONE)
        except Exception as error:
            part = outage_of(error)
            if part == "database" or not (part or isinstance(error, OSError)):
                raise
            logger.info("Drop %s: old files wait: %s", drop, error)


def _delete(place: Place, file: DroppedFile) -> None:
    """Delete the file and its result, unless that is of a later file. What may not be deleted stays for ever."""
    try:
        place.remove(file.aside_name, is_aside=True)
        if not has_later(file):
            for ending in ANSWERS:
                place.remove(f"{file.name}{ending}")
    except PermissionError as error:
        logger.warning("Drop %s: %s could not be deleted: %s", file.drop_id, file.pk, error)
