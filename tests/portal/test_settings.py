"""The settings: everything embedded with nothing set, and a bad value named in one sentence."""

from __future__ import annotations

import os
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from portal.celery import app
from portal.embedded.server import socket_dir
from tests.support.paths import CHECKOUT

SETTINGS = str(CHECKOUT / "portal" / "settings.py")
VARIABLES = (
    *("CODEPORT_HOME", "PORT", "PUBLIC_URL", "FORMER_PUBLIC_URLS", "DATABASE_URL", "REPLICA_URL", "DATABASE_POOLER"),
    *("CELERY_BROKER_URL", "SECRET_KEY"),
    "SECRET_KEY_FALLBACKS",
    *("BACKUP_PASSPHRASE", "BREACHED_PASSWORDS"),
    *("ALLOWED_HOSTS", "MAX_UPLOAD_MB", "EMAIL_URL", "S3_BUCKET", "S3_ENDPOINT_URL"),
    *("PUBLIC_PAGE_RATE", "API_RATE", "NUM_PROXIES", "LOG_FORMAT", "HISTORY_DAYS", "PROVE_DOMAINS", "METRICS_TOKEN"),
    *("WEBHOOK_HOSTS", "WEBHOOK_DAYS", "UPLOAD_DAYS", "ARCHIVE_DAYS", "SECURITY_LOG_DAYS", "DROP_DIR", "AUDIT_LOG"),
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    *("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION", "AWS_DEFAULT_REGION"),
)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A CODEPORT_HOME that is not there yet; no other variable of ours is set."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CODEPORT_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def settings() -> dict[str, Any]:
    """The settings as this environment makes them."""
    return runpy.run_path(SETTINGS)


def test_with_nothing_set_everything_is_embedded(home: Path) -> None:
    found = settings()
    assert found["EMBEDDED_DATABASE"]
    assert found["EMBEDDED_BROKER"]
    assert found["DATABASES"]["default"]["HOST"] == str(socket_dir(home))
    assert found["CELERY_BROKER_URL"] == f"redis+socket://{socket_dir(home)}/valkey.sock"
    assert found["PUBLIC_URL"] == "http://127.0.0.1:8000"
    assert found["STATIC_ROOT"].parent == home


def shown(found: dict[str, Any]) -> dict[str, str]:
    """Every setting as text, by which two readings can be compared."""
    return {name: repr(value) for name, value in found.items() if name.isupper() and name != "CACHES"}


@pytest.mark.parametrize("empty", ["", " ", "\t"])
@pytest.mark.parametrize("name", [*VARIABLES[1:], "AWS_SESSION_TOKEN", "AWS_PROFILE"])
def test_a_variable_that_is_empty_is_not_set(
    home: Path, monkeypatch: pytest.MonkeyPatch, name: str, empty: str
) -> None:
    expected = shown(settings())
    monkeypatch.setenv(name, empty)
    assert shown(settings()) == expected
    assert not os.environ.get(name, "").strip()
    assert not (name.startswith("AWS_") and name in os.environ)


def test_the_example_for_containers_starts_line_by_line(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [line for line in (CHECKOUT / ".env.example").read_text().splitlines() if not line.startswith("#")]
    assert "EMAIL_URL=" in lines
    assert [line.partition("=")[0] for line in lines if "=" not in line] == []
    for line in lines:
        name, _, value = line.partition("=")
        monkeypatch.setenv(name, value)
        settings()
    assert settings()["EMAIL_BACKEND"] == "django.core.mail.backends.console.EmailBackend"


def test_the_secret_key_is_made_once_and_private(home: Path) -> None:
    key = settings()["SECRET_KEY"]
    assert len(key) >= 50
    assert settings()["SECRET_KEY"] == key
    assert (home / "secret-key").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in home.iterdir() if path.name.startswith("secret")] == ["secret-key"]


