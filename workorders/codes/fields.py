"""The fields that a code may have, and the values that they may hold."""

from __future__ import annotations

import re
from typing import Any

from portal.values.characters import control_in
from portal.values.problems import say_problem
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
Attributes = tuple[int | None, int, int]
"""Product id, activation status, blacklist reason."""
OWN_COLUMNS = ("id", *ATTRIBUTES)
MEANT = {"status": "activation_status", "reason": "blacklist_reason", "sku": "product"}  # what else they are called


def meant_reason(value: str) -> str:
    """Say which number the blacklist reason has that a person meant by `value`; or nothing."""
    numbers = {str(reason.label): reason.value for reason in BlacklistReason}
    meant = nearest(value, numbers)
    if number := value.strip().removesuffix(".0"):
        meant = BlacklistReason(int(number)).label if number in REASONS else meant
    return say_problem("Write {number} for {meant:s}.", number=numbers[meant], meant=meant) if meant else ""


def reserved(reason: int) -> str:
    """Say why no change gives this reason, one of OF_CODEPORT."""
    return say_problem(
        "The reason {reason} ({label:s}) is given by Codeport alone. Write one from 1 to 8.",
        reason=reason,
        label=BlacklistReason(reason).label,
    )


def contradict(status: int | None, reason: int | None) -> bool:
    """Say whether a code cannot have both: a blacklist reason tells why it is blacklisted.

    None stands for what a change leaves alone, so that the code itself decides.
    """
    return bool(reason) and status not in (None, ActivationStatus.BLACKLISTED)


def contradiction(status: int | None, reason: int) -> str:
    """Say what is wrong with the two together."""
    label = ActivationStatus(status or 0).label
    return say_problem(
        "The reason {reason} goes with activation status 2 (blacklisted) alone, but the status is "
        "{status} ({label:s}).",
        reason=reason,
        status=status or 0,
        label=label,
    )


def scm_key_rule() -> str:
    """Say how the name of a field is written."""
    return say_problem(
        "a field's name begins with a small letter, then small letters, digits and _, 64 characters at most."
    )


def rule_of_name(key: str) -> str:
    """Say how the name of a field is written, and how `key` would be right, if that is seen."""
    spelled = re.sub("[^a-z0-9]+", "_", key.casefold()).strip("_")
    right = say_problem("`{name}` would be right.", name=spelled) if SCM_KEY.fullmatch(spelled) else ""
    return f"{scm_key_rule()} {right}".rstrip()


def fault_of_name(key: str, value: Any) -> str:
    """Say why no field of a code has this name, or a value of this type; or nothing."""
    if key not in OWN_COLUMNS and not SCM_KEY.fullmatch(key):
        return rule_of_name(key)
    if isinstance(value, (dict, list)):
        return say_problem("it must be a text, a number, true or false, not a nested value.")
    return ""


def fault_of_value(key: str, text: str) -> str:
    """Say why the field cannot have this value; or nothing."""
    if "\0" in text:
        return say_problem("a NUL character cannot be stored.")
    if key not in OWN_COLUMNS and (control := control_in(text)):
        return control
    if key == "activation_status" and text and text not in STATUSES:
        return say_problem("it must be 0 (inactive), 1 (active) or 2 (blacklisted).")
    if key == "blacklist_reason" and text and text not in REASONS:
        return f"{say_problem('it must be a number from 0 to 10.')} {meant_reason(text)}".rstrip()
    if len(text) > LONGEST_SCM_VALUE:
        return say_problem("{most:,} characters at most, this has {count:,}.", most=LONGEST_SCM_VALUE, count=len(text))
    return ""


def as_sentence(fault: str) -> str:
    """Write what is said behind a name as a sentence of its own."""
    return f"{fault[:1].upper()}{fault[1:]}"
