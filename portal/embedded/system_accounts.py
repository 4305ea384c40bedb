"""The account of the system that runs PostgreSQL, which refuses to run as root."""

from __future__ import annotations

import ctypes
import os
import pwd
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from portal.embedded.private_home import let_pass
from portal.embedded.supervisor import ServiceError, libc

CLONE_NEWUSER = 0x10000000
SERVANTS = ("postgres", "nobody")  # accounts that may serve root


@dataclass(frozen=True)
class Account:
    """The account that runs a program which refuses root, as PostgreSQL does.

    When we are root, the owner of the data decides. Root itself runs the program on root's data, in a user namespace
    where it has another number: no folder need be opened to others, but the kernel must allow it. Another account
    runs the program on its own data.
    """

    uid: int
    gid: int

    @classmethod
    def choose(cls, home: Path, program: Path) -> Self:
        """Return the account to own new data in `home` and to run `program` on it."""
        own = cls(os.geteuid(), os.getegid())
        if own._can_run(program, home):
            return own
        accounts: list[Self] = []
        if os.geteuid() == 0:
            owners = [folder.stat() for folder in (home, *home.parents)]
            accounts += [cls(owner.st_uid, owner.st_gid) for owner in owners if owner.st_uid]
            accounts += [cls(entry.pw_uid, entry.pw_gid) for entry in pwd.getpwall() if entry.pw_name in SERVANTS]
        opened = bool(accounts) and let_pass(home)
        for account in accounts:
            if account._can_run(program, home):
                return account
        if opened:
            home.chmod(0o700)
        raise ServiceError(
            "PostgreSQL refuses to run as root, user namespaces are forbidden here, and other accounts may not enter "
            f"{_barrier(program, home)}: run as an ordinary user, or move the checkout and CODEPORT_HOME to folders "
            "that everybody may enter, or set DATABASE_URL to a PostgreSQL of your own."
        )

    @classmethod
    def of(cls, data: Path, program: Path) -> Self:
        """Return the account that owns the existing `data`. Raise ServiceError if `program` cannot run as it."""
        found = data.stat()
        account = cls(found.st_uid, found.st_gid)
        if os.geteuid() not in (0, account.uid):
            raise ServiceError(f"{data} belongs to another user; set CODEPORT_HOME to a folder of your own.")
        if not account._can_run(program, data.parent):
            barrier = f"its owner may not enter {_barrier(program, data.parent)}"
            why = barrier if account.uid else "that needs a user namespace, and those are forbidden"
            raise ServiceError(f"PostgreSQL cannot open {data} here: {why}.")
        return account

    @property
    def options(self) -> dict[str, Any]:
        """Options of Popen that make a child run as this account."""
        if self.uid in (0, os.geteuid()):
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    @property
    def become(self) -> Callable[[], None] | None:
        """Return the function that a child of root calls to be root under another number."""
        return _enter_user_namespace if self.uid == 0 else None

    def _can_run(self, program: Path, folder: Path) -> bool:
        """Say whether this account may start `program` and enter `folder`."""

        def prepare() -> None:
            if self.become:
                self.become()
            os.chdir(folder)

        options = self.options | {"stdout": subprocess.DEVNULL, "preexec_fn": prepare}
        try:
            return subprocess.run([program, "--version"], check=False, **options).returncode == 0
        except (OSError, subprocess.SubprocessError):
            return False


def _enter_user_namespace() -> None:
    """Keep what root owns, but bear the number of some other account: one with a name, because initdb asks for it."""
    uid, gid = os.geteuid(), os.getegid()
    other = next((entry.pw_uid for entry in pwd.getpwall() if entry.pw_uid), 65534)
    if libc.unshare(CLONE_NEWUSER):
        raise OSError(ctypes.get_errno(), "unshare")
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{other} {uid} 1")
    Path("/proc/self/gid_map").write_text(f"{other} {gid} 1")


def _barrier(*paths: Path) -> Path:
    """The first folder on the way to `paths` that not everybody may enter."""
    folders = [folder for path in paths for folder in (*reversed(path.parents), path)]
    return next((folder for folder in folders if not folder.stat().st_mode & 0o001), paths[-1])
