"""PgBouncer for tests: on a port of this machine, before the server of the tests, gone with the block.

Debian's pgbouncer may be installed, or lie unpacked in the folder CODEPORT_PGBOUNCER.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator
from configparser import ConfigParser
from contextlib import contextmanager
from pathlib import Path
from signal import Signals

import psycopg
from django.db import connection

from portal.embedded.supervisor import Process, end
from portal.embedded.system_accounts import Account
from tests.support.brokers import libraries
from tests.support.paths import CHECKOUT
from tests.support.radosgw import free_ports
from tests.support.running import wait_for

PROGRAM = "usr/sbin/pgbouncer"
POOL = 3  # connections of the server, for all programs together
BLOCK = re.compile(r"^    \[databases\]\n(?:(?:    .*)?\n)+", re.M)


@contextmanager
def pgbouncer(root: Path) -> Iterator[str]:
    """The address of a PgBouncer with the settings of docs/operations.md, up to the name of a database."""
    server = connection.settings_dict
    (port,) = free_ports(1)
    with tempfile.TemporaryDirectory(prefix="codeport-pgbouncer-") as name:
        home = Path(name)
        owner = (Path(server["HOST"]) if str(server["HOST"]).startswith("/") else home).stat()
        account = Account(owner.st_uid, owner.st_gid)  # it refuses root, as PostgreSQL does
        os.chown(home, account.uid, account.gid)
        with (home / "pgbouncer.ini").open("w") as file:
            _settings(port).write(file)
        options = {"env": os.environ | libraries(root), "cwd": home, **account.options}
        stops = ((0.0, Signals.SIGTERM), (10.0, Signals.SIGKILL))
        command: list[str | Path] = [root / PROGRAM, "-q", home / "pgbouncer.ini"]
        process = Process("PgBouncer", command, stops, Signals.SIGKILL, account.become, options)
        process.start()
        address = f"postgresql://{server['USER']}@127.0.0.1:{port}/"
        try:
            wait_for(lambda: not process.running or _answers(address), "PgBouncer answers")
            assert process.running
            yield address
        finally:
            end(process)


def _settings(port: int) -> ConfigParser:
    """The settings that the page has, for our server, port and number of connections."""
    (block,) = BLOCK.findall((CHECKOUT / "docs/operations.md").read_text())
    found = ConfigParser(interpolation=None)
    found.read_string("".join(line.removeprefix("    ") for line in block.splitlines(keepends=True)))
    server = connection.settings_dict
    where = {"host": server["HOST"], "port": server["PORT"] or 5432, "user": server["USER"]}
    where |= {"password": server["PASSWORD"]} if server["PASSWORD"] else {}
    found["databases"] = {"*": " ".join(f"{name}={value}" for name, value in where.items())}
    del found["pgbouncer"]["auth_file"]
    found["pgbouncer"].update({"listen_port": str(port), "auth_type": "any", "default_pool_size": str(POOL)})
    return found


def _answers(address: str) -> bool:
    try:
        psycopg.connect(f"{address}postgres", connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True
