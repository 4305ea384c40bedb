"""README's tour by curl, followed word for word."""

from __future__ import annotations

import csv
import io
import re
import shutil
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.support.paths import CHECKOUT
from tests.support.portals import Up


@pytest.mark.skipif(shutil.which("curl") is None, reason="No curl is installed.")
def test_the_tour_ends_in_the_archive(tmp_path: Path) -> None:
    tour = (CHECKOUT / "README.md").read_text().split("## The same by API")[1].split("From the command line alone")[0]
    commands = "\n".join(re.findall(r"^    (.*)$", tour, re.MULTILINE))
    with Up(tmp_path / "out", tmp_path / "home") as up:
        up.wait_ready()
        words = commands.replace("127.0.0.1:8000", f"127.0.0.1:{up.port}")
        words = words.replace(".venv/bin/python manage.py", f"{sys.executable} {CHECKOUT / 'manage.py'}")
        done = subprocess.run(
            ["bash", "-euc", words],  # noqa: S607
            cwd=tmp_path,
            env=up.environ,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        (archive,) = tmp_path.glob("*.zip")
        with zipfile.ZipFile(archive) as opened:
            rows = list(csv.DictReader(io.StringIO(opened.read("codes.csv").decode())))
        assert [row["extended_id"] for row in rows] == ["bottle-0001", "bottle-0002", "bottle-0003", "bottle-0004"]
        assert rows[0]["url"] == f"http://127.0.0.1:{up.port}/c/demo/bottle-0001"
        assert up.end(signal.SIGTERM) == 0
