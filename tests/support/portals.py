"""A portal of its own: `manage.py up` on a folder, with all its processes."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from http.client import HTTPConnection
from pathlib import Path
from signal import Signals

import pytest

from tests.support.paths import CHECKOUT

UP = (sys.executable, "manage.py", "up")


def environment(home: Path | None, **changes: str) -> dict[str, str]:
    """This process's environment without what configures a portal, so that everything is embedded."""
    ours = (
        "CODEPORT_HOME",
        "DATABASE_URL",
        "REPLICA_URL",
        "CELERY_BROKER_URL",
        "S3_",
        "PORT",
        "PUBLIC_URL",
        "ALLOWED_HOSTS",
    )
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return kept | ({"CODEPORT_HOME": str(home)} if home else {}) | changes


def processes() -> dict[int, tuple[int, str, str]]:
    """Parent, start time and command of every live process."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            if fields[0] != "Z":
                found[int(folder.name)] = int(fields[1]), fields[19], command
    return found


class Up:
    """A `manage.py up` of our own and all that it has started."""

    def __init__(
        self,
        out: Path,
        home: Path | None = None,
        *,
        checkout: Path = CHECKOUT,
        command: Sequence[str] = UP,
        **env: str,
    ) -> None:
        self.port = free_port()
        self.out = out
        self.checkout = checkout
        self.home = home or checkout / "var"
        self.command = command
        self.environ = environment(home, **env | {"PORT": str(self.port)})
        self.seen: set[tuple[int, str]] = set()
        self.start()

    def start(self) -> None:
        """Start it, for the first time or again."""
        with self.out.open("wb") as file:
            self.process = subprocess.Popen(
                self.command,
                cwd=self.checkout,
                env=self.environ,
                stdout=file,
                stderr=subprocess.STDOUT,
            )

    def __enter__(self) -> Up:
        return self

    def __exit__(self, *exc: object) -> None:
        self.process.kill()
        self.process.wait()

    @property
    def text(self) -> str:
        """What it has written."""
        return self.out.read_text()

    def get(self, path: str) -> int:
        """The status of a page; 0 while nobody answers."""
        try:
            return self.answer(path)[0]
        except OSError:
            return 0

    def answer(self, path: str, *, seconds: float = 20, **headers: str) -> tuple[int, str]:
        """The status and the text of an answer, which has to come within `seconds`."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=seconds)
        try:
            connection.request("GET", path, headers=headers)
            response = connection.getresponse()
            return response.status, response.read().decode()
        finally:
            connection.close()

    def tree(self, word: str = "") -> list[int]:
        """The live processes below it whose command has `word` in it, each before those it has started.

        All are remembered for `gone`. Their numbers tell no age: after the largest, the kernel begins again.
        """
        everything = processes()
        generation, below = [self.process.pid], []
        while generation:
            generation = [pid for pid, (parent, _, _) in everything.items() if parent in generation]
            below += generation
        self.seen |= {(pid, everything[pid][1]) for pid in below}
        return [pid for pid in below if word in everything[pid][2]]

    def wait_ready(self) -> None:
        """Wait until it says so and the worker has its three children."""
        wait(lambda: "Press Ctrl-C" in self.text or self.process.poll() is not None, "ready", 300)
        assert self.process.poll() is None, self.text
        wait(lambda: len(self.tree("portal worker")) == 4, "the worker")

    def gone(self) -> bool:
        """Whether nothing that was ever seen is alive."""
        return not self.seen & {(pid, start) for pid, (_, start, _) in processes().items()}

    def end(self, signum: Signals, seconds: float = 15) -> int:
        """Send `signum` and return the exit code, when nothing is left running."""
        self.tree()
        before = len(self.text)
        self.process.send_signal(signum)
        code = self.process.wait(seconds)
        wait(self.gone, "gone", 5)
        assert "Traceback" not in self.text[before:]
        return code


@pytest.fixture(scope="session")
def portal_in_use(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """A portal started from nothing, for all tests that only use it; its data stays from one to the next."""
    folder = tmp_path_factory.mktemp("portal-in-use")
    before = os.umask(0o022)  # the one that most accounts have
    try:
        portal = Up(folder / "out", folder / "deep" / "var", API_RATE="99999/min")
    finally:
        os.umask(before)
    with portal as up:
        up.wait_ready()
        yield up
        assert up.end(signal.SIGTERM) == 0


def run(command: list[str], folder: Path, up: Up, **more: str) -> str:
    """What the command writes; it has to succeed."""
    done = subprocess.run(
        command, cwd=folder, env=up.environ | more, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def wait(condition: Callable[[], object], what: str, seconds: float = 90) -> None:
    """Wait until `condition` holds; a look takes a fifth of the time at most, for all processes are many files."""
    looked = time.monotonic()
    deadline = looked + seconds
    while not condition():
        now = time.monotonic()
        assert now < deadline, f"{what}: not within {seconds} s"
        time.sleep(min(max(4 * (now - looked), 0.02), 0.2))
        looked = time.monotonic()


def free_port() -> int:
    """A port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
