"""A backup a day where everything is embedded, of which the last KEPT stay."""

from __future__ import annotations

import fcntl
import logging
import shutil
import time
from pathlib import Path
from typing import Final

from django.conf import settings

from portal.backups.writing import Names, name_of, write

KEPT: Final = 14
DAY: Final = 24 * 3600  # seconds
KIND: Final = "daily"  # how their names begin; a person's own are kept until the person deletes them

logger = logging.getLogger(__name__)


def folder() -> Path:
    """Return the folder of backups, unless another is named."""
    path: Path = settings.CODEPORT_HOME / "backups"
    return path


def back_up_daily(names: Names) -> bool:
    """Make the backup of this day unless it is there or being made, and say whether it was made.

    One for which there may be too little room is not begun: a full disk would stop the portal.
    """
    folder().mkdir(mode=0o700, exist_ok=True)
    with (folder() / "daily.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        made = _made()
        if made and time.time() - made[-1].stat().st_mtime < DAY:
            return False
        free, needed = shutil.disk_usage(folder()).free, 2 * made[-1].stat().st_size if made else 0
        if free < needed:
            logger.error("no daily backup: the disk of %s has less room than two times the last one", folder())
            return False
        written = write(folder() / name_of(KIND), names)
        logger.info("daily backup %s: %s files", written.path, written.files)
        for old in _made()[:-KEPT]:
            old.unlink()
    return True


def _made() -> list[Path]:
    """Return the daily backups, the newest last: their names begin with their moments."""
    return sorted(folder().glob(f"{KIND}-*.tar"))
