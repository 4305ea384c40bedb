"""Signatures for the worker: each takes an id and is safe to run twice, or never."""

from celery import shared_task

from ingestion import engine, services


@shared_task
def run(record_id: int) -> None:
    engine.run(record_id)


@shared_task
def sweep() -> None:
    services.requeue_stale()


@shared_task
def expire() -> None:
    services.expire()
