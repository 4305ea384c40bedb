"""What holds for the files of the repository itself."""

import re

import pytest

from tests.support.paths import CHECKOUT


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_a_lock_file_pins_by_hash_and_names_no_address(name: str) -> None:
    text = (CHECKOUT / name).read_text()
    assert "://" not in text
    pinned = [line for line in text.splitlines() if "==" in line and not line.lstrip().startswith("#")]
    assert pinned
    assert all(line.rstrip().endswith("\\") for line in pinned), "each is followed by its hashes"


def test_what_the_type_checker_shall_ignore_has_its_reason_beside_it() -> None:
    folders = ("benchmarks", "ingestion", "portal", "tests", "workorders")
    lines = [
        line for name in folders for path in (CHECKOUT / name).rglob("*.py") for line in path.read_text().splitlines()
    ]
    ignored = [line for line in lines if "# type: " + "ignore" in line]
    assert ignored
    assert [line for line in ignored if not re.search(r"ignore\[[\w, -]+\]  # \w", line)] == []


def test_no_test_file_imports_another() -> None:
    """What two of them need stands in `tests/support/`."""
    files = [path for path in (CHECKOUT / "tests").rglob("*.py") if path.parent.name != "files"]
    imports = re.compile(r"^\s*(?:from|import) tests\.(?!support\b).*", re.MULTILINE)
    found = {str(path.relative_to(CHECKOUT)): imports.findall(path.read_text()) for path in files}
    assert len(found) > 100
    assert {name: lines for name, lines in found.items() if lines} == {}


def test_tests_stand_where_what_they_test_stands() -> None:
    """`tests/<app>/<package>/` as `<app>/<package>/`; what crosses apps is a journey."""
    folders = {path.parent.relative_to(CHECKOUT / "tests") for path in (CHECKOUT / "tests").rglob("test_*.py")}
    strangers = [str(folder) for folder in folders if not (CHECKOUT / folder / "__init__.py").exists()]
    assert strangers == ["journeys"]
