"""One attempt at one record: what its stages share."""

from __future__ import annotations

import gc
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import IO

from ingestion.errors.log import ErrorLog
from ingestion.models import IngestionRecord
from ingestion.stages.destinations import Destination, destination_of
from portal.background.pulse import Pulse
from portal.background.spool import prepare_attempt_path
from portal.storage.base import storage
from workorders.models import Change


@dataclass
class Attempt:
    """One attempt at one record, whose spools lie in `folder`.

    `rows` counts the rows that were read, `repeats` the rows that were ignored since their id stands in a row above.
    `facts` are what the reader found out about the file. `origin` is that of a change of codes, and `most_codes` how
    many it may change, if that is limited. Reading may take `most_seconds` of the processor's time, if somebody waits.
    """

    record: IngestionRecord
    pulse: Pulse
    folder: Path
    log: ErrorLog
    facts: dict[str, str] = field(default_factory=dict)
    rows: int = 0
    repeats: int = 0
    origin: str = Change.Origin.FILE
    most_codes: int | None = None
    most_seconds: float | None = None

    def open_file(self) -> IO[bytes]:
        """Open the file that was uploaded."""
        return storage().open(self.record.file_path)

    @cached_property
    def destination(self) -> Destination:
        """The workorder that gets the codes of an upload of new codes."""
        return destination_of(self.record)


@contextmanager
def begin_attempt(record: IngestionRecord, pulse: Pulse) -> Iterator[Attempt]:
    """Open the folder and the error log of an attempt, and remove both at its end."""
    with spool_folder(record) as folder, _no_cycle_collection(), closing(ErrorLog(record.pk, folder)) as log:
        yield Attempt(record, pulse, folder, log)


@contextmanager
def spool_folder(record: IngestionRecord) -> Iterator[Path]:
    """Create a folder for this attempt's spools, after removing those of earlier attempts."""
    folder = prepare_attempt_path(record)
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _no_cycle_collection() -> Iterator[None]:
    """Switch the cycle collector off: rows form no cycles, and visiting them would take longer than all other work."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
