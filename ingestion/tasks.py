"""Signatures for the worker: each takes an id and is safe to run twice, or never."""

from celery import shared_task

from ingestion import engine, expiry, retention, services, withdrawing
from ingestion.drops.retention import delete_old_drops
from ingestion.drops.visits import visit_all
from ingestion.models import IngestionRecord, Withdrawal
from ingestion.stored_files import stored_names
from portal.background.worker_slots import next_work
from portal.backups import daily
from workorders import job_runner


@shared_task
def run(record_id: int) -> None:
    with next_work(IngestionRecord, record_id) as chosen:
        if chosen:
            engine.run(chosen)
            job_runner.run_behind()


@shared_task
def withdraw(withdrawal_id: int) -> None:
    with next_work(Withdrawal, withdrawal_id) as chosen:
        if chosen:
            withdrawing.run(chosen)


@shared_task
def sweep() -> None:
    services.requeue_stale()
    Withdrawal.requeue_stale()


@shared_task
def visit_drops() -> None:
    visit_all()
    delete_old_drops()


@shared_task
def expire() -> None:
    """End uploads that nobody processed, and delete what UPLOAD_DAYS says is old enough."""
    expiry.expire()
    retention.delete_old_files()


@shared_task
def back_up() -> None:
    daily.back_up_daily(stored_names)
