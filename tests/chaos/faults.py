"""What fails: each fault has a beginning and an end, and knows the stacks on which it can be had."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import redis
from celery import Celery
from kombu import Connection, Queue

from portal.background import broker as waking
from tests.chaos import machine
from tests.chaos.stacks import BROKER_DISK, DATABASE_DISK, FILES, Stack, below, once_more
from tests.support.paths import CHECKOUT

QUEUES = ("ingest", "archive", "mail", "webhooks")
DEAD_SECONDS = 20.0  # for which packets are lost: longer than it takes both sides to notice
START_SECONDS = 8.0  # of a worker
SEND_AGAIN = 0.1  # seconds between two deliveries of all messages


class NotNow(Exception):  # noqa: N818  # says so
    """There is nothing that could fail in this way at the moment."""


class Fault:
    """Something that fails."""

    name = ""
    stays = False
    """Whether it is there before all work, and ends after it."""

    def fits(self, stack: Stack) -> bool:
        """Say whether the stack has what fails."""
        return True

    def seconds(self, stack: Stack, dice: random.Random) -> float:
        """How long it lasts."""
        return 0.0

    def prepare(self, stack: Stack) -> None:
        """Do what comes before the work of the round."""

    def begin(self, stack: Stack, dice: random.Random) -> None:
        """Let it fail. Raise NotNow where there is nothing."""
        raise NotImplementedError

    def end(self, stack: Stack) -> None:
        """Mend what does not mend itself."""


def send(pids: list[int], signum: signal.Signals) -> None:
    """Send a signal to those of our processes that are still there."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signum)


def victims(stack: Stack, role: str, dice: random.Random) -> list[int]:
    """The processes that a role names: one child of it, or all of them."""
    if role == "database backend":
        found = stack.backends()
        return found[:1]
    whole, _, child = role.partition(" ")
    found = stack.pids(whole)
    return [dice.choice(found[1:])] if child and found[1:] else [] if child else found


@dataclass
class Killed(Fault):
    """kill -9 of a process, or of the first of a role, whose children the kernel or the others have to end."""

    role: str

    def __post_init__(self) -> None:
        self.name = f"kill -9 {self.role}"

    def seconds(self, stack: Stack, dice: random.Random) -> float:
        is_ours = stack.database and self.role in ("database", "broker")
        return dice.uniform(0, 3) if is_ours else 0.0

    def begin(self, stack: Stack, dice: random.Random) -> None:
        pids = victims(stack, self.role, dice)[:1]
        if self.role == "broker" and stack.broker and stack.broker.process.child:
            pids = below(stack.broker.process.child.pid)  # a script and what it has started
        if not pids:
            raise NotNow
        send(pids, signal.SIGKILL)

    def end(self, stack: Stack) -> None:
        """Start again what no supervisor does, once it is dead: a kill takes its time."""
        if self.role == "supervisor":
            once_more(stack)
        ours = {"database": stack.database, "broker": stack.broker}.get(self.role)
        if ours and ours.process and ours.process.child:
            ours.process.child.wait(10)
        if stack.database and not stack.database.running:
            stack.database.start()
        if stack.broker and not stack.broker.process.running:
            stack.broker.start()


@dataclass
class Stopped(Fault):
    """SIGSTOP of a process, or of all of a role, for longer than any lease."""

    role: str
    pids: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.name = f"stop {self.role}"

    def seconds(self, stack: Stack, dice: random.Random) -> float:
        return stack.lease * dice.uniform(1.2, 2)

    def begin(self, stack: Stack, dice: random.Random) -> None:
        self.pids = victims(stack, self.role, dice)
        if not self.pids:
            raise NotNow
        send(self.pids, signal.SIGSTOP)

    def end(self, stack: Stack) -> None:
        send(self.pids, signal.SIGCONT)


