"""Parts that are away, and work that is done again."""

from __future__ import annotations

import socket
from datetime import timedelta
from pathlib import Path

from django.db.models.functions import Now
from pytest_django import Settings

from portal.background.leases import Leased
from portal.storage.base import storage


def again(work: Leased) -> None:
    """Let the pause before the next attempt be over, as the sweep then does."""
    type(work)._default_manager.filter(pk=work.pk, status="queued").update(lease_until=Now() - timedelta(seconds=1))
    type(work).requeue_stale()


def nobodys_address() -> str:
    """An address that nothing answers at."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{taken.getsockname()[1]}"


def broken(settings: Settings, **options: str) -> None:
    """Let the storage be one with wrong `options`."""
    default = settings.STORAGES["default"]
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {**default, "OPTIONS": default["OPTIONS"] | options},
    }


def make_stuck(name: str) -> None:
    """Let the stored file of that name be one that cannot be deleted."""
    path = Path(storage().path(name))  # type: ignore[attr-defined]  # it is on disk
    path.unlink()
    (path / "in the way").mkdir(parents=True)
