"""`make bench`: Codeport beside the obvious ways to do the same, interleaved in one run on one PostgreSQL.

Prints each figure as a ratio, the median of RUNS runs of ours over that of the other. ROWS sets the size.
`python -m benchmarks public` measures the public page alone, `secure` what secure codes take and are worth, `phases`
where the time of one ingestion goes, `slow` what slow clients cost others, `people` what uploads cost those who look,
`changes` changes of codes, `exports` an export, `images` symbols and pictures, `small` a file of four codes, `lists`
lists of codes with each filter.
"""

from __future__ import annotations

import os
import socket
import sys
import tempfile
from pathlib import Path

from portal.embedded.postgres import Postgres
from portal.embedded.valkey import Valkey

ROWS = int(os.environ.get("ROWS", "1000000"))


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def main() -> None:
    if sys.argv[1:] == ["small"]:  # which starts a whole portal by itself
        from benchmarks import small

        small.measure([free_port(), free_port()])
        return
    with tempfile.TemporaryDirectory(prefix="codeport-bench-") as folder:
        home = Path(os.environ.get("CODEPORT_HOME", folder) if sys.argv[1:] == ["lists"] else folder)
        os.environ |= {"CODEPORT_HOME": str(home), "DJANGO_SETTINGS_MODULE": "portal.settings"}
        os.environ |= {"PORT": str(free_port()), "NUM_PROXIES": "1"}  # for the public page
        os.environ["API_RATE"] = "999999/min"
        with Postgres(home), Valkey(home):
            import django

            django.setup()
            from benchmarks import (
                changes,
                exports,
                figures,
                images,
                lists,
                minting,
                people,
                phases,
                public,
                secure,
                slow,
            )

            if sys.argv[1:] == ["secure"]:
                secure.measure()
                return
            if sys.argv[1:] == ["images"]:
                print(
                    "| figure, ours / other | ratio | at most | codes/s of ours | MB of ours |\n|---|---|---|---|---|"
                )
                images.measure()
                return
            if sys.argv[1:] == ["lists"]:
                lists.measure([free_port(), free_port()])
                return
            figures.set_up()
            if sys.argv[1:] == ["public"]:
                figures.fill(figures.FULL)
                public.measure()
            elif sys.argv[1:] == ["slow"]:
                slow.measure()
            elif sys.argv[1:] == ["people"]:
                people.measure()
            elif sys.argv[1:] == ["changes"]:
                figures.empty()
                changes.measure(ROWS)
            elif sys.argv[1:] == ["phases"]:
                phases.measure(ROWS)
            elif sys.argv[1:] == ["exports"]:
                exports.measure(ROWS)
            else:
                cores, python = os.cpu_count(), sys.version.split()[0]
                print(f"{ROWS:,} rows, {figures.RUNS} runs each, {cores} cores, Python {python}\n")
                figures.measure(ROWS)
                figures.empty()
                changes.measure(ROWS)
                public.measure()
                minting.measure(ROWS)
                images.measure()
                exports.measure(ROWS)


if __name__ == "__main__":
    main()
