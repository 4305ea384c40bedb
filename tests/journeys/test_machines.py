"""Several machines: web servers and workers on hosts of their own, with one PostgreSQL, Redis and S3 for all.

Each host is a network namespace. One is lost in the middle of an upload: taken off the wire, then switched off.
"""

from __future__ import annotations

import io
import os
import sys
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from signal import Signals
from subprocess import PIPE, Popen
from typing import Any

import psycopg
import pytest
import requests

from portal.embedded.postgres import DATABASE, Postgres
from portal.embedded.supervisor import Process, end
from tests.support import brokers, radosgw
from tests.support.hosts import NETWORK, Host, hosts, missing
from tests.support.paths import CHECKOUT
from tests.support.portals import environment, wait
from tests.support.uploads import GET_POST_DATA, PROCESS, SPEC_EXAMPLE

PORT = 8000
BUCKET = "codeport"
FIRST = """
from django.core.management import call_command
from portal.embedded.demo import create_demo_data
call_command("migrate", verbosity=0)
create_demo_data("correct horse battery")
call_command("create_token", "staff@demo.example")
"""
HELD = """
    INSERT INTO workorders_code (company_id, identifier, workorder_id, sequence, activation_status, blacklist_reason,
        scm_data) SELECT id, 'abc12345', 0, 1, 0, 0, '{}' FROM portal_company WHERE slug = 'demo'"""
LOADING = """
    SELECT host(client_addr) FROM pg_stat_activity
    WHERE application_name LIKE 'codeport ingestionrecord % attempt 1' AND wait_event_type = 'Lock'"""
WEB = "gunicorn -c python:portal.gunicorn_conf --workers 1 --bind {address}:{port} portal.wsgi"
WORKER = "celery --quiet -A portal worker -B -s {home}/clock --hostname {name} -c 2 --without-gossip --without-mingle"


class Shared(Postgres):
    """A PostgreSQL that answers to the other hosts."""

    def __init__(self, home: Path, host: Host) -> None:
        super().__init__(home, throwaway=True)
        self.host = host
        self.url = f"postgresql://postgres@{host.address}/{DATABASE}"

    def prepare(self) -> Process:
        process = super().prepare()
        with (self.data / "pg_hba.conf").open("a") as rules:
            rules.write(f"host all all {NETWORK}.0/24 trust\n")
        process.command = [*process.command, f"--listen_addresses={self.host.address}"]
        return process


class Machine:
    """A host with a web server and a worker, and a folder that no other host has."""

    def __init__(self, host: Host, home: Path, shared: dict[str, str]) -> None:
        home.mkdir()
        self.host, self.url = host, f"http://{host.address}:{PORT}"
        self.processes: list[Process] = []
        with (home / "output").open("wb") as output, host.entered():
            for line in (WEB, WORKER):
                words = line.format(address=host.address, port=PORT, home=home, name=host.name).split()
                options: dict[str, Any] = {
                    "env": environment(home, **shared),
                    "cwd": CHECKOUT,
                    "stdout": output,
                    "stderr": output,
                }
                stops = ((0.0, Signals.SIGTERM), (10.0, Signals.SIGKILL))
                command: list[str | Path] = [sys.executable, "-m", *words]
                process = Process(words[0], command, stops, Signals.SIGKILL, options=options)
                process.start()
                self.processes.append(process)

    def answers(self) -> bool:
        """Whether its health check finds all parts well."""
        try:
            return requests.get(f"{self.url}/healthz", timeout=20).status_code == 200
        except requests.RequestException:
            return False

    def switch_off(self) -> None:
        """Lose it: nobody hears from it any more."""
        self.host.cut_off()
        for process in self.processes:
            process.send(Signals.SIGKILL)


@pytest.fixture(scope="module")
def programs() -> Path:
    """Where the programs of Redis are; skips where hosts cannot be made, or a server is missing."""
    root = Path(os.environ.get("CODEPORT_BROKERS") or "/").resolve()
    reason = "Hosts are made by root." if os.geteuid() else missing()
    if not reason and (brokers.missing(root) or radosgw.found(root) is None):
        reason = "CODEPORT_BROKERS and CODEPORT_CEPH name no Redis and no radosgw; .ci/run fetches them."
    if reason:
        (pytest.fail if "CODEPORT_REQUIRE_HOSTS" in os.environ else pytest.skip)(reason)
    return root


