"""Clients of any pace on the real web server: none holds what others need, and none is cut off that makes progress."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import random
import re
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
from django.conf import settings
from django.core.files.base import ContentFile
from django.db import connection

from benchmarks.crowd import Crowd, Site, watch_crowded
from ingestion import services
from ingestion.models import IngestionRecord
from portal.storage.base import storage
from tests.support.demo import Demo
from tests.support.radosgw import free_ports
from tests.support.running import DEADLINE, database_url, wait_for
from tests.support.tokens import issue
from tests.support.uploads import ingested
from workorders.archives.names import archive_name

MB = 1024**2
ESTABLISHED, LEFT = "01", "08"  # of connections (include/net/tcp_states.h): the client may have left the latter
LARGE = 6 * MB  # more than the kernel takes for a client that does not read
RANDOM = random.Random(1)  # noqa: S311  # for files


@contextmanager
def serving(config: str = "portal.gunicorn_conf", **environment: str) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """The web server as in production, on the test's own database and files."""
    (port,) = free_ports(1)
    ours = {"DATABASE_URL": database_url(connection.settings_dict["NAME"]), "PORT": str(port), **environment}
    command = [sys.executable, "-m", "gunicorn", "-c", f"python:{config}", "portal.wsgi"]
    log = Path(settings.CODEPORT_HOME, f"web-{port}.log")
    with log.open("wb") as out:
        web = subprocess.Popen(command, cwd=settings.BASE_DIR, env=os.environ | ours, stdout=out, stderr=out)
    try:
        wait_for(lambda: answers(port), "the web server answers")
        yield port, web
        _, _, failed = log.read_text().partition("Traceback")
        assert failed[:5000] == ""  # whose beginning tells, and not what was logged afterwards
    finally:
        web.terminate()
        web.wait(DEADLINE)


def answers(port: int) -> bool:
    try:
        return requests.get(f"http://127.0.0.1:{port}/healthz", timeout=DEADLINE).ok
    except requests.ConnectionError:
        return False


@pytest.fixture(scope="module")
def production(django_db_setup: None) -> Iterator[int]:
    with serving() as (port, _):
        yield port


@pytest.fixture(scope="module")
def impatient(django_db_setup: None) -> Iterator[int]:
    with serving("tests.support.quick_web") as (port, _):
        yield port


@pytest.fixture
def web(production: int, committed_demo: Demo) -> Iterator[int]:
    """The port of the web server as in production. What clients have left is ended before the tables are emptied."""
    yield production
    wait_for(lambda: not states_of(production) & {ESTABLISHED, LEFT}, "the server has ended what was begun")


@pytest.fixture
def quick(impatient: int, committed_demo: Demo) -> Iterator[int]:
    """The port of one that gives slow clients up after a second, likewise."""
    yield impatient
    wait_for(lambda: not states_of(impatient) & {ESTABLISHED, LEFT}, "the server has ended what was begun")


def states_of(port: int) -> set[str]:
    """The states of the connections that the server holds there."""
    lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return {state for _, at, _, state, *_ in lines if at.endswith(f":{port:04X}")}


def talk(port: int, *said: bytes, buffer: int = 0, address: str = "127.0.0.1") -> socket.socket:
    """A connection on which this was said."""
    client = socket.socket()
    client.settimeout(DEADLINE)
    if buffer:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
    client.bind((address, 0))
    client.connect(("127.0.0.1", port))
    for piece in said:
        client.sendall(piece)
    return client


def heard(client: socket.socket, piece: int = 65536) -> bytes:
    """All that comes until the server closes."""
    answer = bytearray()
    with client, suppress(ConnectionResetError):
        while data := client.recv(piece):
            answer += data
    return bytes(answer)


def get(path: str, *lines: str, version: str = "1.1", method: str = "GET") -> bytes:
    """A request without a body."""
    return "\r\n".join([f"{method} {path} HTTP/{version}", "Host: 127.0.0.1", *lines, "", ""]).encode()


