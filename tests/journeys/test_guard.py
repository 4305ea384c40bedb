"""What `make guard` says of the packages that Codeport is made of."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.support.audit import LOCKS, SKIPPED, audit
from tests.support.paths import CHECKOUT

GOOD: dict[str, Any] = {"name": "django", "version": "5.2.19", "vulns": []}
FAULT = {"id": "CVE-2026-0001", "fix_versions": ["5.2.20"]}
UNKNOWN = {"name": "django", "skip_reason": "Dependency not found on PyPI"}


@pytest.mark.parametrize("answer", [None, [UNKNOWN]])
def test_no_database_is_told_and_no_failure(tmp_path: Path, answer: Any) -> None:
    asked = []

    def ask(service: str, lock: Path) -> Any:
        asked.append((service, lock.name, lock.read_text().count("==")))
        return answer

    assert audit(ask, LOCKS, tmp_path) == (0, [SKIPPED])
    assert asked == [("pypi", "probe.txt", 1), ("osv", "probe.txt", 1)]


def test_a_vulnerability_fails_and_is_named_by_its_lock_file(tmp_path: Path) -> None:
    def ask(service: str, lock: Path) -> Any:
        if service == "pypi":
            return None
        return [GOOD | {"vulns": [FAULT]}, UNKNOWN | {"name": "ours"}] if lock.name == "requirements.txt" else [GOOD]

    assert audit(ask, LOCKS, tmp_path) == (
        1,
        [
            "requirements.txt: django 5.2.19 has CVE-2026-0001, mended in 5.2.20.",
            "requirements.txt: ours is not known to osv.",
            "5 lock files audited by osv.",
        ],
    )


def test_a_database_that_breaks_off_is_a_failure(tmp_path: Path) -> None:
    def ask(service: str, lock: Path) -> Any:
        return [GOOD] if lock.name == "probe.txt" else None

    assert audit(ask, LOCKS, tmp_path) == (1, [f"{LOCKS[0].name}: pip-audit did not end; run it by hand."])


def test_every_lock_file_is_audited() -> None:
    names = {path.name for path in LOCKS}
    assert names == {f"requirements{kind}.txt" for kind in ("", "-dev", "-guard", "-mutants", "-traces")}


def test_ci_runs_the_guard() -> None:
    assert re.search(r"^make guard$", (CHECKOUT / ".ci/run").read_text(), re.MULTILINE)
