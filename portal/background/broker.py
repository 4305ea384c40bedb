"""Waking the worker. The rows in the database are the truth; a message is only a reminder."""

from __future__ import annotations

import logging
import time
from threading import Lock
from typing import Any, Final
from urllib.parse import urlsplit

from amqp.exceptions import AMQPError
from celery import current_app
from kombu import Connection
from kombu.exceptions import OperationalError
from redis import RedisError

ANSWER_SECONDS: Final = 3.0  # for which an answer of the broker is waited for
RABBIT_SECONDS: Final = 5.0  # the same where it may have to write to its disk first
HEALTH_SECONDS: Final = 2.0  # the same where somebody asks how it is
RETRY: Final = {"max_retries": 1, "interval_start": 0, "interval_step": 0, "interval_max": 0}
"""Once more, over a new connection."""
SLOW: Final = 1.0  # seconds after which a failure is that of a broker which hangs
QUIET: Final = 10.0  # seconds for which such a broker is left alone, so that not every request waits for it
ERRORS: Final = (OperationalError, RedisError, AMQPError)

logger = logging.getLogger(__name__)
_quiet_until = 0.0
_looking = Lock()  # a thread that comes while another has the tasks imported finds none: Celery returns at once


def transport_options(url: str, seconds: float | None = None) -> dict[str, Any]:
    """Return Celery's options for the transport to the broker at `url`, which never waits forever for an answer."""
    if not url.startswith("redis"):
        options: dict[str, Any] = dict.fromkeys(("read_timeout", "write_timeout"), seconds or RABBIT_SECONDS)
        if url.startswith("amqps"):  # or else the library takes the certificate of any other host
            options["ssl"] = {"server_hostname": urlsplit(url).hostname}
        return options
    return {
        "visibility_timeout": 1800,
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
        "max_retries": 0,
        "socket_timeout": seconds or ANSWER_SECONDS,
        "socket_connect_timeout": seconds or ANSWER_SECONDS,
    }


def with_certificate_checked(url: str) -> str:
    """Return the address `url` of a broker so that a `rediss://` which says nothing of certificates takes no other's.

    Celery would take any there, and say so in the log alone; who means that writes `ssl_cert_reqs=CERT_NONE`.
    """
    if not url.startswith("rediss://") or "ssl_cert_reqs=" in url:
        return url
    return f"{url}{'&' if '?' in url else '?'}ssl_cert_reqs=CERT_REQUIRED"


def check(url: str) -> None:
    """Return once the broker at `url` answers a new connection, or soon raise the error of its library."""
    options = transport_options(url, HEALTH_SECONDS)
    with Connection(url, connect_timeout=HEALTH_SECONDS, transport_options=options) as broker:
        broker.ensure_connection(max_retries=0)


def wake(name: str, *arguments: int) -> None:
    """Send the task of that name, so that what wakes a task does not import it: tasks import what they call."""
    with _looking:
        if name not in current_app.tasks:
            # Only a worker imports them at its start. `import_default_modules` would set up Django and its logs again.
            current_app.autodiscover_tasks(force=True)
        task = current_app.tasks[name]
    send(task, *arguments)


def send(task: Any, *arguments: int) -> None:
    """Send `task`. A broker that does not answer costs only a delay, since the sweeps send it again."""
    global _quiet_until  # of all threads
    began = time.monotonic()
    if began < _quiet_until:
        return
    try:
        try:
            task.apply_async(arguments, retry=False)
        except (*ERRORS, OSError):  # perhaps because it was restarted, and closed the connection that was kept
            if time.monotonic() - began > SLOW:
                raise
            task.apply_async(arguments, retry=True, retry_policy=RETRY)
    except (*ERRORS, OSError) as error:
        logger.warning("The broker does not answer, %s%s waits for the next sweep: %s", task.name, arguments, error)
        if time.monotonic() - began > SLOW:
            _quiet_until = time.monotonic() + QUIET
