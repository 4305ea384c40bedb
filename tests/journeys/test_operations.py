"""The claims of docs/operations.md and compose.yaml, where a wrong word would cost work."""

from __future__ import annotations

import configparser
import os
import re
import runpy
import stat
import subprocess
import textwrap
from pathlib import Path

import pytest

from portal import gunicorn_conf
from tests.support.paths import CHECKOUT

PAGE = (CHECKOUT / "docs" / "operations.md").read_text()
COMPOSE = (CHECKOUT / "compose.yaml").read_text()
APT_GET = """#!/bin/sh
# apt-get as it is where the servers are installed already: it fetches what it believes to be missing
case "$*" in *--download-only*) ;; *) exit 0 ;; esac
case "$*" in *Dir::State::status=/dev/null*) ;; *) exit 0 ;; esac
for word; do case $word in Dir::Cache::archives=*) archives=${word#*=} ;; esac; done
for name in redis-server libfancy libc6 base-files; do echo "$name" > "$archives/$name.deb"; done
"""
DPKG_DEB = """#!/bin/sh
# the fields of a package of APT_GET's
[ "$3" != Package ] || exec cat "$2"
case $2 in *base-files*) echo "Essential: yes" ;; *) echo "Priority: optional" ;; esac
"""
DPKG = """#!/bin/sh
mkdir -p "$3/usr/bin" && cp "$2" "$3/usr/bin/$(cat "$2")"
"""


def block(after: str) -> str:
    """The first indented block of the page behind the words `after`."""
    found = re.search(r"(?:^    .*\n|^\n(?=    ))+", PAGE[PAGE.index(after) :], re.MULTILINE)
    assert found
    return textwrap.dedent(found[0]).strip()


def test_a_stop_lets_each_process_end_what_it_is_at() -> None:
    unit = configparser.ConfigParser(interpolation=None)
    unit.optionxform = str  # type: ignore[assignment, method-assign]  # as its documentation says
    unit.read_string(block("/etc/systemd/system/codeport@.service"))
    service = unit["Service"]
    assert (service["KillMode"], service["Restart"]) == ("mixed", "always")
    assert int(service["TimeoutStopSec"]) > gunicorn_conf.graceful_timeout
    periods = [int(seconds) for seconds in re.findall(r"stop_grace_period: (\d+)s", COMPOSE)]
    assert len(periods) == 3  # workers, web, database
    assert min(periods) > gunicorn_conf.graceful_timeout


def test_all_units_are_enabled_and_started_again() -> None:
    names = set(re.findall(r"^\| (\w+) \| `\.venv/bin/(?:gunicorn|celery)", PAGE, re.MULTILINE))
    assert names == {"web", "ingest", "archive", "mail", "webhooks", "beat"}
    wanted = {f"codeport@{name}" for name in names}
    for before in ("systemctl enable --now", "systemctl start"):
        line = re.split(r"`|\n\n", PAGE[PAGE.index(before) :])[0]
        assert set(re.findall(r"codeport@\w+", line)) == wanted
    assert PAGE.index("`mkdir /etc/codeport`") < PAGE.index("systemctl enable --now")


def test_an_upgrade_stops_before_it_migrates() -> None:
    commands = block("## Upgrade").splitlines()
    assert [line.split()[1] if line.startswith("systemctl") else line.split()[-1] for line in commands] == [
        "stop",
        "migrate",
        "--noinput",
        "start",
    ]


def test_the_words_about_passwords_are_true(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    plain, encoded = re.findall(r"`(p@ss/word#1)`\s+as `([^`]+)`", PAGE)[0]
    monkeypatch.setenv("CODEPORT_HOME", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", f"postgresql://codeport:{encoded}@db.example/codeport")
    monkeypatch.setenv("EMAIL_URL", f"smtp://someone:{encoded}@mail.example:587/?tls=True")
    found = runpy.run_path(str(CHECKOUT / "portal" / "settings.py"))
    assert (found["DATABASES"]["default"]["PASSWORD"], found["EMAIL_HOST_PASSWORD"]) == (plain, plain)


def test_ci_fetches_what_is_installed_already(tmp_path: Path) -> None:
    """And leaves a folder that is whole, where a broken run had left one that is not."""
    programs = tmp_path / "programs"
    programs.mkdir()
    for name, text in {
        "apt-get": APT_GET,
        "dpkg-deb": DPKG_DEB,
        "dpkg": DPKG,
        "sudo": '#!/bin/sh\nexec "$@"\n',
    }.items():
        (programs / name).write_text(text)
        (programs / name).chmod(stat.S_IRWXU)
    for half in ("brokers", "brokers.new"):
        (tmp_path / half / "usr/bin").mkdir(parents=True)
        (tmp_path / half / "usr/bin/half").touch()
    functions = re.findall(
        r"^(?:as_root|unpack|has)\(\) \{.*?^\}$", (CHECKOUT / ".ci" / "run").read_text(), re.MULTILINE | re.DOTALL
    )
    assert len(functions) == 3
    script = "\n".join(["set -euo pipefail", *functions, 'has "$1" usr/bin/redis-server || unpack "$1" redis-server'])
    done = subprocess.run(
        ["bash", "-c", script, "run", str(tmp_path / "brokers")],  # noqa: S607
        env=os.environ | {"PATH": f"{programs}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in (tmp_path / "brokers/usr/bin").iterdir()) == ["libfancy", "redis-server"]
    assert not (tmp_path / "brokers.new").exists()
