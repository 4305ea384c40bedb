"""A log that keeps in memory what rows and readers report."""

from __future__ import annotations

from ingestion.errors.log import RowLog


class MemoryLog(RowLog):
    """Keeps errors as (kind, row, column, value, detail, id) and warnings as (kind, row, column, value, detail)."""

    def __init__(self) -> None:
        self.errors: list[tuple[str, int | None, str, str, str, str]] = []
        self.warnings: list[tuple[str, int | None, str, str, str]] = []

    def add(self, kind: str, row: int | None, column: str, value: str, *, detail: str = "", id: str = "") -> None:  # noqa: A002
        self.errors.append((kind, row, column, value, detail, id))

    def warn(self, kind: str, row: int | None, column: str, value: str, *, detail: str = "") -> None:
        self.warnings.append((kind, row, column, value, detail))

    @property
    def kinds(self) -> list[str]:
        """The kinds of the errors, in their order."""
        return [kind for kind, *_rest in self.errors]
