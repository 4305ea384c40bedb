"""`python -m tests.chaos --rounds 300 --seed 1 --stack embedded`: rounds of faults, a line for each.

The rounds are those of the seeds from `--seed` on, so one round is played again by its own seed and `--rounds 1`. The
first that is violated ends the run, and what the portal wrote is kept. All that is started ends with the run.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from portal.embedded.supervisor import say
from tests.chaos.faults import FAULTS
from tests.chaos.paces import QUICK_LEASE
from tests.chaos.stacks import STACKS, running
from tests.chaos.work import SIZES

COMMAND = (sys.executable, "-m", "tests.chaos")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1, help="of the first round")
    parser.add_argument(
        "--stack", default="embedded", choices=[*STACKS], help="; ".join(map(": ".join, STACKS.items()))
    )
    parser.add_argument("--pace", default="quick", choices=["quick", "true"], help="of leases, sweeps and pauses")
    parser.add_argument("--work", default="full", choices=["full", "small"], help="how much is done in a round")
    parser.add_argument("--fault", default="", help="the one fault to let happen, by its name")
    parser.add_argument("--lasting", type=float, help="seconds from the beginning of a fault to its end")
    parser.add_argument("--anew", type=int, default=50, help="rounds after which a portal is begun: disks are small")
    parser.add_argument("--out", type=Path, help="file to which each round is added as a line of JSON")
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, end)
    names = [make().name for make in FAULTS]
    if asked.fault and asked.fault not in names:
        parser.error(f"no fault is called {asked.fault!r}; these are: {', '.join(names)}")
    seeds, began = range(asked.seed, asked.seed + asked.rounds), time.monotonic()
    if asked.rounds <= asked.anew:
        folder = Path(tempfile.mkdtemp(prefix="codeport-chaos-"))
        if not play(asked, [*seeds], folder):
            say(f"Violated. What the portal wrote is in {folder}", sys.stdout)
            return 1
        shutil.rmtree(folder, ignore_errors=True)
    else:  # each portal has a process of its own, whose settings are of that portal
        for first in seeds[:: asked.anew]:
            some = seeds[first - asked.seed :][: asked.anew]
            again = ["--rounds", str(len(some)), "--seed", str(first)]
            with subprocess.Popen([*COMMAND, *sys.argv[1:], *again]) as child:
                try:
                    code = child.wait()
                except SystemExit:
                    child.terminate()
                    raise
            if code:
                return code
    say(f"{asked.rounds} rounds on {asked.stack} in {time.monotonic() - began:.0f} s, nothing violated.", sys.stdout)
    return 0


def end(*_: object) -> None:
    """End by SIGTERM with all that was started, whose end a second one does not disturb."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.exit("Ended.")


def play(asked: argparse.Namespace, seeds: list[int], folder: Path) -> bool:
    """Play the rounds of these seeds on a fresh portal, up to the first that is violated; whether none was."""
    with running(asked.stack, folder, is_quick=asked.pace == "quick") as stack:
        if asked.pace == "quick":
            stack.lease = QUICK_LEASE.total_seconds()
        os.environ |= stack.own_environment()
        import django

        django.setup()
        from tests.chaos.rounds import Portal

        portal = Portal(stack, SIZES[asked.work])
        for seed in seeds:
            result = portal.round(seed, asked.fault, asked.lasting)
            say(result.line(), sys.stdout)
            if asked.out:
                with asked.out.open("a") as out:
                    out.write(json.dumps(vars(result)) + "\n")
            if result.problems:
                return False
    return True


if __name__ == "__main__":
    sys.exit(main())
