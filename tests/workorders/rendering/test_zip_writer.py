"""Zip archives as streams: what others read of them, their limits, and their memory."""

from __future__ import annotations

import hashlib
import io
import shutil
import struct
import subprocess
import tracemalloc
import zipfile
import zlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.sinks import Sink, Sparse
from workorders.rendering.zip_writer import Packed, ZipWriter, inflate, packed, undeflated

if TYPE_CHECKING:
    from _typeshed import SupportsWrite

MOMENT = datetime(2026, 11, 24, 13, 45, 59)  # noqa: DTZ001  # zip has no time zones
LINES = [b"%012d,https://id.example.com/q/\n" % number * 1000 for number in range(300)]
CONTENTS = {
    "README.txt": b"Read me.\n",
    "images/é.svg": b"<svg/>",
    "empty": b"",
    "codes.csv": b"".join(LINES),
    "nothing.csv": b"",
    "last": b"\0" * 9,
    "images/é.tiff": b"II*\0" * 99,
    "none": b"",
}
"""What `written` writes, by name."""


def deflated(content: bytes) -> Packed:
    """A member that was compressed elsewhere."""
    deflate = zlib.compressobj(wbits=-15)
    return packed(content, deflate.compress(content) + deflate.flush())


def unzip_accepts(path: Path) -> bool:
    """Whether Info-ZIP, where it is installed, finds nothing wrong."""
    return not shutil.which("unzip") or not subprocess.run(["unzip", "-tqq", path]).returncode  # noqa: S607


def read_forwards(archive: bytes) -> dict[str, bytes]:
    """What a reader finds that goes by the headers of members alone, and knows neither zip64 nor sizes that follow."""
    found, at = {}, 0
    while archive[at : at + 4] == b"PK\3\4":
        flags, method, _moment, crc, packed, size, name, extra = struct.unpack_from("<6xHHIIIIHH", archive, at)
        assert (flags & ~(1 << 11), extra) == (0, 0)
        begin = at + 30 + name
        content = archive[begin : begin + packed]
        content = zlib.decompress(content, -15) if method else content
        assert (len(content), zlib.crc32(content)) == (size, crc)
        found[archive[at + 30 : begin].decode()], at = content, begin + packed
    assert archive[at : at + 4] == b"PK\1\2"
    return found


def written(out: SupportsWrite[bytes]) -> str:
    """An archive of every kind of member; returns the digest of its stream."""
    with ZipWriter(out, MOMENT) as archive:
        archive.add_stored(["README.txt", "images/é.svg", "empty"], [b"Read me.\n", b"<svg/>", b""])
        digest = archive.add_deflated("codes.csv", LINES)
        archive.add_deflated("nothing.csv", [])
        archive.add_stored(["last"], [b"\0" * 9])
        archive.add_packed(["images/é.tiff", "none"], [deflated(b"II*\0" * 99), packed(b"", undeflated(b""))])
        archive.add_stored([], [])
    return digest


def test_others_read_what_was_written(tmp_path: Path) -> None:
    path = tmp_path / "archive.zip"
    with path.open("wb") as out:
        digest = written(out)
    assert digest == hashlib.sha256(b"".join(LINES)).hexdigest()
    assert unzip_accepts(path)
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == CONTENTS
        for member in archive.infolist():
            assert member.date_time == (2026, 11, 24, 13, 45, 58)
            assert member.external_attr >> 16 == 0o100644
        assert archive.getinfo("images/é.tiff").compress_size < 50
        assert archive.getinfo("codes.csv").compress_size < len(b"".join(LINES)) / 10


def test_the_same_bytes_each_time_and_into_what_only_writes() -> None:
    first, second, sink = io.BytesIO(), io.BytesIO(), Sink()
    assert written(first) == written(second) == written(sink)
    assert first.getvalue() == second.getvalue()
    assert sink.crc == zlib.crc32(first.getvalue())


def test_each_member_says_its_size_before_its_content() -> None:
    """ZipInputStream of Java 17 refuses sizes of eight bytes behind it, and Archive Utility before macOS 10.15 too."""
    out = io.BytesIO()
    written(out)
    assert read_forwards(out.getvalue()) == CONTENTS
    assert {member.extract_version for member in zipfile.ZipFile(out).infolist()} == {20}


def test_a_packed_member_lies_where_it_is_said_to() -> None:
    out, content = io.BytesIO(), deflated(b"II*\0" * 99)
    with ZipWriter(out, MOMENT) as archive:
        first, second = archive.add_packed(["a", "b"], [content, packed(b"x", undeflated(b"x"))])
    assert inflate(out.getvalue()[first : first + len(content.stream)]) == b"II*\0" * 99
    assert inflate(out.getvalue()[second : second + 6]) == b"x"
    assert (content.size, content.digest) == (396, hashlib.sha256(b"II*\0" * 99).hexdigest())


