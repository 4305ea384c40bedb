"""Looking for a proof at a host of a stranger: a DNS text record, or a small file by HTTPS.

The host is what somebody typed, so it may lead anywhere. Only public addresses are connected to, and the connection
goes to the very address that was looked at. No redirect is followed, no more than a few bytes are read, and after
SECONDS all of it ends, however slowly the other side answers.
"""

from __future__ import annotations

import os
import socket
import ssl
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from http.client import HTTPException, HTTPResponse
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from threading import Event, Timer
from typing import Final

from dns.exception import DNSException
from dns.resolver import NXDOMAIN, NoAnswer, Resolver

from portal.values.problems import say_problem

SECONDS: Final = 4.0
MOST_BYTES: Final = 1024  # of the file
PORT = 443
PATH: Final = "/.well-known/codeport-proof.txt"
NOT_THEIR_OWN: Final = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))  # NAT64, behind which any IPv4 is


class NotFound(Exception):  # noqa: N818  # an event, not a fault
    """There is no such proof. The message says what was found instead."""


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


def read_records(name: str) -> list[str]:
    """Return the text records at `name`. Raise NotFound where there is none, or the DNS does not answer."""
    try:
        answer = resolver().resolve(name, "TXT", lifetime=SECONDS)
    except (NXDOMAIN, NoAnswer):
        raise NotFound(say_problem("There is no text record at {name}.", name=name)) from None
    except DNSException:
        raise NotFound(say_problem("The DNS did not tell the text records of {name}.", name=name)) from None
    return [b"".join(record.strings).decode(errors="replace").strip() for record in answer]


def read_file(host: str) -> str:
    """Return the beginning of the file PATH at `host`. Raise NotFound where it cannot be had."""
    url = f"https://{host}{PATH}"
    address = _public_address(host)
    try:
        with _connected(address) as plain, _secured(plain, host) as secure:
            secure.do_handshake()
            ask = f"GET {PATH} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: Codeport\r\nAccept: text/plain\r\n"
            secure.sendall(f"{ask}Connection: close\r\n\r\n".encode())
            with closing(HTTPResponse(secure, method="GET")) as response:
                response.begin()
                content = response.read(MOST_BYTES)
    except ssl.SSLCertVerificationError as error:
        said = say_problem("The certificate of {host} is not valid: {why}.", host=host, why=error.verify_message)
        raise NotFound(said) from None
    except (OSError, HTTPException, ValueError):
        raise NotFound(
            say_problem(
                "{host} did not answer {url} within {seconds} seconds.", host=host, url=url, seconds=f"{SECONDS:g}"
            )
        ) from None
    if response.status != 200:
        raise NotFound(
            say_problem("{url} answers {status}; redirects are not followed.", url=url, status=response.status)
        )
    return content.decode(errors="replace").strip()


def _public_address(host: str) -> str:
    """Return a public address of the host. Raise NotFound where it has none, or any that is not public."""
    addresses: list[str] = []
    for kind in ("A", "AAAA"):
        with suppress(DNSException):
            addresses += [record.address for record in resolver().resolve(host, kind, lifetime=SECONDS)]
    if not addresses:
        raise NotFound(say_problem("The DNS has no address of {host}.", host=host))
    if not all(map(is_public, addresses)):
        raise NotFound(say_problem("{host} leads to an address that is not public.", host=host))
    return addresses[0]


def _secured(plain: socket.socket, host: str) -> ssl.SSLSocket:
    return tls_context().wrap_socket(plain, server_hostname=host, do_handshake_on_connect=False)


@contextmanager
def _connected(address: str) -> Iterator[socket.socket]:
    """A connection that is cut off after SECONDS, whatever is done with it; its end raises TimeoutError then."""
    family = socket.AF_INET if isinstance(ip_address(address), IPv4Address) else socket.AF_INET6
    with socket.socket(family, socket.SOCK_STREAM) as plain:
        plain.settimeout(SECONDS)
        plain.connect((address, PORT))
        with socket.socket(fileno=os.dup(plain.fileno())) as same:
            is_over = Event()
            timer = Timer(SECONDS, _cut_off, [same, is_over])
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
