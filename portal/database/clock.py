"""The one clock by which all processes agree: the database's."""

from __future__ import annotations

from datetime import datetime

from django.db import connection


def database_now() -> datetime:
    """Return the time by the clock of the database, whatever the clock of this machine says.

    Queries that compare with stored times use `django.db.models.functions.Now`, which is the same clock.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement_timestamp()")
        (now,) = cursor.fetchone()
        moment: datetime = now
        return moment
