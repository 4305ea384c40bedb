"""The look at a portal: by SQL and the API, at any moment and when all is over."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import psycopg
from kombu import Connection, Queue

from portal.database.planner import without
from tests.chaos.faults import QUEUES, redis_client
from tests.chaos.stacks import Stack
from tests.chaos.work import Outcome
from tests.support.portals import processes
from workorders.codes.search import BY_BRIN

MOST_SESSIONS = 60
TAKEN_FOR = 1800 + 60  # seconds
OPEN_WORK = " UNION ALL ".join(
    f"SELECT '{name}', id, status, phase, attempts, waits_for FROM {table} WHERE status IN ('queued', 'processing')"
    for name, table in (
        ("record", "ingestion_ingestionrecord"),
        ("withdrawal", "ingestion_withdrawal"),
        ("job", "workorders_job"),
        ("export", "workorders_export"),
    )
)
HALF_LOADED = """
    SELECT r.key, r.status, w.quantity, count(c.identifier), count(DISTINCT c.sequence)
    FROM ingestion_ingestionrecord r LEFT JOIN workorders_workorder w ON w.id = r.workorder_id
        LEFT JOIN workorders_code c ON c.workorder_id = w.id
    WHERE r.type = 'code' AND r.id > %s
    GROUP BY r.key, r.status, w.quantity
    HAVING count(c.identifier) <> count(DISTINCT c.sequence)
        OR count(c.identifier) <> CASE WHEN r.status = 'completed' THEN coalesce(w.quantity, 0) ELSE 0 END"""
HALF_CHANGED = """
    SELECT ch.id, ch.record_key, r.status, ch.codes,
        (SELECT count(*) FROM workorders_codechange WHERE change_id = ch.id)
    FROM workorders_change ch LEFT JOIN ingestion_ingestionrecord r ON r.key = ch.record_key
    WHERE ch.id > %s AND (ch.codes <> (SELECT count(*) FROM workorders_codechange WHERE change_id = ch.id)
        OR r.status IS DISTINCT FROM 'completed')"""
STRAY_CODES = """
    SELECT c.workorder_id, count(*) FROM workorders_code c LEFT JOIN workorders_workorder w ON w.id = c.workorder_id
    WHERE w.id IS NULL GROUP BY 1"""
STRAY_WORKORDERS = """
    SELECT w.id, w.state FROM workorders_workorder w
    WHERE w.id > %s AND (NOT EXISTS (SELECT FROM ingestion_ingestionrecord r WHERE r.workorder_id = w.id)
        AND NOT EXISTS (SELECT FROM workorders_job j WHERE j.workorder_id = w.id AND j.what = 'mint')
        OR w.state NOT IN ('completed', 'cancelled'))"""
WRONG_QUANTITY = """
    SELECT w.id, w.quantity, coalesce(n, 0), coalesce(places, 0), first, last FROM workorders_workorder w LEFT JOIN (
        SELECT workorder_id, count(*) AS n, count(DISTINCT sequence) AS places, min(sequence) AS first,
            max(sequence) AS last FROM workorders_code GROUP BY 1) c ON c.workorder_id = w.id
    WHERE (w.quantity, w.quantity, 1, w.quantity) IS DISTINCT FROM (n, places, first, last)"""
STRAY_ERRORS = """
    SELECT r.key, r.status, r.result_data -> 'error_counts', count(e.id)
    FROM ingestion_ingestionrecord r LEFT JOIN ingestion_ingestionerror e ON e.record_id = r.id WHERE r.id > %s
    GROUP BY r.key, r.status, r.result_data
    HAVING count(e.id) <> coalesce(
        (SELECT sum(value::int) FROM jsonb_each_text(r.result_data -> 'error_counts')), 0)"""
NO_RECORD = """
    SELECT count(*) FROM ingestion_ingestionerror e
    WHERE NOT EXISTS (SELECT FROM ingestion_ingestionrecord r WHERE r.id = e.record_id)"""
TIMELINE = """
    SELECT subject, subject_id, array_agg(what ORDER BY id), array_agg(detail ORDER BY id) FROM portal_event
    WHERE subject = %s AND subject_id > %s GROUP BY 1, 2"""
ENDS = {"completed", "error", "cancelled"}
TABLES = {
    "ingestionrecord": "ingestion_ingestionrecord",
    "job": "workorders_job",
    "export": "workorders_export",
}
BY_TABLE = without("bitmapscan", "indexscan", "indexonlyscan")
SESSIONS = """
    SELECT pid, application_name, state, query FROM pg_stat_activity
    WHERE datname = 'codeport' AND pid <> pg_backend_pid() AND application_name <> 'chaos'
        AND (application_name LIKE '%attempt%' OR state LIKE 'idle in%' AND state_change < now() - interval '10 s')"""
NUMBERS = """
    SELECT (SELECT count(*) FROM pg_stat_activity WHERE datname = 'codeport'),
        (SELECT count(*) FROM pg_prepared_xacts)"""


@dataclass
class Floor:
    """The largest numbers before a round."""

    record: int = 0
    change: int = 0
    workorder: int = 0
    job: int = 0
    export: int = 0

    @classmethod
    def of(cls, stack: Stack) -> Floor:
        """Those of now."""
        tables = (
            "ingestion_ingestionrecord",
            "workorders_change",
            "workorders_workorder",
            "workorders_job",
            "workorders_export",
        )
        columns = ", ".join(f"(SELECT coalesce(max(id), 0) FROM {table})" for table in tables)
        ((record, change, workorder, job, export),) = stack.ask(f"SELECT {columns}")  # our own names
        return cls(record, change, workorder, job, export)


@contextmanager
def snapshot(stack: Stack) -> Iterator[psycopg.Connection[Any]]:
    """A connection that sees one moment alone."""
    with stack.connect() as connection, connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield connection


def at_any_moment(stack: Stack, floor: Floor) -> list[str]:
    """What must hold in each moment, whatever fails: all or nothing, and an index that finds what is there."""
    found: list[str] = []
    with snapshot(stack) as connection:
        for row in connection.execute(HALF_LOADED, [floor.record]).fetchall():
            found.append(f"half loaded: record, status, quantity, codes, places {row}")
        for row in connection.execute(HALF_CHANGED, [floor.change]).fetchall():
            found.append(f"half changed: change, record, status, codes, history {row}")
        found += _index_misses(connection, floor)
    return found


def _index_misses(connection: psycopg.Connection[Any], floor: Floor) -> list[str]:
    """Codes that are found by looking at each, and not by the BRIN index."""
    found = []
    each: dict[str, dict[Any, int]] = {}
    _plan(connection, BY_TABLE)
    groups = {
        "company and status": ("company_id, activation_status", ""),
        "workorder": ("workorder_id", f"WHERE workorder_id > {floor.workorder}"),
        "change": ("last_change_id", f"WHERE last_change_id > {floor.change}"),
    }
    for name, (columns, where) in groups.items():
        rows = connection.execute(
            f"SELECT {columns}, count(*) FROM workorders_code {where} GROUP BY {columns}".encode()
        )
        each[name] = {row[:-1]: row[-1] for row in rows.fetchall()}
    _plan(connection, dict.fromkeys(BY_TABLE, "on") | BY_BRIN)
    for name, counts in each.items():
        condition = " AND ".join(f"{column} = %s" for column in groups[name][0].split(", "))
        for values, count in counts.items():
            query = f"SELECT count(*) FROM workorders_code WHERE {condition}"
            ((by_index,),) = connection.execute(query.encode(), values).fetchall()
            if by_index != count:
                found.append(
                    f"INDEX MISSES CODES: by {name} {values} the BRIN index finds {by_index}, the table has {count}"
                )
    return found


def _plan(connection: psycopg.Connection[Any], settings: dict[str, str]) -> None:
    for name, value in settings.items():
        connection.execute("SELECT set_config(%s, %s, true)", [name, value])


def at_rest(stack: Stack, floor: Floor, outcomes: Iterable[Outcome], total: int) -> list[str]:
    """What must hold once everything has ended."""
    found = [f"is not ended: {row}" for row in stack.ask(OPEN_WORK)]
    if found:
        return found
    found += at_any_moment(stack, floor)
    with snapshot(stack) as connection:
        found += [f"stray codes of workorder {row}" for row in connection.execute(STRAY_CODES).fetchall()]
        for row in connection.execute(STRAY_WORKORDERS, [floor.workorder]).fetchall():
            found.append(f"stray workorder, or one that is not made: {row}")
        for row in connection.execute(WRONG_QUANTITY).fetchall():
            found.append(f"codes are not rows: workorder, quantity, codes, places, first, last {row}")
        for row in connection.execute(STRAY_ERRORS, [floor.record]).fetchall():
            found.append(f"errors listed and counted differ: {row}")
        if (count := _one(connection, NO_RECORD)) != 0:
            found.append(f"{count} errors of no record")
        for outcome in outcomes:
            found += _differences(connection, outcome)
        if (count := _one(connection, "SELECT count(*) FROM workorders_code")) != total:
            found.append(f"there are {count} codes, not {total}")
        for kind, after in (("ingestionrecord", floor.record), ("job", floor.job), ("export", floor.export)):
            found += _broken_timelines(connection, kind, after)
        for kind in ("job", "export"):
            query = f"SELECT id, attempts, outages, detail FROM {TABLES[kind]} WHERE status = 'error' AND id > %s"
            for row in connection.execute(query.encode(), [getattr(floor, kind)]).fetchall():
                found.append(f"{kind} was given up: {row}")
    found += _files(stack)
    found += [f"left in the spool: {path.name}" for path in (stack.home / "spool").iterdir()]
    found += [f"session: {row}" for row in stack.ask(SESSIONS)]
    ((sessions, prepared),) = stack.ask(NUMBERS)
    if sessions > MOST_SESSIONS or prepared:
        found.append(f"{sessions} sessions, {prepared} prepared transactions")
    found += _messages(stack)
    found += _health(stack)
    return found


def _one(connection: psycopg.Connection[Any], query: str) -> Any:
    ((value,),) = connection.execute(query.encode()).fetchall()
    return value


def _differences(connection: psycopg.Connection[Any], outcome: Outcome) -> list[str]:
    """How the codes and records of a piece of work differ from what it was told."""
    query = b"""SELECT identifier, activation_status, scm_data ->> 'mark' FROM workorders_code
        WHERE company_id = %s AND identifier = ANY(%s)"""
    rows = connection.execute(query, [outcome.company, [*outcome.codes, *outcome.gone]]).fetchall()
    codes = {identifier: (status, mark) for identifier, status, mark in rows}
    wrong = [each for each in codes.keys() | outcome.codes.keys() if codes.get(each) != outcome.codes.get(each)]
    found = [
        f"{len(wrong)} codes are wrong, as {each}: {codes.get(each)}, not {outcome.codes.get(each)}"
        for each in wrong[:1]
    ]
    query = b"SELECT key, status FROM ingestion_ingestionrecord WHERE key = ANY(%s)"
    statuses = dict(connection.execute(query, [list(outcome.records)]).fetchall())
    if statuses != outcome.records:
        found.append(f"records ended as {statuses}, and the API said {outcome.records}")
    return found


def _broken_timelines(connection: psycopg.Connection[Any], kind: str, after: int) -> list[str]:
    """Work whose attempts, or whose end, do not stand in its timeline each once."""
    told = {row[1]: (row[2], row[3]) for row in connection.execute(TIMELINE.encode(), [kind, after]).fetchall()}
    query = f"SELECT id, status, attempts FROM {TABLES[kind]} WHERE id > %s"
    found = []
    for pk, status, attempts in connection.execute(query.encode(), [after]).fetchall():
        what, detail = told.get(pk, ([], []))
        begun = [each["attempt"] for each, line in zip(detail, what, strict=True) if line == "begun"]
        ends = [line for line in what if line in ENDS]
        lines = [line for line in what if line in ("begun", "lost", "put_off", "put_back", *ENDS)]
        twice = [line for line, following in pairwise(lines) if line == following]
        is_whole = begun == list(range(1, attempts + 1)) and not twice and lines[-1:] == [status]
        if status != "uploading" and not (is_whole and ends == [status]):
            found.append(f"timeline of {kind} {pk}, {status} after {attempts} attempts: {what}")
    return found


def _files(stack: Stack) -> list[str]:
    """Stored files that no row names, and those that a row names and that are not there."""
    from django.db import connections

    from ingestion.models import IngestionRecord
    from ingestion.stored_files import stored_names
    from portal.storage.base import FOLDERS, storage
    from workorders.archives.names import archive_name
    from workorders.models import Workorder

    connections.close_all()
    if stack.storage_way:
        there = {item.key for item in storage().bucket.objects.all()}  # type: ignore[attr-defined]  # of S3
    else:
        root = stack.home / "storage"
        there = {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}
    there = {name for name in there if name.partition("/")[0] in FOLDERS}
    named = set(stored_names())
    records = IngestionRecord.objects.filter(status__in=("completed", "error")).exclude(filetype="")
    needed = {record.file_path for record in records}
    needed |= {archive_name(each, "archive") for each in Workorder.objects.filter(state="completed", type="SID")}
    found = [f"a file of nobody: {name}" for name in sorted(there - named)[:5]]
    return found + [f"a file is missing: {name}" for name in sorted(needed - there)[:5]]


def _messages(stack: Stack) -> list[str]:
    """Messages that nobody takes."""
    deadline = time.monotonic() + 3
    while True:
        if stack.broker_address.startswith("amqp"):
            with Connection(stack.broker_address) as connection, connection.channel() as channel:
                waiting = {name: _length(Queue(name, channel=channel)) for name in QUEUES}
        else:
            with redis_client(stack) as client:
                waiting = {name: client.llen(name) for name in QUEUES}
                # what a killed worker had taken is delivered again after half an hour, and finds nothing to do
                waiting["unacked"] = client.zcount("unacked_index", "-inf", time.time() - TAKEN_FOR)
        left = {name: count for name, count in waiting.items() if count}
        if not left or time.monotonic() > deadline:
            return [f"messages are left: {left}"] if left else []
        time.sleep(0.05)


def _length(queue: Queue) -> int:
    declared: Any = queue.queue_declare(passive=True)
    return int(declared.message_count)


def _health(stack: Stack) -> list[str]:
    """Whether all processes are there and the portal says that it is well."""
    found = []
    numbers = {role: len(stack.pids(role)) for role in ("web", "worker", "clock")}
    if numbers != {"web": 3, "worker": 4, "clock": 1}:
        found.append(f"processes: {numbers}")
    with suppress(OSError):
        status, text = stack.up.answer("/healthz")
        if status == 200:
            return found
        return [*found, f"/healthz answers {status}: {text}"]
    return [*found, "/healthz does not answer"]


def state_of(pids: Iterable[int]) -> dict[int, str]:
    """What processes are called, for a report."""
    tree = processes()
    return {pid: tree[pid][2][:80] for pid in pids if pid in tree and pid != os.getpid()}


def log_of(stack: Stack, lines: int = 40) -> str:
    """The end of what the portal has written."""
    return "\n".join(Path(stack.up.out).read_text(errors="replace").splitlines()[-lines:])
