"""A file of four codes, from the call `process` to its archive fetched by HTTP, on the portal as `make run` has it.

One upload after the other, with nobody else there. The database is asked every millisecond how far it is, which takes a
tenth of a processor. OTHER names the folder of another version, whose portal takes turns with this one.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from http.client import HTTPConnection
from pathlib import Path
from secrets import token_hex
from signal import SIGINT
from typing import Any

import psycopg

from portal.embedded.postgres import postgres_settings
from portal.embedded.start_checks import HOST

UPLOADS = int(os.environ.get("UPLOADS", "200"))
BOUNDARY = "a-line-that-is-in-no-file"
WARM = 12  # uploads before, of each
STEPS = ("process has answered", "record completed", "archive ready", "archive fetched")
ASKED = """
    SELECT record.status, workorder.state, workorder.id FROM ingestion_ingestionrecord AS record
    LEFT JOIN workorders_workorder AS workorder ON workorder.id = record.workorder_id WHERE record.key = %s"""


class Running:
    """A portal of the version in `tree`, and a client of it."""

    def __init__(self, tree: Path, port: int, stack: ExitStack) -> None:
        self.name, self.port = str(tree), port
        self.took: list[list[float]] = []
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="codeport-small-")))
        surroundings = os.environ | {"CODEPORT_HOME": str(home), "PORT": str(port), "API_RATE": "999999/min"}
        command = [sys.executable, "manage.py"]
        up = subprocess.Popen([*command, "up"], cwd=tree, env=surroundings, stdout=subprocess.PIPE, text=True)
        stack.callback(up.wait)
        stack.callback(up.send_signal, SIGINT)
        begun = time.perf_counter()
        while not self._answers():
            time.sleep(0.02)
        print(f"{tree}: first page after {time.perf_counter() - begun:.1f} s")
        assert up.stdout  # noqa: S101  # tells the type checker
        while "ready" not in up.stdout.readline():  # once the people are made, who come behind the first page
            pass
        make = [*command, "create_token", "staff@demo.example"]
        self.token = subprocess.run(make, cwd=tree, env=surroundings, capture_output=True, text=True, check=True).stdout
        database = postgres_settings(home)
        self.database = stack.enter_context(
            psycopg.connect(host=database["HOST"], user=database["USER"], dbname=database["NAME"], autocommit=True)
        )

    def _answers(self) -> bool:
        try:
            return self._ask(HTTPConnection(HOST, self.port), "GET", "/accounts/login/", {})[0] == 200
        except OSError:
            return False

    def _ask(
        self, client: HTTPConnection, method: str, path: str, headers: dict[str, str], body: str | None = None
    ) -> tuple[int, bytes]:
        client.request(method, path, body, headers)
        answer = client.getresponse()
        return answer.status, answer.read()

    def upload(self) -> None:
        """Upload four codes, and note when each step was done, in milliseconds."""
        client = HTTPConnection(HOST, self.port)
        signed = {"Authorization": f"UAT {self.token.strip()}", "Content-Type": "application/json"}

        def call(path: str, data: dict[str, Any] | None = None) -> bytes:
            method, body = ("GET", None) if data is None else ("POST", json.dumps(data))
            status, answer = self._ask(client, method, f"/api/v2/{path}", signed, body)
            if status >= 300:
                raise SystemExit(f"{path} answers {status}: {answer[:500]!r}")
            return answer

        started = json.loads(call("ingestion/codes/upload/get-post-data/", {"filetype": "csv"}))
        form, key = started["post_data"], started["record_key"]
        text = "id,product\n" + "".join(f"{token_hex(8)},sku1\n" for _ in range(4))
        parts = [*form["fields"].items(), ('file"; filename="codes.csv', text)]
        body = "".join(
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in parts
        )
        kind = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
        self._ask(client, "POST", "/" + form["url"].split("/", 3)[3], kind, f"{body}--{BOUNDARY}--\r\n")
        begun, done = time.perf_counter(), []
        call("ingestion/codes/upload/process/", {"record": key})
        done.append(time.perf_counter())
        number = self._wait(key, done)
        call(f"workorders/{number}/download/")
        done.append(time.perf_counter())
        client.close()
        self.took.append([(moment - begun) * 1000 for moment in done])

    def _wait(self, key: str, done: list[float]) -> int:
        """Note when the record is completed, and when its workorder is; gives the workorder's number."""
        while True:
            status, state, number = self.database.execute(ASKED, [key], prepare=True).fetchall()[0]
            if status not in ("queued", "processing", "completed"):
                raise SystemExit(f"The upload ended as {status}.")
            if status == "completed" and len(done) == 1:
                done.append(time.perf_counter())
            if state == "completed":
                done.append(time.perf_counter())
                return int(number)
            time.sleep(0.001)


def measure(ports: list[int]) -> None:
    """Print the median and the 95th percentile of each step."""
    trees = [Path(__file__).parent.parent, *map(Path, filter(None, [os.environ.get("OTHER")]))]
    with ExitStack() as stack:
        portals = [Running(tree, port, stack) for tree, port in zip(trees, ports, strict=False)]
        for number in range(WARM + UPLOADS):
            for portal in portals:
                portal.upload()
                if number < WARM:
                    portal.took.clear()
        for portal in portals:
            print(f"\n{portal.name}, {UPLOADS} uploads, ms\n| since the call | median | p95 |\n|---|---|---|")
            for step, took in zip(STEPS, zip(*portal.took, strict=True), strict=True):
                print(f"| {step} | {statistics.median(took):.1f} | {statistics.quantiles(took, n=20)[18]:.1f} |")
