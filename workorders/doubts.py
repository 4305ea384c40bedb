"""What is no error of a workorder, yet may not be meant."""

from __future__ import annotations

from typing import TypedDict

from workorders import url_prefixes
from workorders.models import Workorder


class Doubt(TypedDict):
    """One of them: its name, and what to look at."""

    warning: str
    message: str


def doubts_of(workorder: Workorder) -> list[Doubt]:
    """All that comes to mind, for its page and the API."""
    said = {"url_prefix_warning": url_prefixes.doubt(workorder.url_prefix)}
    return [Doubt(warning=name, message=message) for name, message in said.items() if message]
