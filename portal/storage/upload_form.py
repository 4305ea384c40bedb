"""The signed form by which a file gets into the embedded storage, as S3 takes it."""

from __future__ import annotations

import errno
import hashlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager, suppress
from typing import Any
from xml.sax.saxutils import escape

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.multipartparser import MultiPartParser, MultiPartParserError
from django.utils.datastructures import MultiValueDict
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from portal.storage.base import storage
from portal.storage.upload_policy import Permit, Refusal, check_policy, each_once
from portal.values.bodies import BEGINNING, FORM_BYTES, GO_ON, largest

WhileAwaited = Callable[[str], AbstractContextManager[bool]]
"""Holds the upload of a name in its state, and tells whether it waits for its file."""


class PolicyUploadHandler(TemporaryFileUploadHandler):
    """Writes the file to disk only as far as the form before it allows; the rest is read and dropped.

    Our web server asks before the rest of a large body arrives; under another one, reading on to the end is what lets
    the client hear the refusal instead of a broken connection.
    """

    parser: MultiPartParser
    while_awaited: WhileAwaited
    permit: Permit
    refusal: Refusal | None = None
    files = 0

    @property
    def etag(self) -> str:
        """The MD5 of what was stored, quoted, as S3 answers it."""
        return f'"{self.digest.hexdigest()}"'

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.size, self.files = 0, self.files + 1
        self.digest = hashlib.md5(usedforsecurity=False)
        try:
            if self.field_name != "file" or self.files > 1:
                raise Refusal(400, "InvalidArgument", "The form takes exactly one file, in the field `file`.")
            before: QueryDict = self.parser._post  # type: ignore[attr-defined]  # the fields read so far
            self.permit, self.fields = check_policy(before), len(before)
            with self.while_awaited(self.permit.name) as is_awaited:
                _refuse_unless(is_awaited)
        except Refusal as refusal:
            self.refusal = self.refusal or refusal

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.size += len(raw_data)
        if self.refusal is None and self.size > self.permit.largest:
            self.refusal = _too_large(self.permit)
        if self.refusal is None:
            self.digest.update(raw_data)
            super().receive_data_chunk(raw_data, start)


def _too_large(permit: Permit) -> Refusal:
    return Refusal(400, "EntityTooLarge", f"The file is larger than the {permit.largest:,} bytes allowed.")


def _refuse_unless(is_awaited: bool) -> None:
    if not is_awaited:
        raise Refusal(403, "AccessDenied", "The upload of this form no longer waits for a file; begin a new upload.")


@csrf_exempt
@require_POST
def receive(request: HttpRequest, while_awaited: WhileAwaited) -> HttpResponse:
    """Take one file by its signed form: 201, or S3's XML error with 400 or 403. The form itself is the permission.

    The file is stored while `while_awaited` holds its upload, so that none comes to what is processed already.
    """
    try:
        if BEGINNING in request.META:
            return _judged(request, while_awaited)
        with _posted(request, while_awaited) as (name, file, etag), while_awaited(name) as is_awaited:
            _refuse_unless(is_awaited)
            storage().save(name, file)
    except Refusal as refusal:
        body = f"<Error><Code>{refusal.code}</Code><Message>{escape(str(refusal))}</Message></Error>"
        return _xml(body, refusal.status)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        return _xml("<Error><Code>InsufficientStorage</Code><Message>The server's disk is full.</Message></Error>", 507)
    location = request.build_absolute_uri(request.path) + name
    response = _xml(
        f"<PostResponse><Location>{escape(location)}</Location><Key>{escape(name)}</Key>"
        f"<ETag>{escape(etag)}</ETag></PostResponse>",
        201,
    )
    response["ETag"] = etag
    response["Location"] = location
    return response


def _judged(request: HttpRequest, while_awaited: WhileAwaited) -> HttpResponse:
    """Say whether the rest of a posted form is welcome, of which only the beginning is there: GO_ON, or a Refusal."""
    with _parsed(request, while_awaited) as (handler, _posted, _files):
        if not handler.files and request.META[BEGINNING] >= FORM_BYTES:
            raise Refusal(400, "MaxPostPreDataLengthExceededError", "The fields before the file are too large.")
        if handler.files and int(request.META["CONTENT_LENGTH"]) - 2 * FORM_BYTES > handler.permit.largest:
            raise _too_large(handler.permit)
    return HttpResponse(status=GO_ON)


@contextmanager
def _posted(request: HttpRequest, while_awaited: WhileAwaited) -> Iterator[tuple[str, Any, str]]:
    """Yield the name, the file and the ETag of a posted form that its policy allows. Nothing is left afterwards."""
    with _parsed(request, while_awaited) as (handler, posted, files):
        if "file" not in files:
            raise Refusal(400, "InvalidArgument", "The form takes exactly one file, in the field `file`.")
        each_once(posted)
        if behind := [*posted][handler.fields :]:
            raise Refusal(400, "InvalidArgument", f"The file must be the last field, and {behind[0]} came after it.")
        yield handler.permit.name, files["file"], handler.etag


@contextmanager
def _parsed(
    request: HttpRequest, while_awaited: WhileAwaited
) -> Iterator[tuple[PolicyUploadHandler, QueryDict, MultiValueDict[str, UploadedFile[bytes]]]]:
    """Yield a posted form's fields and files, and close them afterwards. Raise Refusal if its policy forbids it."""
    length = request.META.get("CONTENT_LENGTH") or ""
    if length.isdecimal() and int(length) > largest(request.path):
        raise _too_large(Permit("", settings.MAX_UPLOAD_BYTES))
    handler = PolicyUploadHandler(request)
    handler.while_awaited = while_awaited
    try:
        handler.parser = MultiPartParser(request.META, request, [handler], "utf-8")
        posted, files = handler.parser.parse()
    except BaseException as error:
        with suppress(OSError):  # of a disk on which the rest has no room either
            handler.upload_interrupted()
        if isinstance(error, (MultiPartParserError, SuspiciousOperation)):
            raise Refusal(400, "MalformedPOSTRequest", str(error)) from None
        raise
    with ExitStack() as opened:
        for _field, several in files.lists():
            for file in several:
                opened.enter_context(closing(file))
        if handler.refusal:
            raise handler.refusal
        yield handler, posted, files


def _xml(body: str, status: int) -> HttpResponse:
    return HttpResponse('<?xml version="1.0" encoding="UTF-8"?>\n' + body, "application/xml", status)
