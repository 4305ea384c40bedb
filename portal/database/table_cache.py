"""A cache in a table, where there is no Redis: counts that all processes share, on any number of machines."""

from __future__ import annotations

import json
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.db import connection

NEVER = "'infinity'::timestamptz"
IN_TIME = "expires_at > now()"


class TableCache(BaseCache):
    """Keeps what JSON can say. Each call is one statement, so no count is lost between two processes."""

    def __init__(self, name: str, params: dict[str, Any]) -> None:
        super().__init__(params)

    def get(self, key: Any, default: Any = None, version: Any = None) -> Any:
        rows = self._run(f"SELECT value FROM portal_cached WHERE key = %s AND {IN_TIME}", key, version)  # noqa: S608
        return json.loads(rows[0][0]) if rows else default

    def set(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None) -> None:
        self._put(key, value, timeout, version, "")

    def add(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None) -> bool:
        return bool(self._put(key, value, timeout, version, "WHERE NOT kept.expires_at > now()"))

    def _put(self, key: Any, value: Any, timeout: Any, version: Any, only: str) -> list[Any]:
        return self._run(
            "INSERT INTO portal_cached AS kept (key, value, expires_at)"  # noqa: S608
            f" VALUES (%s, %s, coalesce(now() + %s * interval '1 second', {NEVER}))"
            f" ON CONFLICT (key) DO UPDATE SET (value, expires_at) = (excluded.value, excluded.expires_at) {only}"
            " RETURNING true",
            key,
            version,
            json.dumps(value),
            self.default_timeout if timeout is DEFAULT_TIMEOUT else timeout,
        )

    def touch(self, key: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None) -> bool:
        value = self.get(key, self, version)
        if value is self:
            return False
        self.set(key, value, timeout, version)
        return True

    def incr(self, key: Any, delta: int = 1, version: Any = None) -> int:
        """Add to a number. Raise ValueError when there is none."""
        rows = self._run(
            "WITH asked AS (SELECT %s::text AS key, %s::bigint AS delta)"  # noqa: S608
            " UPDATE portal_cached SET value = (value::bigint + delta)::text FROM asked"
            f" WHERE portal_cached.key = asked.key AND {IN_TIME} RETURNING value",
            key,
            version,
            delta,
        )
        if not rows:
            raise ValueError(f"Key {key!r} not found")
        return int(rows[0][0])

    def count(self, key: str, seconds: int) -> int:
        """Add one to a number, or begin it at one, and keep it for so many `seconds` from now."""
        ((number,),) = self._run(
            "INSERT INTO portal_cached AS kept (key, value, expires_at)"
            " VALUES (%s, '1', now() + %s * interval '1 second')"
            " ON CONFLICT (key) DO UPDATE SET expires_at = excluded.expires_at,"
            " value = CASE WHEN kept.expires_at > now() THEN (kept.value::bigint + 1)::text ELSE '1' END"
            " RETURNING value",
            key,
            None,
            seconds,
        )
        return int(number)

    def delete(self, key: Any, version: Any = None) -> bool:
        return bool(self._run(f"DELETE FROM portal_cached WHERE key = %s AND {IN_TIME} RETURNING true", key, version))  # noqa: S608

    def clear(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM portal_cached")

    def _run(self, sql: str, key: Any, version: Any, *more: Any) -> list[Any]:
        with connection.cursor() as cursor:
            cursor.execute(sql, [self.make_and_validate_key(key, version), *more])
            return list(cursor.fetchall())


def forget_expired() -> None:
    """Remove what has had its time."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM portal_cached WHERE expires_at <= now()")
