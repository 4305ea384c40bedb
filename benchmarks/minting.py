"""Minting beside raw COPY of rows like those it makes."""

from __future__ import annotations

import secrets

from django.conf import settings

from benchmarks.figures import RUNS, empty, numbers, raw_copy, show
from benchmarks.measure import Measured, apart
from portal.models import Company, User
from workorders import job_runner
from workorders.models import Job
from workorders.orders.services import Order, order_codes


def mint(count: int) -> Measured:
    """Our way, from claim to end."""
    user = User.objects.get(email="staff@demo.example")
    company = Company.objects.get(slug="demo")
    workorder = order_codes(Order(f"bench {secrets.token_hex(8)}", count, company.url_prefix), company, user)
    job = Job.objects.get(workorder=workorder)
    measured = apart(lambda: job_runner.run(job.pk))
    job.refresh_from_db()
    if job.status != "completed":
        raise SystemExit(f"Minting ended as {job.status}, not completed.")
    return measured


def copied(count: int) -> Measured:
    """COPY of prepared rows of random ids, in the order in which they were drawn."""
    path = settings.SPOOL_DIR / "minted.copy"
    company, workorder = Company.objects.get(slug="demo").pk, next(numbers) + 10**6
    with path.open("w") as prepared:
        for number in range(1, count + 1):
            prepared.write(f"{secrets.token_urlsafe(9)}\t{number}\t{company}\t{workorder}\t\\N\t0\t0\t{{}}\n")
    return raw_copy(path)


def measure(count: int) -> None:
    """Print the line of the table for `count` codes."""
    mine, theirs, memory = [], [], []
    for _run in range(RUNS):
        empty()
        seconds, peak = mint(count)
        mine.append(seconds / count)
        memory.append(peak)
        empty()
        theirs.append(copied(count)[0] / count)
    show("minting / raw COPY in the order drawn, empty table", "1.2", mine, theirs, memory)