def status_of(answer: bytes) -> int:
    """The status of a whole answer, with which the connection ended."""
    return int(answer.split(b" ", 2)[1]) if answer else 0


@dataclass(frozen=True)
class Download:
    """A file that can be downloaded, and who may."""

    path: str
    content: bytes
    line: str  # of a head

    @property
    def headers(self) -> dict[str, str]:
        return dict([self.line.split(": ")])


@pytest.fixture
def download(committed_demo: Demo) -> Download:
    """A workorder's archive, larger than what the kernel takes for a client."""
    workorder = ingested(committed_demo.staff, "id\nabc12345\n").workorder
    assert workorder is not None
    content = RANDOM.randbytes(LARGE)
    storage().save(archive_name(workorder, "archive"), ContentFile(content))
    return Download(
        f"/api/v2/workorders/{workorder.pk}/download/", content, f"Authorization: UAT {issue(committed_demo.staff)}"
    )


# Pages beside slow clients


def test_pages_answer_beside_slow_clients(web: int, download: Download, committed_demo: Demo) -> None:
    record = IngestionRecord.objects.get()
    pages = ("/healthz", f"/api/v2/ingestion/{record.key}/", "/accounts/login/")
    site = Site(web, pages, download.path, f"{download.line}\r\n")
    waits = asyncio.run(watch_crowded(site, Crowd(silent=40, readers=20, senders=20), 3, least=20))
    assert site.bad == {}
    assert all(len(looks) >= 20 for looks in waits.values())


def test_who_takes_all_places_makes_room_for_others(committed_demo: Demo) -> None:
    with serving("tests.support.small_web") as (port, _):
        form = form_of(committed_demo)
        upload = talk(port, form.head(100_000), form.before, b"x" * 90_000)
        crowd = [talk(port, get("/healthz")[:-2], address="127.0.0.2") for _ in range(200)]
        for _ in range(5):
            assert requests.get(f"http://127.0.0.1:{port}/healthz", timeout=DEADLINE).status_code == 200
        assert heard(crowd[0]) == b""
        upload.sendall(b"x" * 10_000 + form.after)
        assert upload.recv(12) == b"HTTP/1.1 201"
        for client in (upload, *crowd):
            client.close()


def test_large_forms_are_few_at_a_time(committed_demo: Demo) -> None:
    head = get("/accounts/login/", f"Content-Length: {MB}", method="POST")
    with serving() as (port, _):
        forms = [talk(port, head, b"x" * 100_000) for _ in range(2 * 64 + 1)]
        wait_for(lambda: any(select.select(forms, [], [], 0)), "one is closed")
        assert requests.get(f"http://127.0.0.1:{port}/healthz", timeout=DEADLINE).status_code == 200
        for client in forms:
            client.close()


# Who is cut off


@pytest.mark.parametrize(
    ("said", "status"),
    [
        (b"", 0),
        (b"GET /healthz HT", 408),
        (get("/healthz", "X-Slow: x")[:-2], 408),
        (b"POST /accounts/login/ HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nabc", 408),
        (get("/healthz") + b"GET", 408),
        (get("/healthz", "Connection: close"), 200),
    ],
    ids=["nothing", "half a line", "half a head", "half a body", "half a second request", "a whole request"],
)
def test_who_stops_sending_is_told_and_left(quick: int, said: bytes, status: int) -> None:
    answer = heard(talk(quick, said))
    *_, last = re.findall(rb"HTTP/1.1 (\d+)", answer) or [b"0"]
    assert int(last) == status


