"""The fields that a row may have, what they may hold, and what a code takes where its row says nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ingestion.errors.text import shown
from workorders.models import ActivationStatus, BlacklistReason

SCM_KEY = re.compile(r"[a-z][a-z0-9_]{0,63}")
LONGEST_SCM_VALUE = 1000
MOST_SCM_FIELDS = 10_000
LONGEST_DEFAULTS = 10_000  # characters of all default values together, since every code gets them
STATUSES = {"0": 0, "1": 1, "2": 2}
REASONS = {str(reason): reason for reason in range(11)}
ATTRIBUTES = ("product", "activation_status", "blacklist_reason")
SCM_KEY_RULE = "a field's name begins with a small letter, then small letters, digits and _, 64 characters at most."
OWN_COLUMNS = ("id", *ATTRIBUTES)
ERRORS_COLUMN = "errors (ignored)"  # stands in the file of rows with their errors, and says nothing when uploaded


@dataclass(frozen=True)
class Defaults:
    """What a code takes where its row says nothing: `product` is an SKU, `scm` its SCM data."""

    product: str = ""
    activation_status: int = 0
    blacklist_reason: int = 0
    scm: dict[str, str] = field(default_factory=dict)


def contradict(status: int, reason: int) -> bool:
    """Whether a code cannot have both: a blacklist reason tells why it is blacklisted."""
    return reason != BlacklistReason.NONE and status != ActivationStatus.BLACKLISTED


def contradiction(status: int, reason: int) -> str:
    """What is wrong with the two together."""
    label = ActivationStatus(status).label
    return (
        f"The reason {reason} goes with activation status 2 (blacklisted) alone, but the status is {status} ({label})."
    )


def parse_defaults(data: Mapping[str, Any], *, status: int = 0) -> Defaults:
    """The defaults that posted `default_scm_data` means. Raises ValueError with a list of what is wrong, one by one.

    `status` is the activation status of codes of which nothing is said.
    """
    if len(data) > MOST_SCM_FIELDS:
        raise ValueError([f"It has {len(data):,} fields; {MOST_SCM_FIELDS:,} at most."])
    texts: dict[str, str] = {}
    wrong: list[str] = []
    for key, value in data.items():
        if key == "id":
            wrong.append("id: every code has its own; it takes no default.")
        elif key not in OWN_COLUMNS and not SCM_KEY.fullmatch(key):
            wrong.append(f"{shown(key)}: {SCM_KEY_RULE}")
        elif isinstance(value, (dict, list)):
            wrong.append(f"{key}: a text, a number, true or false, not a nested value.")
        elif value is not None:
            texts[key] = value if isinstance(value, str) else json.dumps(value)
    for key, text in texts.items():
        if "\0" in text:
            wrong.append(f"{key}: a NUL character cannot be stored.")
        elif key == "activation_status" and text and text not in STATUSES:
            wrong.append("activation_status: 0 (inactive), 1 (active) or 2 (blacklisted).")
        elif key == "blacklist_reason" and text and text not in REASONS:
            wrong.append("blacklist_reason: a number from 0 to 10.")
        elif len(text) > LONGEST_SCM_VALUE:
            wrong.append(f"{key}: {LONGEST_SCM_VALUE:,} characters at most, this has {len(text):,}.")
    if (size := sum(map(len, texts.values()))) > LONGEST_DEFAULTS:
        wrong.append(
            f"The values hold {size:,} characters together; {LONGEST_DEFAULTS:,} at most, since every code gets them."
        )
    if wrong:
        raise ValueError(wrong)
    return Defaults(
        texts.get("product", ""),
        STATUSES.get(texts.get("activation_status", ""), status),
        REASONS.get(texts.get("blacklist_reason", ""), 0),
        {key: text for key, text in texts.items() if key not in OWN_COLUMNS and text},
    )
