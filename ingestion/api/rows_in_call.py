"""Rows that come in a call: checked by the rules of files before the call is answered."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from ingestion.errors.kinds import GS1_KINDS, KINDS, in_full
from ingestion.errors.log import RowLog
from ingestion.errors.text import shown
from ingestion.errors.unreadable import UnreadableFile
from ingestion.models import IngestionRecord
from ingestion.readers.json_reader import JsonReader
from ingestion.readers.unpack import MOST_SECONDS, Budget
from ingestion.rules.column_mapping import map_batches
from ingestion.rules.file import FileRules
from ingestion.rules.limits import limits_for
from portal.models import Company
from workorders.codes.url_prefixes import longest_id

MOST_SAID = 1000  # problems in one answer


def list_problems(rows: str, company: Company, options: dict[str, Any]) -> list[str]:
    """Return what is wrong with each row of the JSON array `rows`, but for ids that are taken or stand twice."""
    log = _Problems(GS1_KINDS if options["id_format"] == IngestionRecord.IdFormat.GS1 else KINDS)
    longest = longest_id(options["url_prefix"] or company.default_url_prefix)
    limits = limits_for(company.pk, options, longest)
    rules = FileRules(limits, log)
    try:
        budget = Budget(most_seconds=MOST_SECONDS)
        batches = JsonReader(BytesIO(rows.encode()), log)
        for batch in map_batches(batches, options.get("columns", {}), is_table=False):
            rules.check(batch)
            budget.spend(0)
    except UnreadableFile as problem:
        return [str(problem)]
    return log.said()


class _Problems(RowLog):
    """Collects errors as sentences, in the order of their rows; warnings are the record's to keep."""

    def __init__(self, kinds: Any) -> None:
        self._kinds = kinds
        self._found: list[tuple[int, str]] = []

    def add(self, kind: str, row: int | None, column: str, value: str, *, detail: str = "", id: str = "") -> None:  # noqa: A002  # as ErrorLog has it
        of = f", {shown(column)}" if column else ""
        cell = f" `{shown(value)}`" if value else ""
        self._found.append((row or 0, f"Row {row or 0:,}{of}{cell}: {in_full(self._kinds[kind], detail)}"))

    def warn(self, kind: str, row: int | None, column: str, value: str, *, detail: str = "") -> None:
        """Note nothing."""

    def said(self) -> list[str]:
        """The first MOST_SAID sentences, and how many there are besides."""
        said = [sentence for _row, sentence in sorted(self._found, key=lambda each: each[0])]
        more = len(said) - MOST_SAID
        return [*said[:MOST_SAID], f"There are {more:,} problems more."] if more > 0 else said
