"""The two storages: what a signed upload form lets through, everything it does not, and what is done with files then.

All of this holds for files below CODEPORT_HOME and in a bucket alike.
"""

from __future__ import annotations

import base64
import json
import re
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import requests
from boto3.s3.transfer import TransferConfig
from django.core.files.base import ContentFile
from django.http import HttpResponseBase
from django.test import Client, RequestFactory
from pytest_django import Settings

from ingestion.models import IngestionRecord
from portal.storage import base as portal_storage
from portal.storage import disk as portal_disk
from portal.storage import s3 as portal_bucket
from portal.storage.base import storage
from portal.storage.downloads import download
from tests.support.demo import Demo

NAME = "incoming/abc"
CONTENT = b"id\nabc12345\n"
FILE = ("file", ("a.csv", CONTENT, "text/plain"))


@pytest.fixture(params=["embedded", "bucket"], autouse=True)
def kind(request: pytest.FixtureRequest) -> Any:
    """Each test is made for both; where the portal takes the file, an upload waits for it."""
    if request.param == "bucket":
        request.getfixturevalue("bucket")
    else:
        demo: Demo = request.getfixturevalue("demo")
        IngestionRecord.objects.create(
            key="abc", company=demo.company, created_by=demo.staff, filetype="csv", ingestion_mode="api"
        )
    yield request.param
    for name in (NAME, f"{NAME}x"):
        storage().delete(name)


class Answer(NamedTuple):
    """What the storage says to a posted form: HTTP status, the code in its XML, and the MD5 it found."""

    status: int
    code: str
    etag: str


def form(name: str = NAME) -> dict[str, Any]:
    """A fresh signed form."""
    return storage().signed_form("http://testserver/", name, "text/csv")


def fields(signed: dict[str, Any], **changes: str | None) -> list[tuple[str, Any]]:
    """The form's fields as parts of a body, changed or, with None, left out."""
    return [(name, (None, value)) for name, value in (signed["fields"] | changes).items() if value is not None]


def signature(signed: dict[str, Any]) -> str:
    """The name of the field that holds the signature."""
    names: dict[str, str] = signed["fields"]
    return next(name for name in names if name.endswith("-signature"))


def send(signed: dict[str, Any], *parts: tuple[str, Any]) -> Answer:
    """Post a form of these `parts`."""
    prepared = requests.Request("POST", signed["url"], files=parts).prepare()
    if "testserver" in signed["url"]:
        body = prepared.body or b""
        response = Client().generic("POST", "/storage/", body, content_type=prepared.headers["Content-Type"])
        status, text = response.status_code, response.content.decode()
    else:
        answer = requests.Session().send(prepared, timeout=30)
        status, text = answer.status_code, answer.text
    found = [re.search(rf"<{tag}>(?:&quot;|\")?(.*?)(?:&quot;|\")?</{tag}>", text) for tag in ("Code", "ETag")]
    return Answer(status, *(match[1] if match else "" for match in found))


def post(signed: dict[str, Any], content: bytes = CONTENT) -> Answer:
    """Use the form as it is meant."""
    return send(signed, *fields(signed), ("file", ("a.csv", content, "text/plain")))


def read(name: str) -> bytes:
    with storage().open(name) as file:
        content: bytes = file.read()
        return content


def test_a_form_used_as_it_was_given_stores_the_file() -> None:
    assert post(form()) == (201, "", "efac5c927aa704f62b03c3aea437efae")
    assert read(NAME) == CONTENT
    assert storage().size(NAME) == len(CONTENT)
    assert storage().content_type(NAME) in (None, "text/csv")
    assert datetime.now(UTC) - storage().get_modified_time(NAME) < timedelta(minutes=1)


def test_a_second_file_by_the_same_form_replaces_the_first() -> None:
    signed = form()
    post(signed, b"first")
    assert post(signed, b"second").status == 201
    assert read(NAME) == b"second"


def test_an_empty_file_is_stored() -> None:
    assert post(form(), b"").status == 201
    assert storage().size(NAME) == 0


@pytest.mark.parametrize("field", ["key", "Content-Type", "success_action_status", "policy", "signature"])
def test_a_field_that_was_altered_or_left_out_is_refused(field: str) -> None:
    signed = form()
    field = signature(signed) if field == "signature" else field
    altered = send(signed, *fields(signed, **{field: signed["fields"][field] + "x"}), FILE)
    assert altered.status == 403
    assert send(signed, *fields(signed, **{field: None}), FILE).status in (400, 403)
    assert not storage().exists(NAME)
    assert not storage().exists(f"{NAME}x")


def test_another_content_type_is_refused() -> None:
    signed = form()
    assert send(signed, *fields(signed, **{"Content-Type": "text/html"}), FILE)[:2] == (403, "AccessDenied")
    assert not storage().exists(NAME)


