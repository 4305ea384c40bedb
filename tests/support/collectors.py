"""A collector of traces on this machine, which takes OTLP over HTTP."""

from __future__ import annotations

import base64
import gzip
import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from tests.support.http_servers import serving
from tests.support.paths import CHECKOUT

PYTHON = Path(os.environ.get("CODEPORT_TRACES", CHECKOUT / ".ci" / "traces")) / "bin" / "python"
"""The Python of the environment that requirements-traces.txt makes: the one of the tests has no OpenTelemetry."""

DECODE = """
import base64, json, sys
from google.protobuf.json_format import MessageToDict
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
bodies = map(base64.b64decode, json.load(sys.stdin))
found = [MessageToDict(ExportTraceServiceRequest.FromString(body)) for body in bodies]
resources = [each for one in found for each in one["resourceSpans"]]
print(json.dumps([span for each in resources for scope in each["scopeSpans"] for span in scope["spans"]]))
"""


def python_with_traces() -> str:
    """Return that Python, or skip the test where it is not installed."""
    if PYTHON.exists():
        return str(PYTHON)
    reason = f"There is no {PYTHON}: requirements-traces.txt is not installed there."
    if os.environ.get("CODEPORT_REQUIRE_TRACES"):
        pytest.fail(reason)
    pytest.skip(reason)


@dataclass
class Collector:
    """The bodies that came, unpacked."""

    port: int = 0
    bodies: list[bytes] = field(default_factory=list)

    @property
    def url(self) -> str:
        """What OTEL_EXPORTER_OTLP_ENDPOINT is set to."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def raw(self) -> bytes:
        """All that came."""
        return b"".join(self.bodies)

    def spans(self) -> list[dict[str, Any]]:
        """All spans as the JSON of OTLP, in the order in which they began."""
        given = json.dumps([base64.b64encode(body).decode() for body in self.bodies])
        done = subprocess.run([PYTHON, "-c", DECODE], input=given, capture_output=True, text=True, check=True)
        return sorted(json.loads(done.stdout), key=lambda span: int(span["startTimeUnixNano"]))


@contextmanager
def collector() -> Iterator[Collector]:
    """A collector that takes all."""
    found = Collector()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            found.bodies.append(gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with serving(Handler) as found.port:
        yield found
