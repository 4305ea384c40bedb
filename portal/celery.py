"""The Celery application: `celery -A portal worker` runs the tasks of all rooms."""

import os
import signal
from typing import Any

from celery import Celery
from celery.signals import worker_process_init

from portal.supervisor import die_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

app = Celery("codeport")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

worker_pid = os.getpid()


@worker_process_init.connect
def end_with_worker(**_: Any) -> None:
    """Let the pool, which is forked from the worker, not outlive one that was killed."""
    if os.getpid() != worker_pid:  # a pool without processes sends the signal too
        die_with_parent(signal.SIGKILL, worker_pid)
