"""Signatures for the worker: each is safe to run twice, or never."""

from __future__ import annotations

from typing import Any

from celery import shared_task
from celery.signals import worker_ready

from portal.accounts import letters, security_log
from portal.accounts.sessions import SessionStore
from portal.api import idempotency
from portal.background import spool
from portal.database import table_cache


@shared_task
def send_letter(letter_id: int) -> None:
    letters.send(letter_id)


@shared_task
def sweep() -> None:
    letters.sweep()
    idempotency.sweep()
    security_log.forget_old()
    table_cache.forget_expired()
    SessionStore.clear_expired()


@worker_ready.connect
def remove_abandoned_files(**_: Any) -> None:
    """A worker that starts may follow one that was killed."""
    spool.remove_abandoned()
