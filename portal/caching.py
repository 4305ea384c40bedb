"""Where short-lived counts are kept."""

from __future__ import annotations

import re
from typing import Any

from django.core.cache.backends import redis


class RedisCacheClient(redis.RedisCacheClient):
    """Django's own, which makes a new client for every call; making one takes as long as the call."""

    _client_in_use: Any = None

    def get_client(self, key: Any = None, *, write: bool = False) -> Any:
        if self._client_in_use is None:
            self._client_in_use = super().get_client(key, write=write)
        return self._client_in_use


class RedisCache(redis.RedisCache):
    """A cache on one Redis server."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = RedisCacheClient


def cache_settings(broker_url: str) -> dict[str, Any]:
    """The entry of CACHES: in the broker where that is a Redis, else in the database; connects nowhere.

    Celery and the Redis client spell three parts of such a URL differently.
    """
    if not broker_url.startswith("redi"):
        return {"BACKEND": "portal.table_cache.TableCache"}
    address = broker_url.replace("redis+socket://", "unix://", 1).replace("virtual_host=", "db=", 1)
    address = re.sub(r"(?<=ssl_cert_reqs=)CERT_[A-Z]+", lambda found: found[0][5:].lower(), address)
    return {
        "BACKEND": "portal.caching.RedisCache",
        "LOCATION": address,
        "KEY_PREFIX": "codeport",
        "OPTIONS": {"socket_timeout": 1},  # a count that is lost is better than a page that waits
    }
