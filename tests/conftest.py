"""Fixtures of every test; what tests import stands in tests/support."""

from __future__ import annotations

import os
import runpy
import secrets
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.config import Config
from django.conf import settings
from pytest_django import Settings
from rest_framework.test import APIClient

from portal.celery import app
from tests.support import radosgw
from tests.support.demo import Demo, make_demo
from tests.support.scans import Scans
from tests.support.tokens import client_of

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

LONG = ("tests/journeys/", "tests/portal/embedded/")  # whole portals, and pages in a browser

pytest_plugins = [
    "tests.support.browsing",
    "tests.support.client_venv",
    "tests.support.portals",
    "tests.support.security_log",
    "tests.support.tables",
]


def pytest_configure() -> None:
    """Hash passwords fast, no test is about how slowly that is done; and let no test client list all static files."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.WHITENOISE_AUTOREFRESH = True


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take longest: what is short evens out at the end what the processes have left to do."""
    items.sort(key=lambda item: not item.nodeid.startswith(LONG))


@pytest.fixture
def demo(db: None) -> Demo:
    """The cast, rolled back after the test."""
    return make_demo()


@pytest.fixture
def committed_demo(transactional_db: None, no_pages_of_codes: None) -> Demo:
    """The cast, seen by other connections too, and a table of codes without a page."""
    return make_demo()


@pytest.fixture(autouse=True)
def no_wait_for_scans(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody opens public pages while a test withdraws an upload, except where it says so."""
    monkeypatch.setattr("ingestion.withdrawing.settling_time", lambda: 0.0)


@pytest.fixture(scope="session")
def s3_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an S3 service for this run; skips where there is none."""
    ceph = radosgw.found(tmp_path_factory.mktemp("ceph"))
    if ceph is None:
        reason = "No radosgw is installed, and CODEPORT_CEPH names none; .ci/run fetches one."
        (pytest.fail if "CODEPORT_REQUIRE_S3" in os.environ else pytest.skip)(reason)
    with radosgw.radosgw(ceph) as address:
        yield address


@pytest.fixture
def bucket(s3_service: str, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> S3Client:
    """Keeps files in a fresh bucket, here and in every worker that is started; gives a client of the service."""
    name = f"codeport-{secrets.token_hex(4)}"
    variables = {
        "S3_BUCKET": name,
        "S3_ENDPOINT_URL": s3_service,
        "AWS_ACCESS_KEY_ID": radosgw.ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": radosgw.SECRET_KEY,
    }
    for variable, value in variables.items():
        monkeypatch.setenv(variable, value)
    found = runpy.run_path(str(settings.BASE_DIR / "portal" / "settings.py"))
    settings.STORAGES = found["STORAGES"]
    settings.CONTENT_SECURITY_POLICY = found["CONTENT_SECURITY_POLICY"]
    client = boto3.client("s3", endpoint_url=s3_service, config=Config(s3={"addressing_style": "path"}))
    client.create_bucket(Bucket=name)
    return client


@pytest.fixture
def api() -> Callable[..., APIClient]:
    """Makes an API client with a token of the given user, limited to the permissions named."""
    return client_of


@pytest.fixture
def own_cache(settings: Settings) -> None:
    """An empty cache, which no test in another process counts in."""
    backend = "portal.http.cache.ProcessCache"
    settings.CACHES = {"default": {"BACKEND": backend, "LOCATION": secrets.token_hex(4)}}


@pytest.fixture(autouse=True)
def _scans_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the scans of a test in its process until it hands them on: no thread does, which would outlive the test."""
    monkeypatch.setattr("workorders.scans.counting.Counter._start", lambda counter: None)


@pytest.fixture
def scans(monkeypatch: pytest.MonkeyPatch) -> Iterator[Scans]:
    """Counts scans, of the public page too, with an empty buffer in Redis."""
    found = Scans()
    monkeypatch.setattr("workorders.scans.services.counter", found.counter)
    found.clear()
    yield found
    found.clear()


@pytest.fixture
def letters_go_at_once(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Mail about accounts is sent here and now, also in a test whose transaction is never committed."""
    monkeypatch.setattr("portal.accounts.letters.on_commit", lambda send: send())
    app.conf.task_always_eager = True
    yield
    app.conf.task_always_eager = False
