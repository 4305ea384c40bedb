"""A backup of a portal while files are uploaded, restored into another: one moment, all of it, and work goes on."""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from threading import Event, Thread
from typing import Any

import psycopg
import requests

from portal.embedded.server import socket_dir
from tests.support.portals import Up, run, wait

MANAGE = [sys.executable, "manage.py"]
RECORDS = """
    SELECT key, r.status, count(c), md5(string_agg(c.identifier, '|' ORDER BY c.identifier)),
        r.status_updated_at, md5(string_agg(c::text, '|' ORDER BY c.identifier))
    FROM ingestion_ingestionrecord r LEFT JOIN workorders_code c ON c.workorder_id = r.workorder_id
    WHERE r.status <> 'uploading' GROUP BY r.id"""
OPEN = "SELECT count(*) FROM ingestion_ingestionrecord WHERE status IN ('queued', 'processing')"

BEHIND = 6  # twice as many as the worker has children


def asked(home: Path, query: str) -> list[tuple[Any, ...]]:
    """What the embedded database of `home` answers."""
    with psycopg.connect(host=str(socket_dir(home)), user="postgres", dbname="codeport") as connection:
        return connection.execute(query.encode()).fetchall()


def upload(up: Up, headers: dict[str, str], rows: str) -> str:
    """Upload a file by the API, and have it processed; its record's key."""
    api = f"http://127.0.0.1:{up.port}/api/v2/ingestion/codes/upload"
    answer = requests.post(f"{api}/get-post-data/", json={"filetype": "csv"}, headers=headers, timeout=60).json()
    form = answer["post_data"]
    requests.post(form["url"], data=form["fields"], files={"file": rows}, timeout=60).raise_for_status()
    key: str = answer["record_key"]
    answered = requests.post(f"{api}/process/", json={"record": key}, headers=headers, timeout=60)
    assert answered.status_code == 200, f"{answered.text}\n{up.text[-20000:]}"
    return key


def test_a_backup_under_load_is_of_one_moment_and_work_goes_on_from_there(portal_in_use: Up, tmp_path: Path) -> None:
    up, enough = portal_in_use, Event()
    token = run([*MANAGE, "create_token", "staff@demo.example"], up.checkout, up).strip()
    headers = {"Authorization": f"UAT {token}"}
    keys: list[str] = []

    def go_on(who: str) -> None:
        """Upload and upload, but no more than the worker is behind with all the time: the rest is done again there."""
        while not enough.is_set():
            wait(lambda: enough.is_set() or asked(up.home, OPEN)[0][0] < BEHIND, "less that is open", 300)
            number = len(keys)
            keys.append(upload(up, headers, "id\n" + "".join(f"{who}-{number}-{row:05}\n" for row in range(500))))

    clients = [Thread(target=go_on, args=(f"client{number}",)) for number in range(2)]
    for client in clients:
        client.start()
    try:
        wait(lambda: len(keys) > 4 or not all(client.is_alive() for client in clients), "some uploads")
        before = {*keys}
        told = run([*MANAGE, "backup", "--to", str(tmp_path)], up.checkout, up)
        during = len({*keys} - before)
    finally:
        enough.set()
        for client in clients:
            client.join()
    wait(lambda: asked(up.home, OPEN) == [(0,)], "all ended", 300)
    (backup,) = tmp_path.glob("codeport-*.tar")
    assert told.startswith(f"Backed up to {backup}: ")
    home = tmp_path / "restored"
    with Up(tmp_path / "out", home, command=[*MANAGE, "restore", str(backup)]) as restoring:
        assert restoring.process.wait(300) == 0, restoring.text
    with Up(tmp_path / "out", home) as other:
        other.wait_ready()
        wait(lambda: asked(home, OPEN) == [(0,)], "all ended there", 300)
        here, there = ({row[0]: row[1:] for row in asked(place, RECORDS)} for place in (up.home, home))
        assert before <= {*there} <= {*here}
        assert during > 0
        assert {key: row[:3] for key, row in there.items()} == {key: here[key][:3] for key in there}
        settled = {key for key in there if there[key][3] == here[key][3]}  # the others were done again
        assert settled
        assert {key: there[key] for key in settled} == {key: here[key] for key in settled}
        files = {path.relative_to(home / "storage"): path for path in (home / "storage").glob("uploads/*")}
        assert {path.name for path in files.values()} >= before
        assert all(path.read_bytes() == (up.home / "storage" / name).read_bytes() for name, path in files.items())
        assert other.end(signal.SIGTERM) == 0
