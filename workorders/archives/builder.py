"""Build the archives of a workorder: once, stored whole, the same bytes each time."""

from __future__ import annotations

from collections.abc import Callable
from secrets import token_hex
from typing import Literal

from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.db.models.functions import Now
from psycopg.errors import LockNotAvailable

from portal.background.leases import ClaimLost
from portal.background.progress import Status
from portal.background.pulse import Pulse
from portal.background.spool import draft_file
from portal.pages.languages import written_for
from portal.storage.base import storage
from portal.values.words import gettext_lazy
from workorders.archives.kept import note_files
from workorders.archives.names import archive_name
from workorders.archives.zip_archive import Archive, secure_facts
from workorders.codes.block_index import summarize_after_load
from workorders.models import Job, Workorder
from workorders.webhooks.outbox import publish_workorder

ArchiveKind = Literal["archive", "serial-numbers"]
SECURE = gettext_lazy(
    """
The samples carry a specimen of the secure graphic, not the real one: do not print them. The printing partner downloads
the secure codes as they are printed.
"""
)

LOCK = "SELECT set_config('lock_timeout', %s, true), pg_advisory_xact_lock(hashtextextended(%s, 0))"


class NoCodes(Exception):  # noqa: N818  # an event, not a fault
    """The workorder's codes are still being minted, or never will be, or none were uploaded into it yet."""


class BeingMade(Exception):  # noqa: N818  # an event, not a fault
    """Others make the archive, or so many that this one has to wait for its turn."""


def build_archive(
    workorder: Workorder, kind: ArchiveKind, tick: Callable[[int], None] = lambda rows: None, patience: float = 0
) -> str:
    """Build the archive unless it is stored already, and return its storage name; NoCodes when it has no codes.

    `tick` hears how many codes have been written. Whoever asks while another builds it waits for that one; for no more
    than `patience` seconds, where some are named, until BeingMade.
    """
    name = archive_name(workorder, kind)
    if not storage().exists(name):
        with transaction.atomic(), connection.cursor() as cursor:
            try:
                cursor.execute(LOCK, [f"{patience * 1000:.0f}", name])
            except OperationalError as error:
                if isinstance(error.__cause__, LockNotAvailable):
                    raise BeingMade from None
                raise
            if not storage().exists(name):
                if not (workorder.has_codes and _hold_codes(workorder)):
                    raise NoCodes
                _write_archive(workorder, kind, name, tick)
    return name


def _hold_codes(workorder: Workorder) -> bool:
    """Keep the codes of a SID from being deleted until the transaction ends; return False if they are withdrawn."""
    if workorder.type != Workorder.Type.SID:
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT state FROM workorders_workorder WHERE id = %s FOR KEY SHARE", [workorder.pk])
        found = cursor.fetchone()
    return found is not None and found[0] != Workorder.State.CANCELLED


def _write_archive(workorder: Workorder, kind: ArchiveKind, name: str, tick: Callable[[int], None]) -> None:
    # Only one at a time builds it. But whoever loses the database, and with it the lock, builds on until that shows,
    # and is not to take the file of the next one away. What one that was killed has left goes.
    flat = name.replace("/", "-")
    for left in settings.SPOOL_DIR.glob(f"draft-{'?' * 16}-{flat}"):
        left.unlink(missing_ok=True)
    with draft_file(f"draft-{token_hex(8)}-{flat}") as draft:
        with Archive(workorder, draft) as archive:
            archive.add_codes(tick)
            archive.add_samples()
            if kind == "archive":
                with written_for(None, workorder.company):
                    archive.add_readme(SECURE if workorder.layout else "")
                archive.add_manifest(secure_facts(workorder))
        archive.check_samples()
        note_files(workorder)
        storage().adopt(draft, name)


def run_archive_job(job: Job, pulse: Pulse) -> None:
    """Build the archive of a workorder; a new SID workorder is then completed, in the same transaction."""
    workorder = job.workorder
    count = workorder.codes_count
    pulse.enter(Job.Phase.PACKING, count)
    summarize_after_load()
    try:
        with transaction.atomic():
            build_archive(workorder, "archive", pulse.tick)
            _complete(workorder)
            job.end(status=Status.COMPLETED, rows_done=count, rows_total=count)
    except ClaimLost:
        if storage().exists(archive_name(workorder, "archive")):  # which is to be noted all the same
            note_files(workorder)
        raise


def _complete(workorder: Workorder) -> None:
    """Complete the workorder if it is new; before its job, as a withdrawal takes the two."""
    new = Workorder.objects.filter(pk=workorder.pk, type=Workorder.Type.SID, state=Workorder.State.NEW)
    if new.update(state=Workorder.State.COMPLETED, files_at=Now()):  # a lost attempt may have left the file
        publish_workorder(workorder, "workorder.completed")
