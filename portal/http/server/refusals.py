"""Answers of the web server without the application: a small page, or JSON like the API's for calls of the API."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import TYPE_CHECKING

from django.conf import settings

from portal.http.server.answer import Answer

if TYPE_CHECKING:
    from portal.http.server.connection import Connection

CALL = re.compile(rb"(?:\r\n)*[^ \r\n]+ +(?:https?://[^/ \r\n]*)?/api/", re.IGNORECASE)
PAGE = re.compile(r"HTTP/1\.1 (\d{3} [^\r\n]*)\r\n.*<h1><p>(.*?)</p></h1>(.*)</body>", re.DOTALL)
FIRST_LINE = 500  # bytes of it that are looked at
HEADERS = {
    "Connection": "close",
    "Cache-Control": "private, no-store",
    "Content-Security-Policy": "default-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class Refusal:
    """Stands for an answer towards gunicorn, which writes errors as pages only, and without our headers."""

    def __init__(self, answer: Answer, *, is_call: bool) -> None:
        self._answer, self._is_call = answer, is_call

    def gettimeout(self) -> float:
        """Return the timeout, which gunicorn asks of a socket."""
        return self._answer.gettimeout()

    def sendall(self, data: bytes) -> None:
        """Send the page `data` with our headers, to a call as JSON."""
        said = data.decode("latin-1")
        found = PAGE.match(said)
        if found is None:
            self._answer.sendall(data)
            return
        status, reason, text = found[1], found[2], unescape(found[3]).strip()
        kind, body = "text/html; charset=utf-8", said.partition("\r\n\r\n")[2].encode()
        if self._is_call:
            kind, body = "application/json", json.dumps({"detail": text or f"{reason}."}).encode()
        headers = {**HEADERS, "Content-Type": kind, "Content-Length": str(len(body))}
        if settings.SECURE_HSTS_SECONDS:
            headers["Strict-Transport-Security"] = f"max-age={settings.SECURE_HSTS_SECONDS}; includeSubDomains"
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        self._answer.sendall(f"HTTP/1.1 {status}\r\n{head}\r\n".encode("latin-1") + body)


def teller(connection: Connection, answer: Answer) -> Refusal:
    """Through what gunicorn tells the connection's client that its request is wrong."""
    is_call = CALL.match(connection.head or bytes(connection.received[:FIRST_LINE])) is not None
    return Refusal(answer, is_call=is_call)
