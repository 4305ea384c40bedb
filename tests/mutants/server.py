"""Pytest plugin: collects the tests once, and runs them in a forked process each time that somebody asks.

Loaded by `-p tests.mutants.server`. What is asked is whether the tests notice how the files of MUTANTS_FILES differ
from when they were loaded; the answer is one byte. Each run has a database of its own, copied where a test needs it.
"""

from __future__ import annotations

import gc
import os
import resource
import signal
import socket
import sys
import time
from pathlib import Path
from types import FunctionType
from typing import Any

import django.test.utils
import psycopg
import pytest
from django.db import connection

from tests.mutants.ask import END, FAILED, LATE, PASSED, SOCKET, UNKNOWN
from tests.mutants.patches import Place, Unpatchable, functions_by_place, patch

NAME, TEMPLATE = "test_codeport", "codeport"
NOT_PATCHED = 77  # the exit status of a run that cannot tell
MEMORY = 6 * 1024**3  # bytes that a run may ask for
BETWEEN_LOOKS = 0.01  # seconds


def copy_of_template(**_: Any) -> list[Any]:
    """Make the database anew. In place of Django's `setup_databases`, as pytest-django calls it."""
    with psycopg.connect(os.environ["DATABASE_URL"], dbname="postgres", autocommit=True) as server:
        server.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
        server.execute(f"CREATE DATABASE {NAME} TEMPLATE {TEMPLATE} STRATEGY file_copy")
    connection.close()
    connection.settings_dict["NAME"] = NAME
    return []


def pytest_configure() -> None:
    django.test.utils.setup_databases = copy_of_template  # type: ignore[assignment]  # nobody looks at the answer


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """Answer until nobody is there any more; None in the process that shall run the tests."""
    if SOCKET not in os.environ:
        return None
    seconds = resource.RLIM_INFINITY  # of the processor's time, for a run after the first, which changes nothing
    sources = {path: path.read_text() for path in map(Path, os.environ["MUTANTS_FILES"].split(":"))}
    functions = functions_by_place()
    gc.freeze()
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(os.environ[SOCKET])
        server.listen()
        while True:
            client, _address = server.accept()
            with client:
                said = client.recv(20)
                if said == END:
                    os._exit(0)
                child = os.fork()
                if not child:
                    become_a_run(session, sources, functions, seconds)
                    return None
                answer, took = ended(child, time.monotonic() + float(said))
                client.sendall(answer)
                if seconds == resource.RLIM_INFINITY:
                    seconds = round(5 + 3 * took)


def become_a_run(
    session: pytest.Session, sources: dict[Path, str], functions: dict[Place, list[FunctionType]], seconds: int
) -> None:
    """Have the functions do what the files say by now, and the tests begin with those of the changed module."""
    os.setpgid(0, 0)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    try:
        for path, source in sources.items():
            if (now := path.read_text()) != source:
                session.items.sort(key=lambda item: item.path.name != f"test_{path.name}")
                patch(path, source, now, functions)
    except Unpatchable:
        os._exit(NOT_PATCHED)
    except SyntaxError:
        os._exit(1)


def ended(child: int, deadline: float) -> tuple[bytes, float]:
    """The answer of the run in the process `child`, and how many seconds of the processor's time it took."""
    while time.monotonic() < deadline:
        pid, status, used = os.wait4(child, os.WNOHANG)
        if pid:
            code = os.waitstatus_to_exitcode(status)
            answer = {0: PASSED, NOT_PATCHED: UNKNOWN, -signal.SIGXCPU: LATE, -signal.SIGKILL: LATE}.get(code, FAILED)
            return answer, used.ru_utime + used.ru_stime
        time.sleep(BETWEEN_LOOKS)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return LATE, 0.0


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(exitstatus: int) -> None:
    """End a forked run before it takes down what is the server's."""
    if SOCKET in os.environ:
        sys.stdout.flush()
        os._exit(exitstatus)
