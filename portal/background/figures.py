"""The figures of all work, of e-mails, and of what they stand on, as a monitoring system asks for them.

They are read from the database, which sees every worker and web server, and cost no more with millions of records.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator

from django.conf import settings
from django.db import connection
from django.db.models import Count, ExpressionWrapper, F, Max, Sum, fields
from django.db.models.functions import Now
from prometheus_client import Metric
from prometheus_client.metrics_core import GaugeMetricFamily

from portal.background.leases import Leased
from portal.background.progress import Status
from portal.models import Letter

RECENT = 300  # seconds that count as lately
TOLD = ("begun", "completed", "error", "cancelled", "lost", "put_off")  # of the lines of a timeline

FURTHER: list[Callable[[], Iterator[Metric]]] = []
"""What other apps tell: each is called with every scrape."""

LATELY = """
    SELECT subject, what, count(*) FROM portal_event
    WHERE at > now() - make_interval(secs => %s) AND subject = ANY(%s) AND what = ANY(%s) GROUP BY subject, what"""
ROWS = """
    SELECT coalesce(sum(rows_done), 0) FROM {table} WHERE status = 'completed' AND id IN (
        SELECT subject_id FROM portal_event
        WHERE at > now() - make_interval(secs => %s) AND subject = %s AND what = 'completed')"""
CONNECTIONS = """
    SELECT coalesce(state, 'other'), count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND backend_type = 'client backend' GROUP BY 1"""
SERVER = "SELECT current_setting('max_connections')::int, pg_database_size(current_database())"


def kinds_of_work() -> dict[str, type[Leased]]:
    """Return the models of all work that workers do under a lease, by the names that timelines give them."""
    return {kind._meta.model_name or "": kind for kind in sorted(Leased.__subclasses__(), key=str)}


def queue_ages() -> dict[str, float]:
    """Return for each kind of work the seconds for which the oldest has been queued; 0 where none is."""
    return {name: _oldest(kind) for name, kind in kinds_of_work().items()}


def _oldest(kind: type[Leased]) -> float:
    waited = ExpressionWrapper(Now() - F("status_updated_at"), fields.DurationField())
    oldest = kind._default_manager.filter(status=Status.QUEUED).aggregate(oldest=Max(waited))["oldest"]
    return max(0.0, oldest.total_seconds()) if oldest else 0.0


def figures() -> Iterator[Metric]:
    """Yield the figures, each as a gauge. DatabaseError when the database does not answer."""
    yield from _work()
    yield from _lately()
    yield from _letters()
    yield from _database()
    yield from _disk()
    for further in FURTHER:
        yield from further()


def _work() -> Iterator[Metric]:
    unended = GaugeMetricFamily("codeport_work", "Work that has not ended.", labels=["kind", "status"])
    put_off = GaugeMetricFamily("codeport_work_put_off", "Work that waits for a part.", labels=["kind", "part"])
    oldest = GaugeMetricFamily("codeport_queue_oldest_seconds", "Age of the oldest queued work.", labels=["kind"])
    for name, kind in kinds_of_work().items():
        rows = kind._default_manager.filter(status__in=(Status.QUEUED, Status.PROCESSING)).order_by()
        counts = dict(rows.values_list("status").annotate(Count("pk")))
        for status in (Status.QUEUED, Status.PROCESSING):
            unended.add_metric([name, status], counts.get(status, 0))
        for part, count in rows.exclude(waits_for="").values_list("waits_for").annotate(Count("pk")):
            put_off.add_metric([name, part], count)
        oldest.add_metric([name], _oldest(kind))
    yield from (unended, put_off, oldest)


def _lately() -> Iterator[Metric]:
    lately = GaugeMetricFamily(
        "codeport_work_lately", f"Work that began, ended or was lost in the last {RECENT} s.", labels=["kind", "what"]
    )
    rows = GaugeMetricFamily(
        "codeport_rows_per_second", f"Rows of work that completed in the last {RECENT} s.", labels=["kind"]
    )
    kinds = kinds_of_work()
    with connection.cursor() as cursor:
        cursor.execute(LATELY, [RECENT, list(kinds), list(TOLD)])
        counts = {(subject, what): count for subject, what, count in cursor}
        for name, kind in kinds.items():
            for what in TOLD:
                lately.add_metric([name, what], counts.get((name, what), 0))
            cursor.execute(ROWS.format(table=kind._meta.db_table), [RECENT, name])
            rows.add_metric([name], cursor.fetchall()[0][0] / RECENT)
    yield from (lately, rows)


def _letters() -> Iterator[Metric]:
    waiting = Letter.objects.aggregate(count=Count("pk"), attempts=Sum("attempts", default=0))
    yield GaugeMetricFamily("codeport_letters_waiting", "E-mails not sent yet.", value=waiting["count"])
    yield GaugeMetricFamily("codeport_letters_failed_attempts", "In vain, at those.", value=waiting["attempts"])


def _database() -> Iterator[Metric]:
    states = GaugeMetricFamily("codeport_database_connections", "Connections of all programs.", labels=["state"])
    with connection.cursor() as cursor:
        cursor.execute(CONNECTIONS)
        for state, count in cursor:
            states.add_metric([state], count)
        cursor.execute(SERVER)
        most, size = cursor.fetchall()[0]
    yield states
    yield GaugeMetricFamily("codeport_database_connections_max", "Connections that the server takes.", value=most)
    yield GaugeMetricFamily("codeport_database_bytes", "Size of the database.", value=size)


def _disk() -> Iterator[Metric]:
    disk = shutil.disk_usage(settings.CODEPORT_HOME)
    yield GaugeMetricFamily("codeport_home_disk_bytes", "Size of the disk with CODEPORT_HOME.", value=disk.total)
    yield GaugeMetricFamily("codeport_home_disk_free_bytes", "What is free of it.", value=disk.free)
