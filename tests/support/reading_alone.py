"""Reads files as a worker does, in a process of its own: `python -m tests.support.reading_alone FILE...`.

Prints for each, as JSON, why it is refused as a whole, and the most memory that the process has had so far, in MiB.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import django


def main(folder: Path, paths: list[str]) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"
    django.setup()
    from ingestion.errors import unreadable
    from ingestion.errors.log import ErrorLog
    from ingestion.readers import unpack
    from ingestion.readers.xlsx_limits import WorkbookLimits
    from tests.support.reading import read

    unpack.FREE_BYTES = 8 * 1024**2  # a tenth of what they are, for a tenth of the time
    limits = WorkbookLimits(cells=100_000, unpacked=64 * 1024**2)

    for path in paths:
        refusal = ""
        with closing(ErrorLog(1, folder)) as log:
            try:
                with Path(path).open("rb") as file:
                    read(path.removesuffix(".gz").rpartition(".")[2], file, log, limits)
            except unreadable.UnreadableFile as error:
                refusal = str(error)
        used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps([refusal, log.counts.total(), used]))  # noqa: T201


if __name__ == "__main__":
    with TemporaryDirectory() as name:
        main(Path(name), sys.argv[1:])
