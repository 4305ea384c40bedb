"""The folder of all state is its owner's alone, from the first start on and after an upgrade."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.embedded.private_home import let_pass, make_private
from tests.support.paths import CHECKOUT
from tests.support.portals import Up, environment


@pytest.fixture(autouse=True)
def usual_umask() -> Iterator[None]:
    """Start with the one that most accounts have; the one of before comes back."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def open_to_others(home: Path) -> list[str]:
    """What others may read, write or enter below `home`."""
    return [str(path.relative_to(home)) for path in [home, *home.rglob("*")] if mode(path) & 0o077]


def test_a_portal_makes_nothing_that_others_may_read(portal_in_use: Up) -> None:
    home = portal_in_use.home
    links = [str(path.relative_to(home)) for path in home.rglob("*") if path.is_symlink() or path.is_socket()]
    assert sorted({*open_to_others(home)} - {*links}) == []
    assert {"postgres.log", "valkey.log", "secret-key", "storage"} & {path.name for path in home.iterdir()}
    assert mode(home.parent) == 0o755


def test_an_installation_of_before_is_tightened_by_any_command(tmp_path: Path) -> None:
    home = tmp_path / "var"
    for folder in ("spool", "storage", "valkey"):
        (home / folder).mkdir(parents=True)
    (home / "postgres.log").write_text("ready")
    (home / "link").symlink_to(tmp_path)
    for path, loose in ((home, 0o755), (home / "storage", 0o755), (home / "postgres.log", 0o644)):
        path.chmod(loose)
    command = [sys.executable, "manage.py", "version"]
    subprocess.run(command, cwd=CHECKOUT, env=environment(home), check=True, capture_output=True)
    found = {path.name: mode(path) for path in (home, home / "storage", home / "postgres.log")}
    assert found == {"var": 0o700, "storage": 0o700, "postgres.log": 0o600}
    assert mode(tmp_path) & 0o700 == 0o700


def test_what_a_process_makes_from_then_on_is_private(tmp_path: Path) -> None:
    make_private(tmp_path / "var")
    (tmp_path / "var" / "log").write_text("x")
    (tmp_path / "var" / "folder").mkdir()
    assert (mode(tmp_path / "var" / "log"), mode(tmp_path / "var" / "folder")) == (0o600, 0o700)


@pytest.mark.parametrize(("loose", "names"), [(0o1777, ["spool"]), (0o755, ["etc", "usr"])])
def test_a_folder_that_is_not_ours_alone_stays_as_it_is(tmp_path: Path, loose: int, names: list[str]) -> None:
    home = tmp_path / "shared"
    for name in names:
        (home / name).mkdir(parents=True)
    home.chmod(loose)
    make_private(home)
    assert (mode(home), {mode(home / name) for name in names}) == (loose, {0o755})


def test_the_account_that_serves_root_may_pass_through_and_see_nothing(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root gives its database to another account")
    home = tmp_path / "var"
    make_private(home)
    assert (let_pass(home), mode(home), let_pass(home)) == (True, 0o711, False)
    (home / "secret-key").touch(mode=0o644)
    (home / "postgres").mkdir()
    os.chown(home / "postgres", 65534, 65534)
    home.chmod(0o755)
    make_private(home)
    assert (mode(home), mode(home / "secret-key")) == (0o711, 0o600)
