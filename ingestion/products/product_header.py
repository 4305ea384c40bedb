"""The header of a file of products."""

from __future__ import annotations

from ingestion.errors.text import shown
from ingestion.errors.unreadable import UnreadableFile
from ingestion.readers.encoding import LOOKS_LIKE
from ingestion.rules.header import otherwise_split

MOST_COLUMNS = 1000

ALIKE = {"product", "product_sku", "article", "item", "code", "id"}  # what people call an SKU


def refuse_without_sku(header: tuple[str, ...]) -> None:
    names = [name.lower() for name in header]
    if "sku" not in names:
        alike = next((name for name in header if name.lower() in ALIKE), "")
        hint = f" Is it `{shown(alike)}` that should be named `sku`?" if alike else LOOKS_LIKE.get(header[0][:1], "")
        hint = hint or otherwise_split(header, "sku")
        raise UnreadableFile(f"Its header has no column `sku`, only: {shown(', '.join(header))}.{hint}")


def refuse_wide(header: tuple[str, ...]) -> None:
    if len(header) > MOST_COLUMNS:
        raise UnreadableFile(f"It has {len(header):,} columns, more than {MOST_COLUMNS:,}; leave only sku and name.")