def test_keys_of_before_are_kept_beside_it(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings()["SECRET_KEY_FALLBACKS"] == []
    monkeypatch.setenv("SECRET_KEY_FALLBACKS", f"{'a' * 32},{'b' * 40}")
    assert settings()["SECRET_KEY_FALLBACKS"] == ["a" * 32, "b" * 40]


def test_services_that_are_named_replace_the_embedded_ones(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://someone:secret@db.example:5433/codes")
    monkeypatch.setenv("CELERY_BROKER_URL", "amqp://someone:secret@queue.example:5672//")
    found = settings()
    assert not found["EMBEDDED_DATABASE"]
    assert not found["EMBEDDED_BROKER"]
    database = found["DATABASES"]["default"]
    assert (database["HOST"], database["PORT"], database["NAME"]) == ("db.example", 5433, "codes")
    assert found["CELERY_BROKER_TRANSPORT_OPTIONS"] == {"read_timeout": 5.0, "write_timeout": 5.0}
    assert database["OPTIONS"]["connect_timeout"] == 5


def test_an_address_says_for_itself_how_long_its_database_is_waited_for(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://someone@db.example/codes?connect_timeout=30&sslmode=require")
    options = settings()["DATABASES"]["default"]["OPTIONS"]
    assert (options["connect_timeout"], options["sslmode"]) == (30, "require")
    assert (options["tcp_user_timeout"], options["keepalives_idle"]) == (15_000, 5)


@pytest.mark.parametrize(
    ("broker", "address"),
    [
        ("", "unix://{sockets}/valkey.sock"),
        ("redis://:secret@queue.example:6379/1", "redis://:secret@queue.example:6379/1"),
        ("redis://queue.example", "redis://queue.example"),
        ("redis+socket:///run/redis.sock?virtual_host=2", "unix:///run/redis.sock?db=2"),
        ("rediss://queue.example?ssl_cert_reqs=CERT_REQUIRED", "rediss://queue.example?ssl_cert_reqs=required"),
        ("rediss://queue.example/1", "rediss://queue.example/1?ssl_cert_reqs=required"),
        (
            "rediss://queue.example?ssl_ca_certs=/our.pem",
            "rediss://queue.example?ssl_ca_certs=/our.pem&ssl_cert_reqs=required",
        ),
        ("rediss://queue.example?ssl_cert_reqs=CERT_NONE", "rediss://queue.example?ssl_cert_reqs=none"),
        ("amqp://someone:secret@queue.example:5672//", None),
        ("amqps://queue.example/codeport?heartbeat=30", None),
    ],
)
def test_counts_are_kept_in_the_broker_where_it_is_a_redis(
    home: Path, monkeypatch: pytest.MonkeyPatch, broker: str, address: str | None
) -> None:
    monkeypatch.setenv("CELERY_BROKER_URL", broker)
    cache = settings()["CACHES"]["default"]
    assert cache.get("LOCATION") == (address and address.format(sockets=socket_dir(home)))


ENDPOINT = "https://s3.eu-central-1.amazonaws.com"


@pytest.mark.parametrize(
    ("variables", "region"),
    [
        ({}, "us-east-1"),
        ({"AWS_DEFAULT_REGION": "eu-west-1"}, "eu-west-1"),
        ({"AWS_REGION": "eu-central-1", "AWS_DEFAULT_REGION": "eu-west-1"}, "eu-central-1"),
    ],
)
def test_a_bucket_replaces_the_folder_of_files_and_browsers_may_post_to_it(
    home: Path, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], region: str
) -> None:
    assert settings()["CONTENT_SECURITY_POLICY"]["DIRECTIVES"]["connect-src"] == ["'self'"]
    for name, value in {"S3_BUCKET": "codes.example", "S3_ENDPOINT_URL": f"{ENDPOINT}/", **variables}.items():
        monkeypatch.setenv(name, value)
    found = settings()
    kept = found["STORAGES"]["default"]
    assert kept["BACKEND"] == "portal.storage.s3.BucketStorage"
    assert kept["OPTIONS"] == {"bucket_name": "codes.example", "endpoint_url": ENDPOINT, "region_name": region}
    assert found["CONTENT_SECURITY_POLICY"]["DIRECTIVES"]["connect-src"] == ["'self'", ENDPOINT]


@pytest.mark.parametrize(
    ("named", "variables"),
    [
        ("S3_BUCKET", {"S3_BUCKET": ""}),
        ("S3_BUCKET", {"S3_BUCKET": "no"}),
        ("S3_BUCKET", {"S3_BUCKET": "s3://codes"}),
        ("S3_ENDPOINT_URL", {"S3_ENDPOINT_URL": ""}),
        ("S3_ENDPOINT_URL", {"S3_ENDPOINT_URL": "s3.eu-central-1.amazonaws.com"}),
        ("S3_ENDPOINT_URL", {"S3_ENDPOINT_URL": f"{ENDPOINT}/codes"}),
        ("S3_ENDPOINT_URL", {"S3_ENDPOINT_URL": f"{ENDPOINT}; script-src *"}),
        ("AWS_SECRET_ACCESS_KEY", {"AWS_ACCESS_KEY_ID": "key"}),
        ("AWS_ACCESS_KEY_ID", {"AWS_SECRET_ACCESS_KEY": "secret"}),
        ("AWS_REGION", {"AWS_REGION": "eu central"}),
        ("AWS_DEFAULT_REGION", {"AWS_DEFAULT_REGION": "eu/central"}),
    ],
)
def test_half_a_bucket_is_named(
    home: Path, monkeypatch: pytest.MonkeyPatch, named: str, variables: dict[str, str]
) -> None:
    for name, value in ({"S3_BUCKET": "codes", "S3_ENDPOINT_URL": ENDPOINT} | variables).items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ImproperlyConfigured) as caught:
        settings()
    assert str(caught.value).startswith(f'Environment variable "{named}" invalid: ')
    assert "\n" not in str(caught.value)


def test_cookies_are_secure_behind_https_and_apart_by_port(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not settings()["SESSION_COOKIE_SECURE"]
    monkeypatch.setenv("PUBLIC_URL", "https://codes.example.com/")
    monkeypatch.setenv("PORT", "8001")
    found = settings()
    assert found["PUBLIC_URL"] == "https://codes.example.com"
    assert found["SESSION_COOKIE_SECURE"]
    assert found["CSRF_COOKIE_SECURE"]
    assert found["SESSION_COOKIE_NAME"] == "__Host-codeport-session-8001"
    assert found["DEVICE_COOKIE_NAME"] == "__Host-codeport-device-8001"
    assert found["CSRF_COOKIE_NAME"] == "__Host-codeport-csrf-8001"
    assert found["CSRF_TRUSTED_ORIGINS"] == ["https://codes.example.com"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "abc"),
        ("PORT", "0"),
        ("PORT", "65536"),
        ("PUBLIC_URL", "codes.example.com"),
        ("PUBLIC_URL", "https://codes.example.com/?x=1"),
        ("PUBLIC_URL", "https://codes.example.com:65536"),
        ("PUBLIC_URL", "https://codes.example.com:0"),
        ("FORMER_PUBLIC_URLS", "https://codes.example.com,codes.example.org"),
        ("DATABASE_URL", "sqlite:///db.sqlite3"),
        ("DATABASE_URL", "postgresql://someone@db.example"),
        ("DATABASE_URL", "nonsense"),
        ("DATABASE_POOLER", "session"),
        ("DATABASE_POOLER", "transaction"),  # before the embedded PostgreSQL there is none
        ("REPLICA_URL", "nonsense"),
        ("REPLICA_URL", "postgresql://someone@db.example/codes"),  # of the embedded PostgreSQL there is none
        ("SECRET_KEY_FALLBACKS", f"{'a' * 32},short"),
        ("DATABASE_URL", "postgresql://someone@db.example/codes?sslmod=require"),
        ("DATABASE_URL", "postgresql://someone@db.example/codes?connect_timeout=soon"),
        ("CELERY_BROKER_URL", "rediss://queue.example/0?ssl_cert_reqs=certainly"),
        ("CELERY_BROKER_URL", "filesystem://"),
        ("CELERY_BROKER_URL", "redis://queue.example:port/0"),
        ("CELERY_BROKER_URL", "redis://queue.example:6379/first"),
        ("CELERY_BROKER_URL", "amqp://someone:secret@queue.example:65536//"),
        ("CELERY_BROKER_URL", "redis://queue.example:6379/0\n"),
        ("CELERY_BROKER_URL", "rediss://queue.example:6379/0?ssl_cert_reqs=CERT_REQIRED"),
        ("CELERY_BROKER_URL", "redis://queue.example:6379/0?cert_reqs=required"),
        ("CELERY_BROKER_URL", "amqp://queue.example:5672//?heartbeat=often"),
        ("MAX_UPLOAD_MB", "-1"),
        ("API_RATE", "many"),
        ("HISTORY_DAYS", "0"),
        ("AUDIT_LOG", "audit.jsonl"),
        ("AUDIT_LOG", "syslog://"),
        ("AUDIT_LOG", "sysloghost"),
        ("AUDIT_LOG", "syslog://*"),
        ("AUDIT_LOG", "syslog://logs.example.com:65536"),
        ("AUDIT_LOG", "https://logs.example"),
        ("BACKUP_PASSPHRASE", "too short"),
        ("HISTORY_DAYS", "for ever"),
        ("PUBLIC_PAGE_RATE", "60"),
        ("PUBLIC_PAGE_RATE", "0/min"),
        ("PUBLIC_PAGE_RATE", "60/min\n"),
        ("NUM_PROXIES", "-1"),
        ("SECRET_KEY", "short"),
        ("METRICS_TOKEN", "short"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4318"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318"),  # whose packages are not installed
        ("WEBHOOK_HOSTS", "intranet.example, *"),
        ("WEBHOOK_HOSTS", ".example.com"),
        ("WEBHOOK_HOSTS", "http://localhost"),
        ("WEBHOOK_DAYS", "4"),
        ("DROP_DIR", "drop"),
        ("BREACHED_PASSWORDS", "/nowhere"),
        ("BREACHED_PASSWORDS", "Makefile"),
        ("EMAIL_URL", "nonsense"),
        ("EMAIL_URL", "smtp://someone:secret@mail.example:587/?starttls=True"),
        ("EMAIL_URL", "smtp://someone:secret@mail.example:587/?tls=Ture"),
        ("EMAIL_URL", "smtp://someone:secret@mail.example:587/?TLS=True"),
        ("EMAIL_URL", "smtp://someone:secret@mail.example:465/?ssl="),
        ("CODEPORT_HOME", "/proc/nowhere"),
        ("CODEPORT_HOME", "/dev/null/below"),
    ],
)
def test_a_bad_value_is_named(home: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ImproperlyConfigured) as caught:
        settings()
    assert f'"{name}"' in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("AUDIT_LOG", "syslog"),
        ("AUDIT_LOG", "syslog://127.0.0.1"),
        ("AUDIT_LOG", "syslog://logs.example.com:514"),
        ("AUDIT_LOG", "syslog://[::1]:65535"),
        ("AUDIT_LOG", "/var/log/codeport/audit.jsonl"),
        ("EMAIL_URL", "smtp://mail.example:25/?tls=False&timeout=5&_default_from_email=codes@mail.example"),
        ("PUBLIC_URL", "https://codes.example.com:65535/all"),
        (
            "CELERY_BROKER_URL",
            "rediss://queue.example:6379/0?ssl_cert_reqs=CERT_REQUIRED&ssl_ca_certs=/etc/ssl/ours.pem",
        ),
    ],
)
def test_a_good_value_is_taken(home: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    assert settings()[{"EMAIL_URL": "EMAIL_PORT"}.get(name, name)] == (25 if name == "EMAIL_URL" else value)


@pytest.mark.parametrize(
    ("words", "is_encrypted"), [("tls=True", True), ("tls=on", True), ("tls=No", False), ("ssl=0", False), ("", False)]
)
def test_mail_is_encrypted_as_its_address_says(
    home: Path, monkeypatch: pytest.MonkeyPatch, words: str, is_encrypted: bool
) -> None:
    monkeypatch.setenv("EMAIL_URL", f"smtp://mail.example:587/?{words}")
    assert (settings()["EMAIL_USE_TLS"], settings()["EMAIL_USE_SSL"]) == (is_encrypted, False)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("NUM_PROXY", "NUM_PROXIES"),
        ("NUMPROXIES", "NUM_PROXIES"),
        ("ALOWED_HOSTS", "ALLOWED_HOSTS"),
        ("ALLOWED_HOST", "ALLOWED_HOSTS"),
        ("allowed_hosts", "ALLOWED_HOSTS"),
        ("DATABSE_URL", "DATABASE_URL"),
        ("DATABASE_URI", "DATABASE_URL"),
        ("CELERY_BROKER", "CELERY_BROKER_URL"),
        ("S3_ENDPOINT", "S3_ENDPOINT_URL"),
        ("UPLOADS_DAYS", "UPLOAD_DAYS"),
        ("PUBLICURL", "PUBLIC_URL"),
        ("SECRET_KEYS", "SECRET_KEY"),
    ],
)
def test_a_misspelt_variable_is_named_with_the_right_one(
    home: Path, monkeypatch: pytest.MonkeyPatch, name: str, meant: str
) -> None:
    monkeypatch.setenv(name, "something")
    with pytest.raises(ImproperlyConfigured) as caught:
        settings()
    told = f"There is no such setting; did you mean {meant}? Rename or unset it."
    assert str(caught.value) == f'Environment variable "{name}" invalid: {told}'
    monkeypatch.setenv(name, " ")
    settings()


