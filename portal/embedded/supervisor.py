"""Child processes that do not outlive us: each in a session of its own, ended in order, started again when it dies."""

import ctypes
import os
import pwd
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from signal import Signals
from typing import Any, Protocol, Self, TextIO

from portal.embedded.private_home import let_pass

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 60.0  # seconds before a dead service is started again
STEADY = 60.0  # a service that ran so many seconds starts with the first pause again

PR_SET_PDEATHSIG = 1
CLONE_NEWUSER = 0x10000000
SERVANTS = ("postgres", "nobody")  # accounts that may serve root
libc = ctypes.CDLL(None, use_errno=True)


class ServiceError(Exception):
    """Why something cannot run, as one plain sentence for the person who started it."""


def say(text: str, stream: TextIO | None = None) -> None:
    """Write `text` for the person at the terminal, on standard error by default, if the terminal is still there."""
    stream = stream or sys.stderr
    with suppress(OSError):
        stream.write(f"{text}\n")
        stream.flush()


def die_with_parent(signum: Signals, parent: int) -> None:
    """Have the kernel send us `signum` when our parent dies, even by kill -9; on Linux only, elsewhere nothing.

    A change of user or group undoes it, so it comes after those. `parent` is the process id we expect: one that died
    before we asked is noticed by it. What counts as parent is the *thread* that started us, so start from the main one.
    """
    if sys.platform == "linux":
        libc.prctl(PR_SET_PDEATHSIG, int(signum))
        if os.getppid() != parent:
            os.kill(os.getpid(), signum)


@dataclass(eq=False)
class Process:
    """A command that runs as our child, out of reach of the terminal's Ctrl-C, and ends when we do."""

    name: str
    command: Sequence[str | Path]
    stops: Sequence[tuple[float, Signals]]  # seconds after the wish to end it, and what to send; KILL is for its group
    orphan_signal: Signals  # what the kernel sends it when we die
    become: Callable[[], None] | None = None  # runs in the child before the command
    options: dict[str, Any] = field(default_factory=dict)  # Popen's own
    child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the command. SIGINT and SIGTERM wait until the child is on record, so that it cannot be forgotten."""
        us = os.getpid()

        def prepare() -> None:
            if self.become:
                self.become()
            signal.pthread_sigmask(signal.SIG_SETMASK, ())
            die_with_parent(self.orphan_signal, us)

        options = {"stdin": subprocess.DEVNULL, **self.options}
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
        try:
            self.child = subprocess.Popen(self.command, start_new_session=True, preexec_fn=prepare, **options)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)

    @property
    def running(self) -> bool:
        """Whether the child lives."""
        return self.child is not None and self.child.poll() is None

    def send(self, signum: Signals) -> None:
        """Send `signum` to the child, and SIGKILL to all of its process group."""
        if self.child and self.running:
            (os.killpg if signum is Signals.SIGKILL else os.kill)(self.child.pid, signum)


def end(*processes: Process) -> None:
    """End `processes` side by side, each by its own `stops`; returns when none is left."""
    began = time.monotonic()
    due = [(moment, signum, process) for process in processes for moment, signum in process.stops]
    due.sort(key=lambda step: step[0])
    while any(process.running for process in processes):
        while due and due[0][0] <= time.monotonic() - began:
            _, signum, process = due.pop(0)
            process.send(signum)
        time.sleep(0.02)


class Service(Protocol):
    """What is kept running."""

    @property
    def name(self) -> str: ...

    @property
    def running(self) -> bool: ...

    def start(self) -> None: ...


@dataclass
class Watch:
    """An eye on one service, with the history that decides when it is started again."""

    service: Service
    pause: float = FIRST_PAUSE
    since: float = field(default_factory=time.monotonic)
    restart_at: float | None = None

    def look(self) -> None:
        """Look once: announce a death, and start the service again when its pause is over."""
        now = time.monotonic()
        if self.service.running:
            if now - self.since > STEADY:
                self.pause = FIRST_PAUSE
        elif self.restart_at is None:
            say(f"{self.service.name} has ended and is started again in {self.pause:g} s.")
            self.restart_at = now + self.pause
            self.pause = min(self.pause * 2, LONGEST_PAUSE)
        elif now >= self.restart_at:
            self.restart_at = None
            self.since = now
            try:
                self.service.start()
            except ServiceError as error:
                say(str(error))


@dataclass(frozen=True)
class Account:
    """Who runs a program that refuses root, as PostgreSQL does. When we are root, the owner of its data tells who.

    Root's own data: root, in a user namespace where it bears another number. Nothing need be opened to others for that,
    but the kernel must allow it. Another account's data: that account.
    """

    uid: int
    gid: int

    @classmethod
    def choose(cls, home: Path, program: Path) -> Self:
        """Who shall own new data in `home` and run `program` on it."""
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
        """Who owns the existing `data`, if it is possible to run `program` as them."""
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
        """What a child of root calls to be root under another number."""
        return _enter_user_namespace if self.uid == 0 else None

    def _can_run(self, program: Path, folder: Path) -> bool:
        """Whether this account may start `program` and enter `folder`."""

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
