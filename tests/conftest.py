"""The cast of every test: two brand owners, a printing partner, and their people."""

from __future__ import annotations

import os
import runpy
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config
from django.conf import settings
from django.contrib.auth.models import Permission
from django.core.files.base import ContentFile
from django.utils import timezone
from pytest_django import Settings
from rest_framework.test import APIClient

from ingestion import engine, services
from ingestion.models import IngestionRecord
from portal.celery import app
from portal.embedded.demo import create_demo_data
from portal.models import Company, User, UserAuthorizationToken
from portal.storage.base import storage
from tests.support import radosgw
from workorders.models import Code, Equipment, Substrate, Workorder, WorkorderTemplate

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

PASSWORD = "correct horse battery"
pytest_plugins = ["tests.support.browsing", "tests.support.security_log"]


def pytest_configure() -> None:
    """Hash passwords fast: no test is about how slowly that is done."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@dataclass(frozen=True)
class Demo:
    """The demo companies and people, as a first start makes them."""

    company: Company
    other: Company
    printco: Company
    staff: User
    admin: User
    support: User
    printer: User
    other_staff: User
    root: User
    password: str = PASSWORD


def make_demo() -> Demo:
    """Create the cast in the test's database."""
    create_demo_data(PASSWORD)
    companies = {company.slug: company for company in Company.objects.all()}
    people = {user.email: user for user in User.objects.select_related("company")}
    return Demo(
        company=companies["demo"],
        other=companies["other"],
        printco=companies["printco"],
        staff=people["staff@demo.example"],
        admin=people["admin@demo.example"],
        support=people["support@demo.example"],
        printer=people["printer@printco.example"],
        other_staff=people["staff@other.example"],
        root=people["root@codeport.example"],
    )


@pytest.fixture
def demo(db: None) -> Demo:
    """The cast, rolled back after the test."""
    return make_demo()


@pytest.fixture
def committed_demo(transactional_db: None) -> Demo:
    """The cast, seen by other connections too."""
    return make_demo()


def issue(user: User, *codenames: str, **changes: Any) -> str:
    """A token of `user` with the permissions named, or all that exist when none is."""
    permissions = Permission.objects.filter(codename__in=codenames) if codenames else Permission.objects.all()
    fields: dict[str, Any] = {"expires_at": timezone.now() + timedelta(days=1), "name": "test"} | changes
    return UserAuthorizationToken.issue(user, permissions=list(permissions), **fields)[1]


def client_of(user: User, *codenames: str) -> APIClient:
    """An API client with a token of `user`."""
    client = APIClient(raise_request_exception=False)
    client.credentials(HTTP_AUTHORIZATION=f"UAT {issue(user, *codenames)}")
    return client


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
    backend = "django.core.cache.backends.locmem.LocMemCache"
    settings.CACHES = {"default": {"BACKEND": backend, "LOCATION": secrets.token_hex(4)}}


@pytest.fixture
def letters_go_at_once(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Mail about accounts is sent here and now, also in a test whose transaction is never committed."""
    monkeypatch.setattr("portal.accounts.letters.on_commit", lambda send: send())
    app.conf.task_always_eager = True
    yield
    app.conf.task_always_eager = False


def one_of_each(demo: Demo) -> dict[str, Any]:
    """What an address of the API can name of demo's, or of its printing partner's, by the beginning of the route."""
    record = services.start_upload(demo.staff, demo.company, filetype="csv", mode="api")
    workorder = Workorder.objects.create(company=demo.company, reference="Spring", quantity=0, created_by=demo.staff)
    code = Code.objects.create(company=demo.company, workorder=workorder, identifier="abc12345", sequence=1)
    template = WorkorderTemplate.objects.create(company=demo.company, name="Jars", printing_partner=demo.printco)
    known: Any = {"company": demo.printco, "calibrated_on": "2026-01-01", "calibrated_until": "2099-12-31"}
    return {
        "ingestion": record.key,
        "workorders": workorder.pk,
        "products": demo.company.products.earliest("pk").pk,
        "codes": code.identifier,
        "workorder-templates": template.pk,
        "equipment": Equipment.objects.create(name="Press 1", dpi=1200, **known).pk,
        "substrates": Substrate.objects.create(name="Gloss", **known).pk,
    }


def keeps(demo: Demo, call: str) -> User:
    """Who may all that a call of the API needs, of the company whose things it is about."""
    return demo.printer if " api/v2/equipment/" in call or " api/v2/substrates/" in call else demo.admin


def queued(user: User, data: bytes | str, filetype: str = "csv", **parameters: Any) -> IngestionRecord:
    """A record of the user's company whose file has arrived and waits for a worker."""
    assert user.company is not None
    record = services.start_upload(user, user.company, filetype=filetype, mode="api", file_name=f"codes.{filetype}")
    content = data.encode() if isinstance(data, str) else data
    storage().save(record.incoming_path, ContentFile(content))
    defaults = {
        "default_scm_data": {},
        "use_serial_number": False,
        "url_prefix": "",
        "allow_posted_duplicates": False,
    }
    services.queue(record, defaults | parameters, user)
    return record


def ingested(user: User, data: bytes | str, filetype: str = "csv", **parameters: Any) -> IngestionRecord:
    """The record of an upload that was processed to its end, here and now."""
    record = queued(user, data, filetype, **parameters)
    engine.run(record.pk)
    record.refresh_from_db()
    return record