@pytest.mark.parametrize("size", [0, 1, 65_535, 65_536, 200_000])
def test_what_is_compressed_already_is_stored_in_blocks(size: int) -> None:
    content = bytes(number % 251 for number in range(size))
    stream = undeflated(content)
    assert zlib.decompress(stream, -15) == content
    assert len(stream) - size == 5 * max(1, -(-size // 65_535))


def test_an_archive_of_nothing() -> None:
    out = io.BytesIO()
    with ZipWriter(out, MOMENT):
        pass
    assert zipfile.ZipFile(out).namelist() == []


@pytest.mark.parametrize("count", [65_534, 65_535, 70_000])
def test_more_members_than_sixteen_bits_count(tmp_path: Path, count: int) -> None:
    path = tmp_path / "archive.zip"
    names = [f"images/{number:012d}.svg" for number in range(count)]
    with path.open("wb") as out, ZipWriter(out, MOMENT) as archive:
        for start in range(0, count, 3000):
            some = names[start : start + 3000]
            archive.add_stored(some, [name.encode() for name in some])
    assert unzip_accepts(path)
    with zipfile.ZipFile(path) as archive:
        assert archive.namelist() == names
        assert archive.read(names[-1]) == names[-1].encode()


def test_members_beyond_four_gigabytes(tmp_path: Path) -> None:
    path, block = tmp_path / "archive.zip", bytes(1 << 25)
    with path.open("wb") as out, ZipWriter(Sparse(out), MOMENT) as archive:
        for number in range(127):
            archive.add_stored([f"zeros-{number}"], [block])
        # The first of these begins before 4 GiB, the others after.
        archive.add_stored(["before", "behind", "end"], [block + b"1", b"2", b"3"])
        archive.add_deflated("codes.csv", LINES)
    with zipfile.ZipFile(path) as archive:
        assert archive.start_dir > 1 << 32
        offsets = [archive.getinfo(name).header_offset for name in ("before", "behind", "end")]
        assert offsets[0] < 1 << 32 < offsets[1] < offsets[2]
        assert [archive.read(name)[-1:] for name in ("zeros-126", "before", "behind", "end")] == [
            b"\0",
            b"1",
            b"2",
            b"3",
        ]
        assert archive.read("codes.csv") == b"".join(LINES)
        assert len(archive.namelist()) == 131


def test_a_stream_of_more_than_four_gigabytes(tmp_path: Path) -> None:
    path, block = tmp_path / "archive.zip", bytes(1 << 25)
    with path.open("wb") as out, ZipWriter(out, MOMENT) as archive:
        archive.add_deflated("zeros", (block for _ in range(129)))
        archive.add_stored(["end"], [b"3"])
    with path.open("rb") as file:
        head = struct.unpack("<4xHHH8xIIHH5sHHQQ", file.read(55))
    size = 129 << 25
    assert head[:-1] == (45, 0, 8, 0xFFFFFFFF, 0xFFFFFFFF, 5, 20, b"zeros", 1, 16, size)
    with zipfile.ZipFile(path) as archive:
        assert archive.getinfo("zeros").file_size == 129 << 25
        assert archive.read("end") == b"3"
        with archive.open("zeros") as member:
            assert member.read(1 << 20) == block[: 1 << 20]


def test_memory_does_not_grow_with_the_members() -> None:
    names, contents = [f"images/{number:012d}.svg" for number in range(1000)], [b"x" * 300] * 1000
    peaks = []
    for batches in (3, 40):
        tracemalloc.start()
        with ZipWriter(Sink(), MOMENT) as archive:
            for _batch in range(batches):
                archive.add_stored(names, contents)
            archive.add_deflated("codes.csv", (line for _ in range(batches) for line in LINES[:20]))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert max(peaks) < 3_000_000
    assert peaks[1] < peaks[0] + 100_000  # for 37,000 members more


def test_what_a_zip_cannot_hold_is_refused() -> None:
    def failing() -> Iterator[bytes]:
        yield b"some"
        raise RuntimeError("no more")

    for year in (1979, 2108):
        with pytest.raises(ValueError, match=rf"^A zip archive cannot say the year {year}"):
            ZipWriter(Sink(), MOMENT.replace(year=year))
    with ZipWriter(Sink(), MOMENT) as archive:
        with pytest.raises(ValueError, match=r"^2 members need as many names, not 1"):
            archive.add_stored(["a"], [b"", b""])
        with pytest.raises(ValueError, match=r"^A name in a zip archive has at most 65,535 bytes"):
            archive.add_stored(["a" * 65_536], [b""])
    out = io.BytesIO()
    with pytest.raises(RuntimeError, match="no more"), ZipWriter(out, MOMENT) as archive:
        archive.add_deflated("codes.csv", failing())
    assert not zipfile.is_zipfile(out), "what was broken off must not look finished"
