"""Files that attempts at leased work keep in the spool, and what killed attempts left there."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile

from django.conf import settings

from portal.background.leases import Leased
from portal.background.progress import Status

DAY = 24 * 3600  # seconds


def prepare_attempt_path(work: Leased, ending: str = "") -> Path:
    """Return the path for the files of this attempt at `work`, and remove what earlier attempts left."""
    for left in settings.SPOOL_DIR.glob(f"{work.spool_name}-*"):
        _remove(left)
    path: Path = settings.SPOOL_DIR / f"{work.spool_name}-{work.attempts}{ending}"
    return path


@contextmanager
def draft_of_attempt(work: Leased, ending: str) -> Iterator[Path]:
    """Give a path for the file that this attempt at `work` makes, and remove what is left there afterwards."""
    with draft_file(prepare_attempt_path(work, ending).name) as draft:
        yield draft


@contextmanager
def draft_file(name: str) -> Iterator[Path]:
    """Give a path in the spool, and remove what is left there afterwards."""
    draft: Path = settings.SPOOL_DIR / name
    try:
        yield draft
    finally:
        draft.unlink(missing_ok=True)


def remove_abandoned() -> None:
    """Remove all files that no attempt holds. Several workers may do so at once, while others work.

    The spool is read before the database: an attempt is claimed there before it makes its file or folder. What is not
    named after one, such as an upload on its way in, is removed a day after its last change.
    """
    found = list(settings.SPOOL_DIR.iterdir())
    if not found:
        return
    held, now = _held(), _now()
    for path in found:
        name = path.name.partition(".")[0]
        if name not in held and (_is_of_an_attempt(name) or _is_old(path, now)):
            _remove(path)


def _held() -> set[str]:
    """Names, without their endings, of what running attempts have in the spool."""
    running = [
        work for kind in Leased.__subclasses__() for work in kind._default_manager.filter(status=Status.PROCESSING)
    ]
    return {f"{work.spool_name}-{work.attempts}" for work in running}


def _is_of_an_attempt(name: str) -> bool:
    work, _, attempt = name.rpartition("-")
    return attempt.isdecimal() and any(kind.has_spool_name(work) for kind in Leased.__subclasses__())


def _now() -> float:
    """Return the time of the spool's disk, which dates the files there."""
    with TemporaryFile(dir=settings.SPOOL_DIR) as probe:
        return os.fstat(probe.fileno()).st_mtime


def _is_old(path: Path, now: float) -> bool:
    try:
        return path.stat().st_mtime < now - DAY
    except FileNotFoundError:
        return False


def _remove(path: Path) -> None:
    """Remove a file or a folder, unless another worker was faster."""
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
