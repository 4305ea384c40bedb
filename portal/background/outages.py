"""Tell whether an error is an outage: a part that Codeport depends on is unavailable for a time.

An outage passes, and work that met one is tried again. Meanwhile pages and the API answer 503. Any other error is a
fault of the code or of a file. This is the one place that tells the two apart.
"""

from __future__ import annotations

import errno
import logging
import sys
from collections.abc import Iterator
from typing import Final

import psycopg
from django.db import Error as DatabaseError
from django.db import InterfaceError, OperationalError

from portal.background import broker
from portal.storage.base import Unusable
from portal.values.words import gettext_lazy

PARTS: Final = {
    "database": gettext_lazy("The database does not answer."),
    "storage": gettext_lazy("The storage does not answer."),
    "disk": gettext_lazy("The server's disk is full or broken."),
    "broker": gettext_lazy("The broker does not answer."),
}
"""The parts that Codeport depends on, and the sentence shown while one of them is unavailable."""
DISK: Final = frozenset(
    (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS, errno.EACCES, errno.EPERM, errno.ENFILE, errno.ESTALE)
)
AWAY: Final = ("08", "53", "57", "58", "40", "25006", "55P03")
"""The beginnings of the SQLSTATEs by which the server says that it is unavailable.

They are connection errors, lack of resources, shutdown, system errors, rollbacks such as a deadlock's, the read-only
transactions of a standby, and locks that are not available.
"""
ANOTHER_SCHEMA: Final = ("42P01", "42703", "23502")
"""The SQLSTATEs of a statement that does not fit the tables, as while an upgrade is under way.

A table or a column is missing, or a new column may not be null and the statement does not fill it.
"""

logger = logging.getLogger(__name__)


def outage_of(error: BaseException) -> str:
    """Return the part of PARTS that is unavailable by `error` or its causes, or an empty text for a fault."""
    return next((part for cause in _chain(error) if (part := _part(cause))), "")


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """Yield the error, what it was raised from, and so on."""
    seen: list[BaseException] = []
    while error is not None and error not in seen:
        yield error
        seen.append(error)
        error = error.__cause__


def _part(error: BaseException) -> str:
    if isinstance(error, psycopg.Error):
        return "database" if _is_away(error) else ""
    if isinstance(error, DatabaseError):  # its cause is the driver's error, if there is one
        return "database" if isinstance(error, (OperationalError, InterfaceError)) and not error.__cause__ else ""
    if isinstance(error, Unusable) or _is_of_bucket(error):
        return "storage"
    if isinstance(error, broker.ERRORS):
        return "broker"
    return "disk" if isinstance(error, OSError) and error.errno in DISK else ""


def _is_away(error: psycopg.Error) -> bool:
    if error.sqlstate is None:  # it comes from the driver, not from the server
        return isinstance(error, (psycopg.OperationalError, psycopg.InterfaceError))
    return error.sqlstate.startswith(AWAY) or error.sqlstate in ANOTHER_SCHEMA


def _is_of_bucket(error: BaseException) -> bool:
    """Say whether the error is boto3's, which takes long to import: where nobody has, nobody asked a bucket."""
    if "boto3" not in sys.modules:
        return False
    from boto3.exceptions import Boto3Error
    from botocore.exceptions import BotoCoreError, ClientError
    from s3transfer.exceptions import RetriesExceededError

    return isinstance(error, BotoCoreError | ClientError | Boto3Error | RetriesExceededError)
