"""The fields that a code may have, and the values that they may hold."""

from __future__ import annotations

import re

from workorders.models import ActivationStatus, BlacklistReason

SCM_KEY = re.compile(r"[a-z][a-z0-9_]{0,63}")
LONGEST_SCM_VALUE = 1000
MOST_SCM_FIELDS = 10_000
STATUSES = {"0": 0, "1": 1, "2": 2}
REASONS = {str(reason): reason for reason in range(11)}
ATTRIBUTES = ("product", "activation_status", "blacklist_reason")
SCM_KEY_RULE = "a field's name begins with a small letter, then small letters, digits and _, 64 characters at most."
OWN_COLUMNS = ("id", *ATTRIBUTES)


def contradict(status: int, reason: int) -> bool:
    """Say whether a code cannot have both: a blacklist reason tells why it is blacklisted."""
    return reason != BlacklistReason.NONE and status != ActivationStatus.BLACKLISTED


def contradiction(status: int, reason: int) -> str:
    """Say what is wrong with the two together."""
    label = ActivationStatus(status).label
    return (
        f"The reason {reason} goes with activation status 2 (blacklisted) alone, but the status is {status} ({label})."
    )
