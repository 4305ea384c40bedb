"""Ids that differ in letter case alone: kept as they are, and told where files are named by them."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any

import pytest

from ingestion.stages import loading
from tests.support.demo import Demo
from tests.support.pages import as_
from tests.support.secure import a_secure_order
from tests.support.tokens import client_of
from tests.support.uploads import ingested
from workorders import job_runner
from workorders.identifiers import gs1
from workorders.models import Code, Job, Workorder

PAIRS = "id\nabc12345\nxyz-0001\nABC12345\nAbc12345\nXYZ-0001\nabc12346\n"
TOLD = "abc12345 and ABC12345 and Abc12345; xyz-0001 and XYZ-0001"
RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))}


def test_the_record_the_workorder_and_the_order_of_images_tell_them(committed_demo: Demo) -> None:
    record = ingested(committed_demo.staff, PAIRS)
    message = f"Some ids differ in small and capital letters alone. {TOLD}."
    assert [(warning["warning"], warning["message"]) for warning in record.warnings] == [("alike_ids_warning", message)]
    assert Code.objects.count() == 6
    path = f"/workorders/{record.workorder_id}/"
    assert client_of(committed_demo.staff).get(f"/api/v2{path}").json()["warnings"] == [
        {"warning": "alike_ids_warning", "message": message}
    ]
    for page in (path, f"{path}images/", f"/ingestions/{record.key}/"):
        assert TOLD in as_(committed_demo.staff).get(page).content.decode(), page


def test_the_readme_of_the_images_names_them(committed_demo: Demo) -> None:
    record = ingested(committed_demo.staff, PAIRS)
    client, path = client_of(committed_demo.staff), f"/api/v2/workorders/{record.workorder_id}/download/?images=svg"
    assert client.get(path).status_code == 202
    job_runner.run(Job.objects.get(what=Job.What.IMAGES).pk)
    answer: Any = client.get(path)
    archive = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    text = re.sub(r"\s+", " ", archive.read("README.txt").decode())
    assert f"These differ in small and capital letters alone: {TOLD}" in text
    assert len([name for name in archive.namelist() if name.startswith("images/")]) == 6


def test_nothing_is_told_where_nothing_is_alike(committed_demo: Demo) -> None:
    assert ingested(committed_demo.staff, "id\nabc12345\nABC12346\n").warnings == []


def test_two_uploads_into_one_workorder_are_compared(committed_demo: Demo) -> None:
    workorder = a_secure_order(committed_demo)
    assert ingested(committed_demo.staff, "id\nabc12345\n", workorder=workorder.pk).warnings == []
    (warning,) = ingested(committed_demo.staff, "id\nABC12345\n", workorder=workorder.pk).warnings
    assert warning["message"].endswith("abc12345 and ABC12345.")


def test_many_pairs_are_counted_and_large_workorders_left_to_the_images(
    committed_demo: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = "id\n" + "".join(f"abc-{n:05}\nABC-{n:05}\n" for n in range(25))
    (warning,) = ingested(committed_demo.staff, rows).warnings
    assert warning["message"].endswith("abc-00019 and ABC-00019; and 5 more.")
    monkeypatch.setattr(loading, "MOST_COMPARED", 1)
    assert ingested(committed_demo.staff, "id\nqrs12345\nQRS12345\n").warnings == []
    assert Workorder.objects.count() == 2


def test_no_file_is_named_as_a_device_or_with_what_systems_refuse() -> None:
    """An id has 8 characters at least, so none is a device's name; of GS1 what is reserved is percent-encoded."""
    for identifier in ("con-0001", "COM10000", "01/09520123456788/10/nul/21/" + "%2A%3A%3C%3E%3F%22" * 3, "a" * 100):
        name = f"{gs1.file_name(identifier)}.svg"
        assert name.partition(".")[0].lower() not in RESERVED
        assert not re.search(r'[<>:"/\\|?*\x00-\x1f]', name)
        assert not name.endswith((".", " "))
        assert len(name.encode()) <= 255
    assert len(gs1.file_name("x" * gs1.LONGEST)) + len(".svg") <= 255
