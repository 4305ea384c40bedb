"""Files and errors of uploads go when they have been kept for UPLOAD_DAYS, and whoever asks for them is told so."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.test import Client
from django.utils import timezone

from ingestion import retention, services, tasks
from ingestion.models import IngestionError, IngestionRecord
from ingestion.stored_files import stored_names
from portal.storage.base import Unusable, storage
from tests.support.demo import Demo
from tests.support.outages import make_stuck
from tests.support.pages import seen
from tests.support.tokens import client_of
from tests.support.uploads import SPEC_EXAMPLE, errors, ingested, queued
from workorders.models import Code

WRONG = "id,product\nshort,sku1\nabc12345,sku9\nabc12346,sku1\n"
GONE = (
    "The file and the list of its problems are not kept any more. Upload the file again to see what is wrong with it."
)


@pytest.fixture(autouse=True)
def thirty_days(settings: Any) -> None:
    settings.UPLOAD_DAYS = 30


def ended(demo: Demo, data: str, days: int) -> IngestionRecord:
    """An upload that ended so many days ago."""
    record = ingested(demo.staff, data)
    IngestionRecord.objects.filter(pk=record.pk).update(status_updated_at=timezone.now() - timedelta(days))
    record.refresh_from_db()
    return record


def test_what_is_older_goes_and_the_rest_stays(committed_demo: Demo) -> None:
    old, young = ended(committed_demo, WRONG, 31), ended(committed_demo, WRONG, 29)
    tasks.expire()
    old.refresh_from_db()
    young.refresh_from_db()
    assert (errors(old), len(errors(young))) == ([], 2)
    assert (storage().exists(old.file_path), storage().exists(young.file_path)) == (False, True)
    assert old.error_counts == {"invalid_id_error": 1, "product_not_found_error": 1}
    assert (old.is_emptied, young.is_emptied) == (True, False)
    assert (old.file_deleted_at is not None, young.file_deleted_at) == (True, None)
    assert retention.delete_old_files() == 0


def test_a_file_that_cannot_be_deleted_keeps_no_other(committed_demo: Demo) -> None:
    stuck, after = ended(committed_demo, WRONG, 32), ended(committed_demo, WRONG, 31)
    make_stuck(stuck.file_path)
    assert retention.delete_old_files() == 1
    stuck.refresh_from_db()
    assert (stuck.file_deleted_at, storage().exists(after.file_path)) == (None, False)


def test_codes_stay_when_their_file_goes(committed_demo: Demo) -> None:
    record = ended(committed_demo, SPEC_EXAMPLE, 31)
    assert retention.delete_old_files() == 1
    assert (storage().exists(record.file_path), Code.objects.count()) == (False, 4)


def test_nothing_goes_with_0_days(committed_demo: Demo, settings: Any) -> None:
    settings.UPLOAD_DAYS = 0
    record = ended(committed_demo, WRONG, 30_000)
    assert retention.delete_old_files() == 0
    assert (record.file_kept_until, record.is_emptied, len(errors(record))) == (None, False, 2)


def test_a_sweep_ends_after_its_steps_and_the_next_goes_on(
    committed_demo: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "STEP", 2)
    monkeypatch.setattr(retention, "STEPS", 2)
    wrong = "id,product\n" + "".join(f"short{number},sku1\n" for number in range(5))
    record = ended(committed_demo, wrong, 31)
    assert retention.delete_old_files() == 0
    assert (IngestionError.objects.count(), storage().exists(record.file_path)) == (1, True)
    assert record.is_emptied  # and nobody sees a part of the errors
    assert retention.delete_old_files() == 1
    assert (IngestionError.objects.count(), storage().exists(record.file_path)) == (0, False)


def test_no_more_files_go_in_one_sweep_than_it_may(committed_demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "MOST_FILES", 1)
    first, second = ended(committed_demo, WRONG, 40), ended(committed_demo, WRONG, 50)
    assert retention.delete_old_files() == 1
    assert (storage().exists(first.file_path), storage().exists(second.file_path)) == (True, False)
    assert retention.delete_old_files() == 1


def test_a_storage_that_does_not_answer_loses_nothing(committed_demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    record = ended(committed_demo, WRONG, 31)

    def fail(_storage: object, _name: str) -> None:
        raise OSError

    with monkeypatch.context() as broken, pytest.raises(Unusable):
        broken.setattr(type(storage()), "delete", fail)
        broken.setattr("portal.storage.disk.os.access", lambda *_: False)
        retention.delete_old_files()
    record.refresh_from_db()
    assert (record.file_deleted_at, storage().exists(record.file_path)) == (None, True)
    assert retention.delete_old_files() == 1


def test_a_file_that_is_to_be_checked_again_stays(committed_demo: Demo) -> None:
    record = ended(committed_demo, WRONG, 29)
    assert services.check_again(record, committed_demo.staff)
    IngestionRecord.objects.filter(pk=record.pk).update(status_updated_at=timezone.now() - timedelta(31))
    assert retention.delete_old_files() == 0
    assert storage().exists(record.file_path)


def test_a_file_that_waits_for_a_worker_stays_whatever_its_age(committed_demo: Demo) -> None:
    record = queued(committed_demo.staff, SPEC_EXAMPLE)
    IngestionRecord.objects.filter(pk=record.pk).update(status_updated_at=timezone.now() - timedelta(400))
    assert retention.delete_old_files() == 0
    assert storage().exists(record.file_path)


def test_nothing_of_a_record_whose_time_has_come_is_checked_again(committed_demo: Demo) -> None:
    record = ended(committed_demo, WRONG, 31)
    assert not services.can_check_again(record)
    assert not services.check_again(record, committed_demo.staff)
    record.refresh_from_db()
    assert record.status == "error"


def test_the_page_says_until_when_and_then_that_it_is_gone(committed_demo: Demo, client: Client) -> None:
    client.force_login(staff := committed_demo.staff)
    record = ended(committed_demo, WRONG, 0)
    moment = datetime(2027, 2, 1, 12, tzinfo=UTC)
    IngestionRecord.objects.filter(pk=record.pk).update(status_updated_at=moment)
    page = seen(staff, f"/ingestions/{record.key}/")
    assert "kept until 3 March 2027" in page
    assert "Check the same file again" in page
    IngestionRecord.objects.filter(pk=record.pk).update(status_updated_at=moment - timedelta(100))
    tasks.expire()
    page = seen(staff, f"/ingestions/{record.key}/")
    assert "not kept any more" in page
    assert GONE in page
    assert "The check found 2 problems." in page
    assert "Check the same file again" not in page
    assert "errors.csv" not in page
    for name in ("errors.csv", "rows-with-errors/"):
        answer = client.get(f"/ingestions/{record.key}/{name}", follow=True)
        assert answer.redirect_chain == [(f"/ingestions/{record.key}/", 302)]
        assert [str(message) for message in answer.context["messages"]] == [GONE]


def test_the_api_says_until_when_and_then_that_it_is_gone(committed_demo: Demo) -> None:
    api = client_of(committed_demo.staff)
    record = ended(committed_demo, WRONG, 1)
    told = api.get(f"/api/v2/ingestion/{record.key}/").json()
    until = record.status_updated_at + timedelta(30)
    assert (told["file_kept_until"], told["file_deleted_at"]) == (until.isoformat().replace("+00:00", "Z"), None)
    IngestionRecord.objects.filter(pk=record.pk).update(status_updated_at=Now() - timedelta(31))
    for name in ("errors/", "errors.csv", "rows-with-errors/"):  # before the sweep as after it
        answer = api.get(f"/api/v2/ingestion/{record.key}/{name}")
        assert (answer.status_code, answer.json(), answer["Error-Code"]) == (410, {"detail": GONE}, "gone")
    tasks.expire()
    told = api.get(f"/api/v2/ingestion/{record.key}/").json()
    assert told["file_deleted_at"] is not None
    assert told["result_data"]["error_counts"] == {"invalid_id_error": 1, "product_not_found_error": 1}
    assert api.get(f"/api/v2/ingestion/{record.key}/errors/").status_code == 410


def test_a_backup_does_not_look_for_files_that_are_gone(committed_demo: Demo) -> None:
    old, young = ended(committed_demo, WRONG, 31), ended(committed_demo, WRONG, 29)
    tasks.expire()
    assert [name for name in stored_names() if name.startswith("uploads/")] == [young.file_path]
    assert not storage().exists(old.file_path)


def test_what_is_old_is_found_by_an_index(demo: Demo) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    old = IngestionRecord.objects.filter(
        status__in=IngestionRecord.CHECKED, file_deleted_at=None, status_updated_at__lt=Now() - timedelta(30)
    )
    plan = old.order_by("status_updated_at")[:500].explain()
    assert "Index Scan using ingestion_kept" in plan
    assert "Sort" not in plan
