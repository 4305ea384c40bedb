"""What attempts that were killed left in the spool."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from tempfile import TemporaryFile

from django.conf import settings

from ingestion.models import IngestionRecord
from portal.background.leases import Status
from workorders.models import Job

DAY = 24 * 3600  # seconds


def remove() -> None:
    """Remove all that no attempt holds; several workers may do so at once, and others work meanwhile.

    The spool is read before the database: an attempt is claimed there before it makes its file or folder. What is not
    named after one, such as an upload on its way in, is removed a day after its last change.
    """
    found = list(settings.SPOOL_DIR.iterdir())
    held, now = _held(), _now()
    for path in found:
        name = path.name.partition(".")[0]
        if name not in held and (_of_an_attempt(name) or _is_old(path, now)):
            _remove(path)


def _held() -> set[str]:
    """Names, without their endings, of what running attempts have in the spool."""
    records = IngestionRecord.objects.filter(status=Status.PROCESSING).values_list("key", "attempts")
    jobs = Job.objects.filter(status=Status.PROCESSING).values_list("pk", "attempts")
    return {f"{key}-{attempt}" for key, attempt in records} | {f"job-{pk}-{attempt}" for pk, attempt in jobs}


def _of_an_attempt(name: str) -> bool:
    key, _, attempt = name.rpartition("-")
    if not attempt.isdecimal():
        return False
    return key.startswith("job-") or IngestionRecord.objects.filter(key=key).exists()


def _now() -> float:
    """What time it is for the disk of the spool, which is what dates the files there."""
    with TemporaryFile(dir=settings.SPOOL_DIR) as probe:
        return os.fstat(probe.fileno()).st_mtime


def _is_old(path: Path, now: float) -> bool:
    try:
        return path.stat().st_mtime < now - DAY
    except FileNotFoundError:
        return False


def _remove(path: Path) -> None:
    """Another worker may have been faster."""
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
