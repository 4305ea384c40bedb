"""How a file is to be read, as the upload says it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

MOST_HEADER_ROW = 100  # the last row in which a header may stand


@dataclass(frozen=True)
class ReadOptions:
    """The options of one upload that say how its file is read; what is empty, or 0, the reader finds out by itself.

    `encoding` is one of ENCODINGS. `header_row` is the number of the row with the names; what stands above is skipped.
    `sheet` is the name of the sheet of a workbook that is read.
    """

    delimiter: str = ""
    encoding: str = ""
    header_row: int = 0
    sheet: str = ""

    @classmethod
    def of(cls, parameters: Mapping[str, Any]) -> Self:
        """Return those among the parameters of a record."""
        return cls(**{name: parameters[name] for name in cls.__dataclass_fields__ if name in parameters})


AS_IT_IS = ReadOptions()
