"""The stages of one ingestion, each alone."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.core.files.base import ContentFile

from ingestion import services
from ingestion.errors.unreadable import UnreadableFile
from ingestion.models import IngestionRecord
from ingestion.stages import checking
from ingestion.stages.attempt import Attempt, begin_attempt
from ingestion.stages.checking import spool_codes
from ingestion.stages.ending import end_record, give_up, store_errors
from ingestion.stages.loading import check_destination, find_repeats, load_codes, log_used_ids
from portal import timeline
from portal.background.leases import ClaimLost
from portal.background.pulse import Pulse
from portal.models import Letter
from portal.storage.base import storage
from tests.support.demo import Demo
from workorders.models import Code, Workorder

PARAMETERS: dict[str, Any] = {
    "default_scm_data": {},
    "url_prefix": "",
    "allow_posted_duplicates": False,
    "use_serial_number": False,
}
Begin = Callable[..., Attempt]


@pytest.fixture
def begin(demo: Demo) -> Iterator[Begin]:
    """Begins attempts at uploads of this content, and ends them with the test."""
    opened: list[Any] = []

    def begin_one(content: bytes | str, filetype: str = "csv", **parameters: Any) -> Attempt:
        record = services.start_upload(demo.staff, demo.company, filetype=filetype, mode="portal")
        data = content.encode() if isinstance(content, str) else content
        storage().save(record.incoming_path, ContentFile(data))
        services.queue(record, PARAMETERS | parameters, demo.staff)
        claimed = IngestionRecord.claim(record.pk, IngestionRecord.Phase.CHECKING)
        assert claimed is not None
        context = begin_attempt(claimed, Pulse(claimed))
        opened.append(context)
        return context.__enter__()

    yield begin_one
    for context in opened:
        context.__exit__(None, None, None)


def found(attempt: Attempt) -> list[tuple[str, int]]:
    """The kinds of errors, and how many there are of each."""
    return list(attempt.log.counts.items())


def test_an_attempt_has_a_folder_of_its_own_and_takes_it_away(demo: Demo, begin: Begin) -> None:
    attempt = begin("id\nabc12345\n")
    assert attempt.folder == settings.SPOOL_DIR / f"{attempt.record.key}-1"
    assert attempt.folder.is_dir()
    with begin_attempt(attempt.record, attempt.pulse) as again:
        assert [path.name for path in again.folder.iterdir()] == ["errors"]
        assert not gc.isenabled()
    assert gc.isenabled()
    assert not again.folder.exists()


def test_what_an_earlier_attempt_left_is_removed(begin: Begin) -> None:
    attempt = begin("id\nabc12345\n")
    stale = settings.SPOOL_DIR / f"{attempt.record.key}-0"
    stale.mkdir()
    (stale / "codes-1").touch()
    with begin_attempt(attempt.record, attempt.pulse):
        assert not stale.exists()


def test_rows_are_spooled_and_what_the_reader_found_is_kept(begin: Begin) -> None:
    attempt = begin("id;product\nabc12345;sku1\nabc12346;\n")
    spool = spool_codes(attempt)
    assert (spool.count, spool.longest, attempt.rows) == (2, 8, 2)
    assert attempt.facts == {"delimiter": ";", "encoding": "UTF-8"}
    assert found(attempt) == []


def test_columns_are_mapped_before_rows_are_checked(begin: Begin) -> None:
    attempt = begin("Serial,Notes\nabc12345,x\n", columns={"Serial": "id", "Notes": ""})
    assert spool_codes(attempt).count == 1
    assert found(attempt) == []


def test_the_delimiter_of_the_upload_counts(begin: Begin) -> None:
    attempt = begin("id;a,b\nabc12345;x,1\n", delimiter=";", columns={"a,b": "lot"})
    assert spool_codes(attempt).count == 1
    assert attempt.facts["delimiter"] == ";"


def test_a_file_with_another_digest_is_not_read(begin: Begin) -> None:
    attempt = begin("id\nabc12345\n", sha256="0" * 64)
    with pytest.raises(UnreadableFile, match=r"^The file was changed or cut short on its way"):
        spool_codes(attempt)
    assert attempt.facts == {}


def test_more_blank_rows_than_codes_explain_are_refused(begin: Begin, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "MOST_BLANK_ROWS", 3)
    attempt = begin("id\nabc12345\n" + "\n" * 5)
    with pytest.raises(UnreadableFile, match=r"^5 of its rows are blank; delete those\.$"):
        spool_codes(attempt)


def test_defaults_that_outgrow_the_file_are_refused(begin: Begin, settings: Any) -> None:
    settings.MAX_UNPACKED_BYTES = 2000
    attempt = begin("id\nabc12345\nabc12346\nabc12347\n", default_scm_data={"note": "x" * 1000})
    with pytest.raises(UnreadableFile, match=r"^With its default values it becomes larger than 2,000 bytes"):
        spool_codes(attempt)


def test_a_file_that_unpacks_to_much_takes_a_slot_or_goes_back(begin: Begin, monkeypatch: pytest.MonkeyPatch) -> None:
    attempt = begin("id\nabc12345\n")
    monkeypatch.setattr(checking, "take_slot", lambda: True)
    checking._continue_as_long_work(attempt.record)
    monkeypatch.setattr(checking, "take_slot", lambda: False)
    with pytest.raises(ClaimLost):
        checking._continue_as_long_work(attempt.record)
    attempt.record.refresh_from_db()
    assert (attempt.record.status, attempt.record.is_long) == ("queued", True)


def test_an_id_that_stands_twice_is_reported_with_the_first_row(begin: Begin) -> None:
    attempt = begin("id\nabc12345\nabc12346\nabc12345\n")
    spool = spool_codes(attempt)
    find_repeats(attempt, spool)
    assert found(attempt) == [("duplicate_id_error", 1)]
    assert attempt.log.result_data["errors"] == [{"duplicate_id_error": ["abc12345"]}]
    attempt.log.spool.flush()
    assert attempt.log.path.read_text().endswith("It stands in row 2 of the file.\n")


def test_repeats_are_counted_where_the_upload_allows_them(begin: Begin) -> None:
    attempt = begin("id\nabc12345\nabc12345\nabc12345\n", allow_posted_duplicates=True)
    spool = spool_codes(attempt)
    find_repeats(attempt, spool)
    assert (spool.count, attempt.repeats, found(attempt)) == (1, 2, [])


def test_a_file_of_a_header_alone_is_refused(begin: Begin) -> None:
    attempt = begin("id\n\n")
    spool = spool_codes(attempt)
    with pytest.raises(UnreadableFile, match=r"^It has a header and no rows\.$"):
        find_repeats(attempt, spool)


def test_a_destination_that_takes_no_codes_is_reported(demo: Demo, begin: Begin) -> None:
    attempt = begin("id\nabc12345\n", url_prefix=demo.other.url_prefix)
    check_destination(attempt, spool_codes(attempt))
    assert found(attempt) == [("url_prefix_error", 1)]


def test_codes_are_loaded_and_the_record_completed_together(begin: Begin) -> None:
    attempt = begin("id\nabc12345\nabc12346\n")
    spool = spool_codes(attempt)
    find_repeats(attempt, spool)
    assert load_codes(attempt, spool) is True
    record = attempt.record
    record.refresh_from_db()
    assert (record.status, record.rows_done, record.rows_total, record.result_data) == (
        "completed",
        2,
        2,
        {"codes_created": 2, "duplicates_ignored": 0},
    )
    assert [*Code.objects.filter(workorder=record.workorder).values_list("identifier", "sequence")] == [
        ("abc12345", 1),
        ("abc12346", 2),
    ]
    assert Letter.objects.filter(kind=Letter.Kind.UPLOAD_ENDED).count() == 1


def test_ids_that_were_used_before_stop_the_load_and_are_named(begin: Begin) -> None:
    first = begin("id\nabc12345\n")
    assert load_codes(first, _prepared(first)) is True
    second = begin("id\nabc12346\nabc12345\n")
    spool = _prepared(second)
    assert load_codes(second, spool) is False
    log_used_ids(second, spool)
    assert second.log.result_data == {
        "errors": [{"duplicate_id_error": ["abc12345"]}],
        "error_counts": {"duplicate_id_error": 1},
    }
    assert Workorder.objects.count() == 1


def test_codes_that_are_refused_though_no_id_is_used_are_our_fault(begin: Begin) -> None:
    attempt = begin("id\nabc12345\n")
    with pytest.raises(RuntimeError, match="yet none of their ids is taken"):
        log_used_ids(attempt, _prepared(attempt))


def test_ids_that_differ_in_case_alone_are_warned_of(begin: Begin) -> None:
    attempt = begin("id\nabc12345\nABC12345\n")
    assert load_codes(attempt, _prepared(attempt)) is True
    attempt.record.refresh_from_db()
    assert [warning["warning"] for warning in attempt.record.warnings] == ["alike_ids_warning"]


def test_errors_are_stored_with_the_end_of_the_record(begin: Begin) -> None:
    attempt = begin("id,product\nshort,sku1\nabc12345,sku9\n")
    _prepared(attempt)
    store_errors(attempt)
    record = attempt.record
    record.refresh_from_db()
    assert (record.status, record.rows_done, record.workorder) == ("error", 2, None)
    assert record.error_counts == {"invalid_id_error": 1, "product_not_found_error": 1}
    assert [(error.row, error.error) for error in record.errors.all()] == [
        (2, "invalid_id_error"),
        (3, "product_not_found_error"),
    ]
    assert record.file_facts == {"delimiter": ",", "encoding": "UTF-8"}


def test_a_worker_that_lost_its_claim_ends_nothing(begin: Begin) -> None:
    attempt = begin("id\nabc12345\n")
    IngestionRecord.objects.filter(pk=attempt.record.pk).update(attempts=2)
    with pytest.raises(ClaimLost):
        end_record(attempt, "completed", 1, result_data={})
    attempt.record.refresh_from_db()
    assert attempt.record.status == "processing"


def test_giving_up_ends_the_record_as_our_fault(begin: Begin) -> None:
    record = begin("id\nabc12345\n").record
    give_up(record)
    record.refresh_from_db()
    assert (record.status, record.error_counts) == ("error", {"internal_error": 1})
    assert [error.error for error in record.errors.all()] == ["internal_error"]
    assert timeline.events_of(record).order_by("-pk")[0].what == "failed"
    assert Letter.objects.filter(kind=Letter.Kind.UPLOAD_ENDED).count() == 1


def test_giving_up_does_nothing_when_another_attempt_holds_the_record(begin: Begin) -> None:
    record = begin("id\nabc12345\n").record
    IngestionRecord.objects.filter(pk=record.pk).update(attempts=2)
    give_up(record)
    record.refresh_from_db()
    assert (record.status, record.errors.count()) == ("processing", 0)


def _prepared(attempt: Attempt) -> Any:
    """The spool of a file whose ids were compared."""
    spool = spool_codes(attempt)
    find_repeats(attempt, spool)
    return spool
