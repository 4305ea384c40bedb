"""A company's programs, which call the API and send again what was not answered."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Container
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import requests

PATIENCE = 120.0  # seconds after the end of a fault, within which everything has to have ended
ENDED = ("completed", "error", "cancelled")
WAITS = (5, 30)  # seconds for a connection, and for an answer
AGAIN = (429, 502, 503, 504, 507)


class Violation(Exception):  # noqa: N818  # what the harness looks for
    """Something is not as it must be."""


@dataclass
class Clock:
    """When the fault of a round began and ended, for all who wait."""

    ended: float | None = None
    stopped: threading.Event = field(default_factory=threading.Event)

    def is_over(self) -> bool:
        """Say whether everybody has waited long enough."""
        return self.stopped.is_set() or (self.ended is not None and time.monotonic() > self.ended + PATIENCE)

    def pause(self, seconds: float, what: str) -> None:
        """Wait a moment; raises Violation when there is nothing left to wait for."""
        if self.is_over():
            raise Violation(f"Not within {PATIENCE:.0f} s of the fault's end: {what}")
        self.stopped.wait(seconds)


@dataclass
class Program:
    """One program of a company, with a token."""

    site: str
    token: str
    company: int
    clock: Clock
    name: str
    """What its calls are told apart by."""
    calls: int = 0
    again: int = 0
    """How many calls were sent again."""

    def call(self, method: str, path: str, body: Any = None, *, takes: tuple[int, ...] = (200, 201)) -> Any:
        """The answer of a call, which is sent again, under the same key, until it is one."""
        answer = self.answer(method, path, body, takes=takes)
        return answer.json()

    def answer(
        self, method: str, path: str, body: Any = None, *, takes: tuple[int, ...] = (200, 201)
    ) -> requests.Response:
        """The same, not taken apart."""
        self.calls += 1
        headers = {"Authorization": f"UAT {self.token}"}
        if method == "POST":
            headers["Idempotency-Key"] = f"{self.name}-{self.calls}"
        url = f"{self.site}/api/v2/{path}"
        send = partial(requests.request, method, url, json=body, headers=headers, timeout=WAITS)
        return self._until_taken(f"{method} {path}", send, takes)

    def post_file(self, form: dict[str, Any], content: bytes) -> bool:
        """Post a file by its signed form, again until it has arrived; False where the form has expired meanwhile."""
        file = {"file": ("codes.csv", content)}
        send = partial(requests.post, form["url"], data=form["fields"], files=file, timeout=WAITS)
        answer = self._until_taken(f"POST {form['url']}", send, (200, 201, 204, 403))
        if answer.status_code == 403 and "Policy expired" not in answer.text:
            raise Violation(f"POST {form['url']}: {answer.text[:300]}")
        return answer.ok

    def _until_taken(
        self, what: str, send: Callable[[], requests.Response], takes: Container[int]
    ) -> requests.Response:
        """Send again and again what is not answered, or answered by one of AGAIN; any other answer is a violation."""
        while True:
            try:
                answer = send()
                if answer.status_code in takes:
                    return answer
                came = f"{what}: {answer.status_code} {answer.text[:300]}"
                if answer.status_code not in AGAIN:
                    raise Violation(came)
            except requests.RequestException as error:
                came = f"{what}: {type(error).__name__}"
            self.again += 1
            self.clock.pause(0.3, came)

    def upload(self, content: str, kind: str = "codes", **options: Any) -> str:
        """Upload a file and have it processed; the record's key."""
        while True:
            begun = self.call("POST", f"ingestion/{kind}/upload/get-post-data/", {"filetype": "csv"})
            if self.post_file(begun["post_data"], content.encode()):
                break
        self.call("POST", f"ingestion/{kind}/upload/process/", {"record": begun["record_key"], **options})
        return str(begun["record_key"])

    def ended(self, key: str) -> dict[str, Any]:
        """The record, when it has ended."""
        while True:
            record: dict[str, Any] = self.call("GET", f"ingestion/{key}/")
            if record["status"] in ENDED:
                return record
            self.clock.pause(0.3, f"record {key} is {record['status']}, {record['progress']}")

    def made(self, path: str) -> requests.Response:
        """A file, when it is made."""
        while True:
            answer = self.answer("GET", path, takes=(200, 202))
            if answer.status_code == 200:
                return answer
            self.clock.pause(0.3, f"{path} is being made: {answer.text[:300]}")
