"""A way over TCP to a server, on which connections are cut, fall silent, or are answered 503."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

BUSY = b"HTTP/1.1 503 Slow Down\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
HEAD_END = b"\r\n\r\n"


@dataclass(eq=False)
class Link:
    """One connection: both of its ends."""

    near: socket.socket
    far: socket.socket
    is_silent: bool = False

    def close(self) -> None:
        """End it at both ends."""
        for end in (self.near, self.far):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()


@dataclass
class Way:
    """The way to a server's port from a port of this machine."""

    target: int
    port: int = 0
    is_busy: bool = False
    links: set[Link] = field(default_factory=set)

    def cut(self, *, silent: bool = False) -> None:
        """End all connections at once, or those alone that are silent."""
        for link in list(self.links):
            if link.is_silent or not silent:
                link.close()

    def forsake(self) -> None:
        """End all connections for whoever made them, and let the server hear nothing of it."""
        for link in list(self.links):
            link.is_silent = True
            with suppress(OSError):
                link.near.shutdown(socket.SHUT_RDWR)

    def silence(self) -> None:
        """Hand on nothing any more of the connections that there are, not even their ends."""
        for link in list(self.links):
            link.is_silent = True

    def serve(self, listener: socket.socket) -> None:
        """Take connections until the listener is closed."""
        while True:
            try:
                near, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._take, args=[near], daemon=True).start()

    def _take(self, near: socket.socket) -> None:
        _notice_the_dead(near)
        if self.is_busy:
            _refuse(near)
            return
        try:
            far = socket.create_connection(("127.0.0.1", self.target), timeout=10)
        except OSError:
            near.close()
            return
        far.settimeout(None)
        link = Link(near, far)
        self.links.add(link)
        back = threading.Thread(target=self._hand_on, args=[link, far, near], daemon=True)
        back.start()
        self._hand_on(link, near, far)
        back.join()
        link.close()
        self.links.discard(link)

    def _hand_on(self, link: Link, here: socket.socket, there: socket.socket) -> None:
        try:
            while data := here.recv(2**16):
                if not link.is_silent:
                    there.sendall(data)
            if not link.is_silent:
                there.shutdown(socket.SHUT_WR)
        except OSError:  # as when a process dies that had not read all: it sends no end, but a reset
            if not link.is_silent:
                link.close()


def _notice_the_dead(near: socket.socket) -> None:
    """Have the kernel ask whether the other side is there, as a server does, so that its end goes on to the server."""
    near.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, value in (("TCP_KEEPIDLE", 5), ("TCP_KEEPINTVL", 5), ("TCP_KEEPCNT", 2), ("TCP_USER_TIMEOUT", 15_000)):
        near.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), value)


def _refuse(near: socket.socket) -> None:
    """Answer one request 503, as S3 does when it is asked too often, and read what comes with it."""
    with near, suppress(OSError):
        near.settimeout(5)
        head = b""
        while HEAD_END not in head and (more := near.recv(2**16)):
            head += more
        near.sendall(BUSY)
        near.shutdown(socket.SHUT_WR)
        while near.recv(2**16):
            pass


@contextmanager
def way_to(target: int) -> Iterator[Way]:
    """Open a way to a port of this machine."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
        way = Way(target, listener.getsockname()[1])
        threading.Thread(target=way.serve, args=[listener], daemon=True).start()
        try:
            yield way
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            way.cut()
