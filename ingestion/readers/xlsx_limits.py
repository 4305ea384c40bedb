"""Limits on what is read of an Excel workbook (.xlsx)."""

from __future__ import annotations

from dataclasses import dataclass

from ingestion.errors.unreadable import UnreadableFile
from portal.values.problems import say_problem

MOST_STYLES = 100_000  # Excel has 65,490
ELEMENTS_PER_CELL = 4


@dataclass(frozen=True)
class WorkbookLimits:
    """The limits on what is read of one workbook."""

    cells: int = 10_000_000  # of the rectangle around all used cells
    unpacked: int = 512 * 1024**2  # bytes of the parts that are read

    @property
    def elements(self) -> int:
        """XML elements of one part."""
        return self.cells * ELEMENTS_PER_CELL + 100_000


def too_large(how: str) -> UnreadableFile:
    """Return the error for a workbook that is too large."""
    return UnreadableFile(
        say_problem("The workbook unpacks to {how:s}; save the sheet as CSV in UTF-8 and upload that.", how=how)
    )
