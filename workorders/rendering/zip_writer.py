"""Zip archives as streams: many small members at once, large ones compressed, the same bytes each time.

    with ZipWriter(out, moment) as archive:
        digest = archive.add_deflated("codes.csv", blocks)
        archive.add_stored(names, contents)
        archive.add_packed(names, [packed(content, stream) for content, stream in compressed])

`out` needs only `write`. Memory does not grow with the members: the central directory and what is compressed here wait
in temporary files. Names are taken as they are: that none comes twice is the caller's business. Every member says its
size before its content, in four bytes where those will do, for readers that go forwards or know no zip64. Sections are
those of PKWARE's APPNOTE 6.3.9.
"""

from __future__ import annotations

import hashlib
import shutil
import struct
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

import numpy as np
import numpy.typing as npt
from isal import isal_zlib

if TYPE_CHECKING:
    from _typeshed import SupportsWrite

_STORED, _DEFLATED = 0, 8
_PLAIN, _ZIP64 = 20, 45  # version needed to extract
_UNIX = 3 << 8 | _ZIP64  # version made by
_MODE = 0o100644 << 16  # a plain file that everybody may read
_UTF8 = 1 << 11  # of names
_MAX16, _MAX32 = 0xFFFF, 0xFFFFFFFF  # in place of what stands in a zip64 field

_SHARED = "H flags, H method, H time, H date, I crc, I packed, I size, H name, H extra"


def _record(fields: str) -> np.dtype[np.void]:
    """Fields as in `struct`, little-endian and without gaps."""
    pairs = (field.split() for field in fields.split(", "))
    return np.dtype([(name, {"H": "<u2", "I": "<u4", "Q": "<u8"}[kind]) for kind, name in pairs])


_LOCAL = _record("I magic, H needed, " + _SHARED)  # 4.3.7
_CENTRAL = _record(  # 4.3.12
    "I magic, H made, H needed, " + _SHARED + ", H comment, H disk, H internal, I external, I offset"
)
_LARGE = _record("H kind, H length, Q size, Q packed, Q offset")  # 4.5.3
_END = struct.Struct("<IHHHHIIH")  # 4.3.16
_LARGE_END = struct.Struct("<IQHHIIQQQQ")  # 4.3.14
_LOCATOR = struct.Struct("<IIQI")  # 4.3.15
_LOCAL_LARGE = struct.Struct("<HHQQ")  # 4.5.3
_STORED_BLOCK = struct.Struct("<?HH")
_IN_MEMORY = 1 << 20  # bytes of a stream; what is longer waits on disk


@dataclass(frozen=True)
class Packed:
    """A member compressed beforehand, maybe in another process: its raw deflate stream, and what the content was."""

    stream: bytes
    size: int
    crc: int
    digest: str  # SHA-256 in hexadecimal


def packed(content: bytes, stream: bytes) -> Packed:
    """A member with its raw deflate stream."""
    return Packed(stream, len(content), isal_zlib.crc32(content), hashlib.sha256(content).hexdigest())


def undeflated(content: bytes) -> bytes:
    """What is compressed already as a raw deflate stream: in blocks that are stored (RFC 1951, 3.2.4)."""
    blocks: list[bytes] = []
    for start in range(0, len(content) or 1, _MAX16):
        block = content[start : start + _MAX16]
        is_last = start + _MAX16 >= len(content)
        blocks += (_STORED_BLOCK.pack(is_last, len(block), len(block) ^ _MAX16), block)
    return b"".join(blocks)


def inflate(stream: bytes) -> bytes:
    """The content of a raw deflate stream."""
    content: bytes = isal_zlib.decompress(stream, -15)
    return content


