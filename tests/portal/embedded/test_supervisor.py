"""Child processes: how they are ended in order, and when a dead service is started again."""

from __future__ import annotations

import io
import os
import signal
import socket
import sys
import time
from pathlib import Path
from signal import Signals

import pytest
from pytest_django import Settings

from portal.embedded import supervisor
from portal.embedded.signals import Signaled, Stop
from portal.embedded.start_checks import alone, check_port, is_free
from portal.embedded.supervisor import FIRST_PAUSE, LONGEST_PAUSE, STEADY, Process, ServiceError, Watch, end, say

OBEDIENT = "import time; print('ready', flush=True); time.sleep(60)"
STUBBORN = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {OBEDIENT}"


def started(code: str, *stops: tuple[float, Signals]) -> Process:
    """A process of ours that has begun."""
    command = [sys.executable, "-S", "-c", code]
    process = Process("The child", command, stops, Signals.SIGKILL, options={"stdout": -1})
    assert not process.running
    process.start()
    assert process.child is not None
    assert process.child.stdout is not None
    assert process.child.stdout.readline() == b"ready\n"
    process.child.stdout.close()
    return process


def ended_by(process: Process) -> int:
    assert process.child is not None
    return -process.child.wait()


def test_each_process_is_ended_by_its_own_signals() -> None:
    obedient = started(OBEDIENT, (0, Signals.SIGTERM), (30, Signals.SIGKILL))
    stubborn = started(STUBBORN, (0, Signals.SIGTERM), (0.05, Signals.SIGKILL))
    assert obedient.running
    assert stubborn.running
    end(obedient, stubborn)
    assert (ended_by(obedient), ended_by(stubborn)) == (signal.SIGTERM, signal.SIGKILL)
    assert not obedient.running
    end(obedient)
    obedient.send(Signals.SIGTERM)


def test_a_child_is_out_of_reach_of_the_terminal_and_has_its_signals_back() -> None:
    process = started(OBEDIENT, (0, Signals.SIGTERM))
    assert process.child is not None
    assert os.getsid(process.child.pid) == process.child.pid != os.getsid(0)
    blocked = Path(f"/proc/{process.child.pid}/status").read_text().partition("SigBlk:\t")[2][:16]
    end(process)
    assert int(blocked, 16) == 0
    assert not {Signals.SIGINT, Signals.SIGTERM} & signal.pthread_sigmask(signal.SIG_BLOCK, ())


class Service:
    """A service that runs or not, and starts or not."""

    name = "The service"

    def __init__(self) -> None:
        self.running, self.starts, self.fails = True, 0, False

    def start(self) -> None:
        self.starts += 1
        if self.fails:
            raise ServiceError("It cannot run.")
        self.running = True


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    return now


def test_a_dead_service_is_started_again_after_its_pause(
    clock: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    service = Service()
    watch = Watch(service)
    watch.look()
    service.running = False
    watch.look()
    assert capsys.readouterr().err == "The service has ended and is started again in 0.5 s.\n"
    clock[0] += FIRST_PAUSE - 0.1
    watch.look()
    assert service.starts == 0
    clock[0] += 0.1
    watch.look()
    assert (service.starts, service.running) == (1, True)


def test_pauses_double_up_to_the_longest(clock: list[float], capsys: pytest.CaptureFixture[str]) -> None:
    service = Service()
    service.running, service.fails = False, True
    watch = Watch(service)
    pauses = []
    for _ in range(10):
        watch.look()
        assert watch.restart_at is not None
        pauses.append(watch.restart_at - clock[0])
        clock[0] = watch.restart_at
        watch.look()
    assert pauses == [0.5, 1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert (service.starts, LONGEST_PAUSE) == (10, 60)
    assert capsys.readouterr().err.count("It cannot run.\n") == 10


def test_a_service_that_ran_for_long_begins_with_the_first_pause(clock: list[float]) -> None:
    service = Service()
    watch = Watch(service, pause=32.0, since=clock[0])
    clock[0] += STEADY
    watch.look()
    assert watch.pause == 32
    clock[0] += 0.1
    watch.look()
    assert watch.pause == FIRST_PAUSE


def test_a_terminal_that_is_gone_stops_nothing() -> None:
    class Gone(io.StringIO):
        def write(self, _: str) -> int:
            raise BrokenPipeError

    stream = io.StringIO()
    say("Ready.", stream)
    assert stream.getvalue() == "Ready.\n"
    say("Ready.", Gone())


def test_who_has_lost_the_parent_already_ends_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[tuple[int, Signals]] = []
    monkeypatch.setattr(supervisor.os, "kill", lambda pid, signum: sent.append((pid, signum)))  # type: ignore[attr-defined]  # a module's import
    monkeypatch.setattr(supervisor, "libc", type("Libc", (), {"prctl": staticmethod(lambda *_: 0)}))
    supervisor.die_with_parent(Signals.SIGUSR1, os.getppid())
    assert sent == []
    supervisor.die_with_parent(Signals.SIGUSR1, os.getppid() + 1)
    assert sent == [(os.getpid(), Signals.SIGUSR1)]


# Before the start


def test_a_port_that_is_taken_is_told_with_a_free_one(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        assert not is_free(port)
        with pytest.raises(ServiceError, match=rf"^Port {port} is taken; choose another with PORT=[0-9]+\.$"):
            check_port(port, 0)
    assert is_free(port)
    check_port(port, 0)


def test_one_portal_runs_on_a_folder(tmp_path: Path, settings: Settings) -> None:
    settings.PORT = 8123
    home = tmp_path / "var"
    with alone(home) as crashed:
        assert not crashed
        told = f"process {os.getpid()}, port 8123"
        assert (home / "up.lock").read_text() == told
        with pytest.raises(ServiceError, match=rf"^Codeport already runs on {home} \({told}\); stop it"), alone(home):
            pass
    assert (home / "up.lock").read_text() == ""
    (home / "up.lock").write_text("process 1, port 8000")
    with alone(home) as crashed:
        assert crashed, "nobody holds the lock, and nobody has emptied the file"


def test_the_first_signal_stops_and_later_ones_change_nothing() -> None:
    before = {signum: signal.getsignal(signum) for signum in (signal.SIGINT, signal.SIGTERM)}
    try:
        signals = Signaled()
        signals.check()
        with pytest.raises(Stop):
            signal.raise_signal(signal.SIGTERM)
        signal.raise_signal(signal.SIGINT)
        with pytest.raises(Stop):
            signals.check()
        signals.ignore()
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        for signum, handler in before.items():
            signal.signal(signum, handler)
