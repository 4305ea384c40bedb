"""What is written beside a dropped file, again where the record becomes another, and for how long it stays."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.db.models import F
from mypy_boto3_s3 import S3Client
from pytest_django import Settings

from ingestion import services, withdrawing
from ingestion.drops.answers import tell_results
from ingestion.drops.retention import delete_old_drops
from ingestion.models import DroppedFile, IngestionRecord, Withdrawal
from ingestion.withdrawal import withdraw
from portal.database.clock import database_now
from portal.storage.base import storage
from portal.storage.drop_folder import FolderPlace
from tests.support.demo import Demo
from tests.support.drops import BAD, GOOD, a_drop, dropped_through, folder_of, names_in, result_of, visit, work_off
from workorders.models import Product

RESULT, ERRORS = "codes.csv.result.json", "codes.csv.errors.csv"


def dropped(demo: Demo, text: str) -> tuple[Path, IngestionRecord]:
    """A folder into which a file with this text was dropped, and the record that came of it."""
    folder = folder_of(a_drop(demo))
    (folder / "codes.csv").write_text(text)
    dropped_through()
    return folder, IngestionRecord.objects.latest("pk")


def pass_days(days: int) -> None:
    """Make all that was dropped, and its records, older."""
    DroppedFile.objects.update(seen_at=F("seen_at") - timedelta(days=days))
    IngestionRecord.objects.update(status_updated_at=F("status_updated_at") - timedelta(days=days))


def test_a_record_that_is_checked_again_has_its_result_written_anew(demo: Demo) -> None:
    folder, record = dropped(demo, "id,product\nanew-0001,later\n")
    assert names_in(folder) == [ERRORS, RESULT, "taken"]
    Product.objects.create(company=demo.company, sku="later", name="Later")
    assert services.check_again(record, demo.staff)
    visit()
    assert result_of(folder, "codes.csv")["status"] == "error", "until it has ended again"
    work_off()
    visit()
    told = result_of(folder, "codes.csv")
    assert (told["status"], told["record_key"], told["errors_csv"]) == ("completed", record.key, None)
    assert names_in(folder) == [RESULT, "taken"], "the errors of before are gone"


def test_a_withdrawn_record_has_its_result_written_anew(demo: Demo) -> None:
    folder, record = dropped(demo, GOOD.format("back"))
    withdraw(record, demo.admin, "wrong roll")
    withdrawing.run(Withdrawal.objects.get().pk)
    visit()
    told = result_of(folder, "codes.csv")
    assert told["result_data"]["withdrawn"]["reason"] == "wrong roll"
    assert (told["status"], told["workorder"]) == ("completed", IngestionRecord.objects.get().workorder_id)


def test_the_result_of_a_later_file_of_the_name_stays(demo: Demo) -> None:
    folder, first = dropped(demo, BAD.format("first"))
    assert services.check_again(first, demo.staff)
    (folder / "codes.csv").write_text(GOOD.format("later"))
    visit(2)
    later = IngestionRecord.objects.latest("pk")
    IngestionRecord.objects.filter(pk=later.pk).update(status="completed")
    visit()
    IngestionRecord.objects.filter(pk=first.pk).update(status="error")
    visit()
    assert {file.state for file in DroppedFile.objects.all()} == {"told"}
    assert result_of(folder, "codes.csv")["record_key"] == later.key
    assert names_in(folder) == [RESULT, "taken"]


def test_results_are_written_in_no_transaction_and_anew_if_asked_for_meanwhile(
    demo: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = folder_of(a_drop(demo))
    (folder / "codes.csv").write_text(BAD.format("wait"))
    visit(2)
    work_off()
    record, real = IngestionRecord.objects.get(), FolderPlace.write

    def asked_meanwhile(place: FolderPlace, name: str, lines: Iterable[str]) -> None:
        assert not connection.in_atomic_block
        if name == RESULT:
            assert services.check_again(record, demo.staff)
            work_off()
        real(place, name, lines)

    with monkeypatch.context() as patched:
        patched.setattr(FolderPlace, "write", asked_meanwhile)
        visit()
    record.refresh_from_db()
    assert DroppedFile.objects.get().state == "taken"
    visit()
    told = result_of(folder, "codes.csv")
    assert told["ended_at"] == record.status_updated_at.isoformat()
    assert DroppedFile.objects.get().state == "told"


def test_a_result_that_another_worker_writes_is_left_to_it(demo: Demo) -> None:
    folder = folder_of(drop := a_drop(demo))
    (folder / "codes.csv").write_text(GOOD.format("one"))
    visit(2)
    work_off()
    DroppedFile.objects.update(lease_until=database_now() + timedelta(minutes=1))
    assert (tell_results(drop), names_in(folder)) == (0, ["taken"])
    DroppedFile.objects.update(lease_until=database_now() - timedelta(seconds=1))
    assert (tell_results(drop), names_in(folder)) == (0, [RESULT, "taken"])


def test_dropped_files_and_results_go_after_their_days(demo: Demo, settings: Settings) -> None:
    settings.UPLOAD_DAYS = 30
    folder, record = dropped(demo, BAD.format("old"))
    (folder / "codes.pdf").write_text("%PDF")
    dropped_through()
    assert len(names_in(folder / "taken")) == 2
    pass_days(29)
    delete_old_drops()
    assert len(names_in(folder)) == 4
    (folder / "codes.csv").write_text(GOOD.format("new"))
    dropped_through()
    pass_days(2)
    delete_old_drops()
    new = IngestionRecord.objects.latest("pk")
    assert names_in(folder) == [RESULT, "taken"], "that of the later file"
    assert names_in(folder / "taken") == [f"{new.key}-codes.csv"]
    assert [file.state for file in DroppedFile.objects.order_by("pk")] == ["gone", "gone", "told"]
    settings.UPLOAD_DAYS = 0
    pass_days(10_000)
    delete_old_drops()
    assert names_in(folder) == [RESULT, "taken"]
    settings.UPLOAD_DAYS = 30
    folder.rename(folder.with_name("away"))
    delete_old_drops()
    folder.with_name("away").rename(folder)
    (folder / RESULT).unlink()
    delete_old_drops()
    assert names_in(folder) == ["taken"]
    assert names_in(folder / "taken") == []
    assert record.key != new.key


def test_dropped_objects_and_results_go_after_their_days(demo: Demo, bucket: S3Client, settings: Settings) -> None:
    settings.DROP_DIR, settings.UPLOAD_DAYS = None, 30
    name = str(storage().bucket_name)  # type: ignore[attr-defined]  # of a bucket
    a_drop(demo)
    bucket.put_object(Bucket=name, Key="drop/demo/rolls/codes.csv", Body=BAD.format("old").encode())
    dropped_through()

    def found() -> int:
        return bucket.list_objects_v2(Bucket=name, Prefix="drop/")["KeyCount"]

    assert found() == 3
    pass_days(31)
    delete_old_drops()
    assert (found(), DroppedFile.objects.get().state) == (0, "gone")
