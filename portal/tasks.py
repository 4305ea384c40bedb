"""Signatures for the worker: each is safe to run twice, or never."""

from __future__ import annotations

from typing import Any

from celery import shared_task
from celery.signals import worker_ready

from portal.accounts import letters
from portal.accounts.sessions import SessionStore
from portal.api import idempotency
from portal.background import spool
from portal.database import table_cache
from portal.trail.sealing import remove_old
from portal.trail.sealing import seal_events as seal


@shared_task
def send_letter(letter_id: int) -> None:
    letters.send(letter_id)


@shared_task
def sweep() -> None:
    letters.sweep()
    idempotency.sweep()
    table_cache.forget_expired()
    SessionStore.clear_expired()
    spool.remove_abandoned()  # last, as a broken disk may fail it


@shared_task
def seal_events() -> None:
    seal()
    remove_old()


@worker_ready.connect
def remove_abandoned_files(**_: Any) -> None:
    """A worker that starts may follow one that was killed. While it runs, sweeps see to processes that were."""
    spool.remove_abandoned()
