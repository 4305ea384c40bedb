"""An export is written once and whole, by whichever worker lives, or says why it cannot be."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from django.db.models.functions import Now
from django.utils import timezone
from pytest_django import Settings

from portal.background.leases import ClaimLost
from portal.background.pulse import MOST_ATTEMPTS, Pulse
from portal.storage.base import storage
from tests.support.codes import some_codes
from tests.support.demo import Demo
from tests.support.exports import content, exported, started, table
from tests.support.outages import again, nobodys_address
from workorders.codes.filters import CodeFilter
from workorders.exports import builder, writers
from workorders.exports.services import delete_old_files
from workorders.exports.survey import survey as look_at
from workorders.models import Code, Export


def drafts() -> list[str]:
    return [path.name for path in settings.SPOOL_DIR.glob("export-*")]


def test_a_message_that_comes_twice_writes_once(committed_demo: Demo) -> None:
    some_codes(committed_demo.staff, "aaa00001")
    export = exported(committed_demo.staff)
    written = storage().get_modified_time(export.file_path)
    builder.run(export.pk)
    export.refresh_from_db()
    assert (export.status, export.attempts) == ("completed", 1)
    assert storage().get_modified_time(export.file_path) == written
    assert drafts() == []


def test_what_a_killed_worker_left_is_done_again_from_the_start(committed_demo: Demo) -> None:
    some_codes(committed_demo.staff, "aaa00001")
    export = started(committed_demo.staff)
    lost = Export.claim(export.pk, "counting")
    assert lost is not None
    (settings.SPOOL_DIR / f"{lost.spool_name}-1.csv").write_bytes(b"half a line")
    Export.objects.filter(pk=export.pk).update(lease_until=Now() - timedelta(seconds=1))
    Export.requeue_stale()
    builder.run(export.pk)
    export.refresh_from_db()
    assert (export.status, export.attempts) == ("completed", 2)
    assert [row["extended_id"] for row in table(export)] == ["aaa00001"]
    assert drafts() == []
    with pytest.raises(ClaimLost):
        lost.end(status="completed")


def test_a_cancelled_export_leaves_nothing(committed_demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    some_codes(committed_demo.staff, "aaa00001")
    export = started(committed_demo.staff)

    def tick(pulse: Pulse, rows: int) -> None:
        with psycopg.connect(**connection.get_connection_params()) as other:
            other.execute("UPDATE workorders_export SET status = 'cancelled'")
        raise ClaimLost

    monkeypatch.setattr(Pulse, "tick", tick)
    builder.run(export.pk)
    export.refresh_from_db()
    assert (export.status, export.has_file, drafts()) == ("cancelled", False, [])
    assert not storage().exists(export.file_path)


def test_all_codes_are_of_one_moment(committed_demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    some_codes(committed_demo.staff, "aaa00001", "aaa00002")

    def survey(selection: Any) -> Any:
        found = look_at(selection)
        with psycopg.connect(**connection.get_connection_params()) as other:
            other.execute("DELETE FROM workorders_code WHERE identifier = 'aaa00001'")
            other.execute("""UPDATE workorders_code SET scm_data = '{"new": "field"}'""")
        return found

    monkeypatch.setattr(builder, "survey", survey)
    export = exported(committed_demo.staff)
    assert [row["extended_id"] for row in table(export)] == ["aaa00001", "aaa00002"]
    assert "new" not in table(export)[0]
    assert Code.objects.count() == 1


def test_an_export_counts_as_a_download_of_its_workorders(committed_demo: Demo) -> None:
    inside = some_codes(committed_demo.staff, "aaa00001")
    outside = some_codes(committed_demo.staff, "bbb00001")
    exported(committed_demo.staff, filters={"search": "aaa"})
    for workorder in (inside, outside):
        workorder.refresh_from_db()
    assert (inside.downloaded_at is not None, outside.downloaded_at) == (True, None)


def test_what_was_withdrawn_meanwhile_is_not_published(committed_demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = some_codes(committed_demo.staff, "aaa00001")
    some_codes(committed_demo.staff, "aaa00002")
    write = writers.WRITERS["csv"]

    def withdrawn(*given: Any) -> None:
        with psycopg.connect(**connection.get_connection_params()) as other:
            other.execute("DELETE FROM workorders_code WHERE workorder_id = %s", [gone.pk])
            other.execute("DELETE FROM workorders_workorder WHERE id = %s", [gone.pk])
        write(*given)

    monkeypatch.setitem(writers.WRITERS, "csv", withdrawn)
    export = exported(committed_demo.staff)
    assert (export.status, storage().exists(export.file_path)) == ("queued", False)
    builder.run(export.pk)
    export.refresh_from_db()
    assert [row["extended_id"] for row in table(export)] == ["aaa00002"]


def test_an_outage_of_the_storage_puts_it_off(committed_demo: Demo, settings: Settings) -> None:
    some_codes(committed_demo.staff, "aaa00001")
    whole = settings.STORAGES
    export = started(committed_demo.staff)
    settings.STORAGES = {
        **whole,
        "default": {
            "BACKEND": "portal.storage.s3.BucketStorage",
            "OPTIONS": {"bucket_name": "b", "endpoint_url": nobodys_address(), "access_key": "a", "secret_key": "b"},
        },
    }
    builder.run(export.pk)
    export.refresh_from_db()
    assert (export.status, export.waits_for, export.faults) == ("queued", "storage", 0)
    settings.STORAGES = whole
    again(export)
    builder.run(export.pk)
    export.refresh_from_db()
    assert (export.status, len(table(export))) == ("completed", 1)


def test_a_fault_is_tried_again_and_then_given_up(committed_demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ValueError("no such thing")

    monkeypatch.setitem(writers.WRITERS, "csv", fail)
    export = exported(committed_demo.staff)
    assert (export.status, export.attempts) == ("processing", 1)
    for _ in range(MOST_ATTEMPTS - 1):
        Export.objects.filter(pk=export.pk).update(lease_until=Now() - timedelta(seconds=1))
        Export.requeue_stale()
        builder.run(export.pk)
    export.refresh_from_db()
    assert (export.status, export.detail, export.refusal) == ("error", "ValueError: no such thing", "")


def test_a_workbook_of_too_many_codes_is_refused(committed_demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    some_codes(committed_demo.staff, "aaa00001", "aaa00002", "aaa00003")
    monkeypatch.setattr("workorders.exports.limits.MOST_IN_WORKBOOK", 2)
    monkeypatch.setattr(CodeFilter, "count", lambda *_: None)  # as of codes that are too many to be counted at once
    export = exported(committed_demo.staff, "xlsx", {"search": "aaa"})
    assert (export.status, export.refusal) == (
        "error",
        "These are 3 codes, and a workbook takes 2 at most: filter them, or export them as csv or jsonl.",
    )
    assert exported(committed_demo.staff, "xlsx", {"extended_id": "aaa00001"}).status == "completed"
    assert exported(committed_demo.staff, "csv", {"search": "aaa"}).status == "completed"


def test_fields_beyond_the_most_columns_stand_in_one(committed_demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    some_codes(committed_demo.staff, "aaa00001", scm_data={"z": "1", "b": "2", "other_scm_data": "theirs"})
    some_codes(committed_demo.staff, "aaa00002", scm_data={"z": "3"})
    some_codes(committed_demo.staff, "aaa00003", scm_data={"other_scm_data": "4", "c": "=5"})
    for module in ("survey", "limits"):
        monkeypatch.setattr(f"workorders.exports.{module}.MOST_KEYS", 2)
    for guarded in (False, True):
        rows = table(exported(committed_demo.staff, neutralise_formulas=guarded))
        assert [*rows[0]][16:19] == ["scm_other_scm_data", "z", "other_scm_data"]
        assert [[*row.values()][16:19] for row in rows] == [
            ["theirs", "1", '{"b": "2"}'],
            ["", "3", ""],
            ["4", "", '{"c": "=5"}'],
        ]
    export = exported(committed_demo.staff, "xlsx")
    assert export.status == "error"
    assert export.refusal == (
        "These codes have more than 2 different SCM fields, and each would be a column of the workbook: filter them, or"
        " export them as csv or jsonl."
    )
    assert b'"c": "=5"' in content(exported(committed_demo.staff, "jsonl"))


def test_a_code_of_more_fields_than_columns_is_exported(committed_demo: Demo) -> None:
    fields = {f"f{number}": "1" for number in range(1500)}
    some_codes(committed_demo.staff, "aaa00001", scm_data=fields)
    [row] = table(exported(committed_demo.staff))
    columns = {name: value for name, value in row.items() if name in fields}
    assert len(columns) == 1000
    assert columns | json.loads(row["other_scm_data"]) == fields


def test_files_are_deleted_after_a_week_and_the_export_stays(committed_demo: Demo) -> None:
    some_codes(committed_demo.staff, "aaa00001")
    old, new = exported(committed_demo.staff), exported(committed_demo.staff)
    Export.objects.filter(pk=old.pk).update(status_updated_at=timezone.now() - timedelta(days=7, minutes=1))
    Export.objects.filter(pk=new.pk).update(status_updated_at=timezone.now() - timedelta(days=6, hours=23))
    delete_old_files()
    old.refresh_from_db()
    new.refresh_from_db()
    assert (old.status, old.has_file, storage().exists(old.file_path)) == ("completed", False, False)
    assert (new.has_file, storage().exists(new.file_path)) == (True, True)


def test_what_was_stored_of_a_cancelled_export_is_deleted(committed_demo: Demo) -> None:
    export = exported(committed_demo.staff)
    Export.objects.filter(pk=export.pk).update(status="cancelled")
    delete_old_files()
    assert not storage().exists(export.file_path)
