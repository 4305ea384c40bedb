"""Changes of selected codes, and undoing a change: records of the same engine as uploads."""

from __future__ import annotations

from threading import Barrier, Thread

import pytest

from ingestion import engine, services
from ingestion.changes import Contradictory, NotUndoable, change_of, start_selected, start_undo
from ingestion.models import IngestionRecord
from portal.timeline import events_of
from tests.support import running
from tests.support.changes import changed, ended, undone, values_of
from tests.support.codes import some_codes
from tests.support.demo import Demo
from tests.support.tokens import client_of
from tests.support.withdrawals import an_upload, withdraw_whole
from workorders.changes.history import history_of
from workorders.changes.undo import extent_of
from workorders.changes.values import NewValues
from workorders.codes.filters import CodeFilter, parse_filter
from workorders.models import Change, Code, CodeChange, Product, Workorder


def test_selected_codes_are_changed_by_a_worker(committed_demo: Demo) -> None:
    demo = committed_demo
    some_codes(demo.staff, "aaa00001", "bbb00002", scm_data={"lot": "B7"})
    some_codes(demo.staff, "ccc00003", scm_data={"lot": "B8"})
    some_codes(demo.other_staff, "zzz00009", scm_data={"lot": "B7"})
    record = start_selected(
        demo.staff, demo.company, CodeFilter(scm={"lot": "B7"}), NewValues(2, 4, scm={"roll": "3"}), "portal"
    )
    assert (record.status, record.type, record.filetype) == ("queued", "scm", "")
    assert values_of("aaa00001") == (None, 0, 0, {"lot": "B7"})
    ended(record)
    assert (record.status, record.result_data) == (
        "completed",
        {"codes_affected": 2, "codes_unchanged": 0, "codes_kept": 0},
    )
    assert record.parameters == {
        "constraints": {"scm_lot": "B7"},
        "values": {"activation_status": 2, "blacklist_reason": 4, "roll": "3"},
    }
    assert values_of("aaa00001") == values_of("bbb00002") == (None, 2, 4, {"lot": "B7", "roll": "3"})
    assert values_of("ccc00003") == (None, 0, 0, {"lot": "B8"})
    assert values_of("zzz00009") == (None, 0, 0, {"lot": "B7"})
    [row] = history_of(Code.objects.get(identifier="aaa00001"))
    assert (row.change.origin, row.change.record_key, row.change.created_by) == ("page", record.key, demo.staff)
    assert [event.what for event in events_of(record)] == ["asked", "begun", "completed"]


def test_codes_that_have_the_values_and_codes_of_cancelled_workorders_are_counted(committed_demo: Demo) -> None:
    demo = committed_demo
    some_codes(demo.staff, "aaa00001", "bbb00002")
    some_codes(demo.staff, "ccc00003", activation_status=1)
    cancelled = some_codes(demo.staff, "ddd00004", activation_status=2, blacklist_reason=9)
    Workorder.objects.filter(pk=cancelled.pk).update(state=Workorder.State.CANCELLED)
    record = changed(demo.staff, {}, activation_status=1)
    assert record.result_data == {"codes_affected": 2, "codes_unchanged": 1, "codes_kept": 1}
    assert (record.rows_done, record.rows_total) == (2, 2)
    assert values_of("ddd00004") == (None, 2, 9, {})


def test_a_reason_without_its_status_is_refused_unless_blacklisted_codes_are_selected(committed_demo: Demo) -> None:
    demo = committed_demo
    some_codes(demo.staff, "aaa00001", activation_status=2)
    with pytest.raises(Contradictory, match="goes with activation status 2"):
        start_selected(demo.staff, demo.company, CodeFilter(search="aaa"), NewValues(reason=4), "api")
    assert not IngestionRecord.objects.exists()
    record = changed(demo.staff, {"activation_status": 2}, blacklist_reason=4)
    assert record.result_data["codes_affected"] == 1
    assert values_of("aaa00001") == (None, 2, 4, {})


