"""`make bench`: Codeport beside the obvious ways to do the same, interleaved in one run on one PostgreSQL.

Prints each figure as a ratio, the median of RUNS runs of ours over that of the other. ROWS sets the size.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from portal.services import Postgres, Valkey

ROWS = int(os.environ.get("ROWS", "1000000"))


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="codeport-bench-") as folder:
        home = Path(folder)
        os.environ |= {"CODEPORT_HOME": str(home), "DJANGO_SETTINGS_MODULE": "portal.settings"}
        with Postgres(home), Valkey(home):
            import django

            django.setup()
            from benchmarks import figures, images, minting

            print(f"{ROWS:,} rows, {figures.RUNS} runs each, {os.cpu_count()} cores, Python {sys.version.split()[0]}\n")
            figures.measure(ROWS)
            minting.measure(ROWS)
            images.measure()


if __name__ == "__main__":
    main()
