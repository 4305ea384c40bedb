"""Looking for a proof at a host of a stranger: what is found, and what is never reached or waited for."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from portal import outgoing
from tests.support.demo import Demo
from tests.support.pages import seen
from tests.support.strangers import Records, dns_server, web_server
from workorders.domains import lookup
from workorders.domains.lookup import NotFound, read_file, read_records
from workorders.domains.proofs import look_for_proof, proof_text
from workorders.models import DomainProof

HOST = "codes.example.com"
FILE = f"https://{HOST}/.well-known/codeport-proof.txt"
Serve = Callable[[ssl.SSLSocket], None]


@pytest.fixture
def records(monkeypatch: pytest.MonkeyPatch) -> Iterator[Records]:
    """What the DNS knows."""
    known: Records = {}
    with dns_server(known) as asks:
        monkeypatch.setattr(outgoing, "resolver", lambda: asks)
        yield known


@pytest.fixture
def web(tmp_path: Path, records: Records, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Serve]]:
    """A host that the DNS leads to this machine, which counts as public here; what it does is in the list."""
    records[HOST, "A"] = ["127.0.0.1"]
    does: list[Serve] = []
    with web_server(tmp_path, HOST, lambda connection: does[0](connection)) as (port, trusting):
        monkeypatch.setitem(outgoing.PORTS, "https", port)
        monkeypatch.setattr(outgoing, "tls_context", lambda: trusting)
        monkeypatch.setattr(outgoing, "is_public", lambda address: address == "127.0.0.1")
        yield does


def answering(head: str, body: str = "") -> Serve:
    return lambda connection: connection.sendall(f"HTTP/1.1 {head}\r\nConnection: close\r\n\r\n{body}".encode())


def test_text_records_are_read_whole(records: Records) -> None:
    records["_codeport.codes.example.com", "TXT"] = ['"codeport-" "proof=abc"', '"v=spf1 -all"']
    assert sorted(read_records("_codeport.codes.example.com")) == ["codeport-proof=abc", "v=spf1 -all"]
    records[HOST, "A"] = ["192.0.2.1"]
    for name in ("_codeport.other.example.com", HOST):
        with pytest.raises(NotFound, match=rf"^There is no text record at {name}\.$"):
            read_records(name)


def test_records_behind_another_name_are_found(records: Records, web: list[Serve]) -> None:
    name = f"_codeport.{HOST}"
    records[name, "CNAME"] = ["proofs.example.net"]
    with pytest.raises(NotFound, match=rf"^There is no text record at {name}\.$"):
        read_records(name)
    records["proofs.example.net", "TXT"] = ['"codeport-proof=abc"']
    assert read_records(name) == ["codeport-proof=abc"]
    records["other.example.com", "CNAME"] = [HOST]
    web.append(answering("200 OK", "codeport-proof=abc"))
    with pytest.raises(NotFound, match=r"^The certificate of other\.example\.com is not valid: Hostname mismatch"):
        read_file("other.example.com")  # which was reached


def test_a_dns_that_does_not_answer_is_told(records: Records, monkeypatch: pytest.MonkeyPatch) -> None:
    asks = outgoing.resolver()
    asks.port = 1
    monkeypatch.setattr(lookup, "SECONDS", 0.2)
    with pytest.raises(NotFound, match=r"^The DNS did not tell the text records of x\.example\.com"):
        read_records("x.example.com")
    with pytest.raises(NotFound, match=r"^The DNS has no address of x\.example\.com"):
        read_file("x.example.com")


def test_a_file_is_read(web: list[Serve]) -> None:
    web.append(answering("200 OK\r\nContent-Type: text/plain", "codeport-proof=abc\r\n"))
    assert read_file(HOST) == "codeport-proof=abc"


@pytest.mark.parametrize("answer", ["301 Moved\r\nLocation: https://127.0.0.1/", "404 Not Found", "500 Broken"])
def test_nothing_but_200_counts_and_no_redirect_is_followed(web: list[Serve], answer: str) -> None:
    web.append(answering(answer, "codeport-proof=abc"))
    with pytest.raises(NotFound) as reason:
        read_file(HOST)
    assert str(reason.value) == f"{FILE} answers {answer[:3]}; redirects are not followed."


def test_no_more_than_a_kilobyte_is_read(web: list[Serve]) -> None:
    web.append(answering("200 OK", "x" * 1_000_000))
    assert read_file(HOST) == "x" * 1024


def drip(connection: ssl.SSLSocket) -> None:
    """Answer without end, a little at a time, so that no single wait is long."""
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    try:
        for number in range(600):
            connection.sendall(f"X-{number}: y\r\n".encode())
            time.sleep(0.05)
    except OSError:
        return


@pytest.mark.parametrize("serve", [drip, lambda connection: connection.recv(1)], ids=["dripping", "silent"])
def test_a_slow_host_is_cut_off(web: list[Serve], serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookup, "SECONDS", 0.5)
    web.append(serve)
    began = time.monotonic()
    with pytest.raises(NotFound, match=r"^codes.example.com did not answer https"):
        read_file(HOST)
    assert time.monotonic() - began < 15


def test_what_is_no_http_or_no_right_certificate_is_told(
    web: list[Serve], records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    web.append(lambda connection: connection.sendall(b"SSH-2.0-x\r\n"))
    with pytest.raises(NotFound, match=r"^codes.example.com did not answer"):
        read_file(HOST)
    records["evil.example.com", "A"] = ["127.0.0.1"]
    with pytest.raises(NotFound, match=r"^The certificate of evil.example.com is not valid: Hostname mismatch"):
        read_file("evil.example.com")


# From the question to the page


def found_for(demo: Demo) -> tuple[str, str]:
    """By which way the host is proven, and what the page says was found instead, after one look."""
    asked: dict[str, Any] = {"company": demo.company, "host": HOST}
    proof, _is_new = DomainProof.objects.update_or_create(**asked, defaults={"asked_at": timezone.now()})
    look_for_proof(proof.pk)
    proof.refresh_from_db()
    assert proof.problem in unescape(seen(demo.admin, "/company/domains/"))
    return proof.way, proof.problem


def test_each_thing_that_is_wrong_is_told_until_the_proof_is_there(
    demo: Demo, records: Records, web: list[Serve], settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.PROVE_DOMAINS = True
    text, name = proof_text(demo.company, HOST), f"_codeport.{HOST}"
    web.append(answering("302 Found\r\nLocation: https://www.example.com/"))
    unknown = f"There is no text record at {name}."
    assert found_for(demo) == ("", f"{unknown} {FILE} answers 302; redirects are not followed.")
    records[name, "TXT"] = ['"v=spf1 -all"', '"codeport-proof=of-somebody-else"']
    other = f"The text record at {name} says something else."
    for serve, said in (
        (answering("404 Not Found"), f"{FILE} answers 404; redirects are not followed."),
        (answering("200 OK", "x" * 1_000_000 + text), f"The file {FILE} says something else."),
        (answering("200 OK", "<html>Welcome</html>"), f"The file {FILE} says something else."),
        (drip, f"{HOST} did not answer {FILE} within 0.5 seconds."),
    ):
        web[0] = serve
        monkeypatch.setattr(lookup, "SECONDS", 0.5 if serve is drip else 20.0)
        assert found_for(demo) == ("", f"{other} {said}")
    records[HOST, "A"] = ["10.0.0.1"]
    assert found_for(demo) == ("", f"{other} {HOST} leads to an address that is not public.")
    del records[HOST, "A"]
    assert found_for(demo) == ("", f"{other} The DNS has no address of {HOST}.")
    records[HOST, "A"] = ["127.0.0.1"]
    web[0] = answering("200 OK", f"{text}\r\n")
    assert found_for(demo) == ("file", "")
    DomainProof.objects.all().delete()
    records[name, "TXT"].append(f'"{text}"')
    assert found_for(demo) == ("dns", "")
