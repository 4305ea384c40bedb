"""Archives are built once, stored whole, and downloaded by a few at a time."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from hashlib import sha256
from typing import Any

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.http import Http404
from django.test import RequestFactory

from portal.storage.base import storage
from tests.support.codes import some_codes
from tests.support.demo import Demo
from tests.support.secure import a_secure_order
from workorders.archives import builder, downloads, zip_archive
from workorders.archives.builder import BeingMade, NoCodes, build_archive
from workorders.archives.downloads import download_archive
from workorders.archives.names import archive_name
from workorders.archives.zip_archive import secure_facts
from workorders.models import Workorder
from workorders.orders.services import Order, order_codes
from workorders.rendering.readback import Misread


def opened(name: str) -> zipfile.ZipFile:
    with storage().open(name) as file:
        return zipfile.ZipFile(io.BytesIO(file.read()))


def unstored(workorder: Workorder) -> Workorder:
    """The same, without archives that another test's workorder of this number left."""
    for kind in ("archive", "serial-numbers"):
        storage().delete(archive_name(workorder, kind))
    return workorder


def a_request(user: Any) -> Any:
    request: Any = RequestFactory().get("/")
    request.user = user
    return request


def test_every_build_has_a_draft_of_its_own_and_removes_what_a_killed_one_left(
    demo: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that lost its lock with the database builds on for a while, and removes its draft when it ends."""
    workorder = unstored(some_codes(demo.staff, "abc00001"))
    add_samples, drafts = zip_archive.Archive.add_samples, []

    def noted(archive: zip_archive.Archive) -> None:
        drafts.append(archive.draft.name)
        assert [path.name for path in settings.SPOOL_DIR.glob("*archive*")] == drafts[-1:]
        add_samples(archive)

    monkeypatch.setattr(zip_archive.Archive, "add_samples", noted)
    name = build_archive(workorder, "archive")
    storage().delete(name)
    (settings.SPOOL_DIR / drafts[0]).touch()
    assert build_archive(workorder, "archive") == name
    assert (len(drafts), len({*drafts})) == (2, 2)
    assert not list(settings.SPOOL_DIR.glob("*archive*"))


def test_the_archive_has_its_members_and_their_digests(demo: Demo) -> None:
    workorder = unstored(some_codes(demo.staff, "abc00001", "abc00002"))
    ticks: list[int] = []
    name = build_archive(workorder, "archive", ticks.append)
    assert name == archive_name(workorder, "archive")
    archive = opened(name)
    assert archive.testzip() is None
    assert archive.namelist() == ["codes.csv", "sample_qr.png", "sample_qr.svg", "README.txt", "manifest.json"]
    manifest = json.loads(archive.read("manifest.json"))
    assert {member["name"]: member["sha256"] for member in manifest.pop("members")} == {
        member: sha256(archive.read(member)).hexdigest() for member in archive.namelist()[:-1]
    }
    assert manifest == {
        "type": "SID",
        "reference": workorder.reference,
        "quantity": 2,
        "url_prefix": workorder.url_prefix,
        "use_serial_number": False,
    }


@pytest.mark.parametrize(("numbered", "serial"), [(False, ""), (True, "0000000002")])
def test_codes_csv_has_a_line_a_code(demo: Demo, numbered: bool, serial: str) -> None:
    workorder = unstored(some_codes(demo.staff, "zzz00001", "aaa00002"))
    workorder.use_serial_number = numbered
    archive = opened(build_archive(workorder, "serial-numbers"))
    assert archive.namelist() == ["codes.csv", "sample_qr.png", "sample_qr.svg"]
    rows = list(csv.reader(io.StringIO(archive.read("codes.csv").decode())))
    assert rows[0] == ["extended_id", "serial_number", "sequence", "batch", "url"]
    assert [row[0] for row in rows[1:]] == ["zzz00001", "aaa00002"]
    assert rows[2] == ["aaa00002", serial, "2", "1", f"{workorder.url_prefix}aaa00002"]


def test_a_stored_archive_is_not_built_again(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    workorder = unstored(some_codes(demo.staff, "abc00001"))
    name = build_archive(workorder, "archive")
    monkeypatch.setattr(builder, "_write_archive", lambda *_: pytest.fail("It was built again"))
    assert build_archive(workorder, "archive") == name


def test_an_archive_that_is_gone_is_built_with_the_same_bytes(demo: Demo) -> None:
    workorder = unstored(some_codes(demo.staff, "abc00001", "abc00002"))
    name = build_archive(workorder, "archive")
    with storage().open(name) as file:
        before = file.read()
    storage().delete(name)
    build_archive(workorder, "archive")
    with storage().open(name) as file:
        assert file.read() == before


def test_without_codes_there_is_no_archive(demo: Demo) -> None:
    minted = unstored(order_codes(Order("Minting", 5, demo.company.url_prefix), demo.company, demo.staff))
    for workorder in (minted, unstored(a_secure_order(demo))):
        with pytest.raises(NoCodes):
            build_archive(workorder, "archive")
        with pytest.raises(Http404):
            download_archive(a_request(demo.staff), workorder, "archive")
        assert not storage().exists(archive_name(workorder, "archive"))


def test_nothing_is_stored_of_an_archive_that_reads_wrong(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    workorder = unstored(some_codes(demo.staff, "abc00001"))
    right = zip_archive.Archive.check_samples
    monkeypatch.setattr(
        zip_archive.Archive, "check_samples", lambda archive: right(archive, lambda pixels: ["another"])
    )
    with pytest.raises(Misread, match=r"sample_qr\.png reads as \['another'\], not as "):
        build_archive(workorder, "archive")
    assert not storage().exists(archive_name(workorder, "archive"))
    assert not list(settings.SPOOL_DIR.glob("*archive*"))


def test_only_a_few_build_at_once_and_others_come_back(demo: Demo) -> None:
    workorder = unstored(some_codes(demo.staff, "abc00001"))
    places = [downloads._places.acquire(blocking=False) for _ in range(downloads.MOST_AT_ONCE)]
    try:
        with pytest.raises(BeingMade):
            download_archive(a_request(demo.staff), workorder, "archive")
    finally:
        for _place in places:
            downloads._places.release()
    assert places == [True] * downloads.MOST_AT_ONCE
    response = download_archive(a_request(demo.staff), workorder, "archive")
    assert response.status_code == 200
    response.close()


def test_a_place_is_free_again_after_a_failure(demo: Demo) -> None:
    workorder = unstored(a_secure_order(demo))
    for _ in range(downloads.MOST_AT_ONCE + 1):
        with pytest.raises(Http404):
            download_archive(a_request(demo.staff), workorder, "archive")


def test_a_stored_archive_needs_no_place(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    workorder = unstored(some_codes(demo.staff, "abc00001"))
    storage().save(archive_name(workorder, "archive"), ContentFile(b"zip"))
    monkeypatch.setattr(downloads, "_places", None)
    response = download_archive(a_request(demo.staff), workorder, "archive")
    assert (
        response["Content-Disposition"] == f'attachment; filename="{workorder.reference.lower().replace(" ", "-")}.zip"'
    )
    response.close()
    unstored(workorder)


def test_the_manifest_of_secure_codes_says_how_they_are_drawn() -> None:
    assert secure_facts(Workorder(quantity=5)) == {}
    assert secure_facts(Workorder(quantity=5, layout="outside")) == {
        "ordered_quantity": 5,
        "layout": "outside",
        "qr_version": 3,
        "qr_level": "L",
    }
