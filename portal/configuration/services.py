"""The services that environment variables name: PostgreSQL, S3 and the mail server."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from environs import validate
from psycopg import ProgrammingError
from psycopg.conninfo import make_conninfo, timeout_from_conninfo

from portal.configuration.checks import is_address
from portal.configuration.environment import env, invalid
from portal.database import connections

ENDPOINT = r"https?://([A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\])(:[0-9]{1,5})?"
KEY, SECRET = "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"
REGIONS = ("AWS_REGION", "AWS_DEFAULT_REGION")
FIRST_REGION = "us-east-1"
ENCRYPTING = ("tls", "ssl")
MAIL_WORDS = (*ENCRYPTING, "timeout", "_server_email", "_default_from_email")
YES_OR_NO = {
    *("1", "y", "Y", "yes", "Yes", "YES", "t", "T", "true", "True", "TRUE", "on", "On", "ON"),  # the library's
    *("0", "n", "N", "no", "No", "NO", "f", "F", "false", "False", "FALSE", "off", "Off", "OFF"),
}

is_bucket = validate.Regexp(r"^([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])?\Z", error="Must be a bucket's name.")
is_region = validate.Regexp(r"^[A-Za-z0-9-]*\Z", error="Must look like eu-central-1.")


def database_named(variable: str = "DATABASE_URL") -> dict[str, Any] | None:
    """Return Django's entry for the PostgreSQL whose address is in `variable`; None where it is not set."""
    url = env.str(variable, "")
    if not url:
        return None
    entry = dict(env.dj_db_url(variable)) if "://" in url else {}
    if entry.get("ENGINE") != "django.db.backends.postgresql" or not entry.get("NAME"):
        raise invalid(variable, "Must look like postgresql://user:password@host:5432/name.")
    try:
        make_conninfo(**entry.get("OPTIONS", {}))
        timeout_from_conninfo(entry.get("OPTIONS", {}))
    except ProgrammingError as error:
        raise invalid(variable, str(error).strip()) from None
    return entry


def with_our_connections(database: dict[str, Any], pooler: str = "") -> dict[str, Any]:
    """Return the entry of DATABASES with our timeouts, where it does not bring its own.

    Behind a `pooler` no cursor of the server outlives a transaction, and the name goes in the first message.
    """
    options = connections.OPTIONS | ({"application_name": connections.NAME} if pooler else {})
    options |= database.get("OPTIONS", {})
    kept = {"CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True, "DISABLE_SERVER_SIDE_CURSORS": bool(pooler)}
    return database | kept | {"OPTIONS": options}


def bucket_named() -> dict[str, Any] | None:
    """Return the options of `portal.storage.s3.BucketStorage`; None where no bucket is named."""
    name = env.str("S3_BUCKET", "", validate=is_bucket)
    endpoint = env.str("S3_ENDPOINT_URL", "").rstrip("/")
    if not name and not endpoint:
        return None
    if not name:
        raise invalid("S3_BUCKET", "Needed with S3_ENDPOINT_URL.")
    if not is_address(ENDPOINT, endpoint):
        must = "Must look like https://s3.eu-central-1.amazonaws.com, without the bucket."
        raise invalid("S3_ENDPOINT_URL", must)
    for one, other in ((KEY, SECRET), (SECRET, KEY)):
        if env.str(one, "") and not env.str(other, ""):
            raise invalid(other, f"Needed with {one}.")
    return {"bucket_name": name, "endpoint_url": endpoint, "region_name": region()}


def region() -> str:
    """Return the region of the S3 service."""
    regions = [env.str(variable, "", validate=is_region) for variable in REGIONS]
    return next(filter(None, regions), FIRST_REGION)


def storages(bucket: dict[str, Any] | None, home: Path) -> dict[str, Any]:
    """Return STORAGES: files in the bucket, or else below `home`."""
    folder = {"location": home / "storage", "file_permissions_mode": 0o600, "allow_overwrite": True}
    on_disk = {"BACKEND": "portal.storage.disk.EmbeddedStorage", "OPTIONS": folder}
    in_bucket = {"BACKEND": "portal.storage.s3.BucketStorage", "OPTIONS": bucket}
    return {
        "default": in_bucket if bucket else on_disk,
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
    }


def mail_server() -> dict[str, Any]:
    """Return the settings of EMAIL_URL by their names in Django, and DEFAULT_FROM_EMAIL if the URL has it."""
    mail: dict[str, Any] = env.dj_email_url("EMAIL_URL", "console:")
    if "EMAIL_BACKEND" not in mail:
        raise invalid("EMAIL_URL", "Must look like smtp://user:password@host:587/?tls=True.")
    for word, value in parse_qsl(urlsplit(env.str("EMAIL_URL", "")).query, keep_blank_values=True):
        if word not in MAIL_WORDS:  # at which the library says nothing, and sends without encryption
            raise invalid("EMAIL_URL", f"Behind the ? stand {', '.join(MAIL_WORDS)}, not {word}.")
        if word in ENCRYPTING and value not in YES_OR_NO:
            raise invalid("EMAIL_URL", f"{word} must be True or False.")
    path = str(Path("/", mail["EMAIL_FILE_PATH"]))  # the library drops the slash
    return mail | {"EMAIL_FILE_PATH": path}


def sender(public_url: str) -> str:
    """Return the sender of mails where EMAIL_URL names none: an address at the host of the portal."""
    host = urlsplit(public_url).hostname or ""
    return f"Codeport <codeport@{host if re.search('[a-z]', host) else 'localhost'}>"  # a number cannot follow an @
