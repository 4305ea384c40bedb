"""What holds for the files of the repository itself."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_a_lock_file_pins_by_hash_and_names_no_address(name: str) -> None:
    text = (ROOT / name).read_text()
    assert "://" not in text
    pinned = [line for line in text.splitlines() if "==" in line and not line.lstrip().startswith("#")]
    assert pinned
    assert all(line.rstrip().endswith("\\") for line in pinned), "each is followed by its hashes"


def test_what_the_type_checker_shall_ignore_has_its_reason_beside_it() -> None:
    folders = ("benchmarks", "ingestion", "portal", "tests", "workorders")
    lines = [line for name in folders for path in (ROOT / name).rglob("*.py") for line in path.read_text().splitlines()]
    ignored = [line for line in lines if "# type: " + "ignore" in line]
    assert ignored
    assert [line for line in ignored if not re.search(r"ignore\[[\w, -]+\]  # \w", line)] == []
