"""Pytest plugin: servers for one test process, started before Django reads its settings and gone with it.

Loaded by `-p tests.support.services`. Each process of pytest-xdist has servers of its own, so that no test meets what
another does at the same time; the process that only hands out the tests starts none. Where DATABASE_URL or
CELERY_BROKER_URL is set, that service is used instead.
"""

import atexit
import os
import tempfile
from collections.abc import Generator
from contextlib import ExitStack
from pathlib import Path

import pytest

from portal.embedded.postgres import Postgres
from portal.embedded.valkey import Valkey

servers = ExitStack()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None]:
    """Start the servers; a wrapper, because those run before pytest-django's hook of the same name."""
    home = Path(servers.enter_context(tempfile.TemporaryDirectory(prefix="codeport-tests-"))).resolve()
    os.environ["CODEPORT_HOME"] = str(home)
    os.environ.setdefault("PROVE_DOMAINS", "off")  # tests that are not about it use what prefix they like
    hands_out = early_config.known_args_namespace.numprocesses and "PYTEST_XDIST_WORKER" not in os.environ
    if not hands_out:
        if not os.environ.get("DATABASE_URL"):
            servers.enter_context(Postgres(home, throwaway=True))
        if not os.environ.get("CELERY_BROKER_URL"):
            servers.enter_context(Valkey(home))
    atexit.register(servers.close)  # rather than a hook, which pytest does not call when loading conftest.py fails
    return (yield)
