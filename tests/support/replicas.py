"""A PostgreSQL with a streaming replica, for tests: the embedded programs, with data that a power failure may take."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import quote

import psycopg

from portal.embedded.postgres import DATABASE, Postgres
from portal.embedded.supervisor import Process
from portal.embedded.system_accounts import Account

SETTINGS = ("--wal_level=replica", "--max_wal_senders=4", "--max_connections=60")  # a replica's may not be lower


class Primary(Postgres):
    """A PostgreSQL that others replicate."""

    def __init__(self, home: Path) -> None:
        super().__init__(home, throwaway=True)

    def prepare(self) -> Process:
        process = super().prepare()
        process.command = [*process.command, *SETTINGS, "--synchronous_commit=on"]
        return process

    @property
    def url(self) -> str:
        """Its address, as DATABASE_URL has it."""
        return f"postgresql://postgres@{quote(str(self.sockets), safe='')}/{DATABASE}"

    def run(self, query: str) -> list[tuple[object, ...]]:
        """The rows of a query, by a connection of its own."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            cursor = connection.execute(query.encode())
            return cursor.fetchall() if cursor.description else []


class Standby(Primary):
    """A replica of `primary`, which logs what it is asked."""

    def __init__(self, home: Path, primary: Primary) -> None:
        super().__init__(home)
        self.primary = primary

    def prepare(self) -> Process:
        if not self.data.exists():
            self._copy_data()
        process = super().prepare()
        process.command = [*process.command, "--log_statement=all"]
        return process

    def _copy_data(self) -> None:
        owner = self.primary.data.stat()
        account = Account(owner.st_uid, owner.st_gid)
        self.data.mkdir(mode=0o700)
        os.chown(self.data, account.uid, account.gid)
        words = ["-h", str(self.primary.sockets), "-U", "postgres", "-R", "--checkpoint=fast", "--no-sync"]
        self._run(account, [self.bin / "pg_basebackup", "-D", self.data, *words])
