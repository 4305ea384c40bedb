"""Lists of codes with each filter, order and page, over HTTP: the median of each and its 95th percentile.

Beside what a client waits, it prints the time of processors that web server and PostgreSQL take together, which others
on the machine do not lengthen: on a quiet one, the client waits as long.

CODES sets how many codes there are, a million unless said; CODEPORT_HOME keeps them, so that another run asks at once.
OTHER names the folder of another version, whose web server takes turns with this one on the same database, and has to
answer the same.
"""

from __future__ import annotations

import itertools
import json
import os
import random
import re
import statistics
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from http.client import HTTPConnection, HTTPResponse, RemoteDisconnected
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.models import Permission
from django.db import connections
from django.test import Client
from django.utils import timezone

from benchmarks import many_codes
from benchmarks.slow import wait_for
from portal.embedded.stack import web_server
from portal.embedded.start_checks import HOST
from portal.embedded.supervisor import end
from portal.models import Company, User, UserAuthorizationToken
from workorders.models import ActivationStatus, BlacklistReason, Code

CODES = int(os.environ.get("CODES", "1000000"))
ASKED = int(os.environ.get("ASKED", "100"))  # times each
ONLY = os.environ.get("ONLY", "")  # lines with this in their name
AT_MOST = 50  # milliseconds, of the slowest twentieth
CHANGING = re.compile(r'(nonce|value)="[^"]{30,}"|X-CSRFToken[^}]*|[.][0-9a-f]{12}(?=[.])')  # in each page
Question = dict[str, Any]

dice = random.Random(7)  # noqa: S311  # nothing secret, and each run asks the same


