"""Signatures for the worker: each is safe to run twice, or never."""

from __future__ import annotations

from celery import shared_task

from portal.accounts import letters
from portal.accounts.sessions import SessionStore
from portal.database import table_cache


@shared_task
def send_letter(letter_id: int) -> None:
    letters.send(letter_id)


@shared_task
def sweep() -> None:
    letters.sweep()
    table_cache.forget_expired()
    SessionStore.clear_expired()