def test_who_sends_a_byte_now_and_then_is_left(quick: int) -> None:
    client = talk(quick, b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100000\r\n\r\n")
    client.settimeout(0.2)
    answer = b""
    for _ in range(300):
        try:
            client.sendall(b"x")
            answer += client.recv(65536)
            break
        except TimeoutError:
            continue
    assert status_of(answer) == 408
    client.close()


def test_who_stops_reading_is_left(quick: int, download: Download) -> None:
    client = talk(quick, get(download.path, download.line), buffer=4096)
    begun = client.recv(1000)
    wait_for(lambda: ESTABLISHED not in states_of(quick), "the server has closed the connection")
    assert len(begun + heard(client)) < LARGE


def test_a_slow_reader_that_goes_on_gets_everything(quick: int, download: Download) -> None:
    answer = heard(talk(quick, get(download.path, download.line, "Connection: close"), buffer=2048), 512)
    head, _, content = answer.partition(b"\r\n\r\n")
    assert status_of(head) == 200
    assert hashlib.sha256(content).digest() == hashlib.sha256(download.content).digest()


def test_an_answer_that_is_made_on_the_way_waits_for_its_reader(web: int, committed_demo: Demo) -> None:
    count = 12_000
    record = ingested(committed_demo.staff, "id\n" + "".join(f"x{number}{'!' * 80}\n" for number in range(count)))
    line = f"Authorization: UAT {issue(committed_demo.staff)}"
    url = f"/api/v2/ingestion/{record.key}/errors.csv"
    slow = [talk(web, get(url, line, "Connection: close"), buffer=4096) for _ in range(12)]
    assert requests.get(f"http://127.0.0.1:{web}/healthz", timeout=DEADLINE).status_code == 200
    expected = requests.get(f"http://127.0.0.1:{web}{url}", headers=dict([line.split(": ")]), timeout=DEADLINE)
    assert expected.text.count("\n") == count + 1
    head, _, chunks = heard(slow[0]).partition(b"\r\n\r\n")
    assert b"Transfer-Encoding: chunked" in head
    assert unchunked(chunks) == expected.content
    for client in slow[1:]:
        client.close()


def unchunked(data: bytes) -> bytes:
    """What came in chunks, to their very end."""
    content, at = bytearray(), 0
    while True:
        line = data.index(b"\r\n", at)
        size = int(data[at:line], 16)
        if not size:
            assert data[line:] == b"\r\n\r\n"
            return bytes(content)
        content += data[line + 2 : line + 2 + size]
        at = line + 2 + size + 2


# Uploads


@dataclass(frozen=True)
class Form:
    """A signed form as a client would send it."""

    record: IngestionRecord
    before: bytes  # what comes before the file
    after: bytes = b"\r\n--x--\r\n"

    def head(self, size: int, *lines: str) -> bytes:
        """The head of a request with a file of that size."""
        length = len(self.before) + size + len(self.after)
        kind = "Content-Type: multipart/form-data; boundary=x"
        return get("/storage/", kind, f"Content-Length: {length}", *lines, method="POST")


def form_of(demo: Demo, file: str = "file", **changes: str) -> Form:
    """A form for a new upload, with some fields changed."""
    record = services.start_upload(demo.staff, demo.company, filetype="csv", mode="api")
    fields = storage().signed_form("http://127.0.0.1/", record.incoming_path, "text/csv")["fields"] | changes
    parts = [
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields.items()
    ]
    last = f'--x\r\nContent-Disposition: form-data; name="{file}"; filename="a.csv"\r\nContent-Type: text/csv\r\n\r\n'
    return Form(record, "".join([*parts, last]).encode())


def refused(answer: bytes) -> tuple[int, bytes]:
    """The status and S3's code of a refusal."""
    code = re.search(rb"<Code>(.*)</Code>", answer)
    return status_of(answer), code[1] if code else b""


def altered(demo: Demo) -> Form:
    return form_of(demo, policy="e30=")


def renamed(demo: Demo) -> Form:
    return form_of(demo, key="incoming/other")


def second_kind(demo: Demo) -> Form:
    return form_of(demo, **{"Content-Type": "text/html"})


def another_field(demo: Demo) -> Form:
    return form_of(demo, file="document")


def processed(demo: Demo) -> Form:
    form = form_of(demo)
    IngestionRecord.objects.filter(pk=form.record.pk).update(status=IngestionRecord.Status.CANCELLED)
    return form


def no_form(demo: Demo) -> Form:
    return Form(form_of(demo).record, b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n')


def endless_fields(demo: Demo) -> Form:
    form = form_of(demo, **{"x-ignore-me": "y" * 70_000})
    return Form(form.record, form.before)


@pytest.mark.parametrize("expecting", [(), ("Expect: 100-continue",)], ids=["", "expecting"])
@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (altered, (403, b"SignatureDoesNotMatch")),
        (renamed, (403, b"AccessDenied")),
        (second_kind, (403, b"AccessDenied")),
        (another_field, (400, b"InvalidArgument")),
        (processed, (403, b"AccessDenied")),
        (no_form, (403, b"AccessDenied")),
        (endless_fields, (400, b"MaxPostPreDataLengthExceededError")),
    ],
)
def test_a_form_is_refused_before_its_file_has_arrived(
    web: int, committed_demo: Demo, make: Callable[[Demo], Form], expected: tuple[int, bytes], expecting: tuple[str]
) -> None:
    form = make(committed_demo)
    client = talk(web, form.head(500 * MB, *expecting), form.before)
    answer = heard(client).removeprefix(b"HTTP/1.1 100 Continue\r\n\r\n")
    assert refused(answer) == expected
    assert b"Connection: close" in answer
    assert not storage().exists(form.record.incoming_path)
    assert list(settings.SPOOL_DIR.iterdir()) == []


