"""Celery's application of a worker that a file kills: `celery -A tests.support.poison worker`."""

import os
import signal
from typing import Any

from celery.signals import worker_process_init

from portal.celery import app

__all__ = ["app"]


def crash(*_: object) -> None:
    """End the process as a fault in C code does, or the kernel when memory runs out: without a word."""
    os.kill(os.getpid(), signal.SIGSEGV)


@worker_process_init.connect
def poison(**_: Any) -> None:
    """Let checking rows be what ends the process, in this worker alone."""
    from ingestion.rules import file as rules  # not before its models can be loaded

    rules.FileRules.check = crash  # type: ignore[assignment, method-assign]  # in this worker alone
