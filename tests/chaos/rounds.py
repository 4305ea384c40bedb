"""Rounds: companies at work, one fault in the middle, and a look when it is over."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import psycopg
from django.contrib.auth.models import Group

from portal.models import Company, User
from tests.chaos import look
from tests.chaos.calls import PATIENCE, Clock, Program, Violation
from tests.chaos.faults import Fault, NotNow, faults_of
from tests.chaos.stacks import Stack
from tests.chaos.work import KINDS, Outcome, Piece, Size
from tests.support.tokens import issue

MOMENTS = {
    "any": "",
    "COPY": "SELECT FROM pg_stat_activity WHERE application_name LIKE 'codeport%' AND query ILIKE 'COPY %'",
    "processing": "SELECT FROM ingestion_ingestionrecord WHERE status = 'processing'",
    "a job": "SELECT FROM workorders_job WHERE status = 'processing'",
    "an update": "SELECT FROM ingestion_ingestionrecord WHERE phase IN ('creating', 'changing')",
}
MOMENT_SECONDS = 1.5  # for which a moment is waited for
LOOKED = 0.4  # seconds between two looks in the middle of a round


@dataclass
class Result:
    """A round as it is told, and stored as a line of JSON."""

    seed: int
    stack: str
    fault: str
    moment: str
    work: dict[str, int]
    seconds: float = 0.0
    to_the_end: float = 0.0
    """Seconds from the end of the fault to that of all work."""
    codes: int = 0
    calls_again: int = 0
    attempts: int = 0
    looks: int = 0
    problems: list[str] = field(default_factory=list)

    def line(self) -> str:
        """One line for people."""
        told = f"{self.seed:5}  {self.stack}  {self.fault:42} at {self.moment:10} {self.seconds:5.1f} s, the end"
        told += f" {self.to_the_end:5.1f} s later, {self.codes:6} codes, {self.attempts:3} attempts,"
        told += f" {self.calls_again:3} calls again, {self.looks} looks"
        return "\n        ".join([f"{told}  {'VIOLATED' if self.problems else 'ok'}", *self.problems])


class Portal:
    """A stack that rounds run on, with tokens of some companies."""

    def __init__(self, stack: Stack, size: Size) -> None:
        self.stack, self.size = stack, size
        self.total = 0  # codes that there must be
        self.tokens = {company.pk: self._token(company) for company in _companies()}

    def _token(self, company: Company) -> str:
        user = User.objects.filter(company=company).order_by("pk")[0]
        user.groups.set(Group.objects.filter(name="admin"))
        return issue(user)

    def _do(self, command: str) -> None:
        with self.stack.connect() as connection:
            connection.execute(command.encode())

    def round(self, seed: int, name: str = "", lasting: float | None = None) -> Result:
        """Play the round of that seed; or of that fault in place of the seed's, and for so many seconds."""
        dice = random.Random(seed)  # noqa: S311  # to be played again
        choice = faults_of(self.stack)
        fault = choice[(seed - 1) % len(choice)]
        if name:
            possible = {each.name: each for each in choice}
            if name not in possible:
                raise SystemExit(
                    f"Here, on {self.stack.name}, {name!r} is impossible: a program or the right is missing."
                )
            fault = possible[name]
        moment = dice.choice([*MOMENTS])
        kinds = dice.sample(KINDS, self.size.pieces)
        result = Result(seed, self.stack.name, fault.name, moment, Counter(kind.__name__ for kind in kinds))
        fault.prepare(self.stack)
        floor, clock, began = look.Floor.of(self.stack), Clock(), time.monotonic()
        pieces = [self._piece(seed, number, clock, dice) for number in range(len(kinds))]
        with ThreadPoolExecutor(len(kinds)) as pool, self._looking(floor, result):
            running = [pool.submit(kind, piece) for kind, piece in zip(kinds, pieces, strict=True)]
            try:
                self._let_fail(fault, moment, dice, lasting)
                clock.ended = time.monotonic()
                self._await(running, kinds, result)
            finally:
                clock.stopped.set()
                if fault.stays:
                    fault.end(self.stack)
        outcomes = [piece.outcome for piece in pieces]
        result.codes = sum(len(outcome.codes) for outcome in outcomes)
        self.total += result.codes
        if not result.problems:
            result.problems += self._final_look(floor, outcomes, clock.ended)
        result.to_the_end = time.monotonic() - clock.ended
        result.seconds = time.monotonic() - began
        result.calls_again = sum(piece.program.again for piece in pieces)
        result.attempts = self._attempts(floor)
        return result

    def _piece(self, seed: int, number: int, clock: Clock, dice: random.Random) -> Piece:
        company = dice.choice([*self.tokens])
        site = f"http://127.0.0.1:{self.stack.up.port}"
        program = Program(site, self.tokens[company], company, clock, f"r{seed}-{number}-{self.total}")
        return Piece(program, random.Random(dice.random()), Outcome(company), self.size)  # noqa: S311

    def _let_fail(self, fault: Fault, moment: str, dice: random.Random, lasting: float | None) -> None:
        """Wait for the moment, and let the fault begin and end."""
        time.sleep(dice.uniform(0, 1))
        self._wait_for(MOMENTS[moment])
        for _ in range(40):
            try:
                fault.begin(self.stack, dice)
                break
            except NotNow:
                time.sleep(0.1)
        else:
            raise Violation(f"There was nothing for {fault.name}")
        try:
            time.sleep(fault.seconds(self.stack, dice) if lasting is None else lasting)
        finally:
            if not fault.stays:
                fault.end(self.stack)

    def _wait_for(self, query: str) -> None:
        """Wait a little for something to be under way."""
        deadline = time.monotonic() + MOMENT_SECONDS
        if not query:
            return
        with self.stack.connect() as connection:
            while time.monotonic() < deadline and not connection.execute(query.encode()).fetchall():
                time.sleep(0.005)

    def _await(self, running: list[Future[None]], kinds: list[Any], result: Result) -> None:
        for future, kind in zip(running, kinds, strict=True):
            try:
                future.result(PATIENCE + 60)
            except Violation as problem:
                result.problems.append(f"{kind.__name__}: {problem}")
            except Exception as error:  # of the harness, or an answer that is none
                result.problems.append(f"{kind.__name__}: {type(error).__name__}: {error}")

    @contextmanager
    def _looking(self, floor: look.Floor, result: Result) -> Iterator[None]:
        """Look at each moment, and have the table of codes vacuumed meanwhile."""
        over = threading.Event()

        def looks() -> None:
            while not over.wait(LOOKED):
                with suppress(psycopg.OperationalError):  # the database is what fails
                    if found := look.at_any_moment(self.stack, floor):
                        result.problems += [f"in the middle: {each}" for each in found]
                        return
                    result.looks += 1

        def vacuums() -> None:
            while not over.wait(LOOKED * 2):
                with suppress(psycopg.OperationalError):
                    self._do("VACUUM workorders_code")

        threads = [threading.Thread(target=each, daemon=True) for each in (looks, vacuums)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            over.set()
            for thread in threads:
                thread.join(60)

    def _final_look(self, floor: look.Floor, outcomes: list[Outcome], ended: float) -> list[str]:
        """Look until nothing is wrong, or everybody has waited long enough."""
        while True:
            try:
                found = look.at_rest(self.stack, floor, outcomes, self.total)
            except psycopg.OperationalError as error:
                found = [f"The database does not answer: {error}"]
            if not found or time.monotonic() > ended + PATIENCE:
                return found
            time.sleep(0.3)

    def _attempts(self, floor: look.Floor) -> int:
        with suppress(psycopg.Error):
            ((count,),) = self.stack.ask(
                "SELECT coalesce(sum(attempts), 0) FROM ingestion_ingestionrecord WHERE id > %s", floor.record
            )
            return int(count)
        return 0


def _companies() -> list[Company]:
    """Two brand owners with a product `sku1`, who are there where everything is embedded, and made elsewhere."""
    from portal.embedded.demo import create_demo_data

    if not Company.objects.exists():
        create_demo_data("no-one signs in")
    return list(Company.objects.filter(kind=Company.Kind.BRAND_OWNER).order_by("pk"))
