"""Downloads that go on where they broke off, in this run or in a later one."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from email.message import Message
from itertools import chain, count
from pathlib import Path
from typing import Any

import httpx

from codeport_client.errors import CodeportError, refusal
from codeport_client.retries import Pauses, RetryingClient, unreachable

Progress = Callable[[str, int, int | None], None]
"""Is told what is being done, how much of it is done, and of how much: bytes of files, rows of what the portal does."""

PART = 8 * 1024 * 1024
WAIT = 10.0  # seconds at most until it is asked again for what is being made


class _Part:
    """A file that is not whole yet, and beside it what is known of the whole."""

    def __init__(self, path: Path) -> None:
        self.path, self._beside = path, path.with_name(f"{path.name}.json")
        self.etag, self.name, self.size = "", "", -1
        if path.exists() and self._beside.exists():
            known = json.loads(self._beside.read_text())
            self.etag, self.name, self.size = known["etag"], known["name"], known["size"]

    @property
    def done(self) -> int:
        """How many bytes are there with which it can go on."""
        return self.path.stat().st_size if self.etag and self.path.exists() else 0

    @property
    def is_whole(self) -> bool:
        return self.size >= 0 and self.path.exists() and self.path.stat().st_size == self.size

    def headers(self, *, in_parts: bool) -> dict[str, str]:
        """Return what asks for the rest, or for the next part of it."""
        end = str(self.done + PART - 1) if in_parts else ""
        asked = {"Range": f"bytes={self.done}-{end}"} if self.done or in_parts else {}
        return asked | ({"If-Range": self.etag} if self.done else {})

    def begin(self, answer: httpx.Response) -> bool:
        """Make ready for the bytes of the answer; return False when they are not those that are missing."""
        etag = answer.headers.get("ETag", "")
        start, size = _span(answer)
        if start and (etag, start) != (self.etag, self.done):
            self.drop()
            return False
        if start == 0:
            self.path.write_bytes(b"")
            named = Message()
            named["Content-Disposition"] = answer.headers.get("Content-Disposition", "")
            self.etag = "" if etag.startswith("W/") else etag  # a weak one does not tell bytes apart
            self.name, self.size = named.get_filename() or "", size
            self._beside.write_text(json.dumps({"etag": self.etag, "name": self.name, "size": size}))
        return True

    def drop(self) -> None:
        """Forget it, so that it begins anew."""
        self.path.unlink(missing_ok=True)
        self._beside.unlink(missing_ok=True)
        self.etag, self.name, self.size = "", "", -1

    def publish(self, otherwise: str) -> Path:
        """Give the whole file the name that the portal gave it, or a free one like it, and return where it is."""
        name = re.sub(r"[\x00-\x1f\x7f/\\:]", "_", self.name).lstrip(".") or otherwise
        whole = self.path.replace(_reserve(self.path.with_name(name)))
        self._beside.unlink()
        return whole


def _reserve(path: Path) -> Path:
    """Create an empty file of the name, or of the first of `name-1.zip`, `name-2.zip`, ... that is free."""
    ending = "".join(path.suffixes[-2:]) if path.suffix == ".gz" else path.suffix
    stem = path.name.removesuffix(ending)
    for free in chain([path], (path.with_name(f"{stem}-{number}{ending}") for number in count(1))):
        with suppress(FileExistsError):
            free.touch(exist_ok=False)
            break
    return free


def fetch(
    http: RetryingClient,
    asked: Mapping[str, Any],
    folder: Path,
    name: str,
    progress: Progress,
    *,
    in_parts: bool = False,
) -> Path:
    """Download what is `asked` into `folder` and return where it is, as soon as it has been made.

    A file that is there stays. What came is kept in `name`.part. `in_parts`, so little is asked for at once that no
    more than that is lost where each byte is handed out once.
    """
    folder.mkdir(parents=True, exist_ok=True)
    part = _Part(folder / f"{name}.part")
    pauses = Pauses(http.patience)
    while not part.is_whole:
        before = part.done
        try:
            _go_on(http, asked, part, progress, in_parts=in_parts)
        except httpx.TransportError as error:
            pauses = pauses if part.done == before else Pauses(http.patience)
            if not pauses.pause():
                raise unreachable(httpx.URL(http.base_url), error) from error
    return part.publish(name)


def _go_on(http: RetryingClient, asked: Mapping[str, Any], part: _Part, progress: Progress, *, in_parts: bool) -> None:
    headers = {**part.headers(in_parts=in_parts), "Accept-Encoding": "identity"}
    with http.stream(**{**asked, "headers": headers}, follow_redirects=True) as answer:
        if answer.status_code == 202:
            told = json.loads(answer.read()).get("progress") or {}
            progress("making", told.get("rows_done", 0), told.get("rows_total"))
            time.sleep(min(float(answer.headers.get("Retry-After", 1)), WAIT))
        elif answer.status_code == 416:
            part.drop()
        elif answer.status_code not in (200, 206):
            answer.read()
            raise refusal(answer)
        elif part.begin(answer):
            done = part.path.stat().st_size
            with part.path.open("ab") as file:
                for chunk in answer.iter_raw():
                    file.write(chunk)
                    done += len(chunk)
                    progress("downloading", done, part.size if part.size >= 0 else None)
            part.size = done if part.size < 0 else part.size


def _span(answer: httpx.Response) -> tuple[int, int]:
    """Return where the bytes of the answer begin, and how many the whole file has; -1 where it does not say."""
    if answer.status_code == 200:
        return 0, int(answer.headers.get("Content-Length", -1))
    found = re.fullmatch(r"bytes (\d+)-\d+/(\d+)", answer.headers.get("Content-Range", ""))
    if found is None:
        raise CodeportError("The portal does not say which part of the file it sends.")
    return int(found[1]), int(found[2])
