"""Where short-lived counts are kept."""

from __future__ import annotations

import logging
import re
import time
from typing import Any, ClassVar

from django.core.cache.backends import redis
from django.core.cache.backends.locmem import LocMemCache
from redis import RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

ANSWER_SECONDS = 1.0  # a count that is lost is better than a page that waits
QUIET_SECONDS = 10.0  # a Redis that did not answer is not asked again for so long
MOST_ENTRIES = 50_000  # that a process keeps by itself meanwhile

logger = logging.getLogger(__name__)


class RedisCacheClient(redis.RedisCacheClient):
    """Django's own, which makes a new client for every call; making one takes as long as the call."""

    _client_in_use: Any = None

    def get_client(self, key: Any = None, *, write: bool = False) -> Any:
        if self._client_in_use is None:
            self._client_in_use = super().get_client(key, write=write)
        return self._client_in_use


class RedisCache(redis.RedisCache):
    """A cache on one Redis server. While that does not answer, each process counts in its own memory."""

    _quiet_until: ClassVar[dict[str, float]] = {}  # by the server's address; for all threads

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = RedisCacheClient
        self._server = server
        self._own = LocMemCache(server, {**params, "OPTIONS": {"MAX_ENTRIES": MOST_ENTRIES}})

    def _ask(self, method: str, *args: Any, **kwargs: Any) -> Any:
        """What Redis answers, or else what this process knows by itself."""
        if time.monotonic() >= self._quiet_until.get(self._server, 0):
            try:
                return getattr(super(), method)(*args, **kwargs)
            except RedisError as error:
                self._quiet_until[self._server] = time.monotonic() + QUIET_SECONDS
                logger.warning("The cache does not answer, each process counts by itself: %s", error)
        return getattr(self._own, method)(*args, **kwargs)

    def add(self, *args: Any, **kwargs: Any) -> Any:
        return self._ask("add", *args, **kwargs)

    def get(self, *args: Any, **kwargs: Any) -> Any:
        return self._ask("get", *args, **kwargs)

    def set(self, *args: Any, **kwargs: Any) -> Any:
        return self._ask("set", *args, **kwargs)

    def touch(self, *args: Any, **kwargs: Any) -> Any:
        return self._ask("touch", *args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        return self._ask("delete", *args, **kwargs)

    def get_many(self, *args: Any, **kwargs: Any) -> Any:
        return self._ask("get_many", *args, **kwargs)

    def has_key(self, *args: Any, **kwargs: Any) -> Any:
        return self._ask("has_key", *args, **kwargs)

    def incr(self, *args: Any, **kwargs: Any) -> Any:
        return self._ask("incr", *args, **kwargs)

    def set_many(self, *args: Any, **kwargs: Any) -> Any:
        return self._ask("set_many", *args, **kwargs)

    def delete_many(self, *args: Any, **kwargs: Any) -> Any:
        return self._ask("delete_many", *args, **kwargs)

    def clear(self, *args: Any, **kwargs: Any) -> Any:
        return self._ask("clear", *args, **kwargs)


def cache_settings(broker_url: str) -> dict[str, Any]:
    """The entry of CACHES: in the broker where that is a Redis, else in the database; connects nowhere.

    Celery and the Redis client spell three parts of such a URL differently.
    """
    if not broker_url.startswith("redi"):
        return {"BACKEND": "portal.database.table_cache.TableCache"}
    address = broker_url.replace("redis+socket://", "unix://", 1).replace("virtual_host=", "db=", 1)
    address = re.sub(r"(?<=ssl_cert_reqs=)CERT_[A-Z]+", lambda found: found[0][5:].lower(), address)
    return {
        "BACKEND": "portal.http.cache.RedisCache",
        "LOCATION": address,
        "KEY_PREFIX": "codeport",
        "OPTIONS": {
            "socket_timeout": ANSWER_SECONDS,
            "socket_connect_timeout": ANSWER_SECONDS,
            "retry": Retry(
                NoBackoff(), 1
            ),  # for a connection that was closed; the library's own waits ten times as long
        },
    }
