"""Signatures for the worker: each takes an id and is safe to run twice."""

from celery import shared_task

from portal.background.worker_slots import next_work
from workorders import job_runner, jobs
from workorders.archives import kept
from workorders.changes import retention
from workorders.deliveries import cleanup, delivery
from workorders.domains import proofs
from workorders.exports import builder
from workorders.exports import services as exports
from workorders.models import Export, Job
from workorders.scans import services as scans
from workorders.webhooks import retention as webhook_retention
from workorders.webhooks import sending as webhooks


@shared_task
def run_job(job_id: int) -> None:
    with next_work(Job, job_id) as chosen:
        if chosen:
            job_runner.run(chosen)
            job_runner.run_behind()


@shared_task
def run_export(export_id: int) -> None:
    with next_work(Export, export_id) as chosen:
        if chosen:
            builder.run(chosen)


@shared_task(autoretry_for=(Exception,), retry_backoff=30, max_retries=4)
def discard(workorder_id: int) -> None:
    """Tried five times within eight minutes, since the storage may not answer."""
    delivery.delete_deliveries(workorder_id)


@shared_task
def prove_domain(proof_id: int) -> None:
    proofs.look_for_proof(proof_id)


@shared_task
def deliver_webhooks(webhook_id: int) -> None:
    webhooks.deliver(webhook_id)


@shared_task
def sweep_webhooks() -> None:
    """Delete what WEBHOOK_DAYS says is old enough, and give up what cannot be delivered."""
    webhook_retention.sweep()


@shared_task
def archives_again() -> None:
    """Begin archives anew that were given up because of an outage; delete what nobody can fetch any more."""
    jobs.requeue_failed_archives()
    cleanup.delete_stale_archives()
    kept.delete_old_archives()
    exports.delete_old_files()


@shared_task
def thin_history() -> None:
    """Delete what HISTORY_DAYS says is old enough."""
    retention.thin_history()


@shared_task
def sweep() -> None:
    """Send again what waits for a worker in vain."""
    Job.requeue_stale()
    Export.requeue_stale()
    webhooks.wake_due()


@shared_task
def flush_scans() -> None:
    """Store the scans that were counted since the last time."""
    scans.flush()
