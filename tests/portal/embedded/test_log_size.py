"""How much log the embedded PostgreSQL writes between checkpoints."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from portal.embedded.postgres import Postgres, log_size

GIGABYTE = 1024**3


@pytest.mark.parametrize(
    ("size", "free", "megabytes"),
    [
        (0, 100, 2048),  # a new installation
        (1, 100, 2048),
        (6, 100, 6144),
        (20, 1000, 8192),  # a crash is to be mended in less than a minute
        (6, 16, 4096),  # a disk with little room
        (6, 0, 2048),
    ],
)
def test_the_log_between_checkpoints_is_as_large_as_the_tables_within_bounds(
    tmp_path: Path, size: int, free: int, megabytes: int
) -> None:
    for number, folder in enumerate(("5", "16384"), 1):
        (tmp_path / "base" / folder).mkdir(parents=True)
        with (tmp_path / "base" / folder / str(number)).open("wb") as file:
            file.truncate(size * GIGABYTE // 2)
    assert log_size(tmp_path, free * GIGABYTE) == megabytes


def test_the_server_is_started_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.embedded.postgres.log_size", lambda data, free: 3000 if free else 0)
    with Postgres(tmp_path, throwaway=True) as server:
        asked = ("max_wal_size", "checkpoint_timeout")
        assert [setting(server, name) for name in asked] == ["3000MB", "30min"]


def setting(server: Postgres, name: str) -> str:
    with psycopg.connect(host=str(server.sockets), user="postgres", dbname="codeport") as connection:
        found = connection.execute(f"SHOW {name}").fetchone()
    return str(found and found[0])
