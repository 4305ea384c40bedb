"""A day at the office: 200 people watch records while 20 upload one file after the other, for ten minutes.

On the portal as `make run` serves it, all on this machine. Half of those who watch have the page of a record open, half
are programs that ask the API. Every one asks each POLL seconds, on a connection of its own. First they do so while
nobody uploads, which is what the figures beside uploads are divided by.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_hex
from typing import Any

from django.conf import settings
from django.db import connection, connections
from django.test import Client

from benchmarks.slow import make_site, p99, told, wait_for
from portal.embedded.stack import clock, web_server, worker
from portal.embedded.start_checks import HOST
from portal.embedded.supervisor import Process, end
from portal.models import User

SECONDS = float(os.environ.get("SECONDS", "600"))
WATCHERS, UPLOADERS = 200, 20
POLL = 4.0  # seconds between two questions of one person
ROWS = 20_000  # of a file
PATIENCE = 60  # seconds for an answer
BOUNDARY = "a-line-that-is-in-no-file"
NAME = "a-new-name"
TEXT = "id,product,pallet_number\n" + "".join(f"{NAME}-{row:08d},sku1,pal{row % 50}\n" for row in range(ROWS))


@dataclass
class Office:
    """Who asks, and what came of it."""

    token: str
    cookie: str
    watched: list[str]  # keys of the records that are looked at
    waits: dict[str, list[float]] = field(default_factory=lambda: {"page": [], "API": []})
    bad: Counter[str] = field(default_factory=Counter)
    ends: Counter[str] = field(default_factory=Counter)
    took: list[float] = field(default_factory=list)  # milliseconds from a file's first call to its end
    connections: int = 0  # to the database, at most

    async def ask(self, method: str, path: str, headers: str, body: bytes = b"") -> tuple[int, bytes]:
        """Send one request; gives the status and the body of the answer, or 0 where there is none."""
        length = f"Content-Length: {len(body)}\r\n" if method == "POST" else ""
        head = f"{method} {path} HTTP/1.1\r\nHost: {HOST}:{settings.PORT}\r\n{headers}{length}Connection: close\r\n\r\n"
        try:
            async with asyncio.timeout(PATIENCE):
                reader, writer = await asyncio.open_connection(HOST, settings.PORT)
                writer.write(head.encode() + body)
                answer = await reader.read()
                writer.close()
        except (OSError, TimeoutError) as error:
            self.bad[type(error).__name__] += 1
            return 0, b""
        status = int(answer[9:12] or 0)
        if status >= 400 or not status:
            self.bad[f"{method} {path.split('?')[0][:20]}: {status}"] += 1
        return status, answer.partition(b"\r\n\r\n")[2]

    async def watch(self, number: int, until: float) -> None:
        """Look at a record every few seconds, by its page or by the API."""
        await asyncio.sleep(random.uniform(0, POLL))  # noqa: S311  # nothing secret
        while time.monotonic() < until:
            key = self.watched[number % len(self.watched)]
            begun = time.perf_counter()
            if number % 2:
                await self.ask("GET", f"/ingestions/{key}/", f"Cookie: {self.cookie}\r\nHX-Request: true\r\n")
            else:
                await self.ask("GET", f"/api/v2/ingestion/{key}/", f"Authorization: UAT {self.token}\r\n")
            self.waits["page" if number % 2 else "API"].append((time.perf_counter() - begun) * 1000)
            await asyncio.sleep(POLL)

    async def upload(self, number: int, until: float) -> None:
        """Upload files of new ids, and wait for the end of each."""
        while time.monotonic() < until:
            begun = time.perf_counter()
            started = await self.call("/api/v2/ingestion/codes/upload/get-post-data/", {"filetype": "csv"})
            if not started:
                continue
            form, key = started["post_data"], started["record_key"]
            await self.send(form, TEXT.replace(NAME, token_hex(5)))
            await self.call("/api/v2/ingestion/codes/upload/process/", {"record": key})
            self.watched[number] = key
            status = ""
            while status not in ("completed", "error", "cancelled"):
                await asyncio.sleep(1)
                _, body = await self.ask("GET", f"/api/v2/ingestion/{key}/", f"Authorization: UAT {self.token}\r\n")
                status = json.loads(body or b"{}").get("status", "")
            self.ends[status] += 1
            self.took.append((time.perf_counter() - begun) * 1000)

    async def call(self, path: str, data: dict[str, Any]) -> dict[str, Any]:
        headers = f"Authorization: UAT {self.token}\r\nContent-Type: application/json\r\n"
        status, body = await self.ask("POST", path, headers, json.dumps(data).encode())
        found: dict[str, Any] = json.loads(body) if 200 <= status < 300 else {}
        return found

    async def send(self, form: dict[str, Any], text: str) -> None:
        parts = [*form["fields"].items(), ('file"; filename="codes.csv', text)]
        lines = (
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in parts
        )
        body = "".join(lines) + f"--{BOUNDARY}--\r\n"
        path = "/" + form["url"].split("/", 3)[3]
        await self.ask("POST", path, f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\n", body.encode())

    async def count_connections(self, until: float) -> None:
        while time.monotonic() < until:
            self.connections = max(self.connections, await asyncio.to_thread(count_connections))
            await asyncio.sleep(1)

    async def day(self, seconds: float, uploaders: int) -> None:
        """Watch for so long, beside so many who upload."""
        self.waits, until = {"page": [], "API": []}, time.monotonic() + seconds
        await asyncio.gather(
            *(self.watch(number, until) for number in range(WATCHERS)),
            *(self.upload(number, until) for number in range(uploaders)),
            self.count_connections(until),
        )


def measure() -> None:
    """Print how long polls take without and beside uploads, and what of the machine is used."""
    site = make_site()
    token = site.credentials.split()[2]
    key = site.pages[1].split("/")[-2]
    client = Client()
    client.force_login(User.objects.get(email="staff@demo.example"))
    office = Office(
        token, f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}", [key]
    )
    connections.close_all()
    home = settings.CODEPORT_HOME
    web, work, beat = web_server(home), worker(home), clock(home)
    try:
        for process in (web, work, beat):
            process.start()
        wait_for(settings.PORT)
        asyncio.run(office.day(10, 0))  # until everything is warm
        asyncio.run(office.day(SECONDS / 6, 0))
        idle = office.waits
        office.watched = [key] * UPLOADERS
        before = memory(web, work)
        asyncio.run(office.day(SECONDS, UPLOADERS))
        after = memory(web, work)
    finally:
        end(web, work, beat)
    for kind, waits in office.waits.items():
        ratio = p99(waits) / p99(idle[kind])
        print(f"{kind}: idle {told(idle[kind])}; beside uploads {told(waits)}, {ratio:.1f} times (at most 5)")
    polls = sum(map(len, office.waits.values())) / SECONDS
    print(f"{polls:.0f} polls a second; not answered as wished: {dict(office.bad)}")
    print(f"Files of {ROWS:,} rows: {dict(office.ends)}; {told(office.took)}")
    print(f"Memory of web and worker, MB: {before:.0f}, {after:.0f}; connections to the database: {office.connections}")


def memory(*processes: Process) -> float:
    """Megabytes of the processes and all below them; what they share counts once."""
    ours = {process.child.pid for process in processes if process.child}
    parents: dict[int, int] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it has ended
            parents[int(path.parent.name)] = int(path.read_text().rpartition(")")[2].split()[1])
    for _ in range(4):
        ours |= {pid for pid, parent in parents.items() if parent in ours}
    found = [Path(f"/proc/{pid}/smaps_rollup").read_text() for pid in ours]
    return sum(int(line.split()[1]) for text in found for line in text.splitlines() if line.startswith("Pss:")) / 1024


def count_connections() -> int:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'")
            return int(cursor.fetchall()[0][0])
    finally:
        connection.close()
