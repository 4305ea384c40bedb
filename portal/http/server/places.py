"""The connections of a web server's process: their coming and going, their deadlines, and space for new ones."""

from __future__ import annotations

import errno
import resource
import selectors
import socket
import struct
import sys
import time
from collections import Counter
from contextlib import suppress
from functools import partial
from typing import Any

from gunicorn.workers.gthread import ThreadWorker

from portal.http.server.connection import Connection, State

HEAD_SECONDS = 20.0
LEAST_RATE, LEAST_SECONDS = 500, 30.0  # bytes a second that a client sends or takes, in each span of so many seconds
GOODBYE_SECONDS = 5.0
STOP_SECONDS = 2.0  # in which a worker that stops takes one more request on connections that are kept
SWITCH = 0.001  # seconds that a thread computes while others wait, of which each short request needs a dozen turns
FILES = 3  # that a connection may have open: its socket, its body, its answer
OTHER_FILES = 200

READ, WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE


class Places(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn's worker with threads, whose own thread keeps all connections."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cfg.set("forwarder_headers", "")  # else a client says by SCRIPT_NAME which part of a path is looked at
        self.alive: bool = True
        self.connections: set[Connection] = set()
        self.hosts: Counter[str] = Counter()
        self.swept = time.monotonic()

    @classmethod
    def check_config(cls, cfg: Any, log: Any) -> None:
        """Refuse what we do not do."""
        if cfg.is_ssl:
            raise RuntimeError("portal.http.server.worker speaks no TLS: a proxy before it does.")

    def run(self) -> None:
        """Serve until told to stop; then end what has begun, for `graceful_timeout` at most."""
        sys.setswitchinterval(SWITCH)
        self.most = self._most_connections()
        self.poller.register(self.method_queue.fileno(), READ, self.method_queue.run_callbacks)
        self.set_accept_enabled(True)
        while self.alive and self.is_parent_alive():
            self._wait_once(1.0)
        self.alive = False
        self.set_accept_enabled(False)
        now = time.monotonic()
        idle_until, ending = now + STOP_SECONDS, now + self.cfg.graceful_timeout
        while self.connections and time.monotonic() < ending:
            if time.monotonic() > idle_until:
                self._close_all(State.HEAD, State.GOODBYE)
            self._wait_once(0.2)
        self._close_all(*State)
        self.tpool.shutdown(wait=False)
        self.poller.close()
        self.method_queue.close()
        for listener in self.sockets:
            listener.close()

    def _wait_once(self, patience: float) -> None:
        self.notify()
        self.wait_for_and_dispatch_events(patience)
        now = time.monotonic()
        if now - self.swept >= 1:
            self.swept = now
            for connection in [one for one in self.connections if self._is_too_slow(one, now)]:
                self._give_up(connection)

    def _most_connections(self) -> int:
        """Return the number of connections there may be, each with its files."""
        wanted = self.worker_connections * FILES + OTHER_FILES
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if soft != resource.RLIM_INFINITY and soft < wanted:
            soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
            with suppress(OSError, ValueError):
                resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
            soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        allowed = wanted if soft == resource.RLIM_INFINITY else soft
        wished: int = self.worker_connections
        return max(16, min(wished, (allowed - OTHER_FILES) // FILES))

    # Connections that come and go

    def accept(self, listener: socket.socket) -> None:
        """Take a new connection, and read what it brings."""
        try:
            client, address = listener.accept()
        except OSError as error:  # gone already, or taken by another process
            if error.errno in (errno.EMFILE, errno.ENFILE):
                self._close_longest_waiting()
            return
        if len(self.connections) >= self.most and not self._close_longest_waiting():
            client.close()
            return
        client.setblocking(False)
        connection = Connection(client, address, listener.getsockname())
        self.connections.add(connection)
        self.hosts[connection.host] += 1
        self._on_event(connection)

    def _close_longest_waiting(self) -> bool:
        """Close some of the connections that wait for their client; gives whether there were any."""
        waiting = [one for one in self.connections if one.state is not State.APPLICATION]
        waiting.sort(key=self._waits_longest)
        for connection in waiting[: 1 + self.most // 64]:
            self._close(connection)
        return bool(waiting)

    def _waits_longest(self, connection: Connection) -> tuple[int, float]:
        """Return the sort key by which connections have to go when there are too many."""
        return -self.hosts[connection.host], connection.since

    def _close_all(self, *states: State) -> None:
        for connection in [one for one in self.connections if one.state in states]:
            self._close(connection)

    def _close(self, connection: Connection, *, reset: bool = False) -> None:
        """Close it; with `reset` also forget what the kernel was to send."""
        if connection not in self.connections:
            return
        self._listen(connection, 0)
        self.connections.remove(connection)
        self.hosts[connection.host] -= 1
        if not self.hosts[connection.host]:
            del self.hosts[connection.host]
        connection.forget_request()
        with suppress(OSError):
            if reset:
                connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.sock.close()

    def _listen(self, connection: Connection, interest: int) -> None:
        """Have events of the connection's socket call us: READ, WRITE or 0."""
        if interest == connection.interest:
            return
        if not connection.interest:
            self.poller.register(connection.sock, interest, partial(self._on_event, connection))
        elif interest:
            self.poller.modify(connection.sock, interest, partial(self._on_event, connection))
        else:
            self.poller.unregister(connection.sock)
        connection.interest = interest

    # Clients that take too long

    def _is_too_slow(self, connection: Connection, now: float) -> bool:
        waited = now - connection.since
        match connection.state:
            case State.APPLICATION:
                return False
            case State.GOODBYE:
                return waited > GOODBYE_SECONDS
            case State.HEAD:
                return waited > (self.cfg.keepalive if connection.served and connection.is_idle() else HEAD_SECONDS)
        if now - connection.looked < LEAST_SECONDS:
            return False
        moved = connection.moved()
        if moved - connection.moved_then < LEAST_RATE * LEAST_SECONDS:
            return True
        connection.looked, connection.moved_then = now, moved
        return False

    # What comes of them is the worker's

    def _on_event(self, connection: Connection, _socket: object = None) -> None:
        """Go on with a connection whose client sends or takes something; also called when it may."""
        raise NotImplementedError

    def _give_up(self, connection: Connection) -> None:
        """Cut off a client that is too slow."""
        raise NotImplementedError
