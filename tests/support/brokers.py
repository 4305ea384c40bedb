"""Redis and RabbitMQ for tests: on ports of this machine, with nothing kept, gone with the block.

Debian's redis-server and rabbitmq-server may be installed, or lie unpacked in the folder CODEPORT_BROKERS.
"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from signal import Signals

from kombu import Connection

from portal.embedded.supervisor import Process, end
from tests.support.radosgw import free_ports

START_SECONDS = 90.0
ERL = """#!/bin/sh
export ROOTDIR={root}/usr/lib/erlang EMU=beam PROGNAME=erl
export BINDIR=$(echo $ROOTDIR/erts-*/bin)
exec $BINDIR/erlexec "$@"
"""


@dataclass
class Running:
    """A broker that answers at `address`, until it is stopped or hangs."""

    address: str
    process: Process

    def stop(self) -> None:
        """End it; whoever is connected is told so by the kernel."""
        end(self.process)

    def start(self) -> None:
        """Start it again where it was, and return when it answers."""
        self.process.start()
        answering(self.address, self.process)

    @contextmanager
    def hanging(self) -> Iterator[None]:
        """Let it, for the block, neither answer nor end."""
        assert self.process.child is not None
        os.killpg(self.process.child.pid, Signals.SIGSTOP)
        try:
            yield
        finally:
            os.killpg(self.process.child.pid, Signals.SIGCONT)


Broker = Callable[[Path, Path], AbstractContextManager[Running]]
"""From the folder of the programs and one of its own, both of which exist, to a running broker."""


def missing(root: Path) -> list[str]:
    """The programs that are not below `root`."""
    programs = ("usr/bin/redis-server", "usr/sbin/rabbitmq-server", "usr/lib/erlang/bin/erl")
    return [program for program in programs if not (root / program).exists()]


@contextmanager
def redis(root: Path, home: Path, host: str = "127.0.0.1") -> Iterator[Running]:
    """A fresh Redis, which believes whoever reaches it."""
    (port,) = free_ports(1)
    words = f"--bind {host} --port {port} --protected-mode no --appendonly no --dir {home}"
    program = root / "usr/bin/redis-server"
    with running(home, "Redis", [str(program), *words.split(), "--save", ""], libraries(root)) as process:
        yield answering(f"redis://{host}:{port}/0", process)


@contextmanager
def rabbitmq(root: Path, home: Path) -> Iterator[Running]:
    """A fresh RabbitMQ, with an epmd of its own, for Erlang's would outlive it."""
    port, dist, epmd = free_ports(3)
    programs = home / "bin"
    programs.mkdir()
    (programs / "erl").write_text(ERL.format(root=root if root != Path("/") else ""))
    (programs / "erl").chmod(0o700)
    environment = libraries(root) | {
        "HOME": str(home),
        "PATH": f"{programs}:{os.environ['PATH']}",
        "ERL_EPMD_PORT": str(epmd),
        "ERL_EPMD_ADDRESS": "127.0.0.1",
        "RABBITMQ_NODENAME": "codeport@localhost",
        "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
        "RABBITMQ_NODE_PORT": str(port),
        "RABBITMQ_DIST_PORT": str(dist),
        "RABBITMQ_MNESIA_BASE": str(home),
        "RABBITMQ_LOG_BASE": str(home),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(home / "plugins"),
        "RABBITMQ_CONFIG_FILE": str(home / "rabbitmq"),
        "RABBITMQ_CONF_ENV_FILE": str(home / "environment"),
    }
    (script,) = (root / "usr/lib/rabbitmq/lib").glob("rabbitmq_server-*/sbin/rabbitmq-server")
    (mapper,) = (root / "usr/lib/erlang").glob("erts-*/bin/epmd")
    with (
        running(home, "epmd", [str(mapper)], environment),
        running(home, "RabbitMQ", [str(script)], environment) as process,
    ):
        yield answering(f"amqp://guest:guest@127.0.0.1:{port}//", process)


def libraries(root: Path) -> dict[str, str]:
    """What has unpacked programs find their libraries."""
    folders = [] if root == Path("/") else [*root.glob("usr/lib/*-linux-*"), *root.glob("lib/*-linux-*")]
    return {"LD_LIBRARY_PATH": ":".join(map(str, folders))} if folders else {}


@contextmanager
def running(home: Path, name: str, command: list[str], environment: dict[str, str]) -> Iterator[Process]:
    """A server that writes to a file in `home`."""
    with (home / "output").open("ab") as output:
        stops = ((0.0, Signals.SIGTERM), (10.0, Signals.SIGKILL))
        options = {"env": os.environ | environment, "cwd": home, "stdout": output, "stderr": subprocess.STDOUT}
        process = Process(name, command, stops, Signals.SIGKILL, options=options)
        process.start()
        try:
            yield process
        finally:
            end(process)


def answering(address: str, process: Process) -> Running:
    """The broker, as soon as it answers; RuntimeError when it never will."""
    deadline = time.monotonic() + START_SECONDS
    pause = time.sleep  # between two looks
    while True:
        try:
            with Connection(address, connect_timeout=2) as broker:
                broker.ensure_connection(max_retries=1, interval_start=0)
            return Running(address, process)
        except Exception as error:  # each broker has its own
            if not process.running or time.monotonic() > deadline:
                raise RuntimeError(f"{process.name} does not answer; running: {process.running}") from error
            pause(0.1)
