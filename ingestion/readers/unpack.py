"""The bytes of a file as they were before gzip, within what a file may become."""

from __future__ import annotations

import gzip
import hashlib
import math
import zlib
from collections.abc import Callable
from time import thread_time
from typing import Protocol

from django.conf import settings

from ingestion.errors.unreadable import UnreadableFile
from ingestion.readers.encoding import GZIP
from portal.values.problems import say_problem

LEAST_SECONDS = 60  # of the processor's time that any file may take to be read
MOST_SHORT_BYTES = 4 * 1024**2  # unpacked, of a file that is short work; read and checked within a second or two
MOST_SECONDS = 4.0  # of the processor's time, where somebody waits for the answer and holds a thread of the web server
ENOUGH_SECONDS = 1.0  # after which the beginning of a file is all that is shown of it
FREE_BYTES = 64 * 1024**2  # unpacked, of which nobody asks whether they are too many for the upload
MOST_RATIO = 400  # between unpacked and packed bytes; gzip reaches 1,030 with one byte over and over


class Source(Protocol):
    """The bytes of an upload."""

    def read(self, size: int, /) -> bytes: ...
    def seek(self, offset: int, /) -> int: ...


def check_digest(file: Source, expected: str) -> None:
    """Raise UnreadableFile when the file has another SHA-256 than `expected`, in hexadecimal; else rewind it."""
    digest = hashlib.sha256()
    while block := file.read(1 << 20):
        digest.update(block)
    if digest.hexdigest() != expected:
        raise UnreadableFile(
            say_problem(
                "The file was changed or cut short on its way: its SHA-256 is {found}, not {expected}. "
                "Upload it again.",
                found=digest.hexdigest(),
                expected=expected,
            )
        )
    file.seek(0)


class Budget:
    """The processor's time that reading one file may take, by what it unpacks to and not by what was uploaded.

    `outgrown` is called once, when the file turns out to be more than short work. Where somebody waits for the answer,
    reading may take `most_seconds` of the processor's time, whatever the file unpacks to. Who wants the beginning alone
    has read enough after `enough_seconds`.
    """

    def __init__(
        self,
        outgrown: Callable[[], None] | None = None,
        most_seconds: float | None = None,
        enough_seconds: float = math.inf,
    ) -> None:
        self._outgrown = outgrown
        self._most_seconds, self._enough_seconds = most_seconds, enough_seconds
        self._begun = thread_time()
        self._bytes = 0

    @property
    def is_enough(self) -> bool:
        """Say whether enough was read for who wants the beginning alone."""
        return thread_time() - self._begun > self._enough_seconds

    def spend(self, size: int) -> None:
        """Count more unpacked bytes. UnreadableFile when reading takes too much of the processor's time for them."""
        self._bytes += size
        if self._outgrown and self._bytes > MOST_SHORT_BYTES:
            outgrown, self._outgrown = self._outgrown, None
            outgrown()
        spent, most = thread_time() - self._begun, self._most_seconds
        if most is not None:
            if spent > most:
                raise UnreadableFile(
                    say_problem(
                        "Reading it takes more than {most} seconds of the processor's time; send it in parts.",
                        most=f"{most:g}",
                    )
                )
            return
        allowed = LEAST_SECONDS + settings.SECONDS_PER_MB * self._bytes / 1024**2
        if spent > allowed:
            raise UnreadableFile(
                say_problem(
                    "Reading it took longer than a file of {bytes:,} bytes may take, {allowed} seconds of the "
                    "processor's time; upload it in parts.",
                    bytes=self._bytes,
                    allowed=f"{allowed:,.0f}",
                )
            )


class _Metered:
    """A file whose bytes are counted as they are read."""

    def __init__(self, file: Source, budget: Budget) -> None:
        self._file, self._budget = file, budget

    def read(self, size: int, /) -> bytes:
        block = self._file.read(size)
        self._budget.spend(len(block))
        return block

    def seek(self, offset: int, /) -> int:
        return self._file.seek(offset)


class _Packed:
    """The bytes of a gzip file, counted to compare them with what they unpack to. Many may unpack to nothing."""

    def __init__(self, file: Source, budget: Budget) -> None:
        self._file, self._budget = file, budget
        self.read_bytes = 0

    def read(self, size: int, /) -> bytes:
        block = self._file.read(size)
        self.read_bytes += len(block)
        self._budget.spend(0)
        return block

    def seek(self, offset: int, /) -> int:
        self.read_bytes = 0
        return self._file.seek(offset)


class _Unpacked:
    """The content of a gzip file. Raises UnreadableFile when it is damaged, or larger than what is read of any file."""

    def __init__(self, file: Source, budget: Budget) -> None:
        self._packed, self._budget = _Packed(file, budget), budget
        self._content = gzip.GzipFile(fileobj=self._packed, mode="rb")

    def read(self, size: int, /) -> bytes:
        try:
            block: bytes = self._content.read(size)
        except (EOFError, zlib.error, gzip.BadGzipFile):
            raise UnreadableFile(
                say_problem("It is compressed by gzip, but damaged or cut off; compress it again.")
            ) from None
        self._budget.spend(len(block))
        self._refuse_bomb(self._content.tell())
        return block

    def _refuse_bomb(self, unpacked: int) -> None:
        if unpacked > settings.MAX_UNPACKED_BYTES:
            raise UnreadableFile(
                say_problem(
                    "Unpacked it is larger than {most:,} bytes; upload it in parts.",
                    most=settings.MAX_UNPACKED_BYTES,
                )
            )
        if unpacked > FREE_BYTES and unpacked > MOST_RATIO * self._packed.read_bytes:
            raise UnreadableFile(
                say_problem(
                    "Unpacked it is more than {times} times as large as the upload, which no table of codes "
                    "is; if this one is, upload it without compressing it.",
                    times=MOST_RATIO,
                )
            )

    def seek(self, offset: int, /) -> int:
        return self._content.seek(offset)


def unpacked(file: Source, budget: Budget | None = None) -> tuple[Source, dict[str, str]]:
    """The content of `file`, unpacked if it is compressed by gzip, and the facts about that."""
    budget = budget or Budget()
    is_packed = file.read(len(GZIP)) == GZIP
    file.seek(0)
    return (_Unpacked(file, budget), {"compression": "gzip"}) if is_packed else (_Metered(file, budget), {})