def test_a_field_that_the_policy_does_not_name_is_refused() -> None:
    signed = form()
    assert send(signed, *fields(signed, acl="public-read"), FILE)[:2] == (403, "AccessDenied")
    assert not storage().exists(NAME)


def test_a_policy_of_ones_own_is_refused() -> None:
    policy = {"expiration": "2100-01-01T00:00:00Z", "conditions": [["content-length-range", 0, 10**12]]}
    signed = form()
    encoded = base64.b64encode(json.dumps(policy).encode()).decode()
    answer = send(signed, *fields(signed, policy=encoded), FILE)
    assert answer.status == 403
    assert answer.code in ("SignatureDoesNotMatch", "AccessDenied")
    assert not storage().exists(NAME)


def test_an_expired_form_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (portal_storage, portal_disk):
        monkeypatch.setattr(module, "FORM_LIFETIME", timedelta(seconds=-1))
    assert post(form())[:2] == (403, "AccessDenied")
    assert not storage().exists(NAME)


def test_a_form_holds_for_half_an_hour() -> None:
    policy = json.loads(base64.b64decode(form()["fields"]["policy"]))
    left = datetime.fromisoformat(policy["expiration"]) - datetime.now(UTC)
    assert timedelta(minutes=29) < left <= timedelta(minutes=30)


def test_a_file_over_the_limit_is_refused_and_nothing_kept(settings: Settings) -> None:
    settings.MAX_UPLOAD_BYTES = 100_000
    assert post(form(), b"x" * 100_000).status == 201
    assert post(form(), b"y" * 100_001)[:2] == (400, "EntityTooLarge")
    assert read(NAME) == b"x" * 100_000
    assert list(settings.SPOOL_DIR.glob("*")) == []


def others() -> set[str]:
    """The names that hostile forms of these tests would write, and that hold something now."""
    names = (FOREIGN, "uploads/abc", "incoming/other", f"{NAME}x", "a.csv")
    return {name for name in names if storage().exists(name)}


FOREIGN = "workorders/9/8/archive.zip"
HOSTILE = {
    "key": FOREIGN,
    "Content-Type": "text/html",
    "success_action_status": "200",
    "policy": base64.b64encode(b'{"expiration": "2100-01-01T00:00:00Z", "conditions": []}').decode(),
    "signature": "0" * 64,
}


@pytest.mark.parametrize("field", HOSTILE)
@pytest.mark.parametrize("place", ["behind the file", "behind its equal", "before its equal"])
def test_a_field_that_comes_twice_changes_nothing(kind: str, field: str, place: str) -> None:
    signed = form()
    named = signature(signed) if field == "signature" else field
    parts, second = fields(signed), (named, (None, HOSTILE[field]))
    sent = {
        "behind the file": [*parts, FILE, second],
        "behind its equal": [*parts, second, FILE],
        "before its equal": [second, *parts, FILE],
    }[place]
    answer = send(signed, *sent)
    assert others() == set()
    if kind == "embedded":
        assert answer[:2] == (400, "InvalidArgument")
        assert not storage().exists(NAME)
    else:
        assert answer.status in (201, 400, 403)
        assert not storage().exists(NAME) or read(NAME) == CONTENT


@pytest.mark.parametrize("field", HOSTILE)
def test_not_even_the_same_value_may_come_twice(kind: str, field: str) -> None:
    signed = form()
    named = signature(signed) if field == "signature" else field
    again = (named, (None, signed["fields"][named]))
    for sent in ([*fields(signed), again, FILE], [*fields(signed), FILE, again]):
        assert send(signed, *sent).status == 400 or kind == "bucket"
    assert others() == set()


@pytest.mark.parametrize(
    "name", [FOREIGN, "uploads/abc", "incoming", "incoming/", "incoming/../uploads/abc", "incoming/other", "\0", ""]
)
@pytest.mark.parametrize("place", ["instead", "behind the file"])
def test_another_name_is_never_written(kind: str, name: str, place: str) -> None:
    signed = form()
    if place == "instead":
        answer = send(signed, *fields(signed, key=name), FILE)
    else:
        answer = send(signed, *fields(signed), FILE, ("key", (None, name)))
    assert others() == set()
    assert answer.status in (400, 403) or (kind, place) == ("bucket", "behind the file")


def test_fields_after_the_file_do_not_count() -> None:
    signed = form()
    parts = fields(signed)
    assert send(signed, FILE, *parts).status in (400, 403)
    assert send(signed, *parts[:-1], FILE, parts[-1]).status in (400, 403)
    assert not storage().exists(NAME)


def test_any_field_after_the_file_is_refused(kind: str) -> None:
    signed = form()
    for late in (("acl", (None, "public-read")), ("x-ignore-me", (None, "1")), ("file", (None, "x"))):
        answer = send(signed, *fields(signed), FILE, late)
        assert answer[:2] == (400, "InvalidArgument") or kind == "bucket"
    assert kind == "bucket" or not storage().exists(NAME)


