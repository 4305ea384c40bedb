"""The buffer of counted scans in the broker's Redis: processes add to it, and one flush takes all of it.

It is one hash: a field for each code and day, whose value are the count and the seconds of the first and the last scan.
Nothing else is kept, so it grows with the codes that were scanned, and not with the scans. A flush renames it, so that
what comes meanwhile begins a new one, and deletes it when it is stored. Each has a name, by which PostgreSQL knows
whether it was stored.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from workorders.scans.counting import Batch, Count, Key

ADDED: Final = "codeport:scans"
TAKEN: Final = "codeport:scans:taken"
NAME: Final = "name"  # the field of the buffer's name; those of codes begin with a digit
MOST_BUFFERED: Final = 2_000_000  # codes and days, about 250 MB; the broker needs its memory for messages, too
SENDER_SECONDS: Final = 86_400  # for which it is remembered which batch of a process was added last
READ_AT_ONCE: Final = 2_000  # fields

ADD: Final = """
    local added, sender = KEYS[1], KEYS[2]
    if tonumber(redis.call('GET', sender) or 0) >= tonumber(ARGV[2]) then return 'again' end
    if redis.call('HLEN', added) >= tonumber(ARGV[4]) then return redis.error_reply('FULL The buffer is full.') end
    redis.call('SET', sender, ARGV[2], 'EX', ARGV[3])
    redis.call('HSETNX', added, 'name', ARGV[1])
    for place = 5, #ARGV, 4 do
        local field, kept = ARGV[place], redis.call('HGET', added, ARGV[place])
        local count, first, last = tonumber(ARGV[place + 1]), tonumber(ARGV[place + 2]), tonumber(ARGV[place + 3])
        if kept then
            local before, begun, ended = string.match(kept, '(%d+) (%d+) (%d+)')
            count = count + tonumber(before)
            first, last = math.min(first, tonumber(begun)), math.max(last, tonumber(ended))
        end
        redis.call('HSET', added, field, string.format('%d %d %d', count, first, last))
    end
    return 'added'"""

TAKE: Final = """
    if redis.call('EXISTS', KEYS[2]) == 0 and redis.call('EXISTS', KEYS[1]) == 1 then
        redis.call('RENAME', KEYS[1], KEYS[2])
    end
    return redis.call('HGET', KEYS[2], 'name')"""

DROP: Final = """
    if redis.call('HGET', KEYS[1], 'name') == ARGV[1] then redis.call('UNLINK', KEYS[1]) end"""


class Buffer:
    """The buffer, by a client of its Redis. Its methods raise RedisError while that is away."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._add, self._take, self._drop = map(client.register_script, (ADD, TAKE, DROP))

    def add(self, batch: Batch) -> None:
        """Add a batch, unless it was added before."""
        given: list[Any] = [batch.name, batch.number, SENDER_SECONDS, MOST_BUFFERED]
        for (day, company, identifier), count in batch.counts.items():
            given += (f"{day} {company} {identifier}", *count)
        self._add([ADDED, f"{ADDED}:{batch.sender}"], given)

    def take(self) -> str | None:
        """Set aside what was added, and return its name; None if there is nothing.

        What an earlier flush took and did not drop comes first.
        """
        name: bytes | None = self._take([ADDED, TAKEN])
        return name.decode() if name else None

    def read(self) -> Iterator[tuple[Key, Count]]:
        """Yield what was taken. Redis may give an entry twice."""
        for field, value in self._client.hscan_iter(TAKEN, count=READ_AT_ONCE):
            if field != NAME.encode():
                day, company, identifier = field.decode().split(" ")
                count, first, last = value.split()
                yield (int(day), int(company), identifier), (int(count), int(first), int(last))

    def drop(self, name: str) -> None:
        """Delete what was taken, if it still is what has that name."""
        self._drop([TAKEN], [name])
