"""`python -m tests.mutants PYTHON --sample 60 --seed 1`: whether the tests notice when the code is wrong.

cosmic-ray changes one operator, number, condition, loop or decorator at a time, in a copy of the repository, and the
tests of its group are run. What they do not notice is shown as a difference: a test is missing, the code is not needed,
or the change changes nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

from portal.embedded.postgres import DATABASE, Postgres
from portal.embedded.server import socket_dir
from portal.embedded.supervisor import say
from portal.embedded.valkey import Valkey, valkey_url
from tests.mutants.ask import END, PASSED, SOCKET, ask
from tests.mutants.choice import choose
from tests.mutants.groups import GROUPS, Group
from tests.support.paths import CHECKOUT

ENOUGH = 85  # percent that the tests of a group have to notice
SESSION = "session.sqlite"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("python", help="the interpreter that has cosmic-ray, in an environment of its own")
    parser.add_argument("--sample", type=int, default=60, help="how many changes of each group")
    parser.add_argument("--seed", type=int, default=1, help="of the choice")
    parser.add_argument("--only", choices=GROUPS, help="one group")
    asked = parser.parse_args()
    with copy_of_the_checkout() as copy:
        shares = [tried(name, copy, asked) for name in ([asked.only] if asked.only else GROUPS)]
    return 0 if min(shares) >= ENOUGH else 1


@contextmanager
def copy_of_the_checkout() -> Iterator[Path]:
    """A copy of the repository as it is now, with a database and a broker, all gone afterwards."""
    with TemporaryDirectory(prefix="codeport-mutants-") as folder, ExitStack() as servers:
        copy, home = Path(folder, "copy"), Path(folder, "home")
        home.mkdir()
        command = ["git", "ls-files", "-zco", "--exclude-standard"]
        listed = subprocess.run(command, cwd=CHECKOUT, check=True, capture_output=True, text=True)
        for name in filter(None, listed.stdout.split("\0")):
            if (CHECKOUT / name).exists():
                (copy / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(CHECKOUT / name, copy / name)
        servers.enter_context(Postgres(home, throwaway=True))
        servers.enter_context(Valkey(home))
        os.environ |= {
            "CODEPORT_HOME": str(home),
            "TMPDIR": str(home),
            "DATABASE_URL": f"postgresql://postgres@{quote(str(socket_dir(home)), safe='')}/{DATABASE}",
            "CELERY_BROKER_URL": valkey_url(home),
        }
        subprocess.run([sys.executable, "manage.py", "migrate", "--verbosity", "0"], cwd=copy, check=True)
        yield copy


def tried(name: str, copy: Path, asked: argparse.Namespace) -> float:
    """Try a sample of the group's mutants, tell what came of it, and return the share in percent that was noticed."""
    group = GROUPS[name]
    pytest = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "-p", "tests.mutants.server"]
    pytest += ["--reuse-db", *group.tests]
    (copy / SESSION).unlink(missing_ok=True)
    with serving(pytest, group, copy) as seconds:
        (copy / "mutants.toml").write_text(
            f"""[cosmic-ray]
module-path = {json.dumps(group.modules)}
timeout = {100 + 3 * seconds}
excluded-modules = []
test-command = {json.dumps(shlex.join([sys.executable, "-m", "tests.mutants.ask", str(seconds), *pytest]))}
[cosmic-ray.distributor]
name = "local"
"""
        )
        tool = [asked.python, "-m", "cosmic_ray.cli", "--verbosity", "ERROR"]
        subprocess.run([*tool, "init", "mutants.toml", SESSION], cwd=copy, check=True)
        with sqlite3.connect(copy / SESSION) as session:
            number, places = choose(session, copy, group.only, asked.sample, asked.seed)
        say(f"{name}: {number} changes at {places} places; a run may take {seconds} s", sys.stdout)
        subprocess.run([*tool, "exec", "mutants.toml", SESSION], cwd=copy, check=True)
    with sqlite3.connect(copy / SESSION) as session:
        return told(name, session)


@contextmanager
def serving(pytest: list[str], group: Group, copy: Path) -> Iterator[int]:
    """The server of the group's tests, and the seconds after which a run of them counts as endless.

    That is the backstop for a run that waits; one that computes is ended earlier, by the processor's time.
    """
    modules = [*(copy / name for name in group.modules)]
    files = [str(file) for path in modules for file in (path.rglob("*.py") if path.is_dir() else [path])]
    os.environ |= {SOCKET: str(copy / "socket"), "MUTANTS_FILES": ":".join(files)}
    server = subprocess.Popen(pytest, cwd=copy, stdout=subprocess.DEVNULL)
    try:
        while not (copy / "socket").exists():
            if server.poll() is not None:
                raise SystemExit("The tests cannot be collected.")
            time.sleep(0.1)
        began = time.monotonic()
        if ask(b"600") != PASSED:
            raise SystemExit(f"The tests fail before anything was changed: {' '.join(group.tests)}")
        yield round(20 + 5 * (time.monotonic() - began))
        ask(END)
    finally:
        server.kill()
        server.wait()
        (copy / "socket").unlink(missing_ok=True)
        del os.environ[SOCKET]


def told(name: str, session: sqlite3.Connection) -> float:
    """Show what was not noticed, and how much was; return that share in percent.

    A change that cosmic-ray could not make, as of `except` with a dotted name, counts for nothing.
    """
    results = session.execute(
        "SELECT module_path, start_pos_row, operator_name, test_outcome, diff, output "
        "FROM work_results JOIN mutation_specs USING (job_id) ORDER BY module_path, start_pos_row, operator_name"
    ).fetchall()
    noticed = [output for *_where, outcome, _diff, output in results if outcome == "KILLED"]
    passed = [row for row in results if row[3] == "SURVIVED"]
    for module, row, operator, _outcome, diff, _output in passed:
        say(f"{module}:{row} {operator}\n{diff}", sys.stdout)
    made = len(noticed) + len(passed)
    late = sum(output.startswith("timeout") for output in noticed)
    say(f"{name}: {len(noticed)} of {made} were noticed, {late} of them by their time.", sys.stdout)
    return 100 * len(noticed) / made


if __name__ == "__main__":
    sys.exit(main())
