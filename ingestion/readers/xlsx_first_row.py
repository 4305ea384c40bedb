"""The first row of a sheet."""

from __future__ import annotations

from ingestion.readers.xlsx_sheet import SheetXml


class Found(Exception):  # noqa: N818  # an event, not a fault
    """The first row of a sheet is known, so nothing else of it need be read."""


class FirstRowXml(SheetXml):
    """Parses a sheet up to its first row that is not empty, whose texts are in `names`. Raises Found then."""

    def _end_row(self) -> None:
        self.names = {self.stored.text(cell).strip().lower() for cell in self._cells.values()}
        if any(self.names):
            raise Found
