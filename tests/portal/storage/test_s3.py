"""Faults that only a bucket can have, and the core flow through one: upload, process, archive, download."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
import requests
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import Settings

from ingestion.models import IngestionRecord
from portal.storage.base import Unusable, storage
from tests.support.demo import Demo
from tests.support.outages import broken, nobodys_address
from tests.support.running import wait_for, worker
from tests.support.tokens import client_of
from tests.support.uploads import SPEC_EXAMPLE, ingested
from workorders.models import Workorder

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

API = "/api/v2/ingestion/"
POST_DATA, PROCESS = f"{API}codes/upload/get-post-data/", f"{API}codes/upload/process/"


def name_of(settings: Settings) -> str:
    """The bucket in use."""
    name: str = settings.STORAGES["default"]["OPTIONS"]["bucket_name"]
    return name


def posted(client: Any, content: bytes, filetype: str = "csv") -> str:
    """The key of a record whose file was posted straight to the bucket."""
    answer = client.post(POST_DATA, {"filetype": filetype}, format="json").json()
    post_data = answer["post_data"]
    parts = [*((name, (None, value)) for name, value in post_data["fields"].items()), ("file", ("a", content))]
    assert requests.post(post_data["url"], files=parts, timeout=30).status_code == 201
    key: str = answer["record_key"]
    return key


def test_an_upload_goes_through_a_bucket_to_an_archive(bucket: S3Client, committed_demo: Demo) -> None:
    client = client_of(committed_demo.staff)
    key = posted(client, SPEC_EXAMPLE.encode())
    with worker():
        digest = hashlib.sha256(SPEC_EXAMPLE.encode()).hexdigest()
        assert client.post(PROCESS, {"record": key, "sha256": digest}, format="json").status_code == 200
        wait_for(lambda: client.get(f"{API}{key}/").json()["status"] == "completed", "the record completes")
        wait_for(lambda: Workorder.objects.get().state == "completed", "the archive is published")
    record = IngestionRecord.objects.get(key=key)
    assert record.file_size == len(SPEC_EXAMPLE.encode())
    assert not storage().exists(record.incoming_path)
    answer = client.get(f"/api/v2/workorders/{record.workorder_id}/download/")
    assert (answer.status_code, answer["Cache-Control"]) == (302, "no-store")
    archive = zipfile.ZipFile(io.BytesIO(requests.get(answer["Location"], timeout=30).content))
    manifest = json.loads(archive.read("manifest.json"))
    assert manifest["quantity"] == 4
    assert archive.read("codes.csv").count(b"\n") == 5
    assert requests.get(answer["Location"].partition("?")[0], timeout=30).status_code == 403


def test_a_refused_file_is_given_back_with_its_errors(bucket: S3Client, committed_demo: Demo) -> None:
    client = client_of(committed_demo.staff)
    key = posted(client, b"id\nabc12345\nx\n")
    with worker():
        client.post(PROCESS, {"record": key}, format="json")
        wait_for(lambda: client.get(f"{API}{key}/").json()["status"] == "error", "the record ends")
    errors = b"".join(client.get(f"{API}{key}/errors.csv"))
    assert errors.splitlines()[1].startswith(b'3,"id","x","invalid_id_error",')
    page = Client()
    page.force_login(committed_demo.staff)
    assert b"abc12345" in b"".join(page.get(f"/ingestions/{key}/rows-with-errors/"))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"Body": b"x" * 101}, "The uploaded file has 101 bytes; at most 100 are allowed."),
        (
            {"ContentType": "text/html"},
            "The uploaded file is stored as text/html; post it by the form, as text/csv.",
        ),
    ],
)
def test_a_file_that_came_past_the_form_is_refused_and_deleted(
    bucket: S3Client, demo: Demo, settings: Settings, changes: dict[str, Any], message: str
) -> None:
    client = client_of(demo.staff)
    key = client.post(POST_DATA, {"filetype": "csv"}, format="json").json()["record_key"]
    record = IngestionRecord.objects.get(key=key)
    written = {"Body": b"id\nabc12345\n", "ContentType": "text/csv"} | changes
    bucket.put_object(Bucket=name_of(settings), Key=record.incoming_path, **written)
    settings.MAX_UPLOAD_BYTES = 100
    answer = client.post(PROCESS, {"record": key}, format="json")
    assert (answer.status_code, answer.json()) == (400, {"record": [message]})
    record.refresh_from_db()
    assert record.status == "uploading"
    answer = client.post(PROCESS, {"record": key}, format="json")
    assert answer.json() == {"detail": "Uploaded file not found."}


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"bucket_name": "codeport-nowhere"}, "The bucket S3_BUCKET does not exist at S3_ENDPOINT_URL."),
        ({"access_key": "nobody"}, "S3_ENDPOINT_URL does not know the key AWS_ACCESS_KEY_ID."),
        (
            {"secret_key": "wrong"},
            "AWS_SECRET_ACCESS_KEY does not fit AWS_ACCESS_KEY_ID, or AWS_REGION is not the bucket's.",
        ),
    ],
)
def test_what_is_wrong_with_a_bucket_is_said(
    bucket: S3Client, db: None, client: Client, settings: Settings, options: dict[str, str], reason: str
) -> None:
    wait_for(lambda: client.get("/healthz").json()["storage"] == "ok", "the bucket answers within a second")
    broken(settings, **options)
    with pytest.raises(Unusable) as caught:
        storage().check()
    assert str(caught.value) == reason
    wait_for(lambda: client.get("/healthz").json()["storage"] == reason, "it refuses within a second")
    assert client.get("/healthz").status_code == 503


def test_browsers_may_post_from_the_origins_that_are_named(bucket: S3Client, settings: Settings) -> None:
    said = io.StringIO()
    call_command("bucket_cors", stdout=said)
    assert said.getvalue() == f"Browsers may post files to {name_of(settings)} from http://127.0.0.1:8000.\n"
    call_command("bucket_cors", origin=["https://a.example", "https://b.example:8443"], stdout=said)
    (rule,) = bucket.get_bucket_cors(Bucket=name_of(settings))["CORSRules"]
    assert rule["AllowedMethods"] == ["POST"]
    assert sorted(rule["AllowedOrigins"]) == ["https://a.example", "https://b.example:8443"]
    with pytest.raises(CommandError, match=r"must look like https://codeport\.example\.com, not a\.example"):
        call_command("bucket_cors", origin=["a.example"])


def test_without_a_bucket_there_are_no_origins_to_allow() -> None:
    with pytest.raises(CommandError, match="name a bucket with S3_BUCKET first"):
        call_command("bucket_cors")


def test_a_service_that_is_gone_is_said(bucket: S3Client, settings: Settings) -> None:
    broken(settings, endpoint_url=nobodys_address())
    with pytest.raises(Unusable, match=r"^S3_ENDPOINT_URL: Could not connect"):
        storage().check()


def test_while_the_service_is_gone_people_are_told_to_come_back(
    bucket: S3Client, committed_demo: Demo, settings: Settings, client: Client
) -> None:
    key = posted(client_of(committed_demo.staff), SPEC_EXAMPLE.encode())
    workorder = ingested(committed_demo.staff, SPEC_EXAMPLE).workorder
    assert workorder is not None
    broken(settings, endpoint_url=nobodys_address())
    answer = client_of(committed_demo.staff).post(PROCESS, {"record": key}, format="json")
    assert (answer.status_code, answer.json()) == (503, {"detail": "The storage does not answer. Try again later."})
    assert answer["Retry-After"] == "30"
    client.force_login(committed_demo.staff)
    assert client.get(f"/workorders/{workorder.pk}/download/").status_code == 503
    record = IngestionRecord.objects.get(key=key)
    assert record.status == "uploading"
