"""`manage.py up` and the embedded services, tried with real processes on folders of their own."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from signal import Signals

import pytest

from portal.embedded.postgres import Postgres
from portal.embedded.server import socket_dir
from portal.embedded.supervisor import ServiceError
from portal.embedded.valkey import Valkey
from tests.support.metrics import samples
from tests.support.paths import CHECKOUT
from tests.support.portals import UP, Up, environment, free_port, wait

SHOW = "from portal.models import Company; print(Company.objects.get(slug='demo').name)"
CHANGE = "from portal.models import Company; Company.objects.filter(slug='demo').update(name='changed')"
MAKE = ("env", "--default-signal=INT", "make", "-f", "run.mk")  # a test run in the background ignores SIGINT
TOKEN = "of-this-machines-prometheus-alone"
NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")


def manage(*words: str, home: Path, **changes: str) -> subprocess.CompletedProcess[str]:
    """A management command that has run to its end."""
    command = [sys.executable, "manage.py", *words]
    env = environment(home, **changes)
    return subprocess.run(command, cwd=CHECKOUT, env=env, capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """A portal started from nothing."""
    folder = tmp_path_factory.mktemp("portal")
    with Up(folder / "out", folder / "var", METRICS_TOKEN=TOKEN) as up:
        up.wait_ready()
        yield up
        assert up.end(signal.SIGTERM) == 0


def test_a_first_start_serves_the_page_and_tells_how_to_sign_in(portal: Up) -> None:
    password = portal.home / "demo-password"
    assert len(password.read_text()) == 22  # characters of six bits
    assert portal.get("/healthz") == 200
    assert f"ready at http://127.0.0.1:{portal.port}/" in portal.text
    assert f"Sign in with the password {password.read_text()} as one of\n  staff@demo.example " in portal.text
    assert password.stat().st_mode & 0o777 == 0o600


def test_a_command_finds_the_running_database(portal: Up) -> None:
    done = manage("shell", "-v0", "-c", SHOW, home=portal.home)
    assert (done.stdout, done.stderr, done.returncode) == ("Demo Brands\n", "", 0)
    assert portal.get("/healthz") == 200


def test_metrics_count_the_requests_of_all_web_processes(portal: Up) -> None:
    assert portal.answer("/metrics")[0] == 401
    for _ in range(20):
        assert portal.get("/accounts/login/") == 200
    status, text = portal.answer("/metrics", Authorization=f"Bearer {TOKEN}")
    assert status == 200
    found = {sample.name: sample for sample in samples(text) if sample.labels.get("route") == "accounts/login/"}
    assert found["codeport_request_seconds_count"].value == 20
    assert len(list((portal.home / "metrics").glob("*.db"))) == 2


def test_the_deep_health_check_asks_the_workers(portal: Up) -> None:
    assert portal.answer("/healthz?deep=1")[0] == 401
    status, text = portal.answer("/healthz?deep=1", Authorization=f"Bearer {TOKEN}")
    found = json.loads(text)
    assert (status, found["workers"]) == (200, 1)
    assert found["queue_oldest_seconds"] == {"export": 0, "ingestionrecord": 0, "job": 0, "withdrawal": 0}


def test_the_health_check_answers_while_a_database_that_hangs_holds_all_threads(portal: Up) -> None:
    frozen = portal.tree("postgres")
    with ThreadPoolExecutor(20) as visitors:
        try:
            for pid in frozen:
                os.kill(pid, signal.SIGSTOP)
            pages = [visitors.submit(portal.get, "/c/demo/abc12345") for _ in range(20)]
            wait(lambda: sum(page.running() for page in pages) == 20, "all ask")
            told = [portal.answer("/healthz", seconds=3) for _ in range(3)]
            assert not all(page.done() for page in pages)
        finally:
            for pid in frozen:
                os.kill(pid, signal.SIGCONT)
    assert {status for status, _ in told} == {503}
    assert {text for _, text in told} == {'{"database": "no answer", "broker": "ok", "storage": "ok"}'}
    wait(lambda: portal.get("/healthz") == 200, "all is well")


def test_a_second_up_on_the_same_home_is_refused(portal: Up) -> None:
    done = manage("up", home=portal.home, PORT=str(free_port()))
    assert done.returncode == 1
    assert done.stderr == (
        f"Codeport already runs on {portal.home} (process {portal.process.pid}, port {portal.port}); "
        "stop it first, or give this one its own CODEPORT_HOME.\n"
    )


def test_a_taken_port_is_refused_before_anything_starts(portal: Up, tmp_path: Path) -> None:
    done = manage("up", home=tmp_path / "var", PORT=str(portal.port))
    assert done.returncode == 1
    assert done.stderr.startswith(f"Port {portal.port} is taken; choose another with PORT=")
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "var/postgres").exists()


def test_a_process_comes_before_those_it_has_started_whatever_their_numbers(
    portal: Up, monkeypatch: pytest.MonkeyPatch
) -> None:
    us = portal.process.pid
    found = {300: (32767, "2", "gunicorn"), 7: (300, "3", "gunicorn"), 8: (us, "1", "beat"), us: (1, "0", "up")}
    monkeypatch.setattr(portal, "seen", set())
    monkeypatch.setattr("tests.support.portals.processes", lambda: {**found, 32767: (us, "1", "gunicorn")})
    assert portal.tree("gunicorn") == [32767, 300, 7]
    assert portal.seen == {(32767, "1"), (300, "2"), (7, "3"), (8, "1")}


def test_what_dies_is_started_again(portal: Up) -> None:
    names = ["postgres -D", "valkey-server", "gunicorn", "portal worker", "portal beat"]
    old = [pid for name in names for pid in portal.tree(name)]
    counts = [len(portal.tree(name)) for name in names]
    for name in names:
        os.kill(portal.tree(name)[0], signal.SIGKILL)
    wait(lambda: not set(old) & set(portal.tree()), "the old ones gone")
    wait(lambda: [len(portal.tree(name)) for name in names] == counts, "the new ones")
    wait(lambda: portal.get("/healthz") == 200, "the page")
    assert portal.process.poll() is None
    for name in ("PostgreSQL", "Valkey", "The web server", "The worker", "The clock"):
        assert f"{name} has ended and is started again in 0.5 s.\n" in portal.text


def test_a_killed_child_of_the_worker_is_replaced_for_good(portal: Up) -> None:
    main, child, *_ = portal.tree("portal worker")
    os.kill(child, signal.SIGKILL)
    wait(lambda: child not in portal.tree("portal worker"), "the old one gone")
    wait(lambda: len(portal.tree("portal worker")) == 4, "a new one")
    assert portal.tree("portal worker")[0] == main


def test_a_worker_and_its_sessions_come_behind_pages(portal: Up) -> None:
    own = os.getpriority(os.PRIO_PROCESS, 0)
    behind = {max(5, own)}
    main, *children = portal.tree("portal worker")
    wait(lambda: {priority_of(pid) for pid in children} == behind, "children that give way")
    assert {priority_of(pid) for pid in portal.tree("gunicorn")} == {own}
    wait(lambda: {priority_of(pid) for pid in portal.tree("postgres: ")} == {own, *behind}, "sessions that give way")
    if Path("/proc/self/autogroup").exists():
        assert autogroup_of(main) == 5
        assert {autogroup_of(pid) for pid in portal.tree("gunicorn")} == {0}
        assert {autogroup_of(pid) for pid in portal.tree("postgres: ") if priority_of(pid) in behind - {own}} <= {5}


def priority_of(pid: int) -> int:
    return os.getpriority(os.PRIO_PROCESS, pid)


def autogroup_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/autogroup").read_text().rpartition(" ")[2])


def test_kill_9_leaves_nothing_running_and_the_data_whole(portal: Up) -> None:
    assert manage("shell", "-v0", "-c", CHANGE, home=portal.home).stderr == ""
    password = (portal.home / "demo-password").read_text()
    assert portal.end(signal.SIGKILL) == -signal.SIGKILL
    portal.start()
    portal.wait_ready()
    assert f"with the password {password} as one of\n" in portal.text
    assert manage("shell", "-v0", "-c", SHOW, home=portal.home).stdout == "changed\n"


def test_two_run_at_once_in_a_spaced_and_in_a_long_path(tmp_path: Path) -> None:
    spaced = tmp_path / "a path with spaces" / "code's port"
    long = tmp_path / ("x" * (149 - len(str(tmp_path)))) / "codeport"
    assert len(str(long.parent)) == 150
    for checkout in (spaced, long):
        shutil.copytree(CHECKOUT, checkout, ignore=shutil.ignore_patterns(".*", "var"))
    (spaced / "run.mk").write_text(f'run:\n\t@exec "{sys.executable}" manage.py up\n')
    with (
        Up(tmp_path / "spaced", checkout=spaced, command=MAKE) as under_make,
        Up(tmp_path / "long", checkout=long) as up,
    ):
        for one in (under_make, up):
            one.wait_ready()
            assert one.get("/healthz") == 200
            assert (one.home / "postgres/PG_VERSION").exists()
            assert socket_dir(one.home).parent == Path("/tmp")  # noqa: S108
        under_make.end(signal.SIGINT)  # make alone gets it, and does not pass it on
        assert up.get("/healthz") == 200
        assert up.end(signal.SIGTERM) == 0
    assert not socket_dir(spaced / "var").exists()
    assert not socket_dir(long / "var").exists()


@pytest.mark.parametrize(
    ("moment", "signum"),
    [("up.lock", signal.SIGINT), ("postgres.log", signal.SIGTERM), ("valkey.log", signal.SIGINT)],
)
def test_a_signal_in_the_middle_of_the_start_stops_everything(tmp_path: Path, moment: str, signum: Signals) -> None:
    with Up(tmp_path / "out", tmp_path / "var") as up:
        wait((tmp_path / "var" / moment).exists, moment)
        assert up.end(signum) == 0
        assert up.text == "Stopped.\n"


@pytest.mark.parametrize(
    ("variable", "value"),
    [("CELERY_BROKER_URL", "redis://127.0.0.1:1/0"), ("DATABASE_URL", "postgres://u:p@127.0.0.1:1/x")],
)
def test_a_service_that_does_not_answer_is_named(tmp_path: Path, variable: str, value: str) -> None:
    done = manage("up", home=tmp_path, PORT=str(free_port()), **{variable: value})
    assert done.returncode != 0
    assert f"at {variable} does not answer: " in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("command", "name", "value"),
    [("up", "PORT", "abc"), ("check", "DATABASE_URL", "sqlite:///x"), ("nonsense", "MAX_UPLOAD_MB", "0")],
)
def test_a_bad_setting_is_one_sentence(tmp_path: Path, command: str, name: str, value: str) -> None:
    done = manage(command, home=tmp_path, **{name: value})
    assert done.returncode == 2
    assert f'"{name}"' in done.stderr
    assert done.stderr.count("\n") == 1


def test_commands_at_once_share_one_database_and_leave_none(tmp_path: Path) -> None:
    command = [sys.executable, "manage.py", "shell", "-v0", "-c", "from django.db import connection as c; c.cursor()"]
    both = [subprocess.Popen(command, cwd=CHECKOUT, env=environment(tmp_path / "var")) for _ in range(3)]
    assert [process.wait(60) for process in both] == [0, 0, 0]
    assert (tmp_path / "var/postgres.log").read_text().count("ready to accept connections") >= 1
    assert not (tmp_path / "var/postgres/postmaster.pid").exists()


def test_a_process_id_from_before_a_crash_is_not_believed(tmp_path: Path) -> None:
    with Postgres(tmp_path, throwaway=True):
        pass
    (tmp_path / "postgres/postmaster.pid").write_text(f"{os.getpid()}\n{tmp_path / 'postgres'}\n")
    (tmp_path / "run/.s.PGSQL.5432.lock").write_text(f"{os.getpid()}\n")
    with Postgres(tmp_path, throwaway=True) as postgres:
        assert postgres.answers()


def test_a_half_made_data_directory_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / "postgres-draft-dead").mkdir()
    with Postgres(tmp_path, throwaway=True) as postgres:
        assert postgres.answers()
    assert not (tmp_path / "postgres-draft-dead").exists()


def test_somebody_elses_socket_folder_is_refused(tmp_path: Path) -> None:
    home = tmp_path / "needs quoting"
    folder = socket_dir(home)
    folder.symlink_to(tmp_path)
    try:
        with pytest.raises(ServiceError, match="is not a private folder of ours"), Valkey(home):
            pass
    finally:
        folder.unlink()


def test_a_full_disk_is_one_sentence(tmp_path: Path) -> None:
    mount = ["unshare", "--mount", "sh", "-c", 'mount -t tmpfs -o size=40m none "$0" && exec "$@"', str(tmp_path)]
    if subprocess.run([*mount, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this account may not mount a small disk")
    with Up(tmp_path.with_suffix(".out"), tmp_path / "var", command=[*mount, *UP]) as up:
        assert up.process.wait(30) == 1
        assert up.text == (
            f"The disk of {tmp_path / 'var'} is full; free some space or set CODEPORT_HOME to a folder elsewhere.\n"
        )


def test_an_ordinary_user_can_run_it() -> None:
    if os.geteuid() != 0:
        pytest.skip("every other test here ran as an ordinary user")
    packages = {"PYTHONPATH": sysconfig.get_path("purelib"), "HOME": "/"}
    for python in (sys.executable, "/usr/bin/python3"):
        code = "import django, psycopg, redis, subprocess, sys; subprocess.check_call([sys.executable, '-c', ''])"
        probe = [*NOBODY, python, "-c", code]
        if not subprocess.run(probe, env=environment(None, **packages), capture_output=True, check=False).returncode:
            break
    else:
        pytest.skip("no Python and packages that an ordinary user may enter")
    with tempfile.TemporaryDirectory(prefix="codeport-user-") as name:
        folder = Path(name)
        shutil.copytree(CHECKOUT, folder / "checkout", ignore=shutil.ignore_patterns(".*", "var"))
        (folder / "var").mkdir()
        folder.chmod(0o755)
        os.chown(folder / "var", 65534, 65534)
        command = [*NOBODY, python, "manage.py", "up"]
        with Up(folder / "out", folder / "var", checkout=folder / "checkout", command=command, **packages) as up:
            up.wait_ready()
            assert (folder / "var/postgres").stat().st_uid == 65534
            assert up.end(signal.SIGTERM) == 0
