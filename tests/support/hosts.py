"""Hosts of their own: network namespaces of Linux, made by root, which share a wire and nothing else of the network."""

from __future__ import annotations

import ctypes
import os
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from portal.embedded.supervisor import libc

NETWORK = "10.231.77"
CLONE_NEWNET = 0x40000000
HERE = Path("/proc/thread-self/ns/net")


@dataclass(frozen=True)
class Host:
    """A network namespace with one address."""

    name: str
    address: str

    @contextmanager
    def entered(self) -> Iterator[None]:
        """Let this thread be there: the sockets it opens, and the processes it starts, stay there."""
        with HERE.open() as before, (Path("/run/netns") / self.name).open() as there:
            _enter(there.fileno())
            try:
                yield
            finally:
                _enter(before.fileno())

    def cut_off(self) -> None:
        """Take it off the wire: nobody is told that its connections have ended."""
        _ip(f"-n {self.name} link set eth0 down")


def missing() -> str:
    """Why there can be none here; nothing where there can."""
    if not shutil.which("ip"):
        return "There is no program `ip`."
    name = f"codeport-{secrets.token_hex(3)}"
    try:
        _ip(f"netns add {name}")
        try:
            _ip(f"-n {name} link add wire type bridge")
        finally:
            _ip(f"netns delete {name}")
    except subprocess.CalledProcessError as error:
        return f"Network namespaces cannot be made here: {error.stderr.strip()}"
    return ""


@contextmanager
def hosts(*names: str) -> Iterator[list[Host]]:
    """The hosts, the wire between them being in the first; gone with the block."""
    run = secrets.token_hex(3)
    found = [Host(f"codeport-{run}-{name}", f"{NETWORK}.{number}") for number, name in enumerate(names, 1)]
    first = found[0]
    with ExitStack() as stack:
        for host in found:
            _ip(f"netns add {host.name}")
            stack.callback(_ip, f"netns delete {host.name}")
            _ip(f"-n {host.name} link set lo up")
        _ip(f"-n {first.name} link add wire type bridge")
        _ip(f"-n {first.name} address add {first.address}/24 dev wire")
        _ip(f"-n {first.name} link set wire up")
        for number, host in enumerate(found[1:], 1):
            _ip(f"-n {host.name} link add eth0 type veth peer name port{number} netns {first.name}")
            _ip(f"-n {first.name} link set port{number} master wire up")
            _ip(f"-n {host.name} address add {host.address}/24 dev eth0")
            _ip(f"-n {host.name} link set eth0 up")
        yield found


def _ip(words: str) -> None:
    subprocess.run(["ip", *words.split()], check=True, capture_output=True, text=True)  # noqa: S607


def _enter(namespace: int) -> None:
    if libc.setns(namespace, CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
