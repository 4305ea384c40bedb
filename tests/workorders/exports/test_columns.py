"""Who changed and who activated a code, and when, as its history tells it."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from portal.models import User
from tests.support.codes import some_codes
from tests.support.demo import Demo
from tests.support.exports import exported, table
from workorders.changes.apply import apply_selected, begin_change
from workorders.changes.undo import undo
from workorders.changes.values import NewValues
from workorders.exports.columns import column_names
from workorders.models import Change, Code, CodeChange, CodeScans, Workorder

START = "2026-11-20T08:00:00Z"


def changed(by: User | None, demo: Demo, minute: int, *identifiers: str, **values: Any) -> Change:
    """A change of these codes, made at that minute of the 24th."""
    with transaction.atomic():
        change = begin_change(demo.company, "page", by)
        codes = Code.objects.filter(company=demo.company, identifier__in=identifiers)
        assert apply_selected(change, codes, NewValues(**values)) == len(identifiers)
    Change.objects.filter(pk=change.pk).update(created_at=moment(minute))
    return change


def moment(minute: int) -> str:
    return f"2026-11-24T09:{minute:02d}:00Z"


def told(demo: Demo) -> dict[str, tuple[str, str, str, str]]:
    """Who updated each code and when, who activated it and when."""
    names = ("updated_by", "updated_at", "activated_by", "activated_at")
    rows = table(exported(demo.staff))
    return {row["extended_id"]: (row[names[0]], row[names[1]], row[names[2]], row[names[3]]) for row in rows}


def test_the_latest_change_and_the_latest_activation_are_told(committed_demo: Demo) -> None:
    demo = committed_demo
    some_codes(demo.staff, "never-01", "active-1", "again-01", "black-01", "scm-0001", "undone-1")
    some_codes(demo.staff, "upload-1", "upload-2", "upload-3", activation_status=1)
    Workorder.objects.update(created_at=START)
    changed(demo.admin, demo, 1, "active-1", "again-01", "black-01", "undone-1", status=1)
    changed(demo.staff, demo, 2, "again-01", status=0)
    changed(demo.staff, demo, 3, "again-01", status=1)
    changed(demo.staff, demo, 4, "again-01", "upload-2", "scm-0001", scm={"lot": "B"})
    changed(demo.admin, demo, 5, "black-01", "upload-3", status=2, reason=4)
    stopped = changed(demo.admin, demo, 6, "undone-1", status=2, reason=4)
    with transaction.atomic():
        undoing = undo(stopped, "page", demo.staff)
    Change.objects.filter(pk=undoing.pk).update(created_at=moment(7))
    staff, admin = demo.staff.email, demo.admin.email
    assert told(demo) == {
        "never-01": (staff, START, "", ""),
        "active-1": (admin, moment(1), admin, moment(1)),
        "again-01": (staff, moment(4), staff, moment(3)),
        "black-01": (admin, moment(5), admin, moment(1)),
        "scm-0001": (staff, moment(4), "", ""),
        "undone-1": (staff, moment(7), staff, moment(7)),
        "upload-1": (staff, START, staff, START),
        "upload-2": (staff, moment(4), staff, START),
        "upload-3": (admin, moment(5), staff, START),
    }


def test_without_its_history_nothing_is_said_of_an_activation(committed_demo: Demo) -> None:
    demo = committed_demo
    some_codes(demo.staff, "thinned1", "thinned2")
    first = changed(demo.admin, demo, 1, "thinned1", "thinned2", status=1)
    last = changed(demo.staff, demo, 2, "thinned2", scm={"lot": "B"})
    CodeChange.objects.filter(change=first).delete()
    assert told(demo) == {
        "thinned1": (demo.admin.email, moment(1), "", ""),
        "thinned2": (demo.staff.email, moment(2), "", ""),
    }
    CodeChange.objects.filter(change=last).delete()
    assert told(demo)["thinned2"] == (demo.staff.email, moment(2), "", "")


def test_strangers_are_named_by_their_company_and_nobody_by_nothing(committed_demo: Demo) -> None:
    demo = committed_demo
    some_codes(demo.staff, "partner1", "nobody-1", "operator")
    changed(demo.printer, demo, 1, "partner1", status=2, reason=7)
    changed(None, demo, 2, "nobody-1", status=2, reason=10)
    changed(demo.root, demo, 3, "operator", status=1)
    assert [row[0] for row in told(demo).values()] == ["", "the operators of this portal", demo.printco.name]


def test_scans_of_each_code_are_told(committed_demo: Demo) -> None:
    demo = committed_demo
    some_codes(demo.staff, "never-01", "scanned1")
    some_codes(demo.other_staff, "never-01")
    seen = {"count": 7, "first_at": "2026-11-23T08:00:00Z", "last_at": "2026-11-24T09:30:15.5Z"}
    CodeScans.objects.create(company=demo.company, identifier="scanned1", **seen)
    CodeScans.objects.create(company=demo.other, identifier="never-01", **seen)
    rows = [
        [row[f"{name}"] for name in ("scan_count", "first_scan_at", "last_scan_at")]
        for row in table(exported(demo.staff))
    ]
    assert rows == [["0", "", ""], ["7", "2026-11-23T08:00:00Z", "2026-11-24T09:30:15Z"]]


def test_a_field_with_the_name_of_a_column_gets_another() -> None:
    assert column_names(["lot", "scm_url", "sku", "url"])[-4:] == ["lot", "scm_url", "scm_sku", "scm_scm_url"]