def test_fields_are_named_in_any_case_and_ones_own_are_ignored() -> None:
    signed = form()
    small = [(name.lower(), part) for name, part in fields(signed)]
    assert send(signed, *small, FILE).status == 201
    assert send(signed, ("x-ignore-client", (None, "ours")), *fields(signed), FILE).status == 201
    assert read(NAME) == CONTENT


def test_of_two_files_the_second_is_never_stored(kind: str) -> None:
    signed = form()
    answer = send(signed, *fields(signed), FILE, ("other", ("b", b"x", "text/plain")))
    assert answer.status in (201, 400)
    assert not storage().exists(NAME) or read(NAME) == CONTENT
    assert kind == "bucket" or answer.status == 400


def test_a_file_is_moved_whole_or_reported_missing() -> None:
    storage().save("moving/a", ContentFile(b"a"))
    storage().save("moved/b", ContentFile(b"b"))
    storage().move("moving/a", "moved/b")
    assert not storage().exists("moving/a")
    assert read("moved/b") == b"a"
    for ask in (storage().size, storage().open):
        with pytest.raises(FileNotFoundError):
            ask("moving/a")
    with pytest.raises(FileNotFoundError):
        storage().move("moving/a", "moved/b")
    assert read("moved/b") == b"a"


def test_a_file_too_large_for_one_copy_is_moved_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    mebibytes = 5 * 1024 * 1024
    monkeypatch.setattr(
        portal_bucket, "COPY", TransferConfig(multipart_threshold=mebibytes, multipart_chunksize=mebibytes)
    )
    content = bytes(range(256)) * 50_000
    post(form(), content)
    storage().move(NAME, "moved/large")
    assert read("moved/large") == content
    assert storage().content_type("moved/large") in (None, "text/csv")
    assert not storage().exists(NAME)


@pytest.mark.parametrize("size", [0, 10, 17 * 1024 * 1024])
def test_a_finished_file_is_adopted_and_read_back(settings: Settings, tmp_path: Path, size: int) -> None:
    draft = tmp_path / "draft.zip"
    content = (bytes(range(251)) * (size // 251 + 1))[:size]
    draft.write_bytes(content)
    storage().adopt(draft, "workorders/1/2/archive.zip")
    assert not draft.exists()
    with storage().open("workorders/1/2/archive.zip") as file:
        assert file.read(5) == content[:5]
        file.seek(-5 if size else 0, 2)
        assert file.read() == content[-5:]
        file.seek(0)
        assert file.read() == content
    assert list(settings.SPOOL_DIR.glob("*")) == []


def fetched(answer: HttpResponseBase, method: str, **headers: str) -> requests.Response | HttpResponseBase:
    """What a client that follows redirects gets for the download `answer`."""
    if answer.status_code != 302:
        return answer
    return requests.request(method, answer["Location"], headers=headers, timeout=30)


def body(response: Any) -> bytes:
    with closing(response):
        return response.content if isinstance(response, requests.Response) else b"".join(response)


def test_a_download_has_a_name_a_type_and_ranges(rf: RequestFactory) -> None:
    storage().save("workorders/1/3/archive.zip", ContentFile(b"0123456789"))
    named = ("workorders/1/3/archive.zip", "Frühling 1.zip", "application/zip")
    response = fetched(download(rf.get("/"), *named), "GET")
    assert body(response) == b"0123456789"
    assert response.headers["Content-Type"] == "application/zip"
    assert response.headers["Content-Disposition"] == "attachment; filename*=utf-8''Fr%C3%BChling%201.zip"
    assert response.headers["Accept-Ranges"] == "bytes"
    part = fetched(download(rf.get("/", headers={"range": "bytes=4-"}), *named), "GET", Range="bytes=4-")
    assert (part.status_code, body(part)) == (206, b"456789")
    assert part.headers["Content-Range"] == "bytes 4-9/10"
    beyond = fetched(download(rf.get("/", headers={"range": "bytes=10-"}), *named), "GET", Range="bytes=10-")
    assert beyond.status_code == 416
    with closing(fetched(download(rf.head("/"), *named), "HEAD")) as head:
        assert (head.status_code, head.headers["Content-Length"]) == (200, "10")


def test_the_files_of_one_folder_are_listed_with_their_times() -> None:
    for name in ("listed/a", "listed/b", "listed2/c"):
        storage().save(name, ContentFile(b"x"))
    found = dict(storage().listed("listed"))
    assert found.keys() == {"listed/a", "listed/b"}
    assert all(abs(datetime.now(UTC) - written) < timedelta(minutes=5) for written in found.values())
    assert list(storage().listed("nowhere")) == []


def test_a_storage_that_works_passes_its_check() -> None:
    storage().check()
