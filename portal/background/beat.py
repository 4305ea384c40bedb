"""The clock: Celery's own, which sends nothing more into a queue in which much waits.

While no worker runs, sweeps would pile up. Messages that expire would not, but they carry a time of day: with the
clock's machine some minutes behind, or a worker's ahead, each would be dropped, and what was lost found by nobody.
"""

from __future__ import annotations

from typing import Any, Final

from celery import beat

MOST_WAITING: Final = 200  # messages: some seconds of work


class Scheduler(beat.Scheduler):
    """Sends what is due, except into a queue that is long."""

    def apply_async(self, entry: Any, producer: Any = None, advance: bool = True, **options: Any) -> Any:
        """Send the task, unless its queue is long: another of its kind waits there then."""
        if self._waiting(entry, producer) >= MOST_WAITING:
            return self.reserve(entry) if advance else None
        return super().apply_async(entry, producer=producer, advance=advance, **options)

    def _waiting(self, entry: Any, producer: Any) -> int:
        """Return how many messages wait in the task's queue, and 0 where the broker does not say."""
        try:
            queue = self.app.amqp.router.route({}, entry.task)["queue"]
            return int(queue.bind(producer.channel).queue_declare().message_count)
        except Exception:  # each broker has its own, and sending, which comes next, connects anew and tells
            return 0
