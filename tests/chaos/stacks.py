"""Whole portals to be disturbed: their servers, their processes by role, and what the harness itself asks them."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from signal import Signals
from typing import Any
from urllib.parse import quote

import psycopg

from portal.embedded.postgres import DATABASE, Postgres
from portal.embedded.supervisor import Process
from portal.embedded.valkey import valkey_url
from tests.chaos import machine
from tests.chaos.way import Way, way_to
from tests.support import brokers, radosgw
from tests.support.paths import CHECKOUT
from tests.support.portals import Up, free_port, processes

STACKS = {
    "embedded": "everything by `make run`",
    "redis": "PostgreSQL over TCP, and Redis",
    "rabbitmq": "PostgreSQL over TCP, and RabbitMQ",
    "s3": "files in a bucket of radosgw",
}
COMMANDS = {"worker": "portal worker", "web": "gunicorn", "clock": "portal beat"}
FILES, DATABASE_DISK, BROKER_DISK = "spool and storage", "database", "broker"
MEGABYTES = {FILES: 160, DATABASE_DISK: 640, BROKER_DISK: 12}
BUCKET = "codeport-chaos"


class TcpPostgres(Postgres):
    """A PostgreSQL as a service of one's own is: it listens on a port."""

    port = 0

    def prepare(self) -> Process:
        """The process, told of its port."""
        self.port = self.port or free_port()
        process = super().prepare()
        process.command = [*process.command, "--listen_addresses=127.0.0.1", f"--port={self.port}"]
        return process

    def answers(self) -> bool:
        """Say whether it takes connections."""
        try:
            psycopg.connect(host=str(self.sockets), port=self.port, user="postgres", dbname=DATABASE).close()
        except psycopg.OperationalError:
            return False
        return True


