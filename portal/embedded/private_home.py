"""CODEPORT_HOME is for the account that runs Codeport, and for nobody else."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path

SIGNS = ("secret-key", "up.lock", "spool")  # by which an installation of before is known
NO_OTHERS = 0o077
PASS_THROUGH = 0o011  # others may go through to what is theirs and see nothing


def make_private(home: Path) -> None:
    """Make `home`, or tighten what an earlier version left open; all that this process makes from now on is private.

    A folder that is somebody else's, or everybody's as /tmp is, stays as it is. Where PostgreSQL runs as another
    account, because root starts it, that account may pass through.
    """
    home.parent.mkdir(parents=True, exist_ok=True)
    os.umask(NO_OTHERS)
    with suppress(FileExistsError):
        home.mkdir()
    found = home.stat()
    if found.st_uid != os.geteuid() or found.st_mode & stat.S_ISVTX or not _is_ours(home):
        return
    _tighten(home, PASS_THROUGH if _serves_root(home) else 0)
    for entry in home.iterdir():
        with suppress(FileNotFoundError):
            if not entry.is_symlink() and entry.stat().st_uid == found.st_uid:
                _tighten(entry, 0)


def let_pass(home: Path) -> bool:
    """Let other accounts pass through `home` of root, because one of them shall serve it; whether that changed it."""
    mode = stat.S_IMODE(home.stat().st_mode)
    if home.stat().st_uid != os.geteuid() or mode & PASS_THROUGH == PASS_THROUGH:
        return False
    home.chmod(mode | PASS_THROUGH)
    return True


def _is_ours(home: Path) -> bool:
    names = [entry.name for entry in home.iterdir()]
    return not names or any(sign in names for sign in SIGNS)


def _serves_root(home: Path) -> bool:
    """Say whether the database in `home` belongs to another account."""
    data = home / "postgres"
    return data.exists() and data.stat().st_uid != os.geteuid()


def _tighten(path: Path, others: int) -> None:
    mode = stat.S_IMODE(path.stat().st_mode)
    wanted = mode & ~NO_OTHERS | others
    if mode != wanted:
        with suppress(PermissionError):
            path.chmod(wanted)
