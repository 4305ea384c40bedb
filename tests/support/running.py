"""A real worker for tests, and waiting for what it does."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread
from urllib.parse import quote

from django.conf import settings
from django.db import connection

DEADLINE = 60.0  # seconds; nothing here takes a quarter of it


def wait_for(condition: Callable[[], object], what: str) -> None:
    """Return as soon as `condition` holds; fail when it does not within DEADLINE."""
    end = time.monotonic() + DEADLINE
    pause = time.sleep  # between two looks, not instead of one
    while not condition():
        assert time.monotonic() < end, f"Not within {DEADLINE:.0f} s: {what}"
        pause(0.05)


def in_thread(task: Callable[[int], None], record_id: int) -> None:
    """Run a task as a worker's thread does: with a database connection of its own."""
    try:
        task(record_id)
    finally:
        connection.close()


def ended(threads: list[Thread]) -> None:
    """Wait for their end; fail when one goes on and on."""
    for thread in threads:
        thread.join(DEADLINE)
        assert not thread.is_alive()


def waiting_for_locks() -> int:
    """How many connections to the database wait for another."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted AND (database IS NULL OR database ="
            " (SELECT oid FROM pg_database WHERE datname = current_database()))"
        )
        (count,) = cursor.fetchone()
        return int(count)


def database_url(name: str) -> str:
    """Return the address of a database on the server of the tests."""
    server = settings.DATABASES["default"]
    port = f":{server['PORT']}" if server["PORT"] else ""
    return f"postgresql://{server['USER']}@{quote(str(server['HOST']), safe='')}{port}/{name}"


@contextmanager
def worker(app: str = "portal", **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """A Celery worker with its clock, on the test's own database; ends what it is at, and itself, with the block."""
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "celery",
            "-A",
            app,
            "worker",
            "-B",
            "-c",
            "2",
            "--without-gossip",
            "--without-heartbeat",  # which waits for a broker that hangs
            "--without-mingle",  # which waits for a second for the word of other workers
            "-l",
            "WARNING",
        ],
        env={**os.environ, "DATABASE_URL": database_url(connection.settings_dict["NAME"]), **environment},
        cwd=settings.BASE_DIR,
        start_new_session=True,
    )
    try:
        yield process
        process.terminate()
        process.wait(DEADLINE)
    finally:
        kill(process)


def kill(process: subprocess.Popen[bytes]) -> None:
    """End the worker and all its processes without a chance to tidy up."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
