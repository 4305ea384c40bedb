"""The header of a file of products."""

from __future__ import annotations

from ingestion.errors.text import shown
from ingestion.errors.unreadable import UnreadableFile
from ingestion.readers.encoding import LOOKS_LIKE
from ingestion.rules.header import otherwise_split
from portal.values.problems import say_problem

MOST_COLUMNS = 1000

ALIKE = {"product", "product_sku", "article", "item", "code", "id"}  # what people call an SKU


def refuse_without_sku(header: tuple[str, ...]) -> None:
    names = [name.lower() for name in header]
    if "sku" not in names:
        alike = next((name for name in header if name.lower() in ALIKE), "")
        hint = (
            " " + say_problem("Is it `{alike}` that should be named `sku`?", alike=shown(alike))
            if alike
            else LOOKS_LIKE.get(header[0][:1], "")
        )
        hint = hint or otherwise_split(header, "sku")
        raise UnreadableFile(
            say_problem("Its header has no column `sku`, only: {names}.", names=shown(", ".join(header))) + hint
        )


def refuse_wide(header: tuple[str, ...]) -> None:
    if len(header) > MOST_COLUMNS:
        raise UnreadableFile(
            say_problem(
                "It has {count:,} columns, more than {most:,}; leave only sku and name.",
                count=len(header),
                most=MOST_COLUMNS,
            )
        )
