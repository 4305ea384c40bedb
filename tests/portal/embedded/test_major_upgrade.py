"""The embedded database in the next PostgreSQL: found, copied, compared, and never lost."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from portal.embedded import major_upgrade, postgres
from portal.embedded.major_upgrade import upgrade
from portal.embedded.postgres import Postgres, programs, version_of
from portal.embedded.server import socket_dir
from portal.embedded.supervisor import ServiceError
from tests.support.demo import Demo
from tests.support.uploads import ingested, rows

CODES = "SELECT count(*), min(identifier), max(workorder_id) FROM workorders_code"


@pytest.fixture
def of_sixteen(committed_demo: Demo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home whose PostgreSQL 16 has all tables, with a few codes."""
    ingested(committed_demo.staff, rows(300))
    server = connection.settings_dict
    dump: list[str | Path] = [
        programs(18) / "pg_dump",
        f"--host={server['HOST']}",
        f"--username={server['USER']}",
        str(server["NAME"]),
    ]
    text = subprocess.run(dump, capture_output=True, text=True, check=True).stdout
    text = re.sub(r"^SET transaction_timeout.*\n", "", text, flags=re.MULTILINE)  # which 16 does not know
    home = tmp_path / "var"
    home.mkdir()
    monkeypatch.setattr(postgres, "LOCALE", "--locale=C")  # 16 has no locales of its own
    with Postgres(home, major=16) as old:
        load: list[str | Path] = [
            old.bin / "psql",
            f"--host={old.sockets}",
            "--username=postgres",
            "-v",
            "ON_ERROR_STOP=1",
            "codeport",
        ]
        subprocess.run(load, input=text, capture_output=True, text=True, check=True)
    monkeypatch.undo()
    return home


def asked(home: Path) -> tuple[object, ...] | None:
    with psycopg.connect(host=str(socket_dir(home)), user="postgres", dbname="codeport") as other:
        return other.execute(CODES).fetchone()


def test_a_database_of_sixteen_goes_to_eighteen_and_stays(of_sixteen: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Refused until somebody asks for it, and given up, with nothing changed, where a row is not the same."""
    data = of_sixteen / "postgres"
    with pytest.raises(ServiceError) as refused, Postgres(of_sixteen):
        pass
    assert str(refused.value) == (
        f"{data} is of PostgreSQL 16, and 18 is what runs here: `manage.py upgrade_postgres` brings it there, and "
        "keeps the old one."
    )
    assert not (of_sixteen / "postgres.log").read_text().count("18.4")
    copy = major_upgrade._copy

    def copy_most(old: Postgres, new: Postgres) -> None:
        copy(old, new)
        with psycopg.connect(host=str(new.sockets), user="postgres", dbname="codeport") as other:
            other.execute("UPDATE workorders_code SET identifier = 'other' WHERE sequence = 300")

    with monkeypatch.context() as patch:
        patch.setattr(major_upgrade, "_copy", copy_most)
        with pytest.raises(
            ServiceError, match=rf"^The copy in PostgreSQL 18 differs from {data}, which stays as it was"
        ):
            upgrade(of_sixteen)
    assert version_of(data) == 16
    assert sorted(path.name for path in of_sixteen.iterdir() if path.name.startswith("postgres-")) == []
    with Postgres(of_sixteen, major=16):
        before = asked(of_sixteen)
    told = upgrade(of_sixteen)
    assert re.fullmatch(
        rf"The database is in PostgreSQL 18 now: \d+ tables, each row compared\. The old one, of PostgreSQL 16, is "
        rf"{of_sixteen}/postgres-16; delete it when you have seen that all is well\.",
        told,
    )
    with Postgres(of_sixteen):
        assert asked(of_sixteen) == before
    assert before is not None
    assert before[0] == 300
    assert (version_of(data), version_of(of_sixteen / "postgres-16")) == (18, 16)
    assert upgrade(of_sixteen) == f"{data} is of PostgreSQL 18 already; nothing is to be done."
    data.rename(of_sixteen / "postgres-proven")  # as a crash between the last two steps leaves it
    with Postgres(of_sixteen):
        assert asked(of_sixteen) == before


@pytest.mark.parametrize(
    ("version", "told"),
    [
        (
            "19\n",
            "is of PostgreSQL 19, and 18 is what runs here: start the version of Codeport that wrote it, or restore",
        ),
        ("nonsense", "is no data directory of PostgreSQL: it has no PG_VERSION."),
        (None, "is no data directory of PostgreSQL: it has no PG_VERSION."),
    ],
)
def test_a_directory_of_a_newer_version_or_of_none_is_one_sentence(
    tmp_path: Path, version: str | None, told: str
) -> None:
    (tmp_path / "postgres").mkdir()
    if version:
        (tmp_path / "postgres" / "PG_VERSION").write_text(version)
    with pytest.raises(ServiceError) as refused, Postgres(tmp_path):
        pass
    assert told in str(refused.value)
    assert "\n" not in str(refused.value)


def test_what_cannot_be_upgraded_is_said(tmp_path: Path) -> None:
    with pytest.raises(ServiceError, match=r"^There is no database in .* yet; `manage\.py up` makes one\.$"):
        upgrade(tmp_path)
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "PG_VERSION").write_text("15\n")
    with pytest.raises(ServiceError, match=r"^PostgreSQL 15 did not come along, only 16 and 18\.$"):
        upgrade(tmp_path)
    (tmp_path / "postgres" / "PG_VERSION").write_text("19\n")
    with pytest.raises(
        ServiceError, match="is of PostgreSQL 19, and 18 is what runs here: start the version of Codeport"
    ):
        upgrade(tmp_path)
    (tmp_path / "postgres" / "PG_VERSION").write_text("16\n")
    (tmp_path / "postgres-16").mkdir()
    with pytest.raises(ServiceError, match="postgres-16 is in the way"):
        upgrade(tmp_path)
