"""The system check that refuses a database which cannot store every character. It runs before `manage.py migrate`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core import checks
from django.db import connection

HINT = "Make one as docs/operations.md says; what the old one has goes there by `pg_dump --encoding=UTF8`."


@checks.register(checks.Tags.database)
def check_encoding(databases: Sequence[str] | None = None, **_: Any) -> list[checks.CheckMessage]:
    """Refuse an encoding other than UTF8: uploads with other characters would fail, or be measured in bytes."""
    if not databases:  # a command that needs none
        return []
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_encoding")
        (encoding,) = cursor.fetchone()
    if encoding == "UTF8":
        return []
    return [checks.Error(f"The database has the encoding {encoding}, and needs UTF8.", hint=HINT, id="portal.E001")]
