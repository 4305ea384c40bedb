"""Prefixes of the bucket under which files are dropped. S3 shows an object only once it is complete."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from tempfile import TemporaryFile
from typing import Final

from botocore.exceptions import ClientError
from django.conf import settings

from portal.storage.drop_entries import TAKEN, Changed, Entry, can_be_taken, is_for_others
from portal.storage.s3 import COPY, TRANSFER, BucketStorage

PREFIX: Final = "drop"
OTHERWISE: Final = (404, 412)  # there is none, or it has another ETag


class BucketPlace:
    """A prefix below PREFIX in the bucket of the storage."""

    grows = False

    def __init__(self, bucket: BucketStorage, folders: Iterable[str]) -> None:
        self.client, self.bucket, self.prefix = bucket.client, bucket.bucket_name, "/".join((PREFIX, *folders, ""))

    def create(self) -> None:
        """Do nothing: a prefix is there with its first object."""

    def entries(self) -> Iterator[Entry]:
        """Yield the objects directly below the prefix, by name."""
        listed = self.client.get_paginator("list_objects_v2")
        for page in listed.paginate(Bucket=self.bucket, Prefix=self.prefix, Delimiter="/"):
            for found in page.get("Contents", ()):
                name = found["Key"].removeprefix(self.prefix)
                if name and not is_for_others(name):
                    version = f"{found['ETag']}:{found['LastModified']:%Y%m%dT%H%M%S}" if can_be_taken(name) else ""
                    yield Entry(name, version, found["Size"])

    def copy(self, entry: Entry, stored: str) -> None:
        """Store the bytes of the object as `stored`. Raise Changed where it is no longer that version."""
        source = {"Bucket": self.bucket, "Key": self.prefix + entry.name}
        match = {"CopySourceIfMatch": _etag(entry.version)}
        try:
            self.client.copy(source, self.bucket, stored, ExtraArgs=match, Config=COPY)  # type: ignore[arg-type]  # its stubs are narrower
        except ClientError as error:
            raise (Changed() if _status(error) in OTHERWISE else error) from error

    def set_aside(self, name: str, version: str, new_name: str) -> None:
        """Move this version of the object below TAKEN. Where another one has taken the name by then, that one stays."""
        key = self.prefix + name
        try:
            source, match = {"Bucket": self.bucket, "Key": key}, {"CopySourceIfMatch": _etag(version)}
            self.client.copy(source, self.bucket, f"{self.prefix}{TAKEN}/{new_name}", ExtraArgs=match, Config=COPY)  # type: ignore[arg-type]  # its stubs are narrower
            self.client.head_object(Bucket=self.bucket, Key=key, IfMatch=_etag(version))
        except ClientError as error:
            if _status(error) not in OTHERWISE:
                raise
        else:
            self.client.delete_object(Bucket=self.bucket, Key=key)

    def write(self, name: str, lines: Iterable[str]) -> None:
        """Write an object, in place of one that has the name."""
        with TemporaryFile(dir=settings.SPOOL_DIR) as file:
            for line in lines:
                file.write(line.encode())
            file.seek(0)
            self.client.upload_fileobj(file, self.bucket, self.prefix + name, Config=TRANSFER)

    def remove(self, name: str, *, is_aside: bool = False) -> None:
        """Delete an object, below TAKEN if it `is_aside`, or nothing if it is gone."""
        self.client.delete_object(
            Bucket=self.bucket, Key=f"{self.prefix}{TAKEN}/{name}" if is_aside else self.prefix + name
        )


def _etag(version: str) -> str:
    return version.rpartition(":")[0]


def _status(error: ClientError) -> int:
    return int(error.response["ResponseMetadata"]["HTTPStatusCode"])
