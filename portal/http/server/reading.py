"""Reading requests: their heads and bodies, until all of one is there or the application is to be asked."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any

from django.conf import settings
from gunicorn.http.body import ChunkedReader
from gunicorn.http.errors import LimitRequestHeaders
from gunicorn.http.message import Request
from gunicorn.http.unreader import IterUnreader

from portal.http.server.connection import Body, Connection, State
from portal.http.server.places import READ, Places
from portal.values import bodies

LARGEST_HEAD = 64 * 1024
LARGE_FORMS = 64  # bodies that are in a file while they arrive, besides uploads: 1 GiB in each process
PIECE = 256 * 1024  # bytes read at once
GOODBYE_BYTES = 64 * 1024**2
MAY_HAVE_BODY = re.compile(rb"(?i)content-length|transfer-encoding|expect")


class Reader(Places):
    """Reads what clients send, and hands requests over."""

    def _read(self, connection: Connection) -> None:
        body = connection.body if connection.state is State.BODY else None
        try:
            data = connection.sock.recv(min(PIECE, body.missing) if body else PIECE)
        except BlockingIOError:
            self._listen(connection, READ)
            return
        if not data:
            self._close(connection)
        elif connection.state is State.GOODBYE:
            connection.moved_then += len(data)
            if connection.moved_then > GOODBYE_BYTES:
                self._close(connection)
        elif body:
            self._take_body(connection, body, data)
        else:
            connection.received += data
            self._take_head(connection)

    def _take_head(self, connection: Connection) -> None:
        """Understand a request's head, if all of it is there."""
        received = connection.received
        end = received.find(b"\r\n\r\n")
        try:
            if (len(received) if end < 0 else end) > LARGEST_HEAD:
                raise LimitRequestHeaders("larger than 64 KiB")
            if end < 0 and received.count(b"\n") == received.count(b"\r\n"):  # else it never ends: the parser says so
                self._listen(connection, READ)
                return
            head = connection.head = bytes(received[: end + 4 if end >= 0 else None])
            del received[: len(head)]
            if end >= 0 and not MAY_HAVE_BODY.search(head):
                self._hand_over(connection)  # and leave the parsing to the application's threads, which are several
                return
            connection.request = self._parsed(connection)
        except (Exception, StopIteration) as error:
            self._refuse_unread(connection, error)
            return
        self._begin_body(connection)

    def _parsed(self, connection: Connection) -> Any:
        """Return the request of the head that has arrived, without its body. Raise the error if it is wrong."""
        connection.served += 1
        return Request(self.cfg, IterUnreader([connection.head]), connection.client, connection.served)

    def _begin_body(self, connection: Connection) -> None:
        """Read the body, or answer at once when there is none, or one that is not to be read."""
        request = connection.request
        reader = request.body.reader
        length = 0 if isinstance(reader, ChunkedReader) else reader.length
        expects, request._expected_100_continue = request._expected_100_continue, False  # we say it ourselves
        request.body = BytesIO()
        if isinstance(reader, ChunkedReader) or length > bodies.largest(request.path):
            connection.is_cut = True
            self._hand_over(connection)
        elif not length:
            self._hand_over(connection)
        else:
            body = connection.body = Body(length, settings.SPOOL_DIR)
            connection.enter(State.BODY)
            data = bytes(connection.received[:length])
            del connection.received[:length]
            if expects and len(data) < length:
                connection.sock.send(b"HTTP/1.1 100 Continue\r\n\r\n")
            self._take_body(connection, body, data)

    def _take_body(self, connection: Connection, body: Body, data: bytes) -> None:
        """Keep what has arrived of a body; hand the request over when that is all, or to ask about the rest."""
        was_large = body.is_large
        try:
            body.add(data)
        except OSError as error:  # of the disk; whoever reads it from here is told
            connection.request.body, connection.is_cut = _Unreadable(error), True
            self._hand_over(connection)
            return
        if body.is_large and not was_large and not self._keep_forms_few(connection):
            return
        if not body.missing:
            connection.request.body = body.opened()
            self._hand_over(connection)
        elif connection.request.path == bodies.UPLOADS and connection.is_worth_asking():
            connection.questions += 1 + body.is_large
            connection.request.body, connection.is_cut = BytesIO(body.start), True
            self._hand_over(connection)
        else:
            self._listen(connection, READ)

    def _keep_forms_few(self, latest: Connection) -> bool:
        """Close a large form when there are too many, for want of disk; gives whether it was not the latest.

        Uploads do not count: whoever sends one was given a signed form.
        """
        forms = [
            one
            for one in self.connections
            if one.state is State.BODY and one.body and one.body.is_large and one.request.path != bodies.UPLOADS
        ]
        if len(forms) <= LARGE_FORMS:
            return True
        chosen = min(forms, key=self._waits_longest)
        self._close(chosen)
        return chosen is not latest

    # What comes of a request is the worker's

    def _hand_over(self, connection: Connection) -> None:
        """Let a thread of the application answer the request."""
        raise NotImplementedError

    def _refuse_unread(self, connection: Connection, error: BaseException) -> None:
        """Answer what is wrong with a head, and close the connection."""
        raise NotImplementedError


class _Unreadable(BytesIO):
    """A body that could not be kept."""

    def __init__(self, error: OSError) -> None:
        super().__init__()
        self._error = error

    def read(self, size: int | None = -1, /) -> bytes:
        raise self._error

    def readline(self, size: int | None = -1, /) -> bytes:
        raise self._error
