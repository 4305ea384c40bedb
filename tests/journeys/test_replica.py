"""A replica named by REPLICA_URL: what is read there, how old it may be, and that nobody misses it when it is away."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.support.demo import PASSWORD
from tests.support.portals import Up, run, wait
from tests.support.replicas import Primary, Standby

FIRST = f"""
from portal.embedded.demo import create_demo_data
from portal.models import User
from tests.support.uploads import ingested
create_demo_data({PASSWORD!r})
assert ingested(User.objects.get(email="staff@demo.example"), "id\\nfirst-0001\\n").status == "completed"
"""
CODE = """
    INSERT INTO workorders_code (company_id, identifier, workorder_id, sequence, activation_status, blacklist_reason,
        scm_data) SELECT company_id, '{}', workorder_id, 2, 0, 0, '{{}}' FROM workorders_code LIMIT 1"""
QUERY = "EXECUTE code_at"  # of a public page
PAGES = 10  # which some process that serves pages would not all get


class Portal:
    """A portal with a primary and a replica."""

    def __init__(self, up: Up, primary: Primary, standby: Standby) -> None:
        self.up, self.primary, self.standby = up, primary, standby
        token = run([*up.command[:2], "create_token", "staff@demo.example"], up.checkout, up).strip()
        self.headers = {"Authorization": f"UAT {token}"}

    def page(self, identifier: str = "first-0001") -> str:
        """What the public page tells of a code."""
        status, text = self.up.answer(f"/c/demo/{identifier}")
        assert status == 200, text
        return text

    def is_read(self) -> bool:
        """Whether pages are read from the replica, by all processes that serve them."""
        before = self.asked(QUERY)
        for _ in range(PAGES):
            self.page()
        return self.asked(QUERY) == before + PAGES

    def export(self) -> str:
        """Ask for all codes; the address of the file."""
        return str(self.call("POST", "/api/v2/codes/download/", 202).json()["url"])

    def call(self, method: str, address: str, status: int = 0) -> requests.Response:
        """The answer to a call of the API."""
        address = address if "://" in address else f"http://127.0.0.1:{self.up.port}{address}"
        answer = requests.request(method, address, headers=self.headers, json={"format": "csv"}, timeout=20)
        assert not status or answer.status_code == status, answer.text
        return answer

    def file(self, address: str) -> list[str]:
        """The lines of the export, once it is made."""
        wait(lambda: self.call("GET", address).status_code == 200, "the export")
        return self.call("GET", address).text.splitlines()

    def asked(self, word: str) -> int:
        """How often the replica was asked a statement with `word` in it."""
        return self.standby.log.read_text().count(word)


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """The portal, with one code that the replica has, too."""
    folder = tmp_path_factory.mktemp("replica")
    with Primary(folder / "primary") as primary, Standby(folder / "standby", primary) as standby:
        out, home = folder / "out", folder / "var"
        with Up(out, home, DATABASE_URL=primary.url, REPLICA_URL=standby.url, PUBLIC_PAGE_RATE="9999/min") as up:
            up.wait_ready()
            run([*up.command[:2], "shell", "-c", FIRST], up.checkout, up)
            yield Portal(up, primary, standby)
            assert up.end(signal.SIGTERM, 60) == 0


def test_pages_are_seconds_old_and_exports_are_not(portal: Portal) -> None:
    wait(portal.is_read, "pages are read from the replica")
    before = portal.page()
    lines = portal.file(portal.export())
    assert [line.split(",")[0] for line in lines] == ["extended_id", "first-0001"]
    assert portal.asked("COPY (") == 1
    portal.standby.run("SELECT pg_wal_replay_pause()")
    portal.primary.run("UPDATE workorders_code SET activation_status = 1")
    portal.primary.run(CODE.format("second-0001"))
    assert portal.page() == before
    assert "second-0001" not in portal.page("second-0001"), "the primary has it"
    address = portal.export()
    wait(lambda: portal.page() != before, "pages are read from the primary")
    lines = portal.file(address)
    assert [line.split(",")[0] for line in lines] == ["extended_id", "first-0001", "second-0001"]
    assert portal.asked("COPY (") == 1, "the replica did not catch up, so the primary was asked"
    portal.standby.run("SELECT pg_wal_replay_resume()")
    wait(portal.is_read, "pages are read from the replica again")
    assert portal.page() != before
    assert len(portal.file(portal.export())) == 3
    assert portal.asked("COPY (") == 2


def test_pages_and_exports_go_on_while_the_replica_hangs_or_is_away(portal: Portal) -> None:
    wait(portal.is_read, "pages are read from the replica")
    child = portal.standby.process and portal.standby.process.child
    assert child
    family = [child.pid, *children(child.pid)]
    for pid in family:
        os.kill(pid, signal.SIGSTOP)
    address = portal.export()
    for _ in range(2 * PAGES):
        portal.page()
    assert len(portal.file(address)) == 3
    for pid in family:
        os.kill(pid, signal.SIGCONT)
    wait(portal.is_read, "pages are read from the replica again")
    portal.standby.stop()
    for _ in range(2 * PAGES):
        portal.page()
    assert len(portal.file(portal.export())) == 3
    portal.standby.start()
    wait(portal.is_read, "pages are read from the replica again")


def test_a_replica_that_did_not_follow_a_failover_is_not_read(portal: Portal, tmp_path: Path) -> None:
    """The other replica became the primary, with less of the log than this one has of what was lost."""
    with Standby(tmp_path / "promoted", portal.primary) as promoted:
        promoted.run("SELECT pg_promote()")
        portal.primary.run("CREATE TABLE lost AS SELECT generate_series(1, 500000)")
        out, home, replica = tmp_path / "out", tmp_path / "var", portal.standby.url
        with Up(out, home, DATABASE_URL=promoted.url, REPLICA_URL=replica, PUBLIC_PAGE_RATE="9999/min") as up:
            up.wait_ready()
            before = portal.asked(QUERY)
            promoted.run("UPDATE workorders_code SET activation_status = 2, blacklist_reason = 1")
            blacklisted = up.answer("/c/demo/first-0001")
            wait(lambda: "so the primary is read" in up.text, "it is known not to be one")
            answers = {up.answer("/c/demo/first-0001") for _ in range(PAGES)}
            assert (answers, portal.asked(QUERY)) == ({blacklisted}, before)
            assert up.end(signal.SIGTERM, 60) == 0


def children(parent: int) -> list[int]:
    """The processes that a server has started."""
    tasks = Path(f"/proc/{parent}/task/{parent}/children")
    return [int(pid) for pid in tasks.read_text().split()]
