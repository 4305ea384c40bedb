"""`manage.py ingest --type scm` at the command line, also when it is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.core.management import CommandError
from django.db import connection

from ingestion import engine, services
from ingestion.models import IngestionRecord
from tests.support.changes import values_of
from tests.support.codes import some_codes
from tests.support.commands import run
from tests.support.demo import Demo
from tests.support.running import database_url, wait_for, waiting_for_locks
from tests.support.uploads import status_of
from workorders.models import Change, Code, CodeChange

CODES = 2_000


def changes(folder: Path, content: str) -> str:
    path = folder / "changes.csv"
    path.write_text(content)
    return str(path)


def test_a_file_of_changes_is_processed_here_and_now(committed_demo: Demo, tmp_path: Path) -> None:
    some_codes(committed_demo.staff, "aaa00001", "bbb00002", scm_data={"lot": "7", "size": "L"})
    file = changes(tmp_path, "lot,activation_status,size\n7,1,<empty>\n")
    words = ["ingest", file, "--company", "demo", "--type", "scm", "--data-key", "lot"]
    with pytest.raises(CommandError, match=r"ambiguous_key_error \(1\): Row 2, lot: What names the code fits several."):
        run(*words)
    assert values_of("aaa00001")[1] == 0
    key = run(*words, "--many", "--empty-marker").strip()
    record = IngestionRecord.objects.get(key=key)
    assert (record.type, record.status, record.by_command) == ("scm", "completed", True)
    assert record.result_data == {"codes_affected": 2, "codes_unchanged": 0}
    assert values_of("bbb00002") == (None, 1, 0, {"lot": "7"})


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["--type", "scm", "--workorder", "1"], "--workorder is for files of new codes alone; leave it out."),
        (["--type", "scm", "--allow-posted-duplicates"], "--allow-posted-duplicates is for files of new codes alone"),
        (["--many"], "--many is for files of changes alone; leave it out."),
        (["--data-key", "lot"], "--data-key is for files of changes alone; leave it out."),
        (["--type", "scm", "--data-key", "Bad Key"], "data_key: It is none of our keys"),
    ],
)
def test_options_of_the_other_type_are_refused(demo: Demo, tmp_path: Path, words: list[str], reason: str) -> None:
    with pytest.raises(CommandError, match=reason):
        run("ingest", changes(tmp_path, "id\nabc12345\n"), "--company", "demo", *words)
    assert not IngestionRecord.objects.exclude(status="cancelled").exists()


def test_a_command_that_is_killed_changes_nothing_and_the_next_attempt_all(
    committed_demo: Demo, tmp_path: Path
) -> None:
    ids = [f"code-{number:06d}" for number in range(CODES)]
    some_codes(committed_demo.staff, *ids)
    file = changes(tmp_path, "id,activation_status,lot\n" + "".join(f"{each},1,B7\n" for each in ids))
    words = [sys.executable, "manage.py", "ingest", file, "--company", "demo", "--type", "scm"]
    environment = {**os.environ, "DATABASE_URL": database_url(connection.settings_dict["NAME"])}
    with closing(psycopg.connect(**connection.get_connection_params())) as held:
        held.execute("SELECT FROM workorders_code WHERE identifier = %s FOR UPDATE", [ids[CODES // 2]])
        command = subprocess.Popen(words, cwd=settings.BASE_DIR, env=environment, stdout=subprocess.DEVNULL)
        try:
            wait_for(waiting_for_locks, "half of the codes are changed")
        finally:
            command.send_signal(signal.SIGKILL)
            command.wait()
        assert not Code.objects.exclude(activation_status=0).exists()
        held.rollback()
    record = IngestionRecord.objects.get()
    assert status_of(record) == "processing"
    IngestionRecord.objects.update(lease_until="2020-01-01T00:00Z")
    services.requeue_stale()
    engine.run(record.pk)
    assert (status_of(record), record.attempts) == ("completed", 2)
    assert Code.objects.filter(activation_status=1, scm_data={"lot": "B7"}).count() == CODES
    assert (Change.objects.get().codes, CodeChange.objects.count()) == (CODES, CODES)
