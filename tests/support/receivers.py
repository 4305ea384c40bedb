"""A receiver of webhooks on this machine."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

from standardwebhooks import Webhook

from tests.support.http_servers import serving


@dataclass
class Got:
    """A request that came."""

    path: str
    headers: dict[str, str]
    body: bytes

    def verified(self, secret: str) -> Any:
        """Return what the body says, once the library has verified its signature."""
        return Webhook(secret).verify(self.body, self.headers)


@dataclass
class Receiver:
    """What came, and what is answered: the next of `answers` as status and body, or 200.

    The body of a redirect is where it leads. A slow one answers when it is closed.
    """

    port: int = 0
    requests: list[Got] = field(default_factory=list)
    answers: list[tuple[int, str]] = field(default_factory=list)
    usual: int = 200
    retry_after: str = ""
    is_slow: bool = False
    is_over: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        """The address of the endpoint."""
        return f"http://localhost:{self.port}/hook"


@contextmanager
def receiver() -> Iterator[Receiver]:
    """An HTTP server on this machine that takes webhooks."""
    found = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): said for name, said in self.headers.items()}
            found.requests.append(Got(self.path, headers, body))
            if found.is_slow:
                found.is_over.wait()
                return
            status, said = found.answers.pop(0) if found.answers else (found.usual, "thank you")
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", said)
            if found.retry_after:
                self.send_header("Retry-After", found.retry_after)
            self.end_headers()
            self.wfile.write(said.encode())

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with serving(Handler) as found.port:
        try:
            yield found
        finally:
            found.is_over.set()
