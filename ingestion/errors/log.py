"""The log of what was found wrong with a file."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from itertools import count, islice
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from ingestion.errors.kinds import in_full
from ingestion.errors.text import shown
from ingestion.errors.unreadable import UnreadableFile
from ingestion.errors.warning_kinds import WARNINGS
from portal.database.postgres_copy import copy_blocks, file_blocks, ticking
from portal.values.problems import say_problem

MOST_ERRORS = 1_000_000  # listed of one file, after which nobody reads on
MOST_WARNINGS = 100  # kept of one file
IDS_PER_KIND = 1000  # ids named in a record's result_data, for each kind
NULL = "\\N"


def warning(kind: str, row: int | None, column: str, value: str, detail: str, count: int = 1) -> dict[str, Any]:
    """Return a warning as a record keeps it."""
    return {
        "warning": kind,
        "row": row,
        "column": shown(column),
        "value": shown(value),
        "count": count,
        "message": in_full(WARNINGS[kind], detail),
    }


Fault = tuple[str, str, str, str]
"""What is wrong with a row: kind, column, value, detail."""


class RowLog(Protocol):
    """Takes what is found in rows; `id` is that of a row, where it has one."""

    def add(self, kind: str, row: int | None, column: str, value: str, *, detail: str = "", id: str = "") -> None: ...  # noqa: A002  # the field's word
    def warn(self, kind: str, row: int | None, column: str, value: str, *, detail: str = "") -> None: ...

    def add_rows(
        self, first: int, faults: Sequence[Sequence[Fault]], of_rows: NDArray[np.int32], ids: Sequence[str]
    ) -> None:
        """Note what is wrong with rows that follow one another: `of_rows` says which of the few `faults` each has."""
        for row, which, identifier in zip(count(first), of_rows.tolist(), ids, strict=False):
            for kind, column, value, detail in faults[which]:
                self.add(kind, row, column, value, detail=detail, id=identifier)


class ErrorLog(RowLog):
    """Keeps what is found in one file: counts by kind, the first ids, and every error spooled for `store`.

    Memory does not grow with the number of errors.
    """

    TABLE = "ingestion_ingestionerror"
    COLUMNS = ("record_id", "row", "column", "value", "error", "detail")

    def __init__(self, record_id: int, folder: Path) -> None:
        self.record_id = record_id
        self.path = folder / "errors"
        self.spool = self.path.open("w", encoding="utf-8")
        self.counts: Counter[str] = Counter()
        self._left = MOST_ERRORS
        self.ids: defaultdict[str, list[str]] = defaultdict(list)
        self._warnings: dict[tuple[str, str], dict[str, Any]] = {}

    def add(self, kind: str, row: int | None, column: str, value: str, *, detail: str = "", id: str = "") -> None:  # noqa: A002  # the field's word
        """Note one error; `id` is that of its row, where the row has one. UnreadableFile when they are too many."""
        if self._left == 0 and kind != "invalid_file_error":
            raise UnreadableFile(
                say_problem(
                    "It has more than {most:,} errors; those that were found first are listed.", most=MOST_ERRORS
                )
            )
        self._left -= 1
        self.counts[kind] += 1
        ids = self.ids[kind]
        if id and len(ids) < IDS_PER_KIND:
            ids.append(shown(id))
        self.spool.write(f"{self.record_id}\t{NULL if row is None else row}{_end_of_line(kind, column, value, detail)}")

    def add_rows(
        self, first: int, faults: Sequence[Sequence[Fault]], of_rows: NDArray[np.int32], ids: Sequence[str]
    ) -> None:
        """Note many errors, of which few are different, without making anything of each."""
        of_each = np.array([len(each) for each in faults])[of_rows]
        if (total := int(of_each.sum())) > self._left:
            super().add_rows(first, faults, of_rows, ids)
            return
        import pyarrow as pa  # takes time and memory, and only long files need it
        import pyarrow.compute as pc

        from workorders.codes.code_block import bytes_of

        every = [fault for each in faults for fault in each]
        begins = np.cumsum([0, *map(len, faults)])
        rows = np.repeat(np.arange(len(of_rows)), of_each)
        which = begins[of_rows[rows]] + np.arange(total) - np.repeat(np.cumsum(of_each) - of_each, of_each)
        ends = pa.array([_end_of_line(*fault) for fault in every], pa.string()).take(pa.array(which))
        lines = pc.binary_join_element_wise(f"{self.record_id}\t", pa.array(rows + first).cast(pa.string()), ends, "")
        self.spool.write(str(bytes_of(lines), "utf-8"))
        self._left -= total
        kinds = list(dict.fromkeys(every[at][0] for at in dict.fromkeys(which.tolist())))
        for kind in kinds:
            is_it = np.array([fault[0] == kind for fault in every])[which]
            self.counts[kind] += int(is_it.sum())
            known = self.ids[kind]
            named = filter(None, (ids[row] for row in rows[is_it].tolist()))
            known += map(shown, islice(named, IDS_PER_KIND - len(known)))

    def warn(self, kind: str, row: int | None, column: str, value: str, *, detail: str = "", count: int = 1) -> None:
        """Note what is no error, but may not be meant; the first of a kind in a column is kept, the others counted."""
        known = self._warnings.get((kind, column if row else value))
        if known:
            known["count"] += count
        elif len(self._warnings) < MOST_WARNINGS:
            self._warnings[kind, column if row else value] = warning(kind, row, column, value, detail, count)

    @property
    def warnings(self) -> list[dict[str, Any]]:
        """The warnings as the record keeps them, in the order in which they were found."""
        return list(self._warnings.values())

    @property
    def result_data(self) -> dict[str, object]:
        """The errors as the record's `result_data` tells them."""
        return {"errors": [{kind: ids} for kind, ids in self.ids.items()], "error_counts": dict(self.counts)}

    def store(self, tick: Callable[[int], None]) -> None:
        """Write every error into the database, in the caller's transaction; `tick` hears how many have been sent."""
        self.spool.flush()
        with connection.cursor() as cursor:
            copy_blocks(cursor, self.TABLE, self.COLUMNS, ticking(file_blocks(self.path), tick))

    def close(self) -> None:
        self.spool.close()


def _end_of_line(kind: str, column: str, value: str, detail: str) -> str:
    """Return an error as COPY reads it, from behind its row."""
    return f"\t{shown(column)}\t{shown(value)}\t{kind}\t{detail}\n".replace("\\", "\\\\")