def test_codes_that_would_have_too_many_fields_refuse_the_change(committed_demo: Demo) -> None:
    fields = {f"f{number}": "1" for number in range(10_000)}
    some_codes(committed_demo.staff, "aaa00001", "bbb00002", scm_data=fields)
    some_codes(committed_demo.staff, "ccc00003")
    record = changed(committed_demo.staff, {}, lot="B7")
    assert record.status == "error"
    assert record.errors.get().detail == "2 of the codes would have more than 10,000 SCM fields, the most of a code."
    assert values_of("ccc00003") == (None, 0, 0, {})
    assert changed(committed_demo.staff, {}, f1="2").result_data["codes_affected"] == 3


def test_a_product_that_was_archived_meanwhile_is_an_error_of_the_record(committed_demo: Demo) -> None:
    demo = committed_demo
    some_codes(demo.staff, "aaa00001")
    product = demo.company.products.get(sku="sku1")
    record = start_selected(demo.staff, demo.company, CodeFilter(search="aaa"), NewValues(product_id=product.pk), "api")
    Product.objects.filter(pk=product.pk).update(is_archived=True)
    ended(record)
    assert (record.status, record.error_counts) == ("error", {"product_not_found_error": 1})
    [error] = record.errors.all()
    assert (error.row, error.column, error.value) == (None, "product", "sku1")
    assert values_of("aaa00001") == (None, 0, 0, {})


def test_a_cancelled_change_changes_nothing(committed_demo: Demo) -> None:
    demo = committed_demo
    some_codes(demo.staff, "aaa00001")
    record = start_selected(demo.staff, demo.company, CodeFilter(search="aaa"), NewValues(1), "api")
    services.cancel(record, demo.admin)
    assert ended(record).status == "cancelled"
    assert values_of("aaa00001") == (None, 0, 0, {})


def test_a_change_that_failed_by_our_fault_can_be_tried_again(committed_demo: Demo) -> None:
    demo = committed_demo
    some_codes(demo.staff, "aaa00001")
    record = start_selected(demo.staff, demo.company, CodeFilter(search="aaa"), NewValues(1), "api")
    result = {"errors": [{"internal_error": []}], "error_counts": {"internal_error": 1}}
    IngestionRecord.objects.filter(pk=record.pk).update(status="error", result_data=result)
    record.refresh_from_db()
    assert services.retry(record, demo.root)
    assert ended(record).status == "completed"
    assert values_of("aaa00001") == (None, 1, 0, {})


def test_an_undo_is_a_record_of_its_own_that_can_be_undone(committed_demo: Demo) -> None:
    demo = committed_demo
    some_codes(demo.staff, "aaa00001", "bbb00002")
    first = changed(demo.staff, {"search": "aaa"}, activation_status=2, blacklist_reason=4, lot="A")
    undo = undone(demo.admin, first)
    assert (undo.status, undo.type, undo.parameters) == ("completed", "scm", {"undoes": first.key})
    assert undo.description == f"Undo of {first.key}"
    assert undo.result_data == {"codes_affected": 1, "codes_unchanged": 0, "codes_kept": 0}
    assert values_of("aaa00001") == (None, 0, 0, {})
    again = undone(demo.admin, undo)
    assert again.result_data["codes_affected"] == 1
    assert values_of("aaa00001") == (None, 2, 4, {"lot": "A"})
    change, of_undo = change_of(first), change_of(undo)
    assert change is not None
    assert of_undo is not None
    assert of_undo.undoes == change


def test_an_undo_keeps_and_counts_the_codes_that_changed_since(committed_demo: Demo) -> None:
    demo = committed_demo
    some_codes(demo.staff, "aaa00001", "bbb00002")
    first = changed(demo.staff, {}, activation_status=1)
    changed(demo.staff, {"search": "bbb"}, activation_status=2)
    result = {"codes_affected": 1, "codes_unchanged": 0, "codes_kept": 1, "kept_codes": ["bbb00002"]}
    assert undone(demo.admin, first).result_data == result
    assert values_of("aaa00001") == (None, 0, 0, {})
    assert values_of("bbb00002") == (None, 2, 0, {})


