"""Words that a command does not know: refused with the nearest that it does, before anything is done."""

from __future__ import annotations

import subprocess
import sys

import pytest
from django.conf import settings
from django.core.management import CommandError, get_commands, load_command_class

from portal.management.own_command import OwnCommand
from tests.support.commands import run

OURS = [(name, app) for name, app in get_commands().items() if str(app) in ("portal", "ingestion", "workorders")]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("backup /backups", "unrecognized arguments: /backups. There is no such option; there is `--to`."),
        ("restore --flie backup.tar", "unrecognized arguments: --flie"),
        (
            "ingest codes.csv --company demo --colums {}",
            "unrecognized arguments: --colums {}. There is no such option; the nearest is `--columns`.",
        ),
        ("renew_secrets now", "unrecognized arguments: now"),
        ("audit chek", "invalid choice: 'chek' (choose from 'check', 'export'). The nearest is `check`."),
        (
            "audit check --kpet 1:2",
            "unrecognized arguments: --kpet 1:2. There is no such option; the nearest is `--kept`.",
        ),
        ("forget persno staff@demo.example", "(choose from 'person', 'company'). The nearest is `person`."),
        ("forget 7 staff@demo.example", "invalid choice: '7' (choose from 'person', 'company')"),
    ],
)
def test_a_word_that_is_not_known_is_refused_with_the_nearest(words: str, said: str) -> None:
    with pytest.raises(CommandError) as refused:
        run(*words.split())
    assert str(refused.value).replace("choose from check, export", "choose from 'check', 'export'").endswith(said)


def test_at_the_command_line_the_usage_stands_above() -> None:
    command = [sys.executable, "manage.py", "up", "now"]
    ended = subprocess.run(command, cwd=settings.BASE_DIR, capture_output=True, text=True, timeout=60)
    assert (ended.returncode, ended.stdout) == (2, "")
    usage, *_, said = ended.stderr.splitlines()
    assert usage.startswith("usage: manage.py up ")
    assert said == "manage.py up: error: unrecognized arguments: now"


@pytest.mark.parametrize(("name", "app"), OURS)
def test_every_command_of_ours_does_so(name: str, app: str) -> None:
    assert isinstance(load_command_class(app, name), OwnCommand)
