"""One client's connection: what came of its request, and how far it is."""

from __future__ import annotations

import re
import time
from enum import Enum
from io import BytesIO
from pathlib import Path
from socket import socket
from tempfile import TemporaryFile
from typing import IO, Any

from portal.http.server.answer import Answer
from portal.values.bodies import FORM_BYTES

SMALL = FORM_BYTES  # bytes of a body that are kept in memory
BEGUN_FILE = re.compile(rb"filename\*?=[^\r\n]*\r\n(?:[^\r\n]+\r\n)*\r\n")  # the end of the part of a form before it


class State(Enum):
    """The state of a connection: what it waits for."""

    HEAD = "the client, for the next request's head"
    BODY = "the client, for the rest of a body"
    APPLICATION = "our own thread"
    ANSWER = "the client, to read the answer"
    GOODBYE = "the client, to hear the last answer before the connection is closed"


class Body:
    """A request's body as it arrives: in memory while it is small, then in a file without a name."""

    def __init__(self, length: int, folder: Path) -> None:
        self.missing, self._folder = length, folder
        self.start = bytearray()  # the first SMALL bytes
        self._file: IO[bytes] | None = None

    def add(self, data: bytes) -> None:
        """Append what has arrived."""
        self.missing -= len(data)
        if self._file is None and len(self.start) + len(data) > SMALL:
            self._file = TemporaryFile(dir=self._folder)  # noqa: SIM115  # closed by close()
            self._file.write(self.start)
        if self._file:
            self._file.write(data)
        self.start += data[: SMALL - len(self.start)]

    @property
    def is_large(self) -> bool:
        """Say whether it has left the memory."""
        return self._file is not None

    def opened(self) -> IO[bytes]:
        """All that has arrived, from its beginning."""
        if self._file is None:
            return BytesIO(self.start)
        self._file.seek(0)
        return self._file

    def close(self) -> None:
        """Give the file back."""
        if self._file:
            self._file.close()


class Connection:
    """A client's connection. Only the worker's own thread touches it, but for `answer` while a request is answered."""

    def __init__(self, sock: socket, address: Any, server: Any) -> None:
        self.sock, self.client, self.server = sock, address, server
        self.host = str(address[0]) if isinstance(address, tuple) else ""
        self.received = bytearray()  # and not yet understood
        self.served = 0
        self.interest = 0
        self.head = b""
        self.request: Any = None
        self.body: Body | None = None
        self.is_cut = False  # the request is answered while some of its body has not been read
        self.questions = 0  # that the application was asked about the beginning of this body
        self.answer: Answer | None = None
        self.enter(State.HEAD)

    def enter(self, state: State) -> None:
        """Wait for something else from now on."""
        self.state = state
        self.since = self.looked = time.monotonic()
        self.moved_then = 0
        self.moved_then = self.moved()

    def moved(self) -> int:
        """Return the number of bytes that the client has sent or taken in this state."""
        if self.state is State.BODY and self.body:
            return -self.body.missing
        if self.state is State.ANSWER and self.answer:
            return self.answer.taken()
        return 0

    def is_idle(self) -> bool:
        """Say whether it is kept for a request that has not begun."""
        return self.state is State.HEAD and not self.received

    def forget_request(self) -> None:
        """Give back all that belonged to the request that is answered."""
        for part in (self.body, self.answer):
            if part:
                part.close()
        self.request = self.body = self.answer = None
        self.head = b""
        self.is_cut, self.questions = False, 0

    def is_worth_asking(self) -> bool:
        """Say whether the application may judge now what comes before a form's file.

        That is when the file seems to begin, and, as it may have been something else, once more in a large body.
        """
        if self.body is None or self.questions > 1:
            return False
        return self.body.is_large or (not self.questions and BEGUN_FILE.search(self.body.start) is not None)
