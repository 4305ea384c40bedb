"""Reads by a replica of the database that REPLICA_URL names; decision 116 says which.

Each process that reads there has a thread that looks after it twice a second. It notes how far the primary has written
its log, and sees by what the replica has replayed how old its rows are at most. When the replica does not answer, it
cuts the process's connections to it, so that nobody waits for one that hangs.
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Lock, Thread
from typing import Any, Final
from weakref import WeakKeyDictionary

import psycopg
from django.db import DEFAULT_DB_ALIAS, Error, connection, connections

PRIMARY: Final = DEFAULT_DB_ALIAS
ALIAS: Final = "replica"
OLDEST: Final = 10.0  # seconds that what a page reads there may be old
ANSWER_SECONDS: Final = 1.0  # for which an answer is waited for
PAUSE: Final = 0.5  # seconds between two looks
CATCH_UP_SECONDS: Final = 10.0  # for which work that wants all that is committed waits for it
CATCH_UP_PAUSE: Final = 0.02

# As numbers; the identifier is that of the one installation that both are of. A replica that became a primary has none.
# Each failover begins a new line of the log, of which a replica that did not follow has nothing, however far it is. One
# that follows tells the new line from its next restart point on.
WRITTEN: Final = """
    SELECT system_identifier, ('x' || left(pg_walfile_name(pg_current_wal_flush_lsn()), 8))::bit(32)::int,
        (pg_current_wal_flush_lsn() - '0/0'::pg_lsn)::bigint FROM pg_control_system()"""
REPLAYED: Final = """
    SELECT system_identifier, min_recovery_end_timeline, (pg_last_wal_replay_lsn() - '0/0'::pg_lsn)::bigint
    FROM pg_control_system(), pg_control_recovery() WHERE pg_is_in_recovery()"""
Position = tuple[int, int, int]
"""The installation, the line of its log, and how far that is written or replayed."""

logger = logging.getLogger(__name__)
_lines: WeakKeyDictionary[Any, socket.socket] = WeakKeyDictionary()
"""Another descriptor of the socket of each connection to the replica: ours until we close it, so nobody else's."""


class _Watch:
    """Knows until when the replica may be read."""

    def __init__(self) -> None:
        self._process, self._starting = 0, Lock()
        self._fresh_until = 0.0
        self._said: bool | None = None

    def is_fresh(self) -> bool:
        """Say whether the replica answers, and has all that was committed OLDEST seconds ago."""
        self.start()
        return time.monotonic() < self._fresh_until

    def start(self) -> None:
        """Start the thread, once in each process."""
        if self._process == os.getpid():
            return
        with self._starting:
            if self._process != os.getpid():
                self._process, self._fresh_until = os.getpid(), 0.0
                Thread(target=lambda: asyncio.run(self._look_on()), name="replica", daemon=True).start()

    async def _look_on(self) -> None:
        held: dict[str, Any] = {}
        marks: deque[tuple[float, Position]] = deque()
        while True:
            try:
                await self._look(held, marks)
            except Exception:  # of ours: nobody else would begin to look again
                self._fresh_until = 0.0
                logger.exception("Looking after the replica failed")
            self._tell()
            await asyncio.sleep(PAUSE)

    async def _look(self, held: dict[str, Any], marks: deque[tuple[float, Position]]) -> None:
        """Look once at both; `marks` are how far the primary had written its log, and when."""
        began = time.monotonic()
        written, replayed = await _ask(held, PRIMARY, WRITTEN), await _ask(held, ALIAS, REPLAYED)
        if written:
            marks.append((began, written))
        while marks and marks[0][0] < began - OLDEST:
            marks.popleft()
        if replayed is None:
            self._fresh_until = 0.0
            _cut()
        while marks and replayed and _has(replayed, marks[0][1]):
            self._fresh_until = marks.popleft()[0] + OLDEST

    def _tell(self) -> None:
        """Log that reads go elsewhere now."""
        is_fresh = time.monotonic() < self._fresh_until
        if is_fresh != self._said:
            log = logger.info if is_fresh else logger.warning
            log("The replica is read." if is_fresh else "The replica is away or behind, so the primary is read.")
        self._said = is_fresh


_watch = _Watch()


def is_fresh() -> bool:
    """Say whether there is a replica whose rows are OLDEST seconds old at most."""
    return ALIAS in connections.settings and _watch.is_fresh()


def has_caught_up() -> bool:
    """Wait until the replica has all that is committed by now; False where there is none, or it takes too long."""
    if ALIAS not in connections.settings:
        return False
    _watch.start()
    until = time.monotonic() + CATCH_UP_SECONDS
    written = _row(connection, WRITTEN)
    try:
        while not (replayed := _row(connections[ALIAS], REPLAYED)) or not _has(replayed, written):
            if replayed is None or time.monotonic() > until:
                return False
            time.sleep(CATCH_UP_PAUSE)
    except Error as error:
        logger.warning("The replica does not answer, so the primary is read: %s", error)
        connections[ALIAS].close()
        return False
    return True


@contextmanager
def in_place_of_primary() -> Iterator[None]:
    """Let this thread read by the replica whatever it reads in the block; writing fails there."""
    primary = connections[PRIMARY]
    connections[PRIMARY] = connections[ALIAS]
    try:
        yield
    finally:
        connections[PRIMARY] = primary


def keep_line(connection: Any, **_: Any) -> None:
    """Remember how to cut a new connection to the replica; connected to Django's signal of one."""
    if connection.alias == ALIAS:
        _lines[connection.connection] = socket.socket(fileno=os.dup(connection.connection.fileno()))


def _cut() -> None:
    """End the connections of this process to the replica. Whoever waits for an answer gets an error."""
    for line in list(_lines.values()):
        with suppress(OSError):  # it ended already
            line.shutdown(socket.SHUT_RDWR)


def _has(replayed: Position, written: Position) -> bool:
    return replayed[:2] == written[:2] and replayed[2] >= written[2]


def _row(asked: Any, query: str) -> Any:
    with asked.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchone()


async def _ask(held: dict[str, Any], alias: str, query: str) -> Position | None:
    """Return the row, by a connection that is kept in `held`. None where there is none, or no answer soon."""
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            if alias not in held:
                held[alias] = await psycopg.AsyncConnection.connect(
                    **_server(alias), autocommit=True, prepare_threshold=None
                )
            row: Position | None = await (await held[alias].execute(query)).fetchone()
            return row
    except (psycopg.Error, OSError):  # TimeoutError is one of these
        if alias in held:
            await held.pop(alias).close()
        return None


def _server(alias: str) -> dict[str, Any]:
    """Return what libpq needs to connect."""
    entry = connections.settings[alias]
    names = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD", "dbname": "NAME"}
    return {**{name: entry[key] or None for name, key in names.items()}, **entry["OPTIONS"]}
