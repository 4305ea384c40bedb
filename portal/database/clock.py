"""The one clock by which all processes agree: the database's."""

from __future__ import annotations

from datetime import datetime

from django.db import connection


def database_now() -> datetime:
    """What time it is for the database, whatever this machine believes.

    Queries that compare with stored times use `django.db.models.functions.Now`, which is the same clock.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement_timestamp()")
        (now,) = cursor.fetchone()
        moment: datetime = now
        return moment
