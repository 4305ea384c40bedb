"""A way to a portal on which answers get lost."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

BUSY = -1  # instead of a number of bytes: 503


@dataclass
class Faults:
    """What goes wrong, and what was asked.

    `meets` is asked of each request, by method and path. It tells the answer's fate: None for whole, BUSY for none but
    that, or how many bytes of its body arrive before the connection ends.
    """

    url: str = ""
    meets: Callable[[str, str], int | None] = field(default=lambda method, path: None)
    asked: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)

    def headers(self, name: str, word: str) -> list[str | None]:
        """Return that header of the requests whose path has the word."""
        return [headers.get(name.lower()) for _method, path, headers in self.asked if word in path]


@contextmanager
def faulty_way(port: int) -> Iterator[Faults]:
    """A server on this machine that hands requests on to that port, except where `meets` says otherwise."""
    faults = Faults()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            faults.asked.append(
                (self.command, self.path, {name.lower(): value for name, value in self.headers.items()})
            )
            fate = faults.meets(self.command, self.path)
            self.close_connection = True
            if fate == BUSY:
                self.send_response(503)
                self.send_header("Retry-After", "0")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            with closing(HTTPConnection("127.0.0.1", port, timeout=60)) as way:
                way.request(self.command, self.path, body, dict(self.headers))
                answer = way.getresponse()
                found = answer.read()
            self.send_response_only(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in ("transfer-encoding", "connection"):
                    self.send_header(name, value)
            self.send_header("Connection", "close")
            with suppress(ConnectionError):  # the client may be gone
                self.end_headers()
                self.wfile.write(found[:fate])

        def do_POST(self) -> None:
            self.do_GET()

        def log_message(self, *words: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    faults.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield faults
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
