"""Uploads and archives in a bucket of an S3 service; clients post and fetch there, past the portal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Any

from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, PartialCredentialsError
from django.conf import settings
from django.core.files import File
from django.utils.http import content_disposition_header
from storages.backends.s3 import S3Storage

from portal.storage import base as storage

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

MIB = 1024 * 1024
LINK_LIFETIME = timedelta(hours=1)  # a download that breaks off can be resumed for so long without asking the portal
PATIENT = Config(
    signature_version="s3v4",
    s3={"addressing_style": "path"},
    connect_timeout=5,
    read_timeout=60,
    retries={"mode": "standard", "total_max_attempts": 4},
)
QUICK = PATIENT.merge(Config(connect_timeout=2, read_timeout=3, retries={"mode": "standard", "total_max_attempts": 1}))
TRANSFER = TransferConfig(
    multipart_threshold=16 * MIB,
    multipart_chunksize=16 * MIB,  # 10,000 parts of it make 156 GiB
    max_concurrency=4,
    max_io_queue=16,
)
COPY = TransferConfig(  # S3 copies up to 5 GiB at once
    multipart_threshold=5 * 1024 * MIB,
    multipart_chunksize=512 * MIB,
)
REASONS = {
    "NoSuchBucket": "The bucket {bucket} does not exist at {service}.",
    "InvalidAccessKeyId": "{service} does not know the key AWS_ACCESS_KEY_ID.",
    "SignatureDoesNotMatch": "AWS_SECRET_ACCESS_KEY does not fit AWS_ACCESS_KEY_ID, or AWS_REGION is not the bucket's.",
    "AuthorizationHeaderMalformed": "AWS_REGION is not the region of the bucket {bucket}.",
    "PermanentRedirect": "{service} is not of the region in which the bucket {bucket} is.",
    "AccessDenied": "The key AWS_ACCESS_KEY_ID may not {do} the bucket {bucket}.",
    "ExpiredToken": "The token AWS_SESSION_TOKEN has expired.",
    "RequestTimeTooSkewed": "The clocks of this machine and of {service} differ too much.",
}


def reason_of(error: Exception, bucket: str, service: str, do: str = "list") -> str:
    """Return a sentence on what to mend, where the `service` did not `do` that with the bucket."""
    if isinstance(error, ClientError):
        code = code_of(error)
        return REASONS.get(code, "{service} answers {code}.").format(bucket=bucket, service=service, do=do, code=code)
    if isinstance(error, NoCredentialsError | PartialCredentialsError):
        return f"Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, the key to {service}."
    return f"{service}: {error}"


def code_of(error: ClientError) -> str:
    """Return the name that S3 gives an error, also where the answer to a HEAD has no more than a status."""
    code = error.response.get("Error", {}).get("Code", "")
    return {"403": "AccessDenied", "404": "NoSuchKey"}.get(code, code)


class BucketStorage(S3Storage):  # type: ignore[misc]  # django-storages has no types
    """Files in one bucket. A name is written whole or not at all, and written again it is replaced."""

    def get_default_settings(self) -> dict[str, Any]:
        """The library's, with our patience and memory."""
        defaults: dict[str, Any] = super().get_default_settings()
        return defaults | {"client_config": PATIENT, "transfer_config": TRANSFER}

    @cached_property
    def connection(self) -> Any:
        """One for all threads, which may share a client; the library makes one for each, in 0.2 s."""
        return super().connection

    @property
    def client(self) -> S3Client:
        """Return the client that speaks to S3."""
        client: S3Client = self.connection.meta.client
        return client

    @cached_property
    def _impatient(self) -> S3Client:
        """A client that soon gives up."""
        where = {"region_name": self.region_name, "endpoint_url": self.endpoint_url}
        client: S3Client = self._create_session().client("s3", config=QUICK, **where)
        return client

    def signed_form(self, site: str, name: str, content_type: str) -> dict[str, Any]:
        """The `url` and `fields` by which anyone may post one file as `name` within FORM_LIFETIME."""
        if not storage.is_incoming(name):
            raise ValueError(f"A form is for a file below {storage.INCOMING}/, not for {name!r}.")
        fields = {"Content-Type": content_type, "success_action_status": "201"}
        return self.client.generate_presigned_post(
            self.bucket_name,
            name,
            Fields=fields,
            Conditions=[
                *({field: value} for field, value in fields.items()),
                ["content-length-range", 0, settings.MAX_UPLOAD_BYTES],
            ],
            ExpiresIn=int(storage.FORM_LIFETIME.total_seconds()),
        )

    def direct_url(self, method: str, name: str, filename: str, content_type: str) -> str:
        """Return a URL by which `method`, GET or HEAD, downloads `name` as `filename` within LINK_LIFETIME."""
        return self.client.generate_presigned_url(
            "head_object" if method == "HEAD" else "get_object",
            Params={
                "Bucket": self.bucket_name,
                "Key": name,
                "ResponseContentType": content_type,
                "ResponseContentDisposition": content_disposition_header(as_attachment=True, filename=filename) or "",
            },
            ExpiresIn=int(LINK_LIFETIME.total_seconds()),
        )

    def content_type(self, name: str) -> str:
        """Return the content type that the file was posted with. Raise FileNotFoundError when there is no file."""
        with _missing(name):
            return self.client.head_object(Bucket=self.bucket_name, Key=name)["ContentType"]

    def move(self, name: str, new_name: str) -> None:
        """Rename a file, replacing what was there; FileNotFoundError when there is none."""
        with _missing(name):
            source = {"Bucket": self.bucket_name, "Key": name}
            self.client.copy(source, self.bucket_name, new_name, Config=COPY)  # type: ignore[arg-type]  # its stubs are narrower
        self.client.delete_object(Bucket=self.bucket_name, Key=name)

    def adopt(self, path: Path, name: str) -> None:
        """Publish the finished file at `path` as `name`; it is gone from `path` then."""
        self.client.upload_file(str(path), self.bucket_name, name, Config=TRANSFER)
        path.unlink()

    def listed(self, folder: str) -> Iterator[tuple[str, datetime]]:
        """The names of the files in `folder`, and when each was written by the clock of the service."""
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket_name, Prefix=f"{folder}/")
        for page in pages:
            for entry in page.get("Contents", ()):
                yield entry["Key"], entry["LastModified"]

    def any_file(self) -> str | None:
        """Return the name of a file that is stored, or None where there is none."""
        found = (name for folder in storage.FOLDERS for name, _written in self.listed(folder))
        return next(found, None)

    def allow_posts_from(self, origins: list[str]) -> None:
        """Replace the bucket's CORS rules by one that lets pages of `origins` post files."""
        rule = {"AllowedOrigins": origins, "AllowedMethods": ["POST"], "AllowedHeaders": ["*"], "MaxAgeSeconds": 3600}
        self.client.put_bucket_cors(Bucket=self.bucket_name, CORSConfiguration={"CORSRules": [rule]})  # type: ignore[list-item]  # its stubs are narrower

    def check(self) -> None:
        """Raise Unusable, soon, when nothing can be kept here now."""
        try:
            self._impatient.list_objects_v2(Bucket=self.bucket_name, MaxKeys=1)
        except (ClientError, BotoCoreError) as error:
            raise storage.Unusable(reason_of(error, "S3_BUCKET", "S3_ENDPOINT_URL")) from error

    def _open(self, name: str, mode: str = "rb") -> File[bytes]:
        """Return a copy on the spool's disk, in which readers may seek. Closing it deletes it."""
        file = TemporaryFile(dir=settings.SPOOL_DIR)  # noqa: SIM115  # the caller closes it
        try:
            with _missing(name):
                self.client.download_fileobj(self.bucket_name, name, file, Config=TRANSFER)
        except BaseException:
            file.close()
            raise
        file.seek(0)
        return File(file, name)


@contextmanager
def _missing(name: str) -> Iterator[None]:
    """Turns S3's answer that there is no `name` into FileNotFoundError."""
    try:
        yield
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] != 404:
            raise
        raise FileNotFoundError(name) from error
