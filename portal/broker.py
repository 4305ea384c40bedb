"""Waking the worker. The rows in the database are the truth; a message is only a reminder."""

from __future__ import annotations

import logging
from typing import Any

from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)


def wake(task: Any, *arguments: int) -> None:
    """Send `task`; a broker that does not answer costs a delay only, since the sweeps send it again."""
    try:
        task.delay(*arguments)
    except OperationalError as error:
        logger.warning("The broker does not answer, %s%s waits for the next sweep: %s", task.name, arguments, error)
