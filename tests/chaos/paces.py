"""How long leases and pauses are: as they are, or quick, so that more rounds fit into an hour."""

from __future__ import annotations

from datetime import timedelta

from django.apps import AppConfig

QUICK_LEASE = timedelta(seconds=2)


class Quick(AppConfig):
    """Shortens what no setting names, in each process of the portal that loads the settings `tests.chaos.quick`."""

    name = "tests.chaos"

    def ready(self) -> None:
        """Shorten it."""
        from portal.background import leases, pulse, worker_slots  # need the models of all apps
        from portal.embedded import supervisor

        for module in (leases, pulse):
            module.__dict__["LEASE"] = QUICK_LEASE  # instead of 10 seconds
        leases.REMINDER = timedelta(seconds=5)  # instead of 30
        for module in (leases, worker_slots):
            module.__dict__["AGAIN"] = timedelta(seconds=1)  # instead of 5
        leases.FIRST_PAUSE = timedelta(seconds=1)  # instead of 10
        leases.LONGEST_PAUSE = timedelta(seconds=8)
        supervisor.LONGEST_PAUSE = 4.0  # instead of 60