def an_id() -> str:
    """The beginning of an id, or one that might be."""
    return "".join(dice.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", k=12))


class Questions:
    """What is asked of a company's codes, by the name of the line: each has values that are frequent, rare and none."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self.workorders = list(company.workorders.order_by("pk").values_list("pk", "created_at", "quantity"))
        self.changes = list(company.changes.order_by("pk").values_list("created_at", flat=True))
        codes = Code.objects.filter(company=company)
        begun = [codes.filter(identifier__gt=an_id()).first() for _ in range(50)]
        self.ids = [code.identifier for code in begun if code]

    def lines(self) -> dict[str, Iterator[Question]]:
        """Return what is asked, without end."""
        every = itertools.cycle
        moments = [made for _, made, _ in self.workorders] + [*self.changes, timezone.now()]
        large = [pk for pk, _, quantity in self.workorders if quantity > many_codes.A_SMALL_ONE]
        small = [pk for pk, _, quantity in self.workorders if quantity == many_codes.A_SMALL_ONE]
        return {
            "nothing": every([{}]),
            "limit=1000": ({"limit": 1000, "after": an_id()} for _ in itertools.count()),
            "offset=100000": ({"offset": 100_000 - dice.randrange(20)} for _ in itertools.count()),
            "after": ({"after": an_id()} for _ in itertools.count()),
            "before": ({"before": an_id()} for _ in itertools.count()),
            "search, 1 to 12 characters": (
                {"search": dice.choice(self.ids)[: dice.randint(1, 12)]} for _ in itertools.count()
            ),
            "search, none": ({"search": an_id()} for _ in itertools.count()),
            "extended_id": ({"extended_id": dice.choice([*self.ids, an_id()])} for _ in itertools.count()),
            "activation_status": every([{"activation_status": each} for each in ActivationStatus.values]),
            "activation_status, offset=100000": every([{"activation_status": 0, "offset": 100_000}]),
            "activation_status, limit=1000": every([{"activation_status": 0, "limit": 1000}]),
            "blacklist_reason": every([{"blacklist_reason": each} for each in BlacklistReason.values]),
            "blacklist_reason, rare": ({"blacklist_reason": 7, "after": an_id()} for _ in itertools.count()),
            "blacklist_reason, strewn": ({"blacklist_reason": 4, "after": an_id()} for _ in itertools.count()),
            "product, of a sixth": ({"product": "sku1", "after": an_id()} for _ in itertools.count()),
            "product, of one in 3,000": ({"product": "rare", "after": an_id()} for _ in itertools.count()),
            "product, none": every([{"product": each} for each in ("none", "sku3", "sku4", "unknown")]),
            "serial_number": ({"serial_number": dice.randint(1, 2_000_000)} for _ in itertools.count()),
            "workorder": ({"workorder": dice.choice(large)} for _ in itertools.count()),
            "workorder, small": ({"workorder": dice.choice(small)} for _ in itertools.count()),
            "workorder, none": ({"workorder": 10**6 + dice.randrange(9)} for _ in itertools.count()),
            "workorder and serial_number": (
                {"workorder": dice.choice(large), "serial_number": dice.randint(1, 2_000_000)}
                for _ in itertools.count()
            ),
            "workorder and sequence_from": (
                {"workorder": dice.choice(large), "sequence_from": dice.randint(1, 2_000_000)}
                for _ in itertools.count()
            ),
            "workorder and sequence_to": (
                {"workorder": dice.choice(large), "sequence_to": dice.randint(1, 2_000_000)} for _ in itertools.count()
            ),
            "workorder and batch": (
                {"workorder": dice.choice(large), "batch": dice.randint(1, 60)} for _ in itertools.count()
            ),
            "created_after": ({"created_after": dice.choice(moments).isoformat()} for _ in itertools.count()),
            "created_before": ({"created_before": dice.choice(moments).isoformat()} for _ in itertools.count()),
            "updated_after": ({"updated_after": dice.choice(moments).isoformat()} for _ in itertools.count()),
            "updated_before": ({"updated_before": dice.choice(moments).isoformat()} for _ in itertools.count()),
            "scanned": every([{"scanned": "true"}, {"scanned": "false"}]),
            "SCM field": (
                {"scm_pallet_number": f"pal{dice.choice((3, 30, 3_000, 30_000))}"} for _ in itertools.count()
            ),
            "SCM field, none": ({dice.choice(("scm_pallet_number", "scm_lot")): "x"} for _ in itertools.count()),
        }


class Asker:
    """A version's web server on the database of this run, and who asks it."""

    def __init__(self, tree: Path, port: int, heads: dict[str, dict[str, str]]) -> None:
        self.name, self.port = tree.name, port
        named = settings.SESSION_COOKIE_NAME.replace(str(settings.PORT), str(port))
        self.heads = heads | {
            first: {"Cookie": f"{named}={heads[first]['Cookie']}"} for first in heads if "Cookie" in heads[first]
        }
        self.took: dict[str, list[tuple[float, float]]] = {}  # milliseconds, and those of processors
        self.server = web_server(settings.CODEPORT_HOME)
        self.server.options["cwd"] = tree
        self.server.options["env"]["PORT"] = str(port)
        self.server.start()
        wait_for(port)
        self.client = HTTPConnection(HOST, port)

    def ask(self, line: str, path: str) -> Any:
        """Return what the answer says, and note how long it took."""
        used, begun = self.processors(), time.perf_counter()
        try:
            answer = self._send(path)
        except (RemoteDisconnected, ConnectionError):  # it was silent for longer than the server waits
            self.client.close()
            answer = self._send(path)
        body = answer.read()
        took = (time.perf_counter() - begun) * 1000
        self.took.setdefault(line, []).append((took, self.processors() - used))
        if answer.status != 200:
            raise SystemExit(
                f"{self.name}: {path} answers {answer.status}: {answer.headers['Location'] or body[:500]!r}"
            )
        text = body.decode().replace(f":{self.port}/", "/")
        return json.loads(text) if text.startswith("{") else re.findall(r"<main.*</main>", CHANGING.sub("", text), re.S)

    def _send(self, path: str) -> HTTPResponse:
        self.client.request("GET", path, headers=self.heads[path.split("/")[1]])
        return self.client.getresponse()

    def processors(self) -> float:
        """Return the milliseconds of processors that web server and database have used so far."""
        web = self.server.child.pid if self.server.child else 0
        database = (settings.CODEPORT_HOME / "postgres/postmaster.pid").read_text().split()[0]
        return sum(map(used_by, [*below(web), *below(int(database))]))


def below(pid: int) -> list[int]:
    """Return the process and its children."""
    with suppress(FileNotFoundError):
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return [pid, *map(int, children)]
    return []


def used_by(pid: int) -> float:
    """Return the milliseconds that the threads of a process have run."""
    found = 0
    for path in Path(f"/proc/{pid}/task").glob("*/schedstat"):
        with suppress(OSError):  # it has ended
            found += int(path.read_text().split()[0])
    return found / 1e6


def of_page(asked: Question) -> Question:
    """Return the question as the page of codes takes it, which has pages of one length and days instead of moments."""
    names = {"search": "q", "extended_id": "q"}
    for kind in ("created", "updated"):
        names |= {f"{kind}_after": f"{kind}_from", f"{kind}_before": f"{kind}_to"}
    given = {names.get(name, name): value for name, value in asked.items() if name not in ("limit", "offset")}
    return {
        name: value[:10] if name.endswith(("_from", "_to")) and "_" in name and isinstance(value, str) else value
        for name, value in given.items()
    }


def paths(asked: dict[str, Iterator[Question]]) -> Iterator[tuple[str, Iterator[str]]]:
    """Yield each line of the table with the addresses that are asked for it, without end."""
    for line, questions in asked.items():
        yield f"API: {line}", (f"/api/v2/codes/?{urlencode(each)}" for each in questions)
    for line, questions in asked.items():
        if "limit" not in line and "offset" not in line and line != "workorder, none":  # whose page there is not
            yield f"page: {line}", (f"/codes/?{urlencode(of_page(each))}" for each in questions)
    office = "/admin/workorders/officecode/"
    yield "back office: page 1 to 100", (f"{office}?p={dice.randint(1, 100)}" for _ in itertools.count())
    yield (
        "back office: search",
        (f"{office}?q={next(each)['extended_id']}" for each in itertools.repeat(asked["extended_id"])),
    )


def heads() -> dict[str, dict[str, str]]:
    """Return the headers of who asks the API, the pages and the back office, by how their addresses begin."""
    staff, root = User.objects.get(email="staff@demo.example"), User.objects.get(email="root@codeport.example")
    permissions, tomorrow = list(Permission.objects.all()), timezone.now() + timedelta(days=1)
    _, token = UserAuthorizationToken.issue(staff, permissions=permissions, expires_at=tomorrow, name="benchmark")
    found = {"api": {"Authorization": f"UAT {token}"}}
    for first, user in (("codes", staff), ("admin", root)):
        client = Client()
        client.force_login(user)
        name = settings.SESSION_COOKIE_NAME
        found[first] = {"Cookie": client.cookies[name].value}
    return found


def measure(ports: list[int]) -> None:
    """Print a line for each question: milliseconds at the middle, and of the slowest twentieth."""
    many_codes.make(CODES)
    questions = Questions(Company.objects.get(slug="demo"))
    trees = [*map(Path, filter(None, [os.environ.get("OTHER")])), Path(__file__).parent.parent]
    signed = heads()
    connections.close_all()
    askers: list[Asker] = []
    try:
        askers += (Asker(tree, port, signed) for tree, port in zip(trees, ports, strict=False))
        names = " | ".join(f"{asker.name}: p50 | p95 | of processors: p50 | p95" for asker in askers)
        print(f"| {CODES:,} codes, {ASKED} times each, ms | {names} | |\n|---{'|---|---|---|---' * len(askers)}|---|")
        for line, addresses in paths(questions.lines()):
            if ONLY in line:
                _ask(askers, line, itertools.islice(addresses, ASKED))
    finally:
        for asker in askers:
            end(asker.server)


def _ask(askers: list[Asker], line: str, addresses: Iterator[str]) -> None:
    differ = []
    for number, path in enumerate(addresses):
        turns = askers if number % 2 else askers[::-1]
        answers = [asker.ask(line, path) for asker in turns]
        differ += [path] * any(answer != answers[0] for answer in answers)
    figures = []
    for asker in askers:
        waits, processors = ([*each] for each in zip(*asker.took[line], strict=True))
        middle, slow, of_them = statistics.median(waits), p95(waits), p95(processors)
        figures.append(f"{middle:.0f} | {slow:.0f} | {statistics.median(processors):.0f} | {of_them:.0f}")
    remark = f"over {AT_MOST}" * (of_them > AT_MOST) + (f" {len(differ)} differ: {differ[0]}" if differ else "")
    print(f"| {line} | {' | '.join(figures)} | {remark} |", flush=True)


def p95(figures: list[float]) -> float:
    return statistics.quantiles(figures, n=20)[18]