@pytest.mark.parametrize("size", [1024 * MB + 200_000, 5000 * MB, 10**18])
def test_a_file_announced_too_large_is_refused_at_once(web: int, committed_demo: Demo, size: int) -> None:
    form = form_of(committed_demo)
    assert refused(heard(talk(web, form.head(size, "Expect: 100-continue")))) == (400, b"EntityTooLarge")
    assert refused(heard(talk(web, form.head(size), form.before))) == (400, b"EntityTooLarge")


@pytest.mark.parametrize("path", ["/", "/accounts/login/", "/api/v2/products/", "/nowhere/"])
def test_other_bodies_are_refused_sooner(web: int, path: str) -> None:
    head = get(path, f"Content-Length: {16 * MB + 1}", method="POST")
    assert status_of(heard(talk(web, head))) == 413
    assert status_of(heard(talk(web, get(path, "Transfer-Encoding: chunked", method="POST")))) == 411


@pytest.mark.parametrize("size", [100_000, 30 * MB])
def test_a_client_that_sends_first_hears_the_refusal(web: int, committed_demo: Demo, size: int) -> None:
    form = altered(committed_demo)
    client = talk(web, form.head(size), form.before)
    for _ in range(size // 50_000):
        client.sendall(b"x" * 50_000)
    assert refused(heard(client)) == (403, b"SignatureDoesNotMatch")


@pytest.mark.parametrize("size", [0, 1, 1000, 63_000, 65_536, 200_000, 5 * MB])
@pytest.mark.parametrize("piece", [999, MB])
def test_a_good_form_stores_its_file_however_it_arrives(web: int, committed_demo: Demo, size: int, piece: int) -> None:
    form, content = form_of(committed_demo), RANDOM.randbytes(size)
    body = form.before + content + form.after
    client = talk(web, form.head(size, "Connection: close"))
    for at in range(0, len(body), piece):
        client.sendall(body[at : at + piece])
    assert status_of(heard(client)) == 201
    with storage().open(form.record.incoming_path) as file:
        assert file.read() == content


def test_what_looks_like_the_file_in_a_field_is_a_field(web: int, committed_demo: Demo) -> None:
    form = form_of(committed_demo, **{"x-ignore-note": "filename=a\r\n\r\nb"})
    at = form.before.index(b"filename=a") + 20
    client = talk(web, form.head(100_000, "Connection: close"), form.before[:at])
    client.sendall(form.before[at:] + b"y" * 100_000 + form.after)
    assert status_of(heard(client)) == 201


def test_who_expects_it_is_told_to_go_on_and_gets_the_answer(web: int, committed_demo: Demo) -> None:
    form = form_of(committed_demo)
    client = talk(web, form.head(100_000, "Expect: 100-continue", "Connection: close"))
    assert client.recv(1000) == b"HTTP/1.1 100 Continue\r\n\r\n"
    client.sendall(form.before + b"z" * 100_000 + form.after)
    assert status_of(heard(client)) == 201


def test_of_an_upload_that_breaks_off_nothing_is_kept(quick: int, committed_demo: Demo) -> None:
    form = form_of(committed_demo)
    client = talk(quick, form.head(5 * MB), form.before, b"x" * 3 * MB)
    client.shutdown(socket.SHUT_WR)
    assert heard(client) == b""
    assert not storage().exists(form.record.incoming_path)
    wait_for(lambda: not list(settings.SPOOL_DIR.iterdir()), "nothing is left")


# HTTP


def test_requests_sent_ahead_are_answered_in_order(web: int) -> None:
    paths = ["/healthz", "/robots.txt", "/c/demo/abc12345", "/healthz"]
    client = talk(web, b"".join(get(path) for path in paths[:-1]) + get(paths[-1], "Connection: close"))
    answer = heard(client)
    assert re.findall(rb"HTTP/1.1 (\d+)", answer) == [b"200", b"404", b"404", b"200"]


def test_a_body_sent_ahead_with_another_request_belongs_to_the_first(web: int) -> None:
    first = get("/accounts/login/", "Content-Length: 5", method="POST") + b"a=b&c"
    answer = heard(talk(web, first + get("/healthz", "Connection: close")))
    assert re.findall(rb"HTTP/1.1 (\d+)", answer) == [b"403", b"200"]


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (get("/healthz", version="1.0"), 200),
        (get("/healthz", "Connection: close", method="HEAD"), 200),
        (get("http://127.0.0.1/healthz", "Connection: close"), 200),
        (b"\r\n" + get("/healthz", "Connection: close"), 200),
        (b"GET /healthz HTTP/1.1\nHost: 127.0.0.1\n\n", 400),
        (b"GET /healthz\r\n\r\n", 400),
        (get("/healthz", "A B: c"), 400),
        (get("/healthz", "SCRIPT_NAME: /health", "PATH_INFO: /elsewhere", "Connection: close"), 200),
        (get("/healthz", "SCRIPT_NAME: /elsewhere", "Connection: close"), 200),
        (get("/c/healthz/", "SCRIPT_NAME: /c", "Connection: close"), 404),
        (get("/healthz", "Content-Length: x"), 400),
        (get("/healthz", "Content-Length: 1", "Content-Length: 2"), 400),
        (get("/healthz", "Transfer-Encoding: gzip"), 400),
        (get("/healthz", "Expect: wonders"), 417),
        (get("/" + "a" * 9000), 414),
        (get("/healthz", "X-Long: " + "a" * 9000), 431),
        (get("/healthz", *[f"X-{number}: {'a' * 1000}" for number in range(90)]), 431),
    ],
)
def test_heads_are_understood_or_refused(web: int, request_: bytes, status: int) -> None:
    assert status_of(heard(talk(web, request_))) == status


