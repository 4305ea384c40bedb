"""Unpacking gzip within what a file may become, and the processor's time that reading may take."""

from __future__ import annotations

import gzip
import hashlib
import io

import pytest
from pytest_django import Settings

from ingestion.errors.unreadable import UnreadableFile
from ingestion.readers import unpack
from ingestion.readers.unpack import MOST_SHORT_BYTES, Budget, check_digest, unpacked

ROWS = b"id\nabc12345\n" * 1000
PACKED = gzip.compress(ROWS, mtime=0)  # the same bytes in each process that collects the tests


def test_a_plain_file_is_read_as_it_is() -> None:
    content, facts = unpacked(io.BytesIO(ROWS))
    assert (content.read(2), content.read(len(ROWS)), facts) == (b"id", ROWS[2:], {})


def test_a_gzip_file_is_unpacked_and_said_to_be_one() -> None:
    content, facts = unpacked(io.BytesIO(PACKED))
    assert (content.read(len(ROWS) + 1), facts) == (ROWS, {"compression": "gzip"})


@pytest.mark.parametrize("data", [ROWS, PACKED], ids=["plain", "gzip"])
def test_what_was_read_can_be_read_again(data: bytes) -> None:
    content, _facts = unpacked(io.BytesIO(data))
    content.read(100)
    assert content.seek(0) == 0
    assert content.read(len(ROWS)) == ROWS


@pytest.mark.parametrize(
    "data", [PACKED[:-9], PACKED[:20], b"\x1f\x8bnot gzip at all"], ids=["end missing", "beginning", "not gzip"]
)
def test_a_damaged_gzip_file_is_refused(data: bytes) -> None:
    content, _facts = unpacked(io.BytesIO(data))
    with pytest.raises(UnreadableFile, match=r"It is compressed by gzip, but damaged or cut off; compress it again."):
        content.read(len(ROWS) + 1)


def test_a_file_that_unpacks_to_too_much_is_refused(settings: Settings) -> None:
    settings.MAX_UNPACKED_BYTES = 5000
    content, _facts = unpacked(io.BytesIO(PACKED))
    with pytest.raises(UnreadableFile, match=r"Unpacked it is larger than 5,000 bytes; upload it in parts."):
        content.read(len(ROWS))


def test_a_file_that_unpacks_to_far_more_than_it_has_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpack, "FREE_BYTES", 100_000)
    content, _facts = unpacked(io.BytesIO(gzip.compress(b"0" * 1_000_000, mtime=0)))
    with pytest.raises(UnreadableFile, match="more than 400 times as large as the upload"):
        content.read(1_000_000)


def test_a_small_file_may_unpack_to_as_much_as_it_likes(monkeypatch: pytest.MonkeyPatch) -> None:
    assert unpack.FREE_BYTES == 64 * 1024**2
    monkeypatch.setattr(unpack, "FREE_BYTES", 100_000)
    content, _facts = unpacked(io.BytesIO(gzip.compress(b"0" * 100_000, mtime=0)))
    assert content.read(100_001) == b"0" * 100_000
    content, _facts = unpacked(io.BytesIO(gzip.compress(b"0" * 100_001, mtime=0)))
    with pytest.raises(UnreadableFile, match="more than 400 times as large as the upload"):
        content.read(100_001)


def test_the_budget_tells_once_that_a_file_is_no_short_work() -> None:
    told: list[str] = []
    budget = Budget(lambda: told.append("outgrown"))
    budget.spend(MOST_SHORT_BYTES)
    assert told == []
    budget.spend(1)
    budget.spend(MOST_SHORT_BYTES)
    assert told == ["outgrown"]


def test_the_budget_counts_what_a_gzip_file_unpacks_to() -> None:
    told: list[str] = []
    packed = gzip.compress(b"\n" * (MOST_SHORT_BYTES + 1))
    content, _facts = unpacked(io.BytesIO(packed), Budget(lambda: told.append("outgrown")))
    assert len(packed) < MOST_SHORT_BYTES / 100
    content.read(MOST_SHORT_BYTES + 1)
    assert told == ["outgrown"]


def test_time_that_somebody_waits_for_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [10.0]
    monkeypatch.setattr(unpack, "thread_time", lambda: now[0])
    budget = Budget(most_seconds=4.0)
    now[0] = 14.0
    budget.spend(1)
    now[0] = 14.1
    with pytest.raises(UnreadableFile, match=r"takes more than 4 seconds of the processor's time; send it in parts."):
        budget.spend(10**9)


def test_time_grows_with_what_is_read(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    settings.SECONDS_PER_MB = 2
    now = [0.0]
    monkeypatch.setattr(unpack, "thread_time", lambda: now[0])
    budget = Budget()
    now[0] = 61.0
    budget.spend(1024**2)  # for which 62 seconds are allowed
    now[0] = 62.5
    with pytest.raises(UnreadableFile, match="than a file of 1,048,576 bytes may take, 62 seconds"):
        budget.spend(0)


def test_a_file_with_the_digest_that_was_said_is_read_from_its_beginning() -> None:
    file = io.BytesIO(ROWS)
    check_digest(file, hashlib.sha256(ROWS).hexdigest())
    assert file.tell() == 0


def test_a_file_with_another_digest_is_refused() -> None:
    expected = hashlib.sha256(b"another").hexdigest()
    with pytest.raises(UnreadableFile) as refused:
        check_digest(io.BytesIO(ROWS), expected)
    found = hashlib.sha256(ROWS).hexdigest()
    assert str(refused.value) == (
        f"The file was changed or cut short on its way: its SHA-256 is {found}, not {expected}. Upload it again."
    )
