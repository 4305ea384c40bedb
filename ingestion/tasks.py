"""Signatures for the worker: each takes an id and is safe to run twice, or never."""

from typing import Any

from celery import shared_task
from celery.signals import worker_ready

from ingestion import engine, services, spool_cleanup
from ingestion.models import IngestionRecord
from portal.api import idempotency
from portal.background.worker_slots import turn
from workorders import cleanup


@shared_task
def run(record_id: int) -> None:
    with turn(IngestionRecord, record_id) as chosen:
        if chosen:
            engine.run(chosen)


@shared_task
def sweep() -> None:
    services.requeue_stale()
    idempotency.sweep()


@shared_task
def expire() -> None:
    services.expire()
    cleanup.tidy_up()


@worker_ready.connect
def tidy_up(**_: Any) -> None:
    """A worker that starts may follow one that was killed."""
    spool_cleanup.remove()