@contextmanager
def services(host: Host, folder: Path, redis: Path) -> Iterator[tuple[dict[str, str], str]]:
    """PostgreSQL, Redis and S3 on `host`: the settings that name them, and somebody's token of the portal."""
    for name in ("postgres", "redis", "ceph", "setup"):
        (folder / name).mkdir()
    ceph = radosgw.found(folder / "ceph")
    assert ceph is not None
    with ExitStack() as stack:
        stack.enter_context(host.entered())
        postgres = stack.enter_context(Shared(folder / "postgres", host))
        broker = stack.enter_context(brokers.redis(redis, folder / "redis", host.address))
        shared = {
            "DATABASE_URL": postgres.url,
            "CELERY_BROKER_URL": broker.address,
            "SECRET_KEY": "of-all-machines-and-not-a-secret-at-all",
            "PUBLIC_URL": f"http://codes.example:{PORT}",
            "ALLOWED_HOSTS": f"{NETWORK}.2,{NETWORK}.3",
        }
        command = [sys.executable, "manage.py", "shell", "-c", FIRST]
        with Popen(command, env=environment(folder / "setup", **shared), cwd=CHECKOUT, stdout=PIPE, text=True) as setup:
            address = stack.enter_context(radosgw.radosgw(ceph, host.address))
            keys = {"AWS_ACCESS_KEY_ID": radosgw.ACCESS_KEY, "AWS_SECRET_ACCESS_KEY": radosgw.SECRET_KEY}
            radosgw.make_bucket(address, BUCKET)
            token = setup.communicate()[0].split()[-1]
        assert setup.returncode == 0
        yield shared | keys | {"S3_BUCKET": BUCKET, "S3_ENDPOINT_URL": address}, token


def call(machine: Machine, token: str, path: str, body: dict[str, Any] | None = None) -> requests.Response:
    """The answer of a machine to a call of the API."""
    headers = {"Authorization": f"UAT {token}"}
    answer = requests.request("POST" if body else "GET", machine.url + path, json=body, headers=headers, timeout=30)
    assert answer.ok, answer.text
    return answer


def test_the_other_machine_ends_the_work_of_one_that_is_lost(programs: Path, tmp_path: Path) -> None:
    with ExitStack() as stack:
        hub, *others = stack.enter_context(hosts("services", "one", "two"))
        shared, token = stack.enter_context(services(hub, tmp_path, programs))
        machines = []
        for host in others:
            machines.append(Machine(host, tmp_path / host.name, shared))
            stack.callback(end, *machines[-1].processes)
        for machine in machines:
            wait(machine.answers, "a machine")
        asked = call(machines[0], token, GET_POST_DATA, {"filetype": "csv"}).json()
        post, key = asked["post_data"], asked["record_key"]
        sent = requests.post(post["url"], data=post["fields"], files={"file": ("codes.csv", SPEC_EXAMPLE)}, timeout=30)
        assert sent.status_code in (201, 204), sent.text
        database = stack.enter_context(psycopg.connect(shared["DATABASE_URL"], autocommit=True))
        with psycopg.connect(shared["DATABASE_URL"]) as held:
            held.execute(HELD)
            call(machines[1], token, PROCESS, {"record": key})
            wait(lambda: database.execute(LOADING).fetchone(), "a worker is loading")
            ((address,),) = database.execute(LOADING).fetchall()
            lost, left = sorted(machines, key=lambda machine: machine.host.address != address)
            lost.switch_off()
            held.rollback()
        path = f"/api/v2/ingestion/{key}/"
        wait(lambda: call(left, token, path).json()["status"] == "completed", "the other machine ends the upload")
        query = "SELECT attempts, workorder_id FROM ingestion_ingestionrecord WHERE key = %s"
        ((attempts, workorder),) = database.execute(query, [key]).fetchall()
        assert attempts == 2
        archive = call(left, token, f"/api/v2/workorders/{workorder}/download/").content
    with zipfile.ZipFile(io.BytesIO(archive)) as zipped:
        lines = zipped.read("codes.csv").decode().splitlines()
    assert len(lines) == len(SPEC_EXAMPLE.splitlines())
