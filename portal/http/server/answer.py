"""The buffer between a thread that answers and a client that may read slowly or not at all."""

from __future__ import annotations

import fcntl
import os
import struct
import termios
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from socket import socket
from tempfile import TemporaryFile
from threading import Lock
from typing import IO

BLOCK = 64 * 1024  # bytes that are gathered before they are sent, and that are kept in memory for a client
TURN = 1024 * 1024  # bytes that one client is sent before others have their turn


@dataclass
class Part:
    """The bytes of a file from `at` to `end`, which are still to be sent."""

    file: IO[bytes]
    at: int
    end: int
    is_queued: bool = True


class Answer:
    """Takes an answer as fast as the application makes it, and sends it as fast as its client reads it.

    To gunicorn's Response it is the socket. What the client does not take at once is kept: a little in memory, more in
    a file without a name, and of a file that is downloaded only its place. So the application's thread waits for the
    disk at most. The worker's own thread calls `drain` when the client takes more; `wake` tells it that there is any.
    """

    def __init__(self, client: socket, folder: Path, wake: Callable[[], None]) -> None:
        self._client, self._folder, self._wake = client, folder, wake
        self._block = bytearray()
        self._lock = Lock()  # over everything below
        self._queue: deque[memoryview | Part] = deque()
        self._files: list[IO[bytes]] = []
        self._spool: Part | None = None
        self._in_memory = self._sent = 0
        self._is_watched = self._is_abandoned = False

    @property
    def is_sent(self) -> bool:
        """Say whether the client was given all that there is so far."""
        return not self._queue

    def gettimeout(self) -> float:
        """That of a socket that never blocks."""
        return 0.0

    def sendall(self, data: bytes) -> None:
        """Take some more of the answer."""
        self._block += data
        if len(self._block) >= BLOCK:
            self.flush()

    send = sendall

    def sendfile(self, file: IO[bytes], offset: int, count: int) -> None:
        """Take `count` bytes of a file, which may be closed as soon as this returns."""
        self.flush()
        ours = os.fdopen(os.dup(file.fileno()), "rb", buffering=0)
        with self._lock:
            self._files.append(ours)
            self._queue.append(Part(ours, offset, offset + count))
            self._spool = None

    def flush(self) -> None:
        """Send what was gathered, and keep what the client does not take; BrokenPipeError when it has gone."""
        rest, self._block = memoryview(self._block), bytearray()
        with self._lock:
            if self._is_abandoned:
                raise BrokenPipeError
            with suppress(BlockingIOError):
                while rest and not self._queue:
                    sent = self._client.send(rest)
                    self._sent += sent
                    rest = rest[sent:]
        if rest:
            self._keep(rest)

    def _keep(self, rest: memoryview) -> None:
        if self._spool is None and self._in_memory + len(rest) <= BLOCK:
            self._in_memory += len(rest)
            with self._lock:
                self._queue.append(rest)
        else:
            spool = self._spool = self._spool or self._new_spool()
            end = spool.end
            while rest:
                written = os.pwrite(spool.file.fileno(), rest, end)
                end, rest = end + written, rest[written:]
            with self._lock:
                spool.end = end
                if not spool.is_queued:
                    self._queue.append(spool)
                    spool.is_queued = True
        with self._lock:
            is_watched, self._is_watched = self._is_watched, True
        if not is_watched:
            self._wake()

    def _new_spool(self) -> Part:
        file = TemporaryFile(dir=self._folder, buffering=0)  # noqa: SIM115  # closed by close()
        self._files.append(file)
        return Part(file, 0, 0, is_queued=False)

    def drain(self) -> bool:
        """Send what the client takes now; gives whether that was all. OSError when the client has gone."""
        with self._lock:
            budget = TURN
            while self._queue and budget > 0:
                try:
                    sent = self._send_first(self._queue[0])
                except BlockingIOError:
                    return False
                self._sent += sent
                budget -= sent
            self._is_watched = bool(self._queue)
            return not self._queue

    def _send_first(self, first: memoryview | Part) -> int:
        """Send some of what comes first in the queue, and take from the queue what has been sent of it."""
        if isinstance(first, memoryview):
            sent = self._client.send(first)
            self._queue[0] = first[sent:]
            is_done = sent == len(first)
        else:
            sent = os.sendfile(self._client.fileno(), first.file.fileno(), first.at, min(first.end - first.at, TURN))
            if not sent:
                raise OSError("The file has become shorter.")
            first.at += sent
            is_done = first.at == first.end
            first.is_queued = not is_done
        if is_done:
            self._queue.popleft()
        return sent

    def taken(self) -> int:
        """Return the number of bytes that the client's machine has acknowledged, as far as the kernel tells."""
        waiting = b"\0" * 4
        with suppress(OSError):
            waiting = fcntl.ioctl(self._client, termios.TIOCOUTQ, waiting)
        return self._sent - int(struct.unpack("i", waiting)[0])

    def abandon(self) -> None:
        """Forget what was not sent, and take no more."""
        with self._lock:
            self._is_abandoned = True
            self._queue.clear()

    def close(self) -> None:
        """Give the files back."""
        self.abandon()
        for file in self._files:
            file.close()
