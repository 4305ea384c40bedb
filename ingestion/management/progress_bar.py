"""A progress bar for the command line."""

from __future__ import annotations

import sys
import threading

from django.db import connection

from ingestion.models import IngestionRecord

BAR = 30  # characters
REDRAW = 0.5  # seconds


class ProgressBar(threading.Thread):
    """A progress bar on standard error, where that is a terminal."""

    def __init__(self, record_id: int) -> None:
        super().__init__(daemon=True)
        self.record_id = record_id
        self.ended = threading.Event()

    def __enter__(self) -> None:
        if sys.stderr.isatty():
            self.start()

    def __exit__(self, *exception: object) -> None:
        self.ended.set()
        if self.is_alive():
            self.join()
            sys.stderr.write("\r\033[K")

    def run(self) -> None:
        while not self.ended.wait(REDRAW):
            record = IngestionRecord.objects.get(pk=self.record_id)
            filled = BAR * (record.percent or 0) // 100
            bar = "█" * filled + "·" * (BAR - filled)
            sys.stderr.write(f"\r\033[K{bar} {record.get_phase_display()} {record.rows_done:,}")
            sys.stderr.flush()
        connection.close()
