"""The Celery application: `celery -A portal worker` runs the tasks of all apps."""

import logging.config
import os
import signal
from typing import Any

from celery import Celery
from celery.signals import setup_logging, task_prerun, worker_process_init
from django.conf import settings
from django.db import close_old_connections

from portal.background import giving_way, redis_transport
from portal.embedded.supervisor import die_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
redis_transport.use()

app = Celery("codeport")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def log_as_all_do(**_: Any) -> None:
    """Let Celery set no formats of its own."""
    logging.config.dictConfig(settings.LOGGING)


@worker_process_init.connect
def trace_tasks(**_: Any) -> None:
    """Trace in the processes of the pool alone: the worker's own would hand them a thread by forking."""
    if settings.OTEL_EXPORTER_OTLP_ENDPOINT:
        from portal import traces  # which imports what costs time

        traces.begin()


@worker_process_init.connect
def keep_connections(**_: Any) -> None:
    """Let tasks use the connection of those before, as requests do, unless it is old or lost."""
    task_prerun.connect(close_old_connections)


worker_process_init.connect(giving_way.give_way)
worker_pid = os.getpid()


@worker_process_init.connect
def end_with_worker(**_: Any) -> None:
    """Let the pool, which is forked from the worker, not outlive one that was killed."""
    if os.getpid() != worker_pid:  # a pool without processes sends the signal too
        die_with_parent(signal.SIGKILL, worker_pid)
