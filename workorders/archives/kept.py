"""How long archives and images are kept: ARCHIVE_DAYS since the last of a workorder was stored, or for ever.

Whoever asks for one that is gone has it made again, with the same codes. Nothing else of a workorder goes.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.db.models.functions import Now

from portal.models import Event
from portal.storage.base import storage, swept
from workorders.archives.names import folder_of
from workorders.models import Job, Workorder

MOST_WORKORDERS: Final = 500  # in one sweep
LATELY: Final = timedelta(days=1)  # a download of secure codes that began since may still be resumed


def note_files(workorder: Workorder) -> None:
    """Note that an archive is about to be stored, in the transaction that stores it; a sweep waits for its end."""
    Workorder.objects.filter(pk=workorder.pk).update(files_at=Now())


def files_kept_until(workorder: Workorder) -> datetime | None:
    """Return when the workorder's archives are deleted; None where there are none, and where they stay for ever."""
    if workorder.files_at is None or not settings.ARCHIVE_DAYS:
        return None
    return workorder.files_at + timedelta(days=settings.ARCHIVE_DAYS)


def delete_old_archives() -> int:
    """Delete the archives that were kept long enough, of a bounded number of workorders; return of how many.

    Those of a workorder for which work is under way, or from which secure codes were downloaded just now, wait.
    """
    if not settings.ARCHIVE_DAYS:
        return 0
    working = Job.objects.filter(workorder=OuterRef("pk"), status__in=Job.OPEN)
    downloaded = Event.objects.filter(
        subject="workorder", subject_id=OuterRef("pk"), what="downloaded", at__gt=Now() - LATELY
    )
    old = Workorder.objects.filter(files_at__lt=Now() - timedelta(days=settings.ARCHIVE_DAYS))
    idle = old.filter(~Exists(working), ~Exists(downloaded))
    done = 0
    for pk in list(idle.order_by("files_at").values_list("pk", flat=True)[:MOST_WORKORDERS]):
        with transaction.atomic():
            workorder = idle.select_for_update(of=("self",), skip_locked=True).filter(pk=pk).first()
            if workorder is not None:
                left = [name for name, _written in storage().listed(folder_of(workorder)) if not swept(name)]
                if not left:
                    done += Workorder.objects.filter(pk=pk).update(files_at=None)
    return done
