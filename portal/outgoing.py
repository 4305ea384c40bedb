"""Asking hosts that strangers name, by HTTP.

A host that somebody typed may lead anywhere. Only public addresses are connected to, and the connection goes to the
very address that was looked at, so that a second look-up cannot lead it elsewhere. No redirect is followed, no more of
an answer is read than asked for, and all of it ends after some seconds, however slowly the other side answers.
"""

from __future__ import annotations

import os
import socket
import ssl
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import closing, contextmanager, nullcontext, suppress
from http.client import HTTPException, HTTPResponse
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from threading import Event, Timer
from typing import Final, NamedTuple
from urllib.parse import SplitResult, urlsplit

from dns.exception import DNSException
from dns.resolver import Resolver

from portal.values.problems import say_problem

PORTS: Final = {"https": 443, "http": 80}
NOT_THEIR_OWN: Final = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))  # NAT64, behind which any IPv4 is
LEAST_SECONDS: Final = 0.001  # that a time limit can be; none at all would be no limit


class Unreachable(Exception):  # noqa: N818  # an event, not a fault
    """The host does not answer, or may not be asked. The message says why."""


class Answer(NamedTuple):
    """What a host answered: the status, the beginning of the body, and the header that says when to come again."""

    status: int
    content: bytes
    retry_after: str = ""


def resolver() -> Resolver:
    """Return what asks the DNS servers of this machine."""
    return Resolver()


def tls_context() -> ssl.SSLContext:
    """Return what the host's certificate is checked by."""
    return ssl.create_default_context()


def is_public(address: str) -> bool:
    """Say whether an IP address is one that everybody can reach, and not one of this machine or its network."""
    found = ip_address(address)
    if isinstance(found, IPv6Address):
        carried = found.ipv4_mapped or found.sixtofour or found.teredo
        if carried or any(found in network for network in NOT_THEIR_OWN):
            return False
    return found.is_global and not (found.is_multicast or found.is_reserved)


def ask(
    url: str,
    *,
    seconds: float,
    most_bytes: int,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    allowed: Collection[str] = (),
) -> Answer:
    """GET what is at `url`, or POST `body` to it, within so many seconds. Raise Unreachable.

    Hosts that are `allowed` may have any address, which the machine itself looks up.
    """
    until, parts = time.monotonic() + seconds, urlsplit(url)
    host, method = parts.hostname or "", "GET" if body is None else "POST"
    address = _local_address(host) if host in allowed else _public_address(host, until)
    try:
        with (
            _connected(address, parts.port or PORTS[parts.scheme], until) as plain,
            _secured(plain, host) if parts.scheme == "https" else nullcontext(plain) as connection,
        ):
            if isinstance(connection, ssl.SSLSocket):
                connection.do_handshake()
            connection.sendall(_request(method, parts, headers or {}, body or b""))
            with closing(HTTPResponse(connection, method=method)) as response:
                response.begin()
                return Answer(response.status, response.read(most_bytes), response.headers.get("Retry-After", ""))
    except ssl.SSLCertVerificationError as error:
        said = say_problem("The certificate of {host} is not valid: {why}.", host=host, why=error.verify_message)
        raise Unreachable(said) from None
    except (OSError, HTTPException, ValueError):
        raise Unreachable(
            say_problem(
                "{host} did not answer {url} within {seconds} seconds.", host=host, url=url, seconds=f"{seconds:g}"
            )
        ) from None


def _request(method: str, parts: SplitResult, headers: Mapping[str, str], body: bytes) -> bytes:
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    own = {"Host": parts.netloc, "User-Agent": "Codeport", "Connection": "close"}
    length = {"Content-Length": str(len(body))} if body else {}
    lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {said}" for name, said in (own | length | {**headers}).items())]
    return "\r\n".join([*lines, "", ""]).encode() + body


def _public_address(host: str, until: float) -> str:
    """Return a public address of the host. Raise Unreachable where it has none, or any that is not public."""
    addresses: list[str] = []
    for kind in ("A", "AAAA"):
        with suppress(DNSException):
            addresses += [record.address for record in resolver().resolve(host, kind, lifetime=_left(until))]
    if not addresses:
        raise Unreachable(say_problem("The DNS has no address of {host}.", host=host))
    if not all(map(is_public, addresses)):
        raise Unreachable(say_problem("{host} leads to an address that is not public.", host=host))
    return addresses[0]


def _local_address(host: str) -> str:
    """Return the address of a host as this machine knows it, of IPv4 where it has one."""
    try:
        return str(min(socket.getaddrinfo(host, None, type=socket.SOCK_STREAM))[4][0])
    except OSError:
        raise Unreachable(f"There is no address of {host}.") from None


def _left(until: float) -> float:
    return max(until - time.monotonic(), LEAST_SECONDS)


def _secured(plain: socket.socket, host: str) -> ssl.SSLSocket:
    return tls_context().wrap_socket(plain, server_hostname=host, do_handshake_on_connect=False)


@contextmanager
def _connected(address: str, port: int, until: float) -> Iterator[socket.socket]:
    """A connection that is cut off at `until`, whatever is done with it; its end raises TimeoutError then."""
    family = socket.AF_INET if isinstance(ip_address(address), IPv4Address) else socket.AF_INET6
    with socket.socket(family, socket.SOCK_STREAM) as plain:
        plain.settimeout(_left(until))
        plain.connect((address, port))
        with socket.socket(fileno=os.dup(plain.fileno())) as same:
            is_over = Event()
            timer = Timer(_left(until), _cut_off, [same, is_over])
            timer.start()
            try:
                yield plain
            finally:
                timer.cancel()
                timer.join()
            if is_over.is_set():
                raise TimeoutError


def _cut_off(connection: socket.socket, is_over: Event) -> None:
    is_over.set()
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
