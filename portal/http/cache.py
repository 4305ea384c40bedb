"""Caches that count: the broker's Redis, and the memory of a process while that does not answer."""

from __future__ import annotations

import json
import logging
import re
import time
from threading import Lock
from typing import Any, ClassVar, Protocol

from django.core.cache import cache, caches
from django.core.cache.backends import redis
from django.core.cache.backends.base import BaseCache
from django.core.cache.backends.locmem import LocMemCache
from redis import RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

ANSWER_SECONDS = 1.0  # a count that is lost is better than a page that waits
QUIET_SECONDS = 10.0  # a Redis that did not answer is not asked again for so long
MOST_ENTRIES = 50_000  # that a process keeps by itself meanwhile

logger = logging.getLogger(__name__)


class CountingCache(Protocol):
    """A cache that counts how often a key was met, in one step."""

    def count(self, key: str, seconds: int) -> int: ...


def count(key: str, seconds: int) -> int:
    """Return how often `key` was counted, this time included, in the `seconds` since the first time or the last.

    Of simultaneous calls, in whatever process, no two get the same number.
    """
    counting: CountingCache = cache  # type: ignore[assignment]  # every cache of `cache_settings` can
    return counting.count(key, seconds)


def redis_client() -> Any:
    """Return a client of the Redis that counts, or None where counts are kept elsewhere.

    Its calls raise RedisError while Redis is away, after ANSWER_SECONDS at most.
    """
    found = caches["default"]
    return found.client if isinstance(found, RedisCache) else None


class ProcessCache(LocMemCache):
    """A cache in the memory of one process."""

    _counting: ClassVar[Lock] = Lock()

    def count(self, key: str, seconds: int) -> int:
        with self._counting:
            number = int(self.get(key, 0)) + 1
            self.set(key, number, seconds)
        return number


class Json:
    """What Redis is given and gives. Django's own is pickle, which does whatever those say who can write there."""

    def dumps(self, value: Any) -> str:
        return json.dumps(value)

    def loads(self, data: bytes) -> Any:
        return json.loads(data)


class LastingClient(redis.RedisCacheClient):
    """Django's client of Redis, made once. Django makes one for every call, which takes twice as long as the call."""

    _made: Any = None

    def get_client(self, key: Any = None, *, write: bool = False) -> Any:
        if self._made is None:
            self._made = super().get_client(key, write=write)
        return self._made


class CountingRedis(redis.RedisCache):
    """Django's cache on Redis, which asks it once to count."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = LastingClient

    def count(self, key: str, seconds: int) -> int:
        name = self.make_and_validate_key(key)
        together = self._cache.get_client(name, write=True).pipeline(transaction=False)
        together.incr(name)
        together.expire(name, seconds)
        number, _ = together.execute()
        return int(number)


class RedisCache(BaseCache):
    """A cache on one Redis server. While that does not answer, each process counts in its own memory."""

    _quiet_until: ClassVar[dict[str, float]] = {}  # by the server's address; for all threads

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(params)
        self._server = server
        self._shared = CountingRedis(server, params)
        self._own = ProcessCache(server, {**params, "OPTIONS": {"MAX_ENTRIES": MOST_ENTRIES}})

    @property
    def client(self) -> Any:
        """The client of this Redis."""
        return self._shared._cache.get_client(write=True)

    def _ask(self, method: str, *args: Any, **kwargs: Any) -> Any:
        """Return what Redis answers, or else what this process knows by itself."""
        if time.monotonic() >= self._quiet_until.get(self._server, 0):
            try:
                return getattr(self._shared, method)(*args, **kwargs)
            except RedisError as error:
                self._quiet_until[self._server] = time.monotonic() + QUIET_SECONDS
                logger.warning("The cache does not answer, each process counts by itself: %s", error)
        return getattr(self._own, method)(*args, **kwargs)

    # What a cache needs; Django makes all other methods of these.

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

    def incr(self, *args: Any, **kwargs: Any) -> Any:
        return self._ask("incr", *args, **kwargs)

    def clear(self, *args: Any, **kwargs: Any) -> Any:
        return self._ask("clear", *args, **kwargs)

    def count(self, key: str, seconds: int) -> int:
        return int(self._ask("count", key, seconds))


def cache_settings(broker_url: str) -> dict[str, Any]:
    """Return the entry of CACHES: the broker where that is a Redis, else the database. Connects nowhere.

    Celery and the Redis client spell three parts of such a URL differently.
    """
    if not broker_url.startswith("redi"):
        return {"BACKEND": "portal.database.table_cache.TableCache"}
    address = broker_url.replace("redis+socket://", "unix://", 1).replace("virtual_host=", "db=", 1)
    address = re.sub(r"(?<=ssl_cert_reqs=)CERT_[A-Z]+", lambda found: found[0][5:].lower(), address)
    return {
        "BACKEND": "portal.http.cache.RedisCache",
        "LOCATION": address,
        "KEY_PREFIX": "codeport-json",  # what stood below "codeport" was pickled
        "OPTIONS": {
            "serializer": Json,
            "socket_timeout": ANSWER_SECONDS,
            "socket_connect_timeout": ANSWER_SECONDS,
            # For a connection that was closed. The library's own policy waits ten times as long.
            "retry": Retry(NoBackoff(), 1),
        },
    }
