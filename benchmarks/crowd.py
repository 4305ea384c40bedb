"""Clients that send nothing, or hardly anything, or hardly read, and pages that have to answer beside them."""

from __future__ import annotations

import asyncio
import random
import socket
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field

PIECE = 2048  # bytes that a slow reader takes ten times a second
PAUSE = 0.1  # seconds between two looks at a page
PATIENCE = 30  # seconds for an answer
BACK = 10  # seconds; within them comes back who was thrown out


@dataclass(frozen=True)
class Crowd:
    """The number of slow clients of each kind."""

    silent: int = 500
    readers: int = 200
    senders: int = 200


@dataclass
class Site:
    """The portal's address, and the pages asked of it."""

    port: int
    pages: tuple[str, ...]  # that have to answer
    download: str
    credentials: str = ""  # a line of the head, with its end
    host: str = "127.0.0.1"
    bad: Counter[str] = field(default_factory=Counter)  # what came instead of 200

    def head(self, method: str, path: str, more: str = "") -> bytes:
        """A request's head."""
        return f"{method} {path} HTTP/1.1\r\nHost: {self.host}\r\n{self.credentials}{more}\r\n".encode()


async def connect(site: Site, buffer: int | None = None) -> socket.socket:
    """A connection; `buffer` is how much the kernel may take before we read."""
    client = socket.socket()
    client.setblocking(False)
    if buffer:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
    try:
        await asyncio.get_running_loop().sock_connect(client, (site.host, site.port))
    except BaseException:
        client.close()
        raise
    return client


async def again(behave: Callable[[Site, int], Awaitable[None]], site: Site, number: int) -> None:
    """Behave so for ever; who is thrown out comes back."""
    while True:
        with suppress(OSError):
            await behave(site, number)
        await asyncio.sleep(random.uniform(1, BACK))  # noqa: S311  # nothing secret


async def silent(site: Site, number: int) -> None:
    """Send nothing, half a head, or a head that announces a body."""
    begun = [b"", b"GET /healthz HTTP/1.1\r\nHost: x\r\n", site.head("POST", "/", "Content-Length: 1000000\r\n")]
    with await connect(site) as client:
        loop = asyncio.get_running_loop()
        await loop.sock_sendall(client, begun[number % len(begun)])
        while await loop.sock_recv(client, 65536):
            pass


async def reader(site: Site, number: int) -> None:
    """Download at 20 KB a second, or read the first bytes alone."""
    with await connect(site, 16 * 1024) as client:
        loop = asyncio.get_running_loop()
        await loop.sock_sendall(client, site.head("GET", site.download))
        while await loop.sock_recv(client, PIECE):
            await asyncio.sleep(0.1 if number % 2 else 3600)


async def sender(site: Site, number: int) -> None:
    """Send a byte a second, of a head or of a body."""
    body = site.head("POST", "/", "Content-Length: 99999\r\n")
    with await connect(site) as client:
        loop = asyncio.get_running_loop()
        await loop.sock_sendall(client, body if number % 2 else b"GET /healthz HTTP/1.1\r\nX-Slow: ")
        while True:
            await asyncio.sleep(1)
            await loop.sock_sendall(client, b"x")


async def look(site: Site, path: str) -> float:
    """Milliseconds that a page takes on a connection of its own; what is no 200 is noted."""
    begun = time.perf_counter()
    try:
        async with asyncio.timeout(PATIENCE):
            with await connect(site) as client:
                loop = asyncio.get_running_loop()
                await loop.sock_sendall(client, site.head("GET", path, "Connection: close\r\n"))
                answer = b""
                while piece := await loop.sock_recv(client, 65536):
                    answer += piece
        if not answer.startswith(b"HTTP/1.1 200 "):
            site.bad[answer[:30].decode() or "nothing"] += 1
    except (OSError, TimeoutError) as error:
        site.bad[type(error).__name__] += 1
    return (time.perf_counter() - begun) * 1000


async def watch(site: Site, seconds: float, least: int = 2) -> dict[str, list[float]]:
    """Measure the seconds of each page, asked `least` times one after the other, all pages side by side."""
    ending = time.monotonic() + seconds

    async def looks(path: str) -> list[float]:
        waits = [await look(site, path)]
        while time.monotonic() < ending or len(waits) < least:
            await asyncio.sleep(PAUSE)
            waits.append(await look(site, path))
        return waits

    waits = await asyncio.gather(*map(looks, site.pages))
    return dict(zip(site.pages, waits, strict=True))


async def watch_crowded(site: Site, crowd: Crowd, seconds: float, least: int = 2) -> dict[str, list[float]]:
    """Measure the seconds of each page beside slow clients."""
    kinds = ((silent, crowd.silent), (reader, crowd.readers), (sender, crowd.senders))
    slow = [asyncio.create_task(again(kind, site, number)) for kind, many in kinds for number in range(many)]
    try:
        await asyncio.sleep(1)
        return await watch(site, seconds, least)
    finally:
        for task in slow:
            task.cancel()
        await asyncio.gather(*slow, return_exceptions=True)