@dataclass
class Full(Fault):
    """No byte is left on a disk."""

    disk: str

    def __post_init__(self) -> None:
        self.name = f"disk full: {self.disk}"

    def fits(self, stack: Stack) -> bool:
        return self.disk in stack.disks

    def seconds(self, stack: Stack, dice: random.Random) -> float:
        return dice.uniform(3, 8)

    def begin(self, stack: Stack, dice: random.Random) -> None:
        machine.fill(stack.disks[self.disk])

    def end(self, stack: Stack) -> None:
        machine.empty(stack.disks[self.disk])
        if stack.database and not stack.database.running:
            stack.database.start()


@dataclass
class OnTheWay(Fault):
    """What the way to the database or to the bucket does."""

    to: str
    what: str

    def __post_init__(self) -> None:
        self.name = f"{self.what} {self.to}"

    def _way(self, stack: Stack) -> Any:
        return stack.database_way if self.to == "database" else stack.storage_way

    def fits(self, stack: Stack) -> bool:
        return self._way(stack) is not None and (
            self.what != "packets lost to" or (stack.has_machine and machine.can_lose_packets())
        )

    def seconds(self, stack: Stack, dice: random.Random) -> float:
        silence = stack.lease * dice.uniform(1.2, 4)
        lasting = {"packets lost to": DEAD_SECONDS, "503 of": dice.uniform(10, 25), "silent connections to": silence}
        return lasting.get(self.what, 0.0)

    def begin(self, stack: Stack, dice: random.Random) -> None:
        way = self._way(stack)
        if self.what == "cut connections to":
            way.cut()
        elif self.what == "silent connections to":
            way.silence()
        elif self.what == "503 of":
            way.is_busy = True
            way.cut()
        else:
            machine.lose_packets(way.port, begin=True)

    def end(self, stack: Stack) -> None:
        way = self._way(stack)
        way.is_busy = False
        way.cut(silent=True)
        if self.what == "packets lost to":
            machine.lose_packets(way.port, begin=False)


class BrokerLost(Fault):
    """Packets from and to a broker are lost."""

    name = "packets lost to broker"

    def fits(self, stack: Stack) -> bool:
        return stack.has_machine and stack.broker is not None and machine.can_lose_packets()

    def seconds(self, stack: Stack, dice: random.Random) -> float:
        return DEAD_SECONDS

    def begin(self, stack: Stack, dice: random.Random) -> None:
        machine.lose_packets(stack.broker_port or 0, begin=True)

    def end(self, stack: Stack) -> None:
        machine.lose_packets(stack.broker_port or 0, begin=False)


class Emptied(Fault):
    """The broker forgets everything, a few times."""

    name = "broker emptied"

    def begin(self, stack: Stack, dice: random.Random) -> None:
        if stack.broker_address.startswith("amqp"):
            with Connection(stack.broker_address) as connection, connection.channel() as channel:
                for name in QUEUES:
                    Queue(name, channel=channel).purge()
        else:
            with redis_client(stack) as client:
                client.flushall()


class Twice(Fault):
    """Each message is delivered twice, and more often: all that waits or runs is told of again and again."""

    name = "messages twice"
    tables = (
        ("ingestion_ingestionrecord", "ingestion.tasks.run", "ingest"),
        ("ingestion_withdrawal", "ingestion.tasks.withdraw", "archive"),
        ("workorders_job", "workorders.tasks.run_job", "archive"),
        ("workorders_export", "workorders.tasks.run_export", "archive"),
    )

    def __init__(self) -> None:
        self.over = threading.Event()
        self.thread: threading.Thread | None = None

    def seconds(self, stack: Stack, dice: random.Random) -> float:
        return dice.uniform(3, 6)

    def begin(self, stack: Stack, dice: random.Random) -> None:
        self.over.clear()
        self.thread = threading.Thread(target=self._send, args=[stack], daemon=True)
        self.thread.start()

    def _send(self, stack: Stack) -> None:
        app = Celery(broker=stack.broker_address, set_as_current=False)
        app.conf.update(broker_transport_options=waking.transport_options(stack.broker_address))
        queries = [
            f"SELECT '{task}', '{queue}', id FROM {table} WHERE status IN ('queued', 'processing')"
            for table, task, queue in self.tables
        ]
        while not self.over.wait(SEND_AGAIN):
            for task, queue, pk in stack.ask(" UNION ALL ".join(queries)):
                for _ in range(2):
                    app.send_task(task, (pk,), queue=queue)
        app.close()

    def end(self, stack: Stack) -> None:
        self.over.set()
        if self.thread:
            self.thread.join(30)


