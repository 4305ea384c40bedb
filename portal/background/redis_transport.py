"""The Celery transport for Redis as a broker."""

from __future__ import annotations

from typing import Any

from kombu.transport import TRANSPORT_ALIASES, redis
from redis.exceptions import ConnectionError as RedisConnectionError


class Channel(redis.Channel):
    """Kombu's, in which a connection that was given up is a lost connection, and no fault of the program.

    Kombu 5.7 looks for the address on the transport, which a connection has no longer after it was closed. A worker
    that still had to acknowledge a message when Redis went, or to give it back, ended on that with an AttributeError.
    """

    def _connparams(self, asynchronous: bool = False) -> dict[str, Any]:
        """Return the parameters of the connection."""
        if self.connection is None or self.connection.client is None:
            raise RedisConnectionError("The connection was given up.")
        return dict(super()._connparams(asynchronous))  # type: ignore[misc]  # the stubs leave it out


class Transport(redis.Transport):
    """Kombu's, with these channels."""

    Channel = Channel


def use() -> None:
    """Speak to every Redis so from now on."""
    TRANSPORT_ALIASES.update(dict.fromkeys(("redis", "rediss"), f"{__name__}:Transport"))
