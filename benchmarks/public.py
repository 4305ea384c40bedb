"""The public page under load: how long the portal itself takes for one, served as `make run` does."""

from __future__ import annotations

import asyncio
import random
import re
import statistics
import time
from collections.abc import Callable
from itertools import count
from typing import NamedTuple

from django.conf import settings
from django.db import connection, connections

from benchmarks.figures import RUNS, show
from portal.embedded.stack import web_server
from portal.embedded.start_checks import HOST
from portal.embedded.supervisor import end
from portal.models import User
from workorders.models import Code, ScanDay, Workorder
from workorders.scans import services

CLIENTS = 50
SECONDS = 8.0  # of load
WARM_UP = 1000  # pages for which connections and caches are made
IDS = 20_000  # that are asked for, from anywhere in the table
REACH = 20  # milliseconds, p99
LANGUAGES = ("en-GB,en;q=0.9", "fr-BE,fr;q=0.9", "de", "nl-BE,nl;q=0.8,en;q=0.5", "zh-CN,zh;q=0.9")


class Run(NamedTuple):
    """One load of a server: status and milliseconds of each page, as gunicorn logs them, and what clients waited."""

    pages: list[tuple[str, float]]
    waits: list[float]


def measure() -> None:
    """Print p50 and p99 of the server's side and of the clients', and what counting scans costs.

    The server's side is what gunicorn logs: from the moment a thread takes a request to the end of its answer. Clients
    also wait for a thread: CLIENTS of them without a pause, on the same cores, are more than there are threads. The
    limit is in force, with each request from an address of its own, so that its cost is in the figure and each page
    counts as a scan.
    """
    paths = addresses()
    total = Code.objects.count()
    counted, uncounted = [], []
    for _ in range(RUNS):
        counted.append(serve(paths, "portal.wsgi"))
        uncounted.append(serve(paths, "benchmarks.uncounted"))
    services.flush()
    pages = [page for run in counted for page in run.pages]
    lost = len(pages) - sum(ScanDay.objects.values_list("count", flat=True))
    refused = sum(status != "200" for status, _ in pages)
    server_side = percentiles([milliseconds for run in counted for _, milliseconds in run.pages[WARM_UP:]])
    waits = [wait for run in counted for wait in run.waits]
    print(
        f"\nPublic page, {CLIENTS} clients, table of {total:,} codes: {server_side} (at most {REACH}), "
        f"{len(waits) / SECONDS / RUNS:,.0f} pages/s, {refused} refused; as clients see it {percentiles(waits)}"
    )
    mine, theirs = ([SECONDS / len(run.waits) for run in runs] for runs in (counted, uncounted))
    show("public page with scans counted / without", "1.10", mine, theirs, [0])
    print(f"| scans of {len(pages):,} that were not stored | {lost - refused} | 0 | | |")


def serve(paths: list[str], application: str) -> Run:
    """Load a server of `application` for SECONDS."""
    connections.close_all()
    log = settings.CODEPORT_HOME / "access.log"
    log.unlink(missing_ok=True)
    server = web_server(settings.CODEPORT_HOME)
    command = [application if word == "portal.wsgi" else word for word in server.command]
    server.command = [*command, "--access-logfile", log, "--access-logformat", "%(s)s %(D)s"]
    server.start()
    try:
        waits = asyncio.run(load(paths))
    finally:
        end(server)
    lines = [line.split() for line in log.read_text().splitlines()]
    return Run([(status, int(microseconds) / 1000) for status, microseconds in lines], waits)


def percentiles(milliseconds: list[float]) -> str:
    """The middle and the tail of them."""
    cuts = statistics.quantiles(milliseconds, n=100)
    return f"p50 {cuts[49]:.1f} ms, p99 {cuts[98]:.1f} ms"


def addresses() -> list[str]:
    """Paths of codes that `figures.fill` has made."""
    user = User.objects.select_related("company").get(email="staff@demo.example")
    company = user.company
    if company is None:
        raise SystemExit("The demo data has no company.")
    fields = {"company": company, "quantity": 0, "url_prefix": company.url_prefix, "created_by": user}
    Workorder.objects.get_or_create(pk=0, defaults={"reference": "full", **fields})
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT identifier FROM workorders_code TABLESAMPLE BERNOULLI (%s) WHERE workorder_id = 0",
            [min(100, 100 * IDS / max(Code.objects.count(), 1))],
        )
        found = [identifier for (identifier,) in cursor.fetchall()]
    random.shuffle(found)
    return [f"/c/{company.slug}/{identifier}" for identifier in found]


async def load(paths: list[str]) -> list[float]:
    """Ask for `paths` again and again; gives how long each answer within SECONDS took, in milliseconds."""
    asked = count()
    await asyncio.gather(*(client(paths, asked, lambda done: done < WARM_UP // CLIENTS) for _ in range(CLIENTS)))
    ending = time.monotonic() + SECONDS
    answered = await asyncio.gather(
        *(client(paths, asked, lambda _: time.monotonic() < ending) for _ in range(CLIENTS))
    )
    return [wait for waits in answered for wait in waits]


async def client(paths: list[str], asked: count[int], goes_on: Callable[[int], bool]) -> list[float]:
    """One connection that is kept, one request after the other; gives how many milliseconds each took."""
    reader, writer = await connected()
    waits: list[float] = []
    while goes_on(len(waits)):
        begun = time.perf_counter()
        number = next(asked)
        address = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
        writer.write(
            f"GET {paths[number % len(paths)]} HTTP/1.1\r\nHost: {HOST}\r\nX-Forwarded-For: {address}\r\n"
            f"Accept-Language: {LANGUAGES[number % len(LANGUAGES)]}\r\n\r\n".encode()
        )
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"(?i)content-length: (\d+)", head)
        await reader.readexactly(int(length[1]) if length else 0)
        waits.append((time.perf_counter() - begun) * 1000)
    writer.close()
    return waits


async def connected() -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection to the portal, once it listens."""
    while True:
        try:
            return await asyncio.open_connection(HOST, settings.PORT)
        except ConnectionRefusedError:
            await asyncio.sleep(0.1)
