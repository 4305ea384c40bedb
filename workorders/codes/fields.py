"""The fields that a code may have, and the values that they may hold."""

from __future__ import annotations

import re
from typing import Any

from portal.values.suggestions import nearest
from workorders.models import ActivationStatus, BlacklistReason

SCM_KEY = re.compile(r"[a-z][a-z0-9_]{0,63}")
LONGEST_SCM_VALUE = 1000
MOST_SCM_FIELDS = 10_000
STATUSES = {"0": 0, "1": 1, "2": 2}
REASONS = {str(reason): reason for reason in range(11)}
OF_CODEPORT = (int(BlacklistReason.WORKORDER_CANCELLED), int(BlacklistReason.MAXIMUM_SCAN_COUNT_EXCEEDED))
"""The reasons for which Codeport itself blacklists codes, and which no change gives to a code without it."""
ATTRIBUTES = ("product", "activation_status", "blacklist_reason")
SCM_KEY_RULE = "a field's name begins with a small letter, then small letters, digits and _, 64 characters at most."
OWN_COLUMNS = ("id", *ATTRIBUTES)
MEANT = {"status": "activation_status", "reason": "blacklist_reason", "sku": "product"}  # what else they are called


def meant_reason(value: str) -> str:
    """Say which number the blacklist reason has that a person meant by `value`; or nothing."""
    numbers = {str(reason.label): reason.value for reason in BlacklistReason}
    meant = nearest(value, numbers)
    if number := value.strip().removesuffix(".0"):
        meant = BlacklistReason(int(number)).label if number in REASONS else meant
    return f"Write {numbers[meant]} for {meant}." if meant else ""


def reserved(reason: int) -> str:
    """Say why no change gives this reason, one of OF_CODEPORT."""
    return f"The reason {reason} ({BlacklistReason(reason).label}) is given by Codeport alone. Write one from 1 to 8."


def contradict(status: int | None, reason: int | None) -> bool:
    """Say whether a code cannot have both: a blacklist reason tells why it is blacklisted.

    None stands for what a change leaves alone, so that the code itself decides.
    """
    return bool(reason) and status not in (None, ActivationStatus.BLACKLISTED)


def contradiction(status: int | None, reason: int) -> str:
    """Say what is wrong with the two together."""
    label = ActivationStatus(status or 0).label
    return (
        f"The reason {reason} goes with activation status 2 (blacklisted) alone, but the status is {status} ({label})."
    )


def rule_of_name(key: str) -> str:
    """Say how the name of a field is written, and how `key` would be right, if that is seen."""
    spelled = re.sub("[^a-z0-9]+", "_", key.casefold()).strip("_")
    return f"{SCM_KEY_RULE} `{spelled}` would be right." if SCM_KEY.fullmatch(spelled) else SCM_KEY_RULE


def fault_of_name(key: str, value: Any) -> str:
    """Say why no field of a code has this name, or a value of this type; or nothing."""
    if key not in OWN_COLUMNS and not SCM_KEY.fullmatch(key):
        return rule_of_name(key)
    if isinstance(value, (dict, list)):
        return "it must be a text, a number, true or false, not a nested value."
    return ""


def fault_of_value(key: str, text: str) -> str:
    """Say why the field cannot have this value; or nothing."""
    if "\0" in text:
        return "a NUL character cannot be stored."
    if key == "activation_status" and text and text not in STATUSES:
        return "it must be 0 (inactive), 1 (active) or 2 (blacklisted)."
    if key == "blacklist_reason" and text and text not in REASONS:
        return f"it must be a number from 0 to 10. {meant_reason(text)}".rstrip()
    if len(text) > LONGEST_SCM_VALUE:
        return f"{LONGEST_SCM_VALUE:,} characters at most, this has {len(text):,}."
    return ""
