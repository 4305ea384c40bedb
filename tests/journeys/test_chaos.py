"""Rounds of faults on a whole portal at work, as `make chaos` plays them."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.support.paths import CHECKOUT
from tests.support.portals import environment

ROUNDS = 3  # more take minutes: `.ci/run` plays twenty


def chaos(*words: str) -> subprocess.CompletedProcess[str]:
    """Run the harness to its end."""
    return subprocess.run(
        [sys.executable, "-m", "tests.chaos", *words],
        cwd=CHECKOUT,
        env=environment(None),
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.skipif(sys.platform != "linux", reason="Processes are found in /proc.")
def test_rounds_end_well_and_each_is_told() -> None:
    done = chaos("--rounds", str(ROUNDS), "--work", "small", "--anew", "2")
    assert done.returncode == 0, done.stdout + done.stderr
    told = [line.split(" at ")[0].split(maxsplit=2) for line in done.stdout.splitlines() if line.endswith("  ok")]
    assert [(seed, stack, fault.strip()) for seed, stack, fault in told] == [
        ("1", "embedded", "kill -9 worker child"),
        ("2", "embedded", "stop worker child"),
        ("3", "embedded", "kill -9 database"),
    ]


def test_a_fault_that_there_is_not_is_refused_with_all_that_there_are() -> None:
    done = chaos("--rounds", "2", "--fault", "no such fault")
    assert done.returncode == 2
    assert "no fault is called 'no such fault'; these are: kill -9 worker child, stop worker child," in done.stderr
