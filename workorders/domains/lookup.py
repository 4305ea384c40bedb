"""Looking for a proof at a host of a stranger: a DNS text record, or a small file by HTTPS."""

from __future__ import annotations

from typing import Final

from dns.exception import DNSException
from dns.resolver import NXDOMAIN, NoAnswer

from portal import outgoing
from portal.values.problems import say_problem

SECONDS: Final = 4.0
MOST_BYTES: Final = 1024  # of the file
PATH: Final = "/.well-known/codeport-proof.txt"


class NotFound(Exception):  # noqa: N818  # an event, not a fault
    """There is no such proof. The message says what was found instead."""


def read_records(name: str) -> list[str]:
    """Return the text records at `name`. Raise NotFound where there is none, or the DNS does not answer."""
    try:
        answer = outgoing.resolver().resolve(name, "TXT", lifetime=SECONDS)
    except (NXDOMAIN, NoAnswer):
        raise NotFound(say_problem("There is no text record at {name}.", name=name)) from None
    except DNSException:
        raise NotFound(say_problem("The DNS did not tell the text records of {name}.", name=name)) from None
    return [b"".join(record.strings).decode(errors="replace").strip() for record in answer]


def read_file(host: str) -> str:
    """Return the beginning of the file PATH at `host`. Raise NotFound where it cannot be had."""
    url = f"https://{host}{PATH}"
    try:
        answer = outgoing.ask(url, headers={"Accept": "text/plain"}, seconds=SECONDS, most_bytes=MOST_BYTES)
    except outgoing.Unreachable as reason:
        raise NotFound(str(reason)) from None
    if answer.status != 200:
        raise NotFound(
            say_problem("{url} answers {status}; redirects are not followed.", url=url, status=answer.status)
        )
    return answer.content.decode(errors="replace").strip()
