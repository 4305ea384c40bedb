"""PgBouncer that gives a connection for one transaction: what runs behind it, and what it leaves to the next client."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest
from django.conf import settings

from tests.support.pgbouncer import POOL, PROGRAM, pgbouncer

FLOW = (
    "tests/support/behind_pooler.py::test_all_work_is_done_while_many_read_pages",
    "tests/support/behind_pooler.py::test_the_audit_trail_holds_with_many_writers_and_two_who_seal",
    "tests/journeys/test_worker.py::test_an_ingestion_cut_off_by_kill_9_completes_once_after_the_next_start",
    "tests/journeys/test_lost_workers.py::test_the_next_attempt_ends_the_transaction_of_a_worker_that_stands_still",
    "tests/ingestion/stages/test_changing.py::test_a_cancellation_ends_a_change_that_waits",
    "tests/workorders/exports/test_builder.py::test_all_codes_are_of_one_moment",
)
OURS = ("CODEPORT_HOME", "PYTEST_ADDOPTS")
KEPT_BY_THE_POOLER = {"application_name", "client_encoding", "DateStyle", "standard_conforming_strings", "TimeZone"}
LEFT = """
    SELECT name FROM pg_settings WHERE source = 'session' AND setting <> reset_val
    UNION ALL SELECT name FROM pg_prepared_statements
    UNION ALL SELECT name FROM pg_cursors
    UNION ALL SELECT relname FROM pg_class WHERE pg_my_temp_schema() = relnamespace
    UNION ALL SELECT locktype FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'advisory'"""


@pytest.fixture(scope="module")
def root() -> Path:
    """Where PgBouncer lies."""
    root = Path(os.environ.get("CODEPORT_PGBOUNCER") or "/").resolve()
    if not (root / PROGRAM).exists():
        reason = f"No {PROGRAM} in {root}; .ci/run fetches it into a folder that CODEPORT_PGBOUNCER names."
        (pytest.fail if "CODEPORT_REQUIRE_PGBOUNCER" in os.environ else pytest.skip)(reason)
    return root


def test_the_core_flow(root: Path) -> None:
    """By a process of its own, which migrates a new database through PgBouncer, too."""
    environment = {name: value for name, value in os.environ.items() if name not in OURS and "XDIST" not in name}
    with pgbouncer(root) as address:
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--create-db", "--reuse-db", *FLOW],
            env=environment | {"DATABASE_URL": f"{address}pooled", "DATABASE_POOLER": "transaction"},
            cwd=settings.BASE_DIR,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert f"{len(FLOW)} passed" in done.stdout
        with ExitStack() as clients:
            for _ in range(POOL):  # one after another in its transaction, so that each sees another connection
                client = clients.enter_context(psycopg.connect(f"{address}test_pooled"))
                assert {name for (name,) in client.execute(LEFT).fetchall()} <= KEPT_BY_THE_POOLER
