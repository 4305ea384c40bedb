"""What `manage.py up` does before it serves."""

from __future__ import annotations

import pytest
from django.core.management import call_command

from portal.embedded.stack import migrate


def test_an_upgrade_is_said(transactional_db: None, capsys: pytest.CaptureFixture[str]) -> None:
    migrate()
    assert capsys.readouterr().out == "", "nothing is to be migrated"
    call_command("migrate", "portal", "0014", verbosity=0)
    try:
        migrate()
        first, last = capsys.readouterr().out.splitlines()
    finally:
        call_command("migrate", verbosity=0)
    names = last.removeprefix("Migrated: ").rstrip(".").split(", ")
    assert names[0] == "portal.0015_languages"
    assert first == f"Migrating the database from an earlier version, {len(names)} migrations."
