"""Where backups are written to and read from: a folder, or a bucket of an S3 service."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import boto3
from boto3.exceptions import Boto3Error
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings

from portal.background.spool import draft_file
from portal.backups import secret
from portal.backups.archive import BackupError
from portal.backups.writing import Names, Written, name_of, write
from portal.configuration import secret_key, services
from portal.storage.base import storage
from portal.storage.s3 import PATIENT, TRANSFER, BucketStorage

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

ADDRESS: Final = re.compile(r"s3://(?P<bucket>[a-z0-9.-]+)(?:/(?P<name>.*))?")


def back_up_to(target: str, names: Names) -> tuple[Written, str]:
    """Write a backup into the folder or bucket `target`; return it, and a sentence on where its key is."""
    if address := ADDRESS.fullmatch(target):
        return _to_bucket(address["bucket"], address["name"] or "", names), _where_key_is(None)
    folder = Path(target).resolve()
    backup = write(folder / name_of("codeport"), names)
    return backup, _where_key_is(folder)


def _where_key_is(folder: Path | None) -> str:
    """Return the sentence on the secret key, which is written into `folder` where it is not in the backup."""
    if settings.BACKUP_PASSPHRASE:
        return "The secret key is in it, encrypted with BACKUP_PASSPHRASE."
    if folder:
        place = str(secret.write_apart(folder, settings.SECRET_KEY))
    else:
        kept = settings.CODEPORT_HOME / secret_key.NAME
        place = str(kept) if kept.exists() and kept.read_text() == settings.SECRET_KEY else "SECRET_KEY"
    return f"The secret key is not in it but apart, as {place}: keep a copy in another place than the backup."


def _to_bucket(bucket: str, prefix: str, names: Names) -> Written:
    """Write a backup on the spool's disk, and then, whole, into the bucket."""
    name = name_of("codeport")
    with draft_file(name) as draft, _plain_errors(bucket):
        backup = write(draft, names)
        key = f"{prefix.rstrip('/')}/{name}".lstrip("/")
        _client().upload_file(str(draft), bucket, key, Config=TRANSFER)
        return Written(f"s3://{bucket}/{key}", backup.files, backup.gone, backup.size)


@contextmanager
def fetched(source: str) -> Iterator[Path]:
    """Give the path of the backup `source`: a file, or an object of a bucket, which is copied to the spool's disk."""
    if not (address := ADDRESS.fullmatch(source)):
        yield Path(source).resolve()
        return
    name = address["name"] or ""
    with draft_file(Path(name).name or "backup") as draft:
        with _plain_errors(address["bucket"]):
            _client().download_file(address["bucket"], name, str(draft), Config=TRANSFER)
        yield draft


def _client() -> S3Client:
    """Return the client of the storage's own S3 service, or else of the one that AWS_ENDPOINT_URL names."""
    ours = storage()
    if isinstance(ours, BucketStorage):
        return ours.client
    return boto3.client("s3", config=PATIENT, region_name=services.region())


@contextmanager
def _plain_errors(bucket: str) -> Iterator[None]:
    try:
        yield
    except (BotoCoreError, ClientError, Boto3Error) as error:
        raise BackupError(f"The bucket {bucket} does not do it: {error}") from error
