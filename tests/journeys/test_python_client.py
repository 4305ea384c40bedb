"""The Python client and its command, against a portal with its worker, on ways that lose answers too."""

from __future__ import annotations

import csv
import filecmp
import gzip
import json
import os
import secrets
import signal
import subprocess
import sys
import threading
import zipfile
from collections import Counter
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from codeport_client import Codeport, FileRefused, Refused, Unavailable
from codeport_client.core.models.record_status_enum import RecordStatusEnum
from codeport_client.core.types import Unset

from tests.support.faults import BUSY, faulty_way
from tests.support.paths import CHECKOUT
from tests.support.portals import Up, run
from tests.support.running import wait_for

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

CORE = CHECKOUT / "clients/python/codeport_client/core"
MAKE = ("-m", "openapi_python_client", "generate", "--meta", "none", "--config", "clients/python/generator.yaml")
MB = 1_000_000


def token_of(email: str, up: Up, folder: Path) -> str:
    """A new token of that person."""
    return run([sys.executable, str(CHECKOUT / "manage.py"), "create_token", email], folder, up).strip()


@pytest.fixture(scope="module")
def admin(portal_in_use: Up, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A token of an admin of the company demo."""
    return token_of("admin@demo.example", portal_in_use, tmp_path_factory.mktemp("token"))


def written(path: Path, *lines: str) -> Path:
    """The file, with these lines."""
    path.write_text("".join(f"{line}\n" for line in lines))
    return path


def members(path: Path) -> list[str]:
    """The members of a zip."""
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        return archive.namelist()


def at(up: Up) -> str:
    """Where a portal is."""
    return f"http://127.0.0.1:{up.port}"


def cut(word: str, *bytes_: int) -> Callable[[str, str], int | None]:
    """The fate of the first requests whose path has the word: that many bytes of their answers arrive."""
    fates = list(bytes_)
    return lambda _method, path: fates.pop(0) if word in path and fates else None


def test_the_core_is_what_the_generator_makes_of_the_schema(tmp_path: Path) -> None:
    tools = {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    made = [sys.executable, *MAKE, "--path", "docs/openapi.yaml", "--output-path", str(tmp_path / "core")]
    subprocess.run(made, cwd=CHECKOUT, check=True, capture_output=True, env=os.environ | tools)
    names = {str(path.relative_to(tmp_path / "core")) for path in (tmp_path / "core").rglob("*.py")}
    kept = {str(path.relative_to(CORE)) for path in CORE.rglob("*.py")}
    _same, other, missing = filecmp.cmpfiles(CORE, tmp_path / "core", names | kept, shallow=False)
    assert other + missing == [], "Run `make client`."


def test_a_refused_file_tells_what_is_wrong(portal_in_use: Up, admin: str, tmp_path: Path) -> None:
    file = written(tmp_path / "codes.csv", "id,product", "client-0001,sku1", "client 0002,sku1", "client-0003,sku9")
    with Codeport(at(portal_in_use), admin) as portal, pytest.raises(FileRefused) as refused:
        portal.upload(file)
    assert refused.value.counts == {"invalid_id_error": 1, "product_not_found_error": 1}
    assert refused.value.code in refused.value.counts
    assert [(each.row, each.column, each.value) for each in refused.value.problems] == [
        (3, "id", "client 0002"),
        (4, "product", "sku9"),
    ]


def test_a_refused_call_tells_its_fields(portal_in_use: Up, admin: str, tmp_path: Path) -> None:
    file = written(tmp_path / "codes.csv", "id", "client-0101")
    with Codeport(at(portal_in_use), admin) as portal, pytest.raises(Refused) as refused:
        portal.upload(file, header_rwo=2)
    assert (refused.value.status, refused.value.code, list(refused.value.fields)) == (400, "invalid", ["header_rwo"])
    assert "header_row" in str(refused.value)
    assert refused.value.request_id


def test_calls_whose_answers_are_lost_are_done_once(portal_in_use: Up, admin: str, tmp_path: Path) -> None:
    seen: Counter[tuple[str, str]] = Counter()

    def lost_or_busy(method: str, path: str) -> int | None:
        seen[method, path] += 1
        return None if seen[method, path] > 1 else 0 if method == "POST" else BUSY

    told: list[tuple[str, int, int | None]] = []
    file = written(tmp_path / "codes.csv", "id", "client-0201", "client-0202")
    with faulty_way(portal_in_use.port) as way, Codeport(way.url, admin) as portal:
        way.meets = lost_or_busy
        record = portal.upload(file, progress=lambda *what: told.append(what), default_scm_data={"product": "sku1"})
    assert record.status == RecordStatusEnum.COMPLETED
    assert not isinstance(record.result_data, Unset)
    assert record.result_data.codes_created == 2
    assert ("uploading", file.stat().st_size, file.stat().st_size) in told
    begun, processed = way.headers("Idempotency-Key", "get-post-data"), way.headers("Idempotency-Key", "process")
    assert (len(begun), len(processed), len({*begun, *processed})) == (2, 2, 2)
    assert way.headers("Authorization", "/storage/") == [None, None]


def test_a_portal_that_stays_away_is_unavailable(portal_in_use: Up, admin: str, tmp_path: Path) -> None:
    file = written(tmp_path / "codes.csv", "id", "client-0301")
    with faulty_way(portal_in_use.port) as way, Codeport(way.url, admin, patience=2) as portal:
        way.meets = lambda _method, _path: BUSY if len(way.asked) < 5 else 0
        with pytest.raises(Unavailable, match="cannot be reached"):
            portal.upload(file)
    assert len(way.asked) > 5


def test_a_download_goes_on_where_it_broke_off(portal_in_use: Up, admin: str, tmp_path: Path) -> None:
    file = written(tmp_path / "codes.csv", "id", "client-0401")
    with faulty_way(portal_in_use.port) as way, Codeport(way.url, admin) as portal:
        workorder = portal.upload(file, default_scm_data={"product": "sku1"}, reference="Cut / off").workorder
        assert isinstance(workorder, int)
        whole = portal.download(workorder, tmp_path / "whole")
        assert whole.name == "cut-off.zip"
        way.asked.clear()
        way.meets = cut("/download/", 1000, 500)
        again = portal.download(workorder, tmp_path / "again")
        assert way.headers("Range", "/download/") == [None, "bytes=1000-", "bytes=1500-"]
        assert len({*way.headers("If-Range", "/download/")[1:]}) == 1
        assert again.read_bytes() == whole.read_bytes()
        assert [each.name for each in (tmp_path / "again").iterdir()] == [whole.name]

        (tmp_path / "again" / whole.name).write_text("Not to be lost.")
        way.meets = cut("/download/", 700)
        free = portal.download(workorder, tmp_path / "again")
        assert (free.name, free.read_bytes()) == ("cut-off-1.zip", whole.read_bytes())
        assert portal.download(workorder, tmp_path / "again").name == "cut-off-2.zip"
        assert again.read_text() == "Not to be lost."
        assert len([*(tmp_path / "again").iterdir()]) == 3

        way.asked.clear()
        way.meets = cut("/download/", 700)
        with Codeport(way.url, admin, patience=0) as hasty, pytest.raises(Unavailable):
            hasty.download(workorder, tmp_path / "later")
        assert (tmp_path / f"later/workorder-{workorder}.zip.part").stat().st_size == 700
        assert portal.download(workorder, tmp_path / "later").read_bytes() == whole.read_bytes()
        assert way.headers("Range", "/download/") == [None, "bytes=700-"]

        way.meets = cut("/download/", 700)
        with Codeport(way.url, admin, patience=0) as hasty, pytest.raises(Unavailable):
            hasty.download(workorder, tmp_path / "other")
        beside = tmp_path / f"other/workorder-{workorder}.zip.part.json"
        beside.write_text(beside.read_text().replace('"etag": "', '"etag": "\\"other\\"'))
        assert portal.download(workorder, tmp_path / "other").read_bytes() == whole.read_bytes()


def test_codes_are_changed_and_exported(portal_in_use: Up, admin: str, tmp_path: Path) -> None:
    with Codeport(at(portal_in_use), admin) as portal:
        record = portal.upload(written(tmp_path / "codes.csv", "id", "client-0501", "client-0502"))
        changes = written(tmp_path / "changes.csv", "id,activation_status,lot", "client-0501,1,B7", "client-0502,1,B7")
        changed = portal.change(changes)
        assert not isinstance(changed.result_data, Unset)
        assert changed.result_data.codes_affected == 2
        with pytest.raises(FileRefused) as refused:
            portal.change(written(tmp_path / "changes.csv", "id,activation_status", "client-0599,1"))
        assert refused.value.code == "code_not_found_error"
        exported = portal.export(tmp_path / "exported", workorder=record.workorder)
        with exported.open(newline="") as file:
            rows = list(csv.DictReader(file))
        assert [(row["extended_id"], row["activation_status"]) for row in rows] == [
            ("client-0501", "1"),
            ("client-0502", "1"),
        ]
        with pytest.raises(Refused, match="no_such_filter"):
            portal.export(tmp_path / "exported", no_such_filter="1")
        assert isinstance(record.workorder, int)
        images = portal.download(record.workorder, tmp_path, images="png")
        assert "images/client-0501.png" in members(images)
        assert "codes.csv" in members(portal.download(record.workorder, tmp_path / "ids", kind="serial-numbers"))


def test_secure_codes_that_are_downloaded_once_go_on_when_allowed(
    portal_in_use: Up, admin: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    printer = token_of("printer@printco.example", portal_in_use, tmp_path)
    workorder = secure_workorder(portal_in_use, admin, printer, tmp_path)
    api = f"{at(portal_in_use)}/api/v2/workorders/{workorder}/"
    headers = {"Authorization": f"UAT {printer}"}
    is_made = lambda: httpx.head(f"{api}secure-codes/?images=png", headers=headers).status_code == 200  # noqa: E731
    wait_for(is_made, "the secure codes")
    monkeypatch.setattr("codeport_client.downloads.PART", 2000)
    with faulty_way(portal_in_use.port) as way, Codeport(way.url, printer, patience=0) as portal:
        way.meets = cut("/secure-codes/", 2000, 500)
        with pytest.raises(Unavailable):
            portal.download(workorder, tmp_path / "secure", kind="secure-codes")
        with pytest.raises(Refused, match=r"can be downloaded once.* can allow one more"):
            portal.download(workorder, tmp_path / "secure", kind="secure-codes")
        allowed = httpx.post(f"{api}allow-download/", json={}, headers={"Authorization": f"UAT {admin}"})
        assert allowed.status_code == 200
        fetched = portal.download(workorder, tmp_path / "secure", kind="secure-codes")
        assert way.headers("Range", "/secure-codes/")[:4] == [
            "bytes=0-1999",
            "bytes=2000-3999",
            "bytes=2500-4499",
            "bytes=2500-4499",
        ]
    assert {"images/secure-c001.png", "images/secure-c002.png"} <= set(members(fetched))


def secure_workorder(up: Up, admin: str, printer: str, folder: Path) -> int:
    """A workorder of two secure codes, which printco has confirmed and may download once."""
    api = f"{at(up)}/api/v2/"

    def post(token: str, path: str, **body: Any) -> Any:
        answer = httpx.post(f"{api}{path}", json=body, headers={"Authorization": f"UAT {token}"})
        assert answer.is_success, answer.text
        return answer.json()

    days = {"calibrated_on": "2026-01-01", "calibrated_until": "2099-12-31"}
    post(printer, "equipment/", name="Client press", dpi=1200, **days)
    post(printer, "substrates/", name="Client paper", **days)
    order = {"quantity": 2, "layout": "inside", "printing_partner": "printco", "download_once": True}
    workorder: int = post(admin, "workorders/create-ssc/", reference="Client secure", **order)["id"]
    with Codeport(at(up), admin) as portal:
        file = written(folder / "secure.csv", "id", "secure-c001", "secure-c002")
        portal.upload(file, workorder=workorder, default_scm_data={"product": "sku1"})
    post(printer, f"workorders/{workorder}/confirm/", equipment="Client press", substrate="Client paper")
    return workorder


def interrupted(what: str, done: int, total: int | None) -> None:
    """Press Ctrl-C as soon as some of a file has come."""
    if what == "downloading" and done:
        raise KeyboardInterrupt


def test_files_go_to_a_bucket_and_come_from_there(bucket: S3Client, tmp_path: Path) -> None:
    name, service = os.environ["S3_BUCKET"], os.environ["S3_ENDPOINT_URL"]  # keys are in the environment already
    with Up(tmp_path / "out", tmp_path / "home", S3_BUCKET=name, S3_ENDPOINT_URL=service) as up:
        up.wait_ready()
        file = written(tmp_path / "codes.csv", "id", *(secrets.token_hex(20) for _ in range(10_000)))
        with Codeport(at(up), token_of("staff@demo.example", up, tmp_path)) as portal:
            record = portal.upload(file, default_scm_data={"product": "sku1"})
            assert isinstance(record.workorder, int)
            whole = portal.download(record.workorder, tmp_path / "whole")
            with pytest.raises(KeyboardInterrupt):
                portal.download(record.workorder, tmp_path / "again", progress=interrupted)
            came = (tmp_path / f"again/workorder-{record.workorder}.zip.part").stat().st_size
            told: list[int] = []
            again = portal.download(
                record.workorder, tmp_path / "again", progress=lambda _what, done, _total: told.append(done)
            )
        assert again.read_bytes() == whole.read_bytes()
        assert "codes.csv" in members(again)
        assert 0 < came < told[0]
        assert bucket.list_objects_v2(Bucket=name)["KeyCount"] >= 1
        assert up.end(signal.SIGTERM) == 0


class Program:
    """The command `codeport`, as somebody has it who has nothing else of this repository."""

    def __init__(self, folder: Path, bin_: Path, **variables: str) -> None:
        self.folder, self.command = folder, str(bin_ / "codeport")
        self.environ = {"PATH": os.environ["PATH"], **variables}

    def start(self, *words: str) -> subprocess.Popen[str]:
        """Start it."""
        pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        as_on_a_terminal = ("env", "--default-signal=INT")  # which a test run in the background ignores
        return subprocess.Popen([*as_on_a_terminal, self.command, *words], cwd=self.folder, env=self.environ, **pipes)

    def __call__(self, *words: str) -> tuple[int, list[str], str]:
        """The exit code, the lines of standard output, and standard error."""
        process = self.start(*words)
        out, err = process.communicate(timeout=120)
        return process.returncode, out.splitlines(), err


def test_the_command(portal_in_use: Up, admin: str, client_bin: Path, tmp_path: Path) -> None:
    codeport = Program(tmp_path, client_bin, CODEPORT_URL=at(portal_in_use), CODEPORT_TOKEN=admin)
    written(tmp_path / "codes.csv", "id", "client-0701", "client-0702")
    code, (key, archive), said = codeport(
        "upload", "codes.csv", "--wait", "--download", "here", "--default", "product=sku1", "--option", "reference=By"
    )
    assert (code, said) == (0, "Completed: codes created 2, duplicates ignored 0\n")
    assert archive == "here/by.zip"
    assert "codes.csv" in members(tmp_path / archive)
    code, (path,), _said = codeport("download", key, "--images", "svg", "--to", "images")
    assert code == 0
    assert "images/client-0701.svg" in members(tmp_path / path)

    code, out, said = codeport("upload", "codes.csv", "--wait")
    assert (code, len(out)) == (1, 1)
    assert "  row 2, id 'client-0701': " in said
    assert "(duplicate_id_error)" in said
    code, out, said = codeport("upload", "codes.csv", "--option", "header_rwo=2")
    assert (code, out) == (1, [])
    assert said.startswith("Refused: header_rwo: ")

    written(tmp_path / "changes.csv", "id,lot", "client-0701,B7")
    code, (_key,), said = codeport("change", "changes.csv", "--wait")
    assert (code, said) == (0, "Completed: codes affected 1, codes unchanged 0\n")
    code, (path,), _said = codeport("export", "--filter", "search=client-070", "--to", "out")
    assert code == 0
    assert (tmp_path / path).read_text().count("client-070") == 2 * 2
    code, (path,), _said = codeport("export", "--format", "epcis", "--filter", "search=client-070", "--gzip")
    assert (code, Path(path).suffixes) == (0, [".jsonld", ".gz"])
    document = json.loads(gzip.decompress((tmp_path / path).read_bytes()))
    assert (document["type"], document["schemaVersion"]) == ("EPCISDocument", "2.0")


def test_the_command_tells_wrong_use_from_a_portal_that_is_away(client_bin: Path, tmp_path: Path) -> None:
    codeport = Program(tmp_path, client_bin, CODEPORT_TOKEN="x")
    written(tmp_path / "codes.csv", "id", "client-0801")
    (tmp_path / "codes.xlsx").touch()
    assert codeport("upload", "codes.csv")[0] == 2
    assert "CODEPORT_URL" in codeport("upload", "codes.csv")[2]
    assert codeport("--url", "http://127.0.0.1:9", "upload", "missing.csv")[0] == 2
    assert codeport("--url", "http://127.0.0.1:9", "upload", "codes.xlsx")[0] == 2
    assert codeport("upload")[0] == 2
    assert "CODEPORT_TOKEN" in Program(tmp_path, client_bin)("--url", "http://127.0.0.1:9", "export")[2]
    for token in ("two\nlines", "t\xf6ken"):
        strange = Program(tmp_path, client_bin, CODEPORT_TOKEN=token)("--url", "http://127.0.0.1:9", "export")
        assert strange == (2, [], "CODEPORT_TOKEN is no token: it has characters that no token has.\n")
    code, out, said = codeport("--url", "http://127.0.0.1:9", "--patience", "0", "upload", "codes.csv")
    assert (code, out) == (3, [])
    assert said.startswith("http://127.0.0.1:9 cannot be reached: ")
    of_windows = Program(tmp_path, client_bin, CODEPORT_TOKEN="x\r\n")
    assert of_windows("--url", "http://127.0.0.1:9\r\n", "--patience", "0", "upload", "codes.csv")[2] == said


def test_the_command_names_the_nearest_of_its_choices(client_bin: Path, tmp_path: Path) -> None:
    codeport = Program(tmp_path, client_bin)
    for words, named in (
        ("export --format epics", "'epics' is not one of csv, epcis, jsonl, xlsx; the nearest is epcis"),
        ("export --format JSON", "'JSON' is not one of csv, epcis, jsonl, xlsx; the nearest is jsonl"),
        ("upload codes.csv --filetype pdf", "'pdf' is not one of csv, json"),
        ("download 17 --kind cards", "'cards' is not one of archive, serial-numbers, secure-codes"),
    ):
        code, out, said = codeport(*words.split())
        assert (code, out) == (2, [])
        assert said.splitlines()[-1].endswith(f": {named}")


@pytest.mark.parametrize("name", ["pipe.csv", "device.csv"])
def test_what_is_no_file_is_refused_by_name(client_bin: Path, tmp_path: Path, name: str) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "device.csv").symlink_to("/dev/zero")
    codeport = Program(tmp_path, client_bin, CODEPORT_TOKEN="x")
    for words in (["upload", name], ["change", name, "--filetype", "csv"]):
        code, out, said = codeport("--url", "http://127.0.0.1:9", *words)
        why = "is a pipe or a device. Give a file: it is read again where a connection is lost."
        assert (code, out, said) == (2, [], f"{name} {why}\n")


def test_ctrl_c_while_the_command_starts_says_one_line(client_bin: Path, tmp_path: Path) -> None:
    written(tmp_path / "httpx.py", "import os, signal", "os.kill(os.getpid(), signal.SIGINT)")  # not the real one
    codeport = Program(tmp_path, client_bin, PYTHONPATH=str(tmp_path))
    assert codeport("upload", "codes.csv") == (130, [], "Interrupted.\n")


def test_an_interrupted_command_says_how_to_go_on(
    portal_in_use: Up, admin: str, client_bin: Path, tmp_path: Path
) -> None:
    waits, go_on = threading.Event(), threading.Event()

    def held(method: str, path: str) -> None:
        if method == "GET" and way.headers("Idempotency-Key", "process") and len(way.asked) > 4:
            waits.set()
            go_on.wait(60)

    written(tmp_path / "codes.csv", "id", "client-0901")
    with faulty_way(portal_in_use.port) as way:
        way.meets = held
        codeport = Program(tmp_path, client_bin, CODEPORT_URL=way.url, CODEPORT_TOKEN=admin)
        process = codeport.start("upload", "codes.csv", "--download", "here")
        assert waits.wait(60)
        process.send_signal(signal.SIGINT)
        out, said = process.communicate(timeout=60)
        go_on.set()
        key = out.strip()
        advice = f"codeport download {key} --to here"
        assert (process.returncode, said) == (130, f"Interrupted. The portal goes on; then run: {advice}\n")
        code, (path,), _said = codeport(*advice.split()[1:])
    assert code == 0
    assert "codes.csv" in members(tmp_path / path)


class Sink(BaseHTTPRequestHandler):
    """Stands for a portal that takes any file, and refuses to process it."""

    received = 0

    def do_POST(self) -> None:
        left = int(self.headers["Content-Length"])
        while left:
            left -= len(self.rfile.read(min(left, MB)))
        form = '{"post_data": {"url": "http://%s/form", "fields": {"key": "k"}}, "record_key": "k"}'
        status, body = (201, form % self.headers["Host"]) if "get-post-data" in self.path else (201, "")
        if self.path == "/form":
            Sink.received = int(self.headers["Content-Length"])
        if "process" in self.path:
            status, body = 400, '{"record": ["No."]}'
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *words: object) -> None:
        """Say nothing."""


def test_a_file_of_500_mb_is_never_in_memory(client_bin: Path, tmp_path: Path) -> None:
    with (tmp_path / "codes.csv").open("wb") as file:
        file.truncate(500 * MB)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Sink)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        address = f"http://127.0.0.1:{server.server_address[1]}"
        words = [str(client_bin / "codeport"), "--url", address, "upload", "codes.csv"]
        limited = ["bash", "-c", 'ulimit -v 400000; exec "$0" "$@"', *words]  # kilobytes
        done = subprocess.run(limited, cwd=tmp_path, env={"CODEPORT_TOKEN": "x"}, capture_output=True, check=False)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert (done.returncode, done.stderr) == (1, b"Refused: record: No.\n")
    assert Sink.received > 500 * MB