@dataclass
class Stack:
    """A running portal with all that belongs to it."""

    name: str
    folder: Path
    up: Up
    database: TcpPostgres | None = None
    """None where `up` runs it, as the next."""
    broker: brokers.Running | None = None
    database_way: Way | None = None
    storage_way: Way | None = None
    disks: dict[str, Path] = field(default_factory=dict)
    has_machine: bool = False
    lease: float = 10.0
    """Seconds after which a worker that says nothing has lost its work."""

    @property
    def home(self) -> Path:
        return self.up.home

    def pids(self, role: str) -> list[int]:
        """The processes of a role, each before those it has started; none while it is down."""
        if role == "supervisor":
            return [self.up.process.pid]
        if role in COMMANDS:
            return self.up.tree(COMMANDS[role])
        if role == "database":
            if self.database:
                return _with_children(self.database.process)
            tree = processes()
            masters = [pid for pid in self.up.tree("postgres") if " -D " in tree.get(pid, (0, "", ""))[2]]
            return below(masters[0]) if masters else []
        return _with_children(self.broker.process) if self.broker else self.up.tree("valkey-server")

    def backends(self) -> list[int]:
        """The processes of the database that serve the portal, those at work on something first."""
        query = """SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'codeport%' AND pid <> pg_backend_pid()
            ORDER BY state IS DISTINCT FROM 'active', application_name NOT LIKE '%attempt%'"""
        return [pid for (pid,) in self.ask(query)]

    def connect(self) -> psycopg.Connection[Any]:
        """A connection of the harness's own, past everything that is disturbed."""
        server = self.database or Postgres(self.home)
        port = self.database.port if self.database else None
        return psycopg.connect(
            host=str(server.sockets),
            port=port,
            user="postgres",
            dbname=DATABASE,
            autocommit=True,
            connect_timeout=5,
            application_name="chaos",
        )

    def ask(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """The rows of a query; raises psycopg.Error while the database is away."""
        with self.connect() as connection:
            return connection.execute(query.encode(), values or None).fetchall()

    def own_environment(self) -> dict[str, str]:
        """What the harness's own Django is told, so that it goes past everything that is disturbed."""
        found = self.up.environ | {"DJANGO_SETTINGS_MODULE": "portal.settings"}
        if self.database:
            sockets = quote(str(self.database.sockets), safe="")
            found["DATABASE_URL"] = f"postgresql://postgres@{sockets}:{self.database.port}/{DATABASE}"
        if self.storage_way:
            found["S3_ENDPOINT_URL"] = f"http://127.0.0.1:{self.storage_way.target}"
        return found

    @property
    def broker_address(self) -> str:
        return self.broker.address if self.broker else valkey_url(self.home)

    @property
    def broker_port(self) -> int | None:
        """The port of a broker that listens on one."""
        return int(self.broker.address.partition("127.0.0.1:")[2].partition("/")[0]) if self.broker else None


def below(pid: int) -> list[int]:
    """A process and all below it."""
    tree = processes()
    generation, found = [pid] if pid in tree else [], []
    while generation:
        found += generation
        generation = [child for child, (parent, _, _) in tree.items() if parent in generation]
    return found


def _with_children(process: Process | None) -> list[int]:
    return below(process.child.pid) if process and process.child and process.running else []


@contextmanager
def running(name: str, folder: Path, *, is_quick: bool) -> Iterator[Stack]:
    """Start a stack in `folder`, and end all of it with the block."""
    has_machine = machine.separate()
    home, servers = folder / "var", folder / "servers"
    home.mkdir(mode=0o700)
    servers.mkdir(mode=0o700)
    if has_machine:
        machine.mount(home, MEGABYTES[FILES])
    disks = {FILES: home} if has_machine else {}
    environment = {"API_RATE": "99999/min", "PROVE_DOMAINS": "off", "EMAIL_URL": f"file://{folder}/mails"}
    if is_quick:
        environment["DJANGO_SETTINGS_MODULE"] = "tests.chaos.quick"
    stack = Stack(name, folder, up=None, has_machine=has_machine, disks=disks)  # type: ignore[arg-type]  # comes below
    with ExitStack() as block:
        if name in ("redis", "rabbitmq"):
            _small_database(TcpPostgres(servers), disks, has_machine)
            stack.database = block.enter_context(TcpPostgres(servers))
            stack.database_way = block.enter_context(way_to(stack.database.port))
            environment["DATABASE_URL"] = f"postgresql://postgres@127.0.0.1:{stack.database_way.port}/{DATABASE}"
            stack.broker = _broker(name, servers, block)
            environment["CELERY_BROKER_URL"] = stack.broker.address
        else:
            _small_database(Postgres(home), disks, has_machine)
            if has_machine:
                (home / "valkey").mkdir(mode=0o700)
                machine.mount(home / "valkey", MEGABYTES[BROKER_DISK])
                disks[BROKER_DISK] = home / "valkey"
        if name == "s3":
            stack.storage_way = _bucket(servers, block)
            environment |= {
                "S3_BUCKET": BUCKET,
                "S3_ENDPOINT_URL": f"http://127.0.0.1:{stack.storage_way.port}",
                "AWS_ACCESS_KEY_ID": radosgw.ACCESS_KEY,
                "AWS_SECRET_ACCESS_KEY": radosgw.SECRET_KEY,
            }
        stack.up = block.enter_context(Up(folder / "out", home, checkout=CHECKOUT, **environment))
        stack.up.wait_ready()
        yield stack
        stack.up.end(Signals.SIGTERM, 60)


def _small_database(server: Postgres, disks: dict[str, Path], has_machine: bool) -> None:
    """Make the data of the server on a small disk of their own."""
    if not has_machine:
        return
    with server:
        pass
    machine.mount(server.data, MEGABYTES[DATABASE_DISK])
    disks[DATABASE_DISK] = server.data


def _broker(name: str, folder: Path, block: ExitStack) -> brokers.Running:
    root = Path(os.environ.get("CODEPORT_BROKERS") or "/").resolve()
    if missing := brokers.missing(root):
        raise SystemExit(f"{', '.join(missing)} not in {root}; CODEPORT_BROKERS names the folder of both brokers.")
    home = folder / "broker"
    home.mkdir()
    start = brokers.redis if name == "redis" else brokers.rabbitmq
    return block.enter_context(start(root, home))


def _bucket(folder: Path, block: ExitStack) -> Way:
    """A way to a fresh radosgw with a bucket."""
    ceph = radosgw.found(folder / "ceph")
    if ceph is None:
        raise SystemExit("No radosgw is installed, and CODEPORT_CEPH names none.")
    address = block.enter_context(radosgw.radosgw(ceph))
    radosgw.make_bucket(address, BUCKET)
    return block.enter_context(way_to(int(address.rpartition(":")[2])))


def once_more(stack: Stack) -> None:
    """Start `up` again after it was killed, keep what it had written, and wait until it is ready."""
    with (stack.folder / "out.before").open("a") as before:
        before.write(stack.up.text)
    stack.up.process.wait()
    deadline = time.monotonic() + 60
    while True:
        stack.up.start()
        try:
            stack.up.wait_ready()
            return
        except AssertionError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.5)
