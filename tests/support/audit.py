"""The packages of the lock files against a database of known vulnerabilities, where one can be had.

`python -m tests.support.audit PYTHON` runs pip-audit by the interpreter that has it, and is a part of `make guard`.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.support.paths import CHECKOUT

SERVICES = ("pypi", "osv")
LOCKS = sorted(CHECKOUT.glob("requirements*.txt"))
SKIPPED = "Neither PyPI nor OSV tells vulnerabilities here, so the lock files are not audited."

Asked = Callable[[str, Path], list[dict[str, Any]] | None]


def asked_by(python: str) -> Asked:
    """Return a function that asks a service about a lock file, and returns what pip-audit says of each package.

    It returns None where there is no answer at all.
    """

    def ask(service: str, lock: Path) -> list[dict[str, Any]] | None:
        command = [python, "-m", "pip_audit", "--vulnerability-service", service, "--format", "json"]
        command += [
            "--progress-spinner",
            "off",
            "--timeout",
            "15",
            "--disable-pip",
            "--require-hashes",
            "-r",
            str(lock),
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        try:
            dependencies: list[dict[str, Any]] = json.loads(done.stdout)["dependencies"]
        except (ValueError, KeyError):
            return None
        return dependencies

    return ask


def audit(ask: Asked, locks: list[Path], folder: Path) -> tuple[int, list[str]]:
    """Return the status to exit with and what to say. A package that the database does not know is named."""
    probe = folder / "probe.txt"
    probe.write_text(_first_pin(locks[0]))
    service = next((name for name in SERVICES if _knows(ask(name, probe))), None)
    if service is None:
        return 0, [SKIPPED]
    said: list[str] = []
    status = 0
    for lock in locks:
        found = ask(service, lock)
        if found is None:
            return 1, [*said, f"{lock.name}: pip-audit did not end; run it by hand."]
        for package in found:
            name = f"{lock.name}: {package['name']} {package.get('version', '')}".rstrip()
            if "skip_reason" in package:
                said.append(f"{name} is not known to {service}.")
            for fault in package.get("vulns", []):
                status = 1
                fixed = ", ".join(fault["fix_versions"]) or "no version yet"
                said.append(f"{name} has {fault['id']}, mended in {fixed}.")
    return status, [*said, f"{len(locks)} lock files audited by {service}."]


def _first_pin(lock: Path) -> str:
    """Return the first package of a lock file, with its hashes."""
    pinned = re.search(r"^\S+==[^\n]*\\\n(?:    --hash=[^\n]*\n)+", lock.read_text(), re.MULTILINE)
    if pinned is None:
        raise ValueError(f"{lock} pins nothing.")
    return pinned[0]


def _knows(found: list[dict[str, Any]] | None) -> bool:
    return found is not None and all("skip_reason" not in package for package in found)


def main(python: str) -> int:
    """Audit the lock files of this checkout."""
    with TemporaryDirectory() as folder:
        status, said = audit(asked_by(python), LOCKS, Path(folder))
    sys.stdout.write("".join(f"{line}\n" for line in said))
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
