"""The tour of docs/api.md, followed word for word, by a portal that lets nobody call more than five times a second."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
import signal
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.paths import CHECKOUT
from tests.support.portals import Up, run

TOUR = (CHECKOUT / "docs" / "api.md").read_text()


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """A portal of its own."""
    folder = tmp_path_factory.mktemp("tour")
    with Up(folder / "out", folder / "home", API_RATE="5/s") as up:
        up.wait_ready()
        yield up
        assert up.end(signal.SIGTERM) == 0


def words(language: str, up: Up) -> str:
    """Everything in that language, at the address and with the interpreter of the test."""
    code = "\n".join(re.findall(rf"^```{language}\n(.*?)^```$", TOUR, re.MULTILINE | re.DOTALL))
    manage = f"{sys.executable} {CHECKOUT / 'manage.py'}"
    return code.replace("127.0.0.1:8000", f"127.0.0.1:{up.port}").replace(".venv/bin/python manage.py", manage)


def ids(archive: Path) -> list[str]:
    """The ids in an archive."""
    with zipfile.ZipFile(archive) as opened:
        assert opened.testzip() is None
        return [row["extended_id"] for row in csv.DictReader(io.StringIO(opened.read("codes.csv").decode()))]


@pytest.mark.skipif(shutil.which("curl") is None, reason="No curl is installed.")
def test_the_tour_in_curl(up: Up, tmp_path: Path) -> None:
    said = run(["bash", "-euo", "pipefail", "-c", words("bash", up)], tmp_path, up)
    assert '"email":"staff@demo.example"' in said
    assert '{"duplicate_id_error": 1, "product_not_found_error": 1}'.replace('"', "'") in said
    assert "{'codes_created': 2, 'duplicates_ignored': 0}" in said
    assert (tmp_path / "code.json").read_text().startswith('{"id":"01/04006381333931/10/B7/21/A1",')
    kept = json.loads((tmp_path / "kept.json").read_text())
    assert kept["parameters"]["default_scm_data"] == {"product": "sku1", "line": "3", "shift": "B"}
    assert kept["result_data"] == {"codes_created": 1, "duplicates_ignored": 0}
    assert (tmp_path / "errors.csv").read_text().startswith("row,column,value,error,message\n")
    assert "bottle-1001" in (tmp_path / "rows-with-errors.csv").read_text()
    assert ids(tmp_path / "archive.zip") == [f"bottle-100{number}" for number in range(1, 5)]
    assert json.loads((tmp_path / "changed.json").read_text())["items"]["bottle-1003"] == ["pallet"]
    kinds = [each["error"] for each in json.loads((tmp_path / "refused.json").read_text())["errors"]]
    assert sorted(kinds) == ["code_not_found_error", "invalid_activation_status_error"]
    assert json.loads((tmp_path / "history.json").read_text())["count"] == 2
    assert json.loads((tmp_path / "extent.json").read_text()) == {"undone": 1, "kept": 0, "kept_codes": []}
    assert json.loads((tmp_path / "task.json").read_text())["codes_affected"] == 1
    assert json.loads((tmp_path / "undone.json").read_text())["activation_status"] == 1
    exported = csv.DictReader(io.StringIO((tmp_path / "export.csv").read_text()))
    assert [row["extended_id"] for row in exported] == [f"bottle-100{number}" for number in range(1, 5)]
    assert json.loads((tmp_path / "withdrawal.json").read_text()) == {"deletes": True, "codes": 2, "because": []}
    first, again, other = ((tmp_path / f"{name}.txt").read_text() for name in ("first", "again", "other"))
    assert first.splitlines()[0].split()[1] == "201"
    assert again.splitlines()[-1] == first.splitlines()[-1]
    assert ("Idempotency-Replayed: true" in first, "Idempotency-Replayed: true" in again) == (False, True)
    assert other.splitlines()[0].split()[1] == "422"
    assert len(set(ids(tmp_path / "serial-numbers.zip"))) == 1000
    assert (tmp_path / "code.svg").read_text().startswith("<?xml")
    with zipfile.ZipFile(tmp_path / "secure.zip") as secure:
        assert {"images/secure-0001.png", "images/secure-0002.png"} <= set(secure.namelist())
    told = [event["what"] for event in json.loads((tmp_path / "timeline.json").read_text())["results"]]
    assert told[:4] == ["ordered", "uploaded", "confirmed", "generated"]
    assert told[4:] == ["downloaded", "download_allowed", "downloaded", "printed", "completed"]
    assert json.loads((tmp_path / "template.json").read_text())["is_archived"] is True
    assert '"previous":null' in said
    assert '"next":null' in (tmp_path / "page.json").read_text()


def test_the_tour_in_python(up: Up, tmp_path: Path) -> None:
    manage = [sys.executable, str(CHECKOUT / "manage.py")]
    token = run([*manage, "create_token", "staff@demo.example"], tmp_path, up).strip()
    said = run([sys.executable, "-W", "error", "-c", words("python", up)], tmp_path, up, TOKEN=token).splitlines()
    assert said[1] == "error {'invalid_id_error': 1}"
    assert said[2].startswith("3 id bottle 2002 ")
    assert said[3].endswith(" 2")
    assert said[4] == "206 206"
    assert said[5].startswith("400 {'reference': ['The company has a workorder of this reference already;")
    assert said[6].startswith("['Tour in Python', ")
    assert said[7].count("/c/demo/bottle-200") == 3
    assert ids(tmp_path / "archive.zip") == ["bottle-2001", "bottle-2002"]
    assert len(set(ids(tmp_path / "serial-numbers.zip"))) == 1000
    assert (tmp_path / "code.png").read_bytes().startswith(b"\x89PNG")
    assert (tmp_path / "errors.csv").read_text().count("\n") == 2
    assert "bottle 2002" in (tmp_path / "rows-with-errors.csv").read_text()


def test_the_tour_with_the_client(up: Up, tmp_path: Path, client_bin: Path) -> None:
    way = {"PATH": f"{client_bin}:{os.environ['PATH']}"}
    said = run(["bash", "-euo", "pipefail", "-c", words("sh", up)], tmp_path, up, **way)
    assert "archives/client-tour.zip\n" in said
    assert ids(tmp_path / "archives/client-tour.zip") == ["bottle-4001", "bottle-4002"]
    assert "row 3, id 'bottle 4002': " in (tmp_path / "problems.txt").read_text()
    (exported,) = (tmp_path / "exports").iterdir()
    assert [row["extended_id"] for row in csv.DictReader(io.StringIO(exported.read_text()))] == ["bottle-4001"]

    token = run([sys.executable, str(CHECKOUT / "manage.py"), "create_token", "admin@demo.example"], tmp_path, up)
    way |= {"CODEPORT_URL": f"http://127.0.0.1:{up.port}", "CODEPORT_TOKEN": token.strip()}
    told = run([str(client_bin / "python"), "-W", "error", "-c", words("py", up)], tmp_path, up, **way).splitlines()
    assert told[:2] == ["admin@demo.example", "3 id bottle 5002 invalid_id_error"]
    archive, changed, codes = [line for line in told if line.startswith(("archives/", "exports/")) or line == "1"]
    assert changed == "1"
    with zipfile.ZipFile(tmp_path / archive) as opened:
        assert "images/bottle-5001.png" in opened.namelist()
    assert (tmp_path / codes).read_text().count("\n") == 2