@dataclass
class WrongClock(Fault):
    """A machine with a clock that is wrong by days works beside the others, or is the clock; libfaketime is needed.

    The broker is emptied in the middle, so that sweeps have to find what was lost.
    """

    command: str
    days: int
    stays = True
    process: subprocess.Popen[bytes] | None = None

    def __post_init__(self) -> None:
        self.name = f"{self.command} with a clock {abs(self.days)} days {'ahead' if self.days > 0 else 'behind'}"

    def fits(self, stack: Stack) -> bool:
        return faketime() is not None

    def seconds(self, stack: Stack, dice: random.Random) -> float:
        return 0.0

    def prepare(self, stack: Stack) -> None:
        celery = [sys.executable, "-m", "celery", "--quiet", "-A", "portal"]
        worker = "worker --concurrency 3 --hostname wrong@%h --without-gossip --without-mingle --without-heartbeat"
        wrong = {"LD_PRELOAD": str(faketime()), "FAKETIME": f"{self.days:+}d"}
        with (stack.folder / "wrong-clock").open("ab") as out:
            self.process = subprocess.Popen(
                [*celery, *(worker if self.command == "worker" else "beat").split()],
                cwd=CHECKOUT,
                env=stack.up.environ | wrong,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
        if self.command == "beat":  # instead of the right one
            send(stack.pids("clock"), signal.SIGSTOP)
        time.sleep(START_SECONDS)

    def begin(self, stack: Stack, dice: random.Random) -> None:
        Emptied().begin(stack, dice)

    def end(self, stack: Stack) -> None:
        if self.process:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        if self.command == "beat":
            send(stack.pids("clock"), signal.SIGCONT)


def faketime() -> Path | None:
    """The library that tells a program another time, installed or below the folder CODEPORT_FAKETIME."""
    root = Path(os.environ.get("CODEPORT_FAKETIME") or "/")
    return next(root.glob("usr/lib/*/faketime/libfaketimeMT.so.1"), None)


def redis_client(stack: Stack) -> Any:
    """A client of a broker that is Redis or Valkey."""
    return redis.Redis.from_url(stack.broker_address.replace("redis+socket://", "unix://"), socket_timeout=5)


FAULTS: tuple[Callable[[], Fault], ...] = (
    lambda: Killed("worker child"),
    lambda: Stopped("worker child"),
    lambda: Killed("database"),
    lambda: Twice(),
    lambda: Killed("worker"),
    lambda: Stopped("worker"),
    lambda: Killed("web child"),
    lambda: Full(FILES),
    lambda: Killed("database backend"),
    lambda: Stopped("database backend"),
    lambda: Killed("broker"),
    lambda: Stopped("broker"),
    lambda: Killed("web"),
    lambda: Stopped("web child"),
    lambda: Stopped("database"),
    lambda: Full(DATABASE_DISK),
    lambda: Killed("supervisor"),
    lambda: Emptied(),
    lambda: Killed("clock"),
    lambda: Full(BROKER_DISK),
    lambda: Stopped("web"),
    lambda: Stopped("clock"),
    lambda: Stopped("supervisor"),
    lambda: WrongClock("worker", 3),
    lambda: WrongClock("worker", -3),
    lambda: WrongClock("beat", 3),
    lambda: WrongClock("beat", -3),
    lambda: OnTheWay("database", "cut connections to"),
    lambda: OnTheWay("database", "silent connections to"),
    lambda: OnTheWay("database", "packets lost to"),
    lambda: OnTheWay("bucket", "503 of"),
    lambda: OnTheWay("bucket", "cut connections to"),
    lambda: OnTheWay("bucket", "silent connections to"),
    lambda: OnTheWay("bucket", "packets lost to"),
    lambda: BrokerLost(),
)


def faults_of(stack: Stack) -> list[Fault]:
    """The faults that can be had on a stack, in their order."""
    return [fault for make in FAULTS if (fault := make()).fits(stack)]
