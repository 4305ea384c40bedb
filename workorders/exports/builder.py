"""The work of a worker: one export from claim to end."""

from __future__ import annotations

import logging
from contextlib import suppress
from pathlib import Path

from django.db import connection, transaction

from portal.background.leases import ClaimLost
from portal.background.outages import outage_of
from portal.background.progress import Status
from portal.background.pulse import Pulse, perform
from portal.background.spool import draft_of_attempt
from portal.database import replica
from portal.storage.base import storage
from workorders.codes.filters import CodeFilter
from workorders.codes.first_download import note_downloads
from workorders.exports.columns import Selection
from workorders.exports.limits import Refused, refuse_too_many_codes, refuse_too_many_fields
from workorders.exports.survey import Survey, survey
from workorders.exports.writers import WRITERS
from workorders.models import Export

logger = logging.getLogger(__name__)

SNAPSHOT = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"


def run(export_id: int) -> None:
    """Write an export if it is queued, so that a message may come twice."""
    export = Export.claim(export_id, Export.Phase.COUNTING)
    if export is not None:
        perform(export, lambda pulse: write_export(export, pulse), lambda reason: _give_up(export, reason))


def write_export(export: Export, pulse: Pulse) -> None:
    """Write the file, move it into the storage and end the export. What cannot be exported ends it with the reason."""
    with draft_of_attempt(export, export.ending) as draft:
        try:
            found = _write(export, draft, pulse)
        except Refused as refusal:
            export.end(status=Status.ERROR, refusal=str(refusal))
            return
        size = draft.stat().st_size
        with transaction.atomic():
            gone = note_downloads(found.workorders)
            if not gone:
                export.end(status=Status.COMPLETED, rows_done=found.codes, rows_total=found.codes, size=size)
                storage().adopt(draft, export.file_path)
        if gone:  # their upload was withdrawn meanwhile, so the codes are written anew without them
            export.put_back()


def _write(export: Export, draft: Path, pulse: Pulse) -> Survey:
    """Write the codes as they all were at one moment: read by the replica, if there is one, once it has all of them."""
    if replica.has_caught_up():
        try:
            with replica.in_place_of_primary():
                return _write_codes(export, draft, pulse)
        except Exception as error:
            pulse.check()
            if outage_of(error) != "database":
                raise
            logger.warning("The replica failed in export %s, so the primary is read: %s", export.pk, error)
        finally:
            pulse.waits_for(connection.connection)
    return _write_codes(export, draft, pulse)


def _write_codes(export: Export, draft: Path, pulse: Pulse) -> Survey:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(SNAPSHOT)
        pulse.waits_for(connection.connection)
        selection = Selection.of(export.company, CodeFilter.from_json(export.filters))
        found = survey(selection)
        refuse_too_many_codes(export.format, found.codes)
        refuse_too_many_fields(export.format, found)
        pulse.enter(Export.Phase.WRITING, found.codes)
        WRITERS[export.format](export, selection, found, draft, pulse.tick)
    return found


def _give_up(export: Export, reason: str) -> None:
    """End the export with an error, if this attempt still holds it."""
    with suppress(ClaimLost):
        export.end(status=Status.ERROR, detail=reason)
