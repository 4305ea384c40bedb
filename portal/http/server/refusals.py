"""Answers of the web server without the application: a small page, or JSON like the API's for calls of the API."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import TYPE_CHECKING

from portal.http.server.answer import Answer

if TYPE_CHECKING:
    from portal.http.server.connection import Connection

CALL = re.compile(rb"(?:\r\n)*[^ \r\n]+ +(?:https?://[^/ \r\n]*)?/api/", re.IGNORECASE)
PAGE = re.compile(r"HTTP/1\.1 (\d{3} [^\r\n]*)\r\n.*<h1><p>(.*?)</p></h1>(.*)</body>", re.DOTALL)
FIRST_LINE = 500  # bytes of it that are looked at


class Json:
    """Stands for an answer towards gunicorn, which writes errors as pages only."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def gettimeout(self) -> float:
        """Return the timeout, which gunicorn asks of a socket."""
        return self._answer.gettimeout()

    def sendall(self, data: bytes) -> None:
        """Send the page `data` as JSON."""
        found = PAGE.match(data.decode("latin-1"))
        if found is None:
            self._answer.sendall(data)
            return
        status, reason, text = found[1], found[2], unescape(found[3]).strip()
        body = json.dumps({"detail": text or f"{reason}."})
        head = f"HTTP/1.1 {status}\r\nConnection: close\r\nContent-Type: application/json\r\n"
        self._answer.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n{body}".encode("latin-1"))


def teller(connection: Connection, answer: Answer) -> Answer | Json:
    """Through what gunicorn tells the connection's client that its request is wrong."""
    return Json(answer) if CALL.match(connection.head or bytes(connection.received[:FIRST_LINE])) else answer