def told(answer: bytes) -> tuple[int, str, Any]:
    """Status, media type and content of the last answer on a connection."""
    head, _, body = answer[answer.rindex(b"HTTP/1.1 ") :].partition(b"\r\n\r\n")
    kind = re.search(rb"Content-Type: ([^;\r\n]+)", head)
    if b"Transfer-Encoding: chunked" in head:
        body = unchunked(body)
    else:
        assert f"Content-Length: {len(body)}".encode() in head
    is_json = kind is not None and kind[1] == b"application/json"
    return status_of(head), kind[1].decode() if kind else "", json.loads(body) if is_json else body


CALL = "/api/v2/products/"


@pytest.mark.parametrize(
    ("request_", "status", "detail"),
    [
        (get(CALL, "A B: c"), 400, "Invalid HTTP header name: 'A B'"),
        (get(CALL, "A<b>: c"), 400, "Invalid HTTP header name: 'A<b>'"),
        (get(f"http://127.0.0.1{CALL}", "A B: c"), 400, "Invalid HTTP header name: 'A B'"),
        (get("/healthz") + get(CALL, "A B: c"), 400, "Invalid HTTP header name: 'A B'"),
        (get(CALL, "Expect: wonders"), 417, None),
        (get(CALL + "a" * 9000), 414, None),
        (get(CALL, "X-Long: " + "a" * 9000), 431, None),
        (get(CALL, *[f"X-{number}: {'a' * 1000}" for number in range(90)]), 431, None),
        (get(CALL, f"Content-Length: {16 * MB + 1}", method="POST"), 413, "The body may hold 16,777,216 bytes."),
        (
            get(CALL, "Transfer-Encoding: chunked", method="POST"),
            411,
            "Send the body with a Content-Length, not in chunks.",
        ),
    ],
)
def test_calls_of_the_api_are_refused_in_json(web: int, request_: bytes, status: int, detail: str | None) -> None:
    answer = told(heard(talk(web, request_)))
    assert answer[:2] == (status, "application/json")
    assert list(answer[2]) == ["detail"]
    assert answer[2]["detail"] == detail or (detail is None and answer[2]["detail"])


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (f"GET {CALL} HT".encode(), "application/json"),
        (get(CALL, "X-Slow: x")[:-2], "application/json"),
        (get(CALL, "Content-Length: 1000", method="POST") + b"abc", "application/json"),
        (get("/healthz") + f"GET {CALL}".encode(), "application/json"),
        (get(CALL) + b"GET /healthz", "text/html"),
        (b"GET /apiary/ HT", "text/html"),
    ],
)
def test_slow_calls_of_the_api_are_told_so_in_json(quick: int, said: bytes, kind: str) -> None:
    status, found, content = told(heard(talk(quick, said)))
    assert (status, found) == (408, kind)
    assert kind == "text/html" or content == {"detail": "The request did not arrive in time."}


