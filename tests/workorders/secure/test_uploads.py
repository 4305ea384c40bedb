"""Whether an SSC workorder takes uploaded codes, and how they are counted."""

from __future__ import annotations

import pytest

from portal.timeline import events_of
from tests.support.codes import some_codes
from tests.support.demo import Demo
from tests.support.secure import a_secure_order, brought_to
from workorders.models import Job, Workorder
from workorders.secure.uploads import (
    NotTaken,
    are_active_at_once,
    count_uploaded_codes,
    lock_for_upload,
    open_for_upload,
    upload_refusal,
)


def with_codes(workorder: Workorder, count: int) -> Workorder:
    """The workorder as if so many codes had been uploaded."""
    Workorder.objects.filter(pk=workorder.pk).update(uploaded_quantity=count)
    workorder.refresh_from_db()
    return workorder


@pytest.mark.parametrize(
    ("state", "takes"),
    [("new", True), ("ready_to_print", True), ("printed", True), ("completed", True), ("cancelled", False)],
)
def test_all_but_cancelled_workorders_take_codes(demo: Demo, state: str, takes: bool) -> None:
    workorder = brought_to(a_secure_order(demo), state, demo)
    assert upload_refusal(workorder) == ("" if takes else "The workorder was cancelled, so it takes no codes.")
    assert open_for_upload(Workorder.objects.all()).exists() is takes


@pytest.mark.parametrize(
    ("has", "count", "reason"),
    [
        (0, 100, ""),
        (0, 101, "The workorder has 0 of 100 codes; there is room for 100 more, and the file has 101."),
        (60, 40, ""),
        (60, 41, "The workorder has 60 of 100 codes; there is room for 40 more, and the file has 41."),
        (100, 1, "The workorder has 100 of 100 codes, so it takes no more."),
        (0, 12_345, "The workorder has 0 of 100 codes; there is room for 100 more, and the file has 12,345."),
    ],
)
def test_no_more_codes_are_taken_than_were_ordered(demo: Demo, has: int, count: int, reason: str) -> None:
    workorder = with_codes(a_secure_order(demo), has)
    assert upload_refusal(workorder, count) == reason
    assert open_for_upload(Workorder.objects.all()).exists() is (has < 100)


def test_serialized_identifiers_are_not_uploaded_into_a_workorder(demo: Demo) -> None:
    workorder = some_codes(demo.staff, "abc00001")
    assert upload_refusal(workorder) == (
        "The workorder is one of serialized identifiers; codes are uploaded only into one of secure codes (SSC)."
    )
    assert not open_for_upload(Workorder.objects.all()).exists()


def test_counted_codes_are_noted_and_archived(demo: Demo) -> None:
    workorder = a_secure_order(demo)
    begun = lock_for_upload(workorder.pk)
    count_uploaded_codes(begun, 40, demo.staff, "key1", are_active=False)
    count_uploaded_codes(begun, 60, demo.admin, "key2", are_active=False)
    workorder.refresh_from_db()
    assert workorder.uploaded_quantity == 100
    noted = events_of(workorder).filter(what="uploaded").values_list("by__email", "detail")
    assert list(noted) == [
        ("staff@demo.example", {"codes": 40, "upload": "key1"}),
        ("admin@demo.example", {"codes": 60, "upload": "key2"}),
    ]
    archives = workorder.jobs.filter(what=Job.What.ARCHIVE).order_by("pk")
    assert [job.parameters for job in archives] == [{"codes": 40}, {"codes": 100}]
    assert not workorder.jobs.filter(what=Job.What.ACTIVATE).exists()


def test_codes_that_came_too_late_are_not_counted(demo: Demo) -> None:
    workorder = a_secure_order(demo)
    begun = lock_for_upload(workorder.pk)
    brought_to(workorder, "cancelled", demo)
    with pytest.raises(NotTaken, match="The workorder was cancelled"):
        count_uploaded_codes(begun, 1, demo.staff, "key", are_active=False)
    workorder.refresh_from_db()
    assert workorder.uploaded_quantity == 0
    assert not events_of(workorder).filter(what="uploaded").exists()


@pytest.mark.parametrize("ordered", [True, False])
@pytest.mark.parametrize("state", ["new", "ready_to_print", "printed", "completed"])
def test_codes_join_a_completed_workorder_active_if_that_was_ordered(demo: Demo, state: str, ordered: bool) -> None:
    workorder = brought_to(a_secure_order(demo, activate_on_complete=ordered), state, demo)
    assert are_active_at_once(workorder) is (ordered and state == "completed")


@pytest.mark.parametrize("are_active", [True, False])
def test_codes_that_were_loaded_inactive_are_activated_by_a_job(demo: Demo, are_active: bool) -> None:
    workorder = with_codes(a_secure_order(demo, activate_on_complete=True), 50)
    brought_to(workorder, "completed", demo)
    Job.objects.all().delete()
    count_uploaded_codes(workorder, 10, demo.staff, "key", are_active=are_active)
    activations = workorder.jobs.filter(what=Job.What.ACTIVATE)
    assert [job.parameters for job in activations] == ([] if are_active else [{"after": 50, "until": 60}])
