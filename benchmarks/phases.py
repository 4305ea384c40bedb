"""The seconds of each phase of one ingestion, one after the other in one process: the median of RUNS."""

from __future__ import annotations

import gc
import statistics
import time
from collections import defaultdict
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings
from django.db import transaction

from benchmarks.figures import RUNS, empty, rows
from ingestion.errors.log import ErrorLog
from ingestion.readers.csv_reader import CsvReader
from ingestion.rules.defaults import Defaults
from ingestion.rules.file import FileRules
from ingestion.rules.identifiers import RULES
from ingestion.rules.limits import Limits
from portal.models import Company
from workorders.codes.bulk_load import CodeSpool
from workorders.products.services import usable_products


def measure(count: int) -> None:
    """Print the seconds of each phase for a CSV of `count` rows into an empty table."""
    seconds: dict[str, list[float]] = defaultdict(list)
    gc.disable()  # as the engine does
    for _run in range(RUNS):
        path, _copy = rows(count, "phases")
        empty()
        with TemporaryDirectory(dir=settings.SPOOL_DIR) as folder:
            for phase, spent in _phases(path, Path(folder)).items():
                seconds[phase].append(spent)
    print(f"| phase, {count:,} rows | seconds |\n|---|---|")
    for phase, runs in seconds.items():
        print(f"| {phase} | {statistics.median(runs):.2f} |")


def _phases(path: Path, folder: Path) -> dict[str, float]:
    """Seconds of each phase; reading, checking and spooling take turns, batch by batch."""
    company = Company.objects.get(slug="demo").pk
    clock = _Clock()
    with closing(ErrorLog(0, folder)) as log, path.open("rb") as file:
        rules = FileRules(Limits(Defaults(), usable_products(company), 100, RULES["default"]), log)
        spool = CodeSpool(folder, company_id=company, workorder_id=1, first_position=2)
        reader = CsvReader(file, log)
        reader.take_clean_rows()
        batches = iter(reader)
        while batch := next(batches, None):
            clock.stop("reading")
            codes: Any = rules.check_many(batch)
            clock.stop("checking")
            spool.add(codes)
            clock.stop("spooling as sorted runs")
        clock.stop("reading")
        spool.find_repeats(lambda *_repeat: None, lambda _done: None)
        clock.stop("looking for repeats")
        with transaction.atomic():
            spool.load(lambda _done: None)
        clock.stop("merging into COPY")
    return clock.seconds


class _Clock:
    """Adds up the time since it was last stopped."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self._last = time.perf_counter()

    def stop(self, phase: str) -> None:
        """Count the time since the last stop to `phase`."""
        now = time.perf_counter()
        self.seconds[phase] += now - self._last
        self._last = now