def test_codes_that_were_withdrawn_since_are_counted_by_neither_the_undo_nor_its_preview(committed_demo: Demo) -> None:
    demo = committed_demo
    some_codes(demo.staff, "aaa00001", "bbb00002")
    upload = an_upload(demo.staff, "ccc00003", "ddd00004")
    first = changed(demo.staff, {}, activation_status=1)
    changed(demo.staff, {"search": "bbb"}, activation_status=2)
    withdraw_whole(client_of(demo.admin), upload)
    assert not Code.objects.filter(identifier="ccc00003").exists()
    change = change_of(first)
    assert change is not None
    assert extent_of(change) == (1, 1)
    result = {"codes_affected": 1, "codes_unchanged": 0, "codes_kept": 1, "kept_codes": ["bbb00002"]}
    assert undone(demo.admin, first).result_data == result


def test_what_cannot_be_undone_is_refused_with_the_reason(committed_demo: Demo) -> None:
    demo = committed_demo
    some_codes(demo.staff, "aaa00001")
    upload = services.start_upload(demo.staff, demo.company, filetype="csv", mode="api")
    waiting = start_selected(demo.staff, demo.company, CodeFilter(search="aaa"), NewValues(1), "api")

    def refusal(record: IngestionRecord) -> str:
        with pytest.raises(NotUndoable) as refused:
            start_undo(demo.admin, record, "api")
        return str(refused.value)

    assert refusal(upload) == "Only changes of codes can be undone; an upload of new codes can be withdrawn."
    assert refusal(waiting) == "Only a completed change can be undone; this one is queued."
    ended(waiting)
    nothing = changed(demo.staff, {"search": "aaa"}, activation_status=1)
    assert refusal(nothing) == "It changed no code, so there is nothing to undo."
    undo = start_undo(demo.admin, waiting, "api")
    assert refusal(waiting) == f"It is being undone already, by {undo.key}."
    ended(undo)
    CodeChange.objects.all().delete()
    assert refusal(waiting).startswith("The history of this change has been deleted")


def test_a_worker_that_runs_twice_changes_once(committed_demo: Demo) -> None:
    demo = committed_demo
    some_codes(demo.staff, "aaa00001")
    record = changed(demo.staff, {"search": "aaa"}, activation_status=1)
    ended(record)
    assert Change.objects.filter(record_key=record.key).count() == 1


def test_an_undo_whose_history_went_while_it_waited_says_so_and_changes_nothing(committed_demo: Demo) -> None:
    demo = committed_demo
    some_codes(demo.staff, "aaa00001")
    record = changed(demo.staff, {}, activation_status=1)
    waiting = start_undo(demo.admin, record, "api")
    Change.objects.filter(record_key=record.key).update(is_thinned=True)
    ended(waiting)
    assert (waiting.status, waiting.result_data["error_counts"]) == ("error", {"history_gone_error": 1})
    assert waiting.errors.get().message == (
        "The history of this change was deleted after its retention time, so it cannot be undone."
    )
    assert values_of("aaa00001") == (None, 1, 0, {})


def test_a_change_of_no_code_says_so(committed_demo: Demo) -> None:
    some_codes(committed_demo.staff, "aaa00001")
    nothing = parse_filter({"workorder": "999"})
    record = start_selected(committed_demo.staff, committed_demo.company, nothing, NewValues(status=1), "api")
    engine.run(record.pk)
    record.refresh_from_db()
    assert (record.status, record.result_data["codes_affected"]) == ("completed", 0)
    (warning,) = record.warnings
    assert warning["warning"] == "no_change_warning"
    assert warning["message"].endswith("No code meets the constraints.")


def test_of_undos_asked_for_at_once_one_is_queued(committed_demo: Demo) -> None:
    some_codes(committed_demo.staff, "aaa00001")
    chosen = parse_filter({"activation_status": "0"})
    changed = start_selected(committed_demo.staff, committed_demo.company, chosen, NewValues(status=1), "api")
    engine.run(changed.pk)
    changed.refresh_from_db()
    together, refused = Barrier(4), []

    def ask(_: int) -> None:
        together.wait()
        try:
            start_undo(committed_demo.admin, changed, "api")
        except NotUndoable as reason:
            refused.append(str(reason))

    threads = [Thread(target=running.in_thread, args=(ask, number)) for number in range(4)]
    for thread in threads:
        thread.start()
    running.ended(threads)
    undo = IngestionRecord.objects.get(parameters__undoes=changed.key)
    assert refused == [f"It is being undone already, by {undo.key}."] * 3
