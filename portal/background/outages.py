"""Which failures are an outage of a part that Codeport stands on, and what is answered meanwhile.

An outage is nobody's fault: it passes, and what was tried is tried again. This is the one place that tells it from a
fault of the code or of a file.
"""

from __future__ import annotations

import errno
import logging
from collections.abc import Iterator
from typing import Final

import psycopg
from boto3.exceptions import Boto3Error
from botocore.exceptions import BotoCoreError, ClientError
from django.db import Error as DatabaseError
from django.db import InterfaceError, OperationalError
from s3transfer.exceptions import RetriesExceededError

from portal.background import broker
from portal.storage.base import Unusable

PARTS: Final = {
    "database": "The database does not answer.",
    "storage": "The storage does not answer.",
    "disk": "The server's disk is full or broken.",
    "broker": "The broker does not answer.",
}
"""What Codeport stands on, and what is said while that is away."""
STORAGE: Final = (BotoCoreError, ClientError, Boto3Error, RetriesExceededError, Unusable)
DISK: Final = frozenset(
    (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS, errno.EACCES, errno.EPERM, errno.ENFILE, errno.ESTALE)
)
AWAY: Final = ("08", "53", "57", "58", "40", "25006", "55P03")
"""How the SQLSTATE begins where the server is not well: no connection, no room, shut down, a deadlock, a standby."""
ANOTHER_SCHEMA: Final = ("42P01", "42703", "23502")
"""That of a statement which does not fit the tables, as while an upgrade is under way: a table or column that is not
there, or one that is there already and which nobody fills."""

logger = logging.getLogger(__name__)


def outage_of(error: BaseException) -> str:
    """The part of PARTS whose outage `error`, or what it came of, is; empty for a fault."""
    return next((part for cause in _chain(error) if (part := _part(cause))), "")


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """The error and what it was raised from."""
    seen: list[BaseException] = []
    while error is not None and error not in seen:
        yield error
        seen.append(error)
        error = error.__cause__


def _part(error: BaseException) -> str:
    if isinstance(error, psycopg.Error):
        return "database" if _is_away(error) else ""
    if isinstance(error, DatabaseError):  # the driver's is its cause, if there is one
        return "database" if isinstance(error, (OperationalError, InterfaceError)) and not error.__cause__ else ""
    if isinstance(error, STORAGE):
        return "storage"
    if isinstance(error, broker.ERRORS):
        return "broker"
    return "disk" if isinstance(error, OSError) and error.errno in DISK else ""


def _is_away(error: psycopg.Error) -> bool:
    if error.sqlstate is None:  # it did not come from the server
        return isinstance(error, (psycopg.OperationalError, psycopg.InterfaceError))
    return error.sqlstate.startswith(AWAY) or error.sqlstate in ANOTHER_SCHEMA
