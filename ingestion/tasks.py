"""Signatures for the worker: each takes an id and is safe to run twice, or never."""

from typing import Any

from celery import shared_task
from celery.signals import worker_ready

from ingestion import engine, leftovers, notices, services
from ingestion.models import IngestionRecord
from portal import idempotency
from portal.broker import wake
from portal.turns import turn
from workorders import tidying


@shared_task
def run(record_id: int) -> None:
    with turn(IngestionRecord, record_id) as chosen:
        if chosen and engine.run(chosen):
            wake(tell_end, chosen)


@shared_task(autoretry_for=(OSError,), retry_backoff=30, max_retries=4)
def tell_end(record_id: int) -> None:
    """Tried five times within eight minutes; the upload itself has long ended."""
    notices.tell_end(record_id)


@shared_task
def sweep() -> None:
    services.requeue_stale()
    idempotency.sweep()


@shared_task
def expire() -> None:
    services.expire()
    tidying.tidy_up()


@worker_ready.connect
def tidy_up(**_: Any) -> None:
    """A worker that starts may follow one that was killed."""
    leftovers.remove()
