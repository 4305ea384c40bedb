"""The signed upload form: what it lets through, and everything it does not."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from portal import storage as portal_storage
from portal.storage import SIGNATURE, storage

NAME = "incoming/abc"


def form(name: str = NAME) -> dict[str, str]:
    """The fields of a fresh signed form."""
    fields: dict[str, str] = storage().signed_form("http://testserver/", name, "text/csv")["fields"]
    return fields


def post(fields: dict[str, Any], content: bytes = b"id\nabc12345\n", **more: Any) -> Any:
    return Client().post("/storage/", {**fields, "file": SimpleUploadedFile("a.csv", content, "text/plain"), **more})


def test_a_form_used_as_it_was_given_stores_the_file() -> None:
    answer = post(form())
    assert answer.status_code == 201
    assert answer["ETag"] == '"efac5c927aa704f62b03c3aea437efae"'
    with storage().open(NAME) as file:
        assert file.read() == b"id\nabc12345\n"


def test_a_second_file_by_the_same_form_replaces_the_first() -> None:
    fields = form()
    post(fields, b"first")
    assert post(fields, b"second").status_code == 201
    with storage().open(NAME) as file:
        assert file.read() == b"second"


def test_an_empty_file_is_stored() -> None:
    assert post(form("incoming/empty"), b"").status_code == 201
    assert storage().size("incoming/empty") == 0


@pytest.mark.parametrize("field", ["key", "Content-Type", "success_action_status", "policy", SIGNATURE])
def test_a_field_that_was_altered_or_left_out_is_refused(field: str) -> None:
    storage().delete(NAME)
    fields = form()
    assert post({**fields, field: fields[field] + "x"}).status_code == 403
    del fields[field]
    assert post(fields).status_code == 403
    assert not storage().exists(NAME)


def test_a_field_that_the_policy_does_not_name_is_refused() -> None:
    answer = post({**form(), "acl": "public-read"})
    assert answer.status_code == 403
    assert b"<Code>AccessDenied</Code>" in answer.content


def test_a_policy_of_ones_own_is_refused() -> None:
    policy = {"expiration": (timezone.now() + timedelta(days=1)).isoformat(), "conditions": [["", 0, 10**12]]}
    fields = {**form(), "policy": base64.b64encode(json.dumps(policy).encode()).decode()}
    assert b"SignatureDoesNotMatch" in post(fields).content


def test_an_expired_form_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(portal_storage, "FORM_LIFETIME", timedelta(seconds=-1))
    answer = post(form())
    assert answer.status_code == 403
    assert b"Policy expired" in answer.content


def test_a_file_over_the_limit_is_refused_and_nothing_kept(settings: Settings) -> None:
    settings.MAX_UPLOAD_BYTES = 100_000
    assert post(form("incoming/most"), b"x" * 100_000).status_code == 201
    answer = post(form("incoming/more"), b"x" * 100_001)
    assert answer.status_code == 400
    assert b"<Code>EntityTooLarge</Code>" in answer.content
    assert not storage().exists("incoming/more")
    assert list(settings.SPOOL_DIR.glob("*")) == []


def test_fields_after_the_file_do_not_count() -> None:
    fields = form("incoming/order")
    signature = fields.pop(SIGNATURE)
    answer = Client().post("/storage/", {**fields, "file": SimpleUploadedFile("a", b"x"), SIGNATURE: signature})
    assert answer.status_code == 403


def test_two_files_are_refused() -> None:
    assert post(form("incoming/two"), other=SimpleUploadedFile("b", b"x")).status_code == 400
    assert not storage().exists("incoming/two")


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


def test_only_posts_are_taken() -> None:
    assert Client().get("/storage/").status_code == 405