def test_a_variable_of_somebody_else_is_none_of_ours(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    others = ["CODEPORT_URL", "CODEPORT_TOKEN", "CODEPORT_PORT", "DATABASE_PORT", "DATABASE_SERVICE_HOST", "PORTS"]
    others += ["SECRET_KEY_BASE", "POSTGRES_PASSWORD", "DROP_VOLUME", "LOG_LEVEL", "API_TOKEN", "REDIS_URL", "HISTFILE"]
    others += ["AWS_ENDPOINT_URL", "AWS_ACCESS_KEY", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"]
    for name in others:
        monkeypatch.setenv(name, "something")
    assert settings()["NUM_PROXIES"] == 0
    monkeypatch.setenv("DATABASE_URL", "postgresql://someone@db.example/codes")
    monkeypatch.setenv("DATABASE_URI", "postgresql://another.program")
    assert settings()["DATABASES"]["default"]["NAME"] == "codes"


def test_hosts_of_webhooks_are_named_as_they_stand_in_urls(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (settings()["WEBHOOK_HOSTS"], settings()["WEBHOOK_DAYS"]) == ([], 30)
    monkeypatch.setenv("WEBHOOK_HOSTS", "Intranet.example,10.0.0.7,[::1]")
    assert settings()["WEBHOOK_HOSTS"] == ["intranet.example", "10.0.0.7", "::1"]


@pytest.mark.django_db  # whose roles are checked where a worker starts
def test_each_task_has_its_queue_and_a_worker_takes_from_all() -> None:
    app.loader.import_default_modules()
    queues = {
        name: app.amqp.router.route({}, name)["queue"].name for name in app.tasks if not name.startswith("celery.")
    }
    assert queues == {
        "ingestion.tasks.run": "ingest",
        "ingestion.tasks.withdraw": "archive",
        "ingestion.tasks.back_up": "archive",
        "workorders.tasks.run_job": "archive",
        "workorders.tasks.run_export": "archive",
        "ingestion.tasks.sweep": "mail",
        "ingestion.tasks.visit_drops": "archive",
        "ingestion.tasks.expire": "mail",
        "workorders.tasks.sweep": "mail",
        "workorders.tasks.discard": "mail",
        "portal.tasks.send_letter": "mail",
        "portal.tasks.sweep": "mail",
        "portal.tasks.seal_events": "mail",
        "workorders.tasks.archives_again": "mail",
        "workorders.tasks.thin_history": "mail",
        "workorders.tasks.flush_scans": "mail",
        "workorders.tasks.prove_domain": "mail",
        "workorders.tasks.sweep_webhooks": "mail",
        "workorders.tasks.deliver_webhooks": "webhooks",
    }
    assert set(app.amqp.queues.consume_from) == {"ingest", "archive", "mail", "webhooks"}


def test_nothing_is_left_to_say_about_a_deployment_behind_https(home: Path) -> None:
    environment = os.environ | {"PUBLIC_URL": "https://codeport.example.com", "CODEPORT_HOME": str(home)}
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "DEBUG"]
    done = subprocess.run(command, cwd=CHECKOUT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "System check identified no issues (1 silenced).\n"


def test_https_is_for_all_but_the_health_of_the_portal(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not settings()["SECURE_SSL_REDIRECT"]
    monkeypatch.setenv("PUBLIC_URL", "https://codeport.example.com")
    found = settings()
    assert (found["SECURE_SSL_REDIRECT"], found["SECURE_HSTS_SECONDS"]) == (True, 31_536_000)
    assert found["SECURE_HSTS_INCLUDE_SUBDOMAINS"]
    assert found["SECURE_REDIRECT_EXEMPT"] == ["^healthz$", "^metrics$", "^api/", "^storage/"]


def test_mail_goes_into_a_folder_where_the_url_names_one(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMAIL_URL", f"file://{home}/mail")
    found = settings()
    assert found["EMAIL_BACKEND"] == "django.core.mail.backends.filebased.EmailBackend"
    assert found["EMAIL_FILE_PATH"] == f"{home}/mail"
