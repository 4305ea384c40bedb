"""The default values of an upload, which a code takes where its row says nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ingestion.errors.text import shown
from portal.values.problems import say_problem
from workorders.codes.fields import MOST_SCM_FIELDS, OWN_COLUMNS, REASONS, STATUSES, fault_of_name, fault_of_value

LONGEST_DEFAULTS = 10_000  # characters of all default values together, since every code gets them


@dataclass(frozen=True)
class Defaults:
    """The values a code takes where its row has none: `product` is an SKU, `scm` its SCM data.

    None stands for nothing, where rows change codes that have a status and a reason already.
    """

    product: str = ""
    activation_status: int | None = 0
    blacklist_reason: int | None = 0
    scm: dict[str, str] = field(default_factory=dict)

    @property
    def scm_size(self) -> int:
        """Characters of the SCM data, which each code gets."""
        return sum(len(key) + len(value) for key, value in self.scm.items())


def parse_defaults(data: Mapping[str, Any], *, status: int | None = 0, reason: int | None = 0) -> Defaults:
    """Return the defaults that the posted `default_scm_data` sets.

    `status` and `reason` are those of codes of which neither a row nor a default says one. Raises ValueError with a
    list of everything that is wrong: first with names and types, then with the values of what is named well.
    """
    if len(data) > MOST_SCM_FIELDS:
        raise ValueError(
            [say_problem("It has {count:,} fields; {most:,} at most.", count=len(data), most=MOST_SCM_FIELDS)]
        )
    misnamed = {key: fault for key, value in data.items() if (fault := _fault_of_name(key, value))}
    texts = {key: text_of(value) for key, value in data.items() if value is not None and key not in misnamed}
    wrong = [*misnamed.values(), *filter(None, (_fault_of_value(key, text) for key, text in texts.items()))]
    if (size := sum(map(len, texts.values()))) > LONGEST_DEFAULTS:
        wrong.append(
            say_problem(
                "The values hold {size:,} characters together; {most:,} at most, since every code gets them.",
                size=size,
                most=LONGEST_DEFAULTS,
            )
        )
    if wrong:
        raise ValueError(wrong)
    return Defaults(
        texts.get("product", ""),
        STATUSES.get(texts.get("activation_status", ""), status),
        REASONS.get(texts.get("blacklist_reason", ""), reason),
        {key: text for key, text in texts.items() if key not in OWN_COLUMNS and text},
    )


def text_of(value: Any) -> str:
    """Return a posted default value as the text that codes get."""
    return value if isinstance(value, str) else json.dumps(value)


def _fault_of_name(key: str, value: Any) -> str:
    """Say why a field of this name and type takes no default; or nothing."""
    fault = say_problem("every code has its own; it takes no default.") if key == "id" else fault_of_name(key, value)
    return fault and f"{shown(key)}: {fault}"


def _fault_of_value(key: str, text: str) -> str:
    """Say why the field cannot have this value; or nothing."""
    fault = fault_of_value(key, text)
    return fault and f"{key}: {fault}"
