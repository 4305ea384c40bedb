"""Where backups are written to and read from: a folder, or a bucket of an S3 service."""

from __future__ import annotations

import os
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
from portal.storage.s3 import PATIENT, TRANSFER, BucketStorage, code_of, reason_of

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

ADDRESS: Final = re.compile(r"s3://([\w.-]+)(?:/(.*))?", re.ASCII)
ENDPOINTS: Final = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL")  # which boto3 reads


def back_up_to(target: str, names: Names) -> tuple[Written, str]:
    """Write a backup into the folder or bucket `target`; return it, and a sentence on where its key is."""
    if address := _address(target):
        return _to_bucket(*address, names), _where_key_is(None)
    try:
        folder = Path(target).resolve()
        backup = write(folder / name_of("codeport"), names)
        return backup, _where_key_is(folder)
    except OSError as error:
        raise BackupError(f"No backup was written to {target}: {error.strerror or error}.") from error


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


def _address(text: str) -> tuple[str, str] | None:
    """Return the bucket and the name in it of `s3://...`, or None where that is a path on this machine."""
    if found := ADDRESS.fullmatch(text):
        return found[1], found[2] or ""
    if text.lower().startswith("s3:") or "://" in text:
        raise BackupError(f"{text} is no address in a bucket: write it as s3://BUCKET/NAME.")
    return None


def _to_bucket(bucket: str, prefix: str, names: Names) -> Written:
    """Write a backup on the spool's disk, and then, whole, into the bucket, which is tried before."""
    name = name_of("codeport")
    key = f"{prefix.rstrip('/')}/{name}".lstrip("/")
    client = _client(bucket)
    with draft_file(name) as draft:
        backup = write(draft, names)
        with draft.open("rb") as file, _plain_errors(bucket, "write to"):
            client.upload_fileobj(file, bucket, key, Config=TRANSFER)
        return Written(f"s3://{bucket}/{key}", backup.files, backup.gone, backup.size)


@contextmanager
def fetched(source: str) -> Iterator[Path]:
    """Give the path of the backup `source`: a file, or an object of a bucket, which is copied to the spool's disk."""
    if not (address := _address(source)):
        yield Path(source).resolve()
        return
    bucket, name = address
    if not name or name.endswith("/"):
        example = f"s3://{bucket}/{name}{name_of('codeport')}"
        raise BackupError(f"{source} names no backup: add the name of one, like {example}.")
    client = _client(bucket)
    with draft_file(Path(name).name) as draft:
        with _plain_errors(bucket, "read", name):
            client.download_file(bucket, name, str(draft), Config=TRANSFER)
        yield draft


def _client(bucket: str) -> S3Client:
    """Return a client for the bucket, once it has been reached: of the storage's own service, or of AWS_ENDPOINT_URL.

    A key that may not list the bucket may still write to it.
    """
    ours = storage()
    with _plain_errors(bucket, "list"):
        try:
            client = ours.client if isinstance(ours, BucketStorage) else _client_of_aws()
            client.list_objects_v2(Bucket=bucket, MaxKeys=1)
        except ClientError as error:
            if code_of(error) != "AccessDenied":
                raise
    return client


def _client_of_aws() -> S3Client:
    try:
        return boto3.client("s3", config=PATIENT, region_name=services.region())
    except ValueError:
        raise BackupError(f"{_service()} is no address like https://s3.example.com.") from None


def _service() -> str:
    """Return the name of the variable that says where the service is."""
    if isinstance(storage(), BucketStorage):
        return "S3_ENDPOINT_URL"
    return next(filter(os.environ.get, ENDPOINTS), "Amazon S3")


@contextmanager
def _plain_errors(bucket: str, do: str, name: str = "") -> Iterator[None]:
    """Say what to mend where the bucket does not `do` something, which is about the object `name` if one is given."""
    try:
        yield
    except (BotoCoreError, ClientError, Boto3Error) as error:
        if name and isinstance(error, ClientError) and code_of(error) == "NoSuchKey":
            raise BackupError(f"There is no {name} in the bucket {bucket}.") from None
        raise BackupError(reason_of(error, bucket, _service(), do)) from None
