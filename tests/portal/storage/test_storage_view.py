"""The portal's own place for posted forms, which S3 clients find to be like S3."""

from __future__ import annotations

import errno
import gc
import io
from typing import Any

import pytest
import requests
from django.conf import settings
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.test import Client, RequestFactory
from django.urls import resolve

from ingestion import services
from ingestion.models import IngestionRecord
from portal.storage.base import storage
from tests.support.demo import Demo

Status = IngestionRecord.Status


@pytest.fixture
def record(demo: Demo) -> IngestionRecord:
    """An upload that waits for its file."""
    return services.start_upload(demo.staff, demo.company, filetype="csv", mode="api")


def body_of(record: IngestionRecord, content: bytes = b"id\nabc12345\n") -> tuple[bytes, str]:
    """A form of the upload's file as a client posts it, and its content type."""
    signed = storage().signed_form("http://testserver/", record.incoming_path, "text/csv")
    parts: list[tuple[str, Any]] = [(name, (None, value)) for name, value in signed["fields"].items()]
    request = requests.Request("POST", signed["url"], files=[*parts, ("file", ("a.csv", content))]).prepare()
    assert isinstance(request.body, bytes)
    return request.body, request.headers["Content-Type"]


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"", "multipart/form-data; boundary=x"),
        (b"junk", "multipart/form-data; boundary=x"),
        (b"junk", "multipart/form-data"),
        (b'--x\r\nContent-Disposition: form-data; name="key"\r\n\r\nv\r\n--x--\r\n', "multipart/form-data; boundary=x"),
        (b"{}", "application/json"),
    ],
)
def test_a_body_that_is_no_form_is_refused(body: bytes, content_type: str) -> None:
    answer = Client().post("/storage/", body, content_type=content_type)
    assert answer.status_code == 400
    assert answer.content.startswith(b'<?xml version="1.0"')


def test_a_file_in_whose_middle_the_form_breaks_off_is_not_left_open(record: IngestionRecord) -> None:
    body, content_type = body_of(record, b"id\nabc12345")
    body = body.replace(b"\r\n\r\nid\n", b"\r\nContent-Transfer-Encoding: base64\r\n\r\nid\n")
    gc.collect()
    gc.disable()  # it would close what is left, some time
    try:
        answer = Client().generic("POST", "/storage/", body, content_type)
        left = [*settings.SPOOL_DIR.iterdir()]
    finally:
        gc.enable()
    assert b"<Code>MalformedPOSTRequest</Code>" in answer.content
    assert left == []


def test_only_posts_are_taken() -> None:
    assert Client().get("/storage/").status_code == 405


@pytest.mark.parametrize("status", [status for status in Status if status != Status.UPLOADING])
def test_a_form_stores_nothing_once_its_upload_went_on(record: IngestionRecord, status: str) -> None:
    body, content_type = body_of(record)
    IngestionRecord.objects.filter(pk=record.pk).update(status=status)
    answer = Client().generic("POST", "/storage/", body, content_type)
    assert answer.status_code == 403
    assert "no longer waits for a file; begin a new upload." in answer.content.decode()
    assert not storage().exists(record.incoming_path)


def test_a_form_of_an_upload_that_is_gone_stores_nothing(record: IngestionRecord) -> None:
    body, content_type = body_of(record)
    name = record.incoming_path
    record.delete()
    assert Client().generic("POST", "/storage/", body, content_type).status_code == 403
    assert not storage().exists(name)


def no_space(*_: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_what_arrived_of_a_file_is_gone_when_the_disk_is_full(
    record: IngestionRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At once: objects that name each other keep a file until some later moment, while others need its room."""
    body, content_type = body_of(record)
    monkeypatch.setattr(TemporaryUploadedFile, "write", no_space, raising=False)
    gc.disable()
    try:
        answer = Client().generic("POST", "/storage/", body, content_type)
        assert (answer.status_code, list(settings.SPOOL_DIR.iterdir())) == (507, [])
    finally:
        gc.enable()


class Slow(io.BytesIO):
    """A body that somebody sends while something else happens: after its first part."""

    def __init__(self, body: bytes, between: Any) -> None:
        super().__init__(body)
        self.between, self.at = between, len(body) // 2

    def read(self, size: int | None = -1, /) -> bytes:
        if self.tell() >= self.at and self.between:
            between, self.between = self.between, None
            between()
        return super().read(min(size, 64 * 1024) if size and size > 0 else size)


def test_what_is_processed_while_a_second_file_arrives_is_the_first(
    record: IngestionRecord, rf: RequestFactory
) -> None:
    body, content_type = body_of(record)
    assert Client().generic("POST", "/storage/", body, content_type).status_code == 201
    second, content_type = body_of(record, b"id\n" + b"evil12345\n" * 100_000)
    stream = Slow(second, lambda: services.queue(record, {}, record.created_by))
    request = rf.generic("POST", "/storage/", second, content_type)
    request._stream = stream  # what the server hands over bit by bit
    view, args, kwargs = resolve("/storage/")
    assert view(request, *args, **kwargs).status_code == 403
    assert stream.between is None
    assert not storage().exists(record.incoming_path)
    with storage().open(record.file_path) as file:
        assert file.read() == b"id\nabc12345\n"


@pytest.mark.parametrize("name", ["workorders/1/2/archive.zip", "incoming", "incoming/"])
def test_no_form_is_made_for_a_name_elsewhere(demo: Demo, name: str) -> None:
    with pytest.raises(ValueError, match="below incoming/"):
        storage().signed_form("http://testserver/", name, "text/csv")


def test_even_a_policy_that_we_signed_writes_nowhere_else(
    record: IngestionRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.storage.disk.is_incoming", lambda _name: True)
    signed = storage().signed_form("http://testserver/", "workorders/1/2/archive.zip", "text/csv")
    monkeypatch.undo()
    parts: list[tuple[str, Any]] = [(name, (None, value)) for name, value in signed["fields"].items()]
    sent = requests.Request("POST", signed["url"], files=[*parts, ("file", ("a.csv", b"x"))]).prepare()
    assert Client().generic("POST", "/storage/", sent.body, sent.headers["Content-Type"]).status_code == 403
    assert not storage().exists("workorders/1/2/archive.zip")