class ZipWriter:
    """An archive in which all members bear the time `moment`; leaving its context completes it.

    Temporary files are in `folder`, or in the system's folder. The directory takes 46 bytes a member and its name.
    """

    def __init__(self, out: SupportsWrite[bytes], moment: datetime, folder: Path | None = None) -> None:
        if not 1980 <= moment.year <= 2107:
            raise ValueError(f"A zip archive cannot say the year {moment.year}.")
        self._out = out
        self._time = moment.hour << 11 | moment.minute << 5 | moment.second // 2
        self._date = moment.year - 1980 << 9 | moment.month << 5 | moment.day
        self._folder = str(folder) if folder else None
        self._position = 0
        self._members = 0
        self._directory = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115  # closed with the context

    def add_stored(self, names: Sequence[str], contents: Sequence[bytes]) -> list[int]:
        """Append members as they are, and return where the content of each begins. Thousands at a time are fast."""
        crcs = map(isal_zlib.crc32, contents)
        return self._add(names, _STORED, contents, list(map(len, contents)), list(crcs))

    def add_packed(self, names: Sequence[str], contents: Sequence[Packed]) -> list[int]:
        """Append members that are compressed already. Each stream ends where the next member begins."""
        streams = [content.stream for content in contents]
        return self._add(
            names, _DEFLATED, streams, [content.size for content in contents], [content.crc for content in contents]
        )

    def _add(
        self, names: Sequence[str], method: int, streams: Sequence[bytes], sizes: list[int], crcs: list[int]
    ) -> list[int]:
        if len(names) != len(streams):
            raise ValueError(f"{len(streams)} members need as many names, not {len(names)}.")
        if not names:
            return []
        members = _Members(names, method)
        members.sizes, members.crcs = np.array(sizes, np.uint64), np.array(crcs, np.uint32)
        members.packed = np.fromiter(map(len, streams), np.uint64, len(streams))
        if members.sizes.max() >= _MAX32:
            raise ValueError("A member of 4 GiB or more cannot be stored at once: stream it.")
        heads = self._filled(members, _LOCAL, 0x04034B50)
        heads["needed"], heads["packed"], heads["size"] = _PLAIN, members.packed, members.sizes
        ends = self._position + np.cumsum(_LOCAL.itemsize + members.lengths + members.packed)
        members.offsets = np.concatenate(([np.uint64(self._position)], ends[:-1]))
        size, headers = _LOCAL.itemsize, heads.tobytes()
        parts = (headers[start : start + size] for start in range(0, len(headers), size))
        self._write(b"".join(chain.from_iterable(zip(parts, members.names, streams, strict=True))))
        self._list(members)
        begins: list[int] = (ends - members.packed).tolist()
        return begins

    def add_deflated(self, name: str, blocks: Iterable[bytes]) -> str:
        """Append a member of any size, compress it as it comes, and return the SHA-256 of its content in hexadecimal.

        The compressed bytes, never the content, may depend on where the blocks end and on the kind of processor.
        """
        member, size, crc, digest = _Members([name], _DEFLATED), 0, 0, hashlib.sha256()
        deflate = isal_zlib.compressobj(1, isal_zlib.DEFLATED, -15)
        with tempfile.SpooledTemporaryFile(_IN_MEMORY, dir=self._folder) as stream:
            for block in blocks:
                digest.update(block)
                crc = isal_zlib.crc32(block, crc)
                size += len(block)
                stream.write(deflate.compress(block))
            stream.write(deflate.flush())
            member.crcs[0], member.sizes[0], member.packed[0] = crc, size, stream.tell()
            member.offsets[0] = self._position
            self._write(self._local(member))
            stream.seek(0)
            while some := stream.read(_IN_MEMORY):
                self._write(some)
        self._list(member)
        return digest.hexdigest()

    def _local(self, member: _Members) -> bytes:
        """The header before the content of a member of any size."""
        head, extra = self._filled(member, _LOCAL, 0x04034B50), b""
        head["needed"], head["size"], head["packed"] = _PLAIN, member.sizes, member.packed
        if max(member.sizes[0], member.packed[0]) >= _MAX32:
            extra = _LOCAL_LARGE.pack(1, 16, member.sizes[0], member.packed[0])
            head["needed"], head["size"], head["packed"], head["extra"] = _ZIP64, _MAX32, _MAX32, len(extra)
        return head.tobytes() + member.names[0] + extra

    def _filled(self, members: _Members, record: np.dtype[np.void], magic: int) -> npt.NDArray[np.void]:
        """Records with what both headers of a member have in common."""
        heads = np.zeros(len(members.names), record)
        heads["magic"], heads["method"], heads["flags"] = magic, members.method, members.flags
        heads["time"], heads["date"], heads["crc"] = self._time, self._date, members.crcs
        heads["name"] = members.lengths
        return heads

    def _list(self, members: _Members) -> None:
        """Append to the central directory. From the first member on that needs zip64, all have it."""
        heads = self._filled(members, _CENTRAL, 0x02014B50)
        heads["made"], heads["external"] = _UNIX, _MODE
        heads["needed"] = _PLAIN
        over = np.flatnonzero((members.offsets >= _MAX32) | (members.sizes >= _MAX32) | (members.packed >= _MAX32))
        near = over[0] if len(over) else len(heads)
        for field, values in (("size", members.sizes), ("packed", members.packed), ("offset", members.offsets)):
            heads[field][:near] = values[:near]
            heads[field][near:] = _MAX32
        heads["needed"][near:], heads["extra"][near:] = _ZIP64, _LARGE.itemsize
        extras = np.zeros(len(heads) - near, _LARGE)
        extras["kind"], extras["length"] = 1, _LARGE.itemsize - 4
        for field, values in (("size", members.sizes), ("packed", members.packed), ("offset", members.offsets)):
            extras[field] = values[near:]
        rest = chain([b""] * near, (extra.tobytes() for extra in extras))
        size, packed = _CENTRAL.itemsize, heads.tobytes()
        parts = (packed[start : start + size] for start in range(0, len(packed), size))
        self._directory.write(b"".join(chain.from_iterable(zip(parts, members.names, rest, strict=True))))
        self._members += len(heads)

    def _write(self, data: bytes) -> None:
        self._out.write(data)
        self._position += len(data)

    def _finish(self) -> None:
        size, begin = self._directory.tell(), self._position
        self._directory.seek(0)
        shutil.copyfileobj(self._directory, self._out)
        members = self._members
        if members >= _MAX16 or begin >= _MAX32 or size >= _MAX32:
            self._out.write(_LARGE_END.pack(0x06064B50, 44, _UNIX, _ZIP64, 0, 0, members, members, size, begin))
            self._out.write(_LOCATOR.pack(0x07064B50, 0, begin + size, 1))
        short = min(members, _MAX16)
        self._out.write(_END.pack(0x06054B50, 0, 0, short, short, min(size, _MAX32), min(begin, _MAX32), 0))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._directory:
            if kind is None:
                self._finish()


class _Members:
    """Members of one kind, a column for each of their numbers."""

    def __init__(self, names: Sequence[str], method: int) -> None:
        self.names = [name.encode() for name in names]
        self.method = method
        self.lengths = np.fromiter(map(len, self.names), np.uint64, len(names))
        if self.lengths.max() > _MAX16:
            raise ValueError("A name in a zip archive has at most 65,535 bytes.")
        self.flags = 0 if all(map(str.isascii, names)) else _UTF8
        self.crcs = np.zeros(len(names), np.uint32)
        self.sizes, self.packed, self.offsets = (np.zeros(len(names), np.uint64) for _ in range(3))
