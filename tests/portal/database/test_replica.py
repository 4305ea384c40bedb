"""Who looks after the replica; what comes of it stands in `tests/journeys/test_replica.py`."""

from __future__ import annotations

import asyncio
from threading import Event
from typing import Any

import pytest

from portal.database import replica
from tests.support.running import wait_for


def test_a_fault_ends_nobody_who_looks_after_the_replica(caplog: pytest.LogCaptureFixture) -> None:
    faults, has_looked_again = [RuntimeError("dictionary changed size during iteration")], Event()

    class Watch(replica._Watch):
        async def _look(self, *_: Any) -> None:
            if faults:
                raise faults.pop()
            has_looked_again.set()
            await asyncio.Event().wait()  # for ever: the thread outlives the test

    assert not Watch().is_fresh()
    wait_for(has_looked_again.is_set, "it looks again")
    assert [record.getMessage() for record in caplog.records if record.levelname == "ERROR"] == [
        "Looking after the replica failed"
    ]
