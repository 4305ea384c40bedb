"""Commands, and what they print."""

from __future__ import annotations

import io

from django.core.management import call_command


def run(*words: str) -> str:
    """What a command writes on standard output."""
    out = io.StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()
