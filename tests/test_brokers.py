"""The core flow on Redis and on RabbitMQ: the tests of the worker, run again with another broker."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from tests import brokers

FLOW = (
    "tests/test_health.py::test_all_parts_answer",
    "tests/test_worker.py::test_an_upload_ends_in_a_completed_workorder_by_itself",
    "tests/test_worker.py::test_an_ingestion_cut_off_by_kill_9_completes_once_after_the_next_start",
    "tests/test_turns.py::test_a_small_upload_passes_large_ones_that_fill_the_queue",
)
OURS = ("CODEPORT_HOME", "DATABASE_URL", "CELERY_BROKER_URL", "PYTEST_ADDOPTS")


@pytest.fixture(scope="module")
def programs() -> Path:
    """Where the programs of both brokers lie."""
    root = Path(os.environ.get("CODEPORT_BROKERS", "/")).resolve()
    if missing := brokers.missing(root):
        reason = f"{', '.join(missing)} not in {root}; .ci/run fetches them into a folder that CODEPORT_BROKERS names."
        (pytest.fail if "CODEPORT_REQUIRE_BROKERS" in os.environ else pytest.skip)(reason)
    return root


@pytest.mark.parametrize("broker", [brokers.redis, brokers.rabbitmq])
def test_the_core_flow(broker: brokers.Broker, programs: Path, tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name not in OURS and "XDIST" not in name}
    with broker(programs, tmp_path) as address:
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *FLOW],
            env=environment | {"CELERY_BROKER_URL": address},
            cwd=settings.BASE_DIR,
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(FLOW)} passed" in done.stdout
