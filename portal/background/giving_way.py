"""The worker gives way: where processors are short, people who look at a page come first.

Linux shares processors between sessions first, and by nice values only within each. The processes of a worker are one
session, and each backend of PostgreSQL is one of its own, so both values are set (man 7 sched, "autogroup").
"""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path
from threading import current_thread, main_thread
from typing import Any, Final

from django.conf import settings
from django.db.backends.signals import connection_created

NICE: Final = 5  # a third of the share of a web process; with less, others would wait for locks that are held meanwhile
TRIES, PAUSE = 5, 0.1  # seconds; Linux takes ten such wishes a second from all who are not root


def give_way(**_: Any) -> None:
    """Let this process of a worker come behind others, and the sessions of its work at our own PostgreSQL.

    The session that renews a lease comes behind nobody: it is another thread's.
    """
    _lower(os.getpid())
    if settings.EMBEDDED_DATABASE:  # another's processes are not on this machine, or not ours to set back
        connection_created.connect(_give_way_at_database)


def _give_way_at_database(connection: Any, **_: Any) -> None:
    if current_thread() is main_thread():
        _lower(connection.connection.info.backend_pid)


def _lower(pid: int) -> None:
    """Set back a process and its session, unless they are further back, or the system does not let us."""
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, pid, max(NICE, os.getpriority(os.PRIO_PROCESS, pid)))
    autogroup = Path(f"/proc/{pid}/autogroup")
    for _ in range(TRIES):
        try:
            if int(autogroup.read_text().rpartition(" ")[2]) < NICE:
                autogroup.write_text(str(NICE))
        except BlockingIOError:
            time.sleep(PAUSE)
        except (OSError, ValueError):
            return
        else:
            return
