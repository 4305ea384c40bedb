"""The Celery transport for Redis as a broker."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from kombu.transport import TRANSPORT_ALIASES, redis, virtual
from redis.exceptions import ConnectionError as RedisConnectionError


class QoS(redis.QoS):
    """Kombu's, in which a message whose end Redis did not hear takes no place of the worker's any longer.

    Kombu 5.7 counts it as in progress for as long as the connection lives, and a worker with as many of them as it has
    processes takes no more. Redis gives such a message out again after `visibility_timeout`, and a claim finds its work
    done.
    """

    def ack(self, delivery_tag: str) -> None:
        """Tell Redis that the message is done."""
        with self._freed(delivery_tag):
            super().ack(delivery_tag)

    def reject(self, delivery_tag: str, requeue: bool = False) -> None:
        """Tell Redis that the message is done, or to give it out again."""
        with self._freed(delivery_tag):
            super().reject(delivery_tag, requeue)

    @contextmanager
    def _freed(self, delivery_tag: str) -> Iterator[None]:
        """Let the message take no place when the block fails."""
        try:
            yield
        except Exception:
            virtual.QoS.ack(self, delivery_tag)
            raise


class Channel(redis.Channel):
    """Kombu's, in which a connection that was given up is a lost connection, and no fault of the program.

    Kombu 5.7 looks for the address on the transport, which a connection has no longer after it was closed. A worker
    that still had to acknowledge a message when Redis went, or to give it back, ended on that with an AttributeError.
    """

    QoS = QoS

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
