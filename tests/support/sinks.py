"""Sinks for large files that nobody keeps."""

from __future__ import annotations

import io
from typing import IO
from zlib import crc32


class Sink:
    """What can be written to and nothing else; it keeps a checksum."""

    crc = 0

    def write(self, data: bytes) -> int:
        self.crc = crc32(data, self.crc)
        return len(data)


class Sparse:
    """A file in which the middle of what is long takes no room; the members of that length are zeros."""

    def __init__(self, out: IO[bytes]) -> None:
        self.out = out

    def write(self, data: bytes) -> int:
        if len(data) > 1 << 20:
            self.out.write(data[:4096])
            self.out.seek(len(data) - 8192, io.SEEK_CUR)
            data = data[-4096:]
        return self.out.write(data)
