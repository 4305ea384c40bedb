"""Files that people fetch: whole, or the part that a broken download still lacks; from a bucket directly."""

from __future__ import annotations

import re
from typing import IO

from django.http import (
    FileResponse,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    JsonResponse,
)
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header

from portal.storage.base import storage


def download(request: HttpRequest, name: str, filename: str, content_type: str) -> HttpResponseBase:
    """Answer with the stored file `name` as `filename`, or with the byte range asked for (RFC 9110, section 14).

    A file that can be had elsewhere is answered with its address there, which ends soon.
    """
    if url := storage().direct_url(request.method or "GET", name, filename, content_type):
        return HttpResponseRedirect(url, headers={"Cache-Control": "no-store"})
    return streamed(request, name, filename, content_type)


def streamed(request: HttpRequest, name: str, filename: str, content_type: str) -> HttpResponseBase:
    """The same, never from elsewhere: for files of which each download counts."""
    file = storage().open(name)
    size = file.size
    etag = f'"{int(storage().get_modified_time(name).timestamp() * 1e6):x}-{size:x}"'
    if "If-None-Match" in request.headers and (unchanged := get_conditional_response(request, etag)):
        file.close()
        unchanged["ETag"] = etag
        return unchanged
    asked = request.headers.get("Range", "") if request.headers.get("If-Range", etag) == etag else ""
    span = _span(asked, size)
    response: HttpResponseBase
    if span is None:
        response = FileResponse(file, content_type=content_type)
        response["Content-Length"] = str(size)
    elif not span:
        file.close()
        return _no_such_bytes(request, size, etag)
    else:
        file.seek(span.start)
        response = FileResponse(_Part(file, len(span)), status=206, content_type=content_type)
        response["Content-Range"] = f"bytes {span.start}-{span.stop - 1}/{size}"
        response["Content-Length"] = str(len(span))
    response["Accept-Ranges"] = "bytes"
    response["ETag"] = etag
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=filename) or "attachment"
    return response


def _no_such_bytes(request: HttpRequest, size: int, etag: str) -> HttpResponse:
    """416, as the API refuses, or in plain text."""
    reason = f"The file has {size} bytes, and none of those that Range asks for."
    headers = {"Content-Range": f"bytes */{size}", "Accept-Ranges": "bytes", "ETag": etag}
    if request.path.startswith("/api/"):
        return JsonResponse({"detail": reason}, status=416, headers=headers)
    return HttpResponse(reason, status=416, headers=headers, content_type="text/plain")


def is_fetched(request: HttpRequest, response: HttpResponseBase) -> bool:
    """Say whether the answer brings any of the file, or tells where it is."""
    return request.method != "HEAD" and response.status_code in (200, 206, 302)


def is_rest(response: HttpResponseBase) -> bool:
    """Say whether it is the rest of a file, of which the beginning was fetched before."""
    return response.status_code == 206 and not response["Content-Range"].startswith("bytes 0-")


def sent(response: HttpResponseBase) -> range:
    """The bytes of the file that the answer brings."""
    if response.status_code == 206:
        first, last = response["Content-Range"].removeprefix("bytes ").partition("/")[0].split("-")
        return range(int(first), int(last) + 1)
    return range(int(response["Content-Length"]))


def _span(asked: str, size: int) -> range | None:
    """Return the bytes `asked` for in a file of `size` bytes, empty if it has none of them, or None for all.

    A range header that is malformed or asks for several ranges is ignored, as the RFC allows.
    """
    match = re.fullmatch(r"bytes=([0-9]{0,19})-([0-9]{0,19})", asked.strip())
    if not match or match.groups() == ("", ""):
        return None
    start, end = match.groups()
    if not start:
        return range(max(0, size - int(end)), size)
    if end and int(end) < int(start):
        return None
    return range(int(start), min(int(end) + 1 if end else size, size))


class _Part:
    """Some bytes of a file from where it stands; the response closes it, whether it was read or not."""

    def __init__(self, file: IO[bytes], length: int) -> None:
        self.close, self.fileno = file.close, file.fileno
        self._file, self._length = file, length

    def read(self, size: int) -> bytes:
        data = self._file.read(min(size, self._length))
        self._length -= len(data)
        return data