def test_a_download_in_parts_and_unchanged(web: int, download: Download) -> None:
    url, session = f"http://127.0.0.1:{web}{download.path}", requests.Session()
    session.headers.update(download.headers)
    whole = session.get(url, timeout=DEADLINE)
    assert whole.content == download.content
    part = session.get(url, headers={"Range": "bytes=1000000-4999999"}, timeout=DEADLINE)
    assert (part.status_code, part.content) == (206, download.content[1_000_000:5_000_000])
    assert part.headers["Content-Length"] == "4000000"
    last = session.get(url, headers={"Range": "bytes=-7"}, timeout=DEADLINE)
    assert (last.status_code, last.content) == (206, download.content[-7:])
    head = session.head(url, timeout=DEADLINE)
    assert (head.status_code, head.headers["Content-Length"], head.content) == (200, str(LARGE), b"")


def test_a_stop_lets_a_download_end(committed_demo: Demo, download: Download) -> None:
    with serving() as (port, web):
        client = talk(port, get(download.path, download.line, "Connection: close"), buffer=4096)
        idle = talk(port)
        begun = client.recv(100)
        web.send_signal(signal.SIGTERM)
        answer = begun + heard(client)
        assert heard(idle) == b""
        assert web.wait(DEADLINE) == 0
    assert answer.partition(b"\r\n\r\n")[2] == download.content
