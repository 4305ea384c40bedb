"""README's tour by curl, followed word for word."""

from __future__ import annotations

import csv
import io
import re
import shutil
import sys
import zipfile
from pathlib import Path

import pytest

from tests.support.paths import CHECKOUT
from tests.support.portals import Up, run


@pytest.mark.skipif(shutil.which("curl") is None, reason="No curl is installed.")
def test_the_tour_ends_in_the_archive(portal_in_use: Up, tmp_path: Path) -> None:
    tour = (CHECKOUT / "README.md").read_text().split("## The same by API")[1].split("From the command line alone")[0]
    commands = "\n".join(re.findall(r"^    (.*)$", tour, re.MULTILINE))
    words = commands.replace("127.0.0.1:8000", f"127.0.0.1:{portal_in_use.port}")
    words = words.replace(".venv/bin/python manage.py", f"{sys.executable} {CHECKOUT / 'manage.py'}")
    run(["bash", "-euc", words], tmp_path, portal_in_use)
    (archive,) = tmp_path.glob("*.zip")
    with zipfile.ZipFile(archive) as opened:
        rows = list(csv.DictReader(io.StringIO(opened.read("codes.csv").decode())))
    assert [row["extended_id"] for row in rows] == ["bottle-0001", "bottle-0002", "bottle-0003", "bottle-0004"]
    assert rows[0]["url"] == f"http://127.0.0.1:{portal_in_use.port}/c/demo/bottle-0001"
