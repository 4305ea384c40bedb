"""History goes when it has been kept for as long as HISTORY_DAYS says, and a change without it cannot be undone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from tests.support.codes import some_codes
from tests.support.demo import Demo
from workorders import tasks
from workorders.changes import retention
from workorders.changes.apply import apply_selected, begin_change
from workorders.changes.history import history_of
from workorders.changes.undo import HistoryGone, can_be_undone, undo
from workorders.changes.values import NewValues
from workorders.models import Change, Code, CodeChange


@transaction.atomic
def changed(demo: Demo, status: int, days: int) -> Change:
    """A change of all the codes that was made so many days ago."""
    change = begin_change(demo.company, Change.Origin.PAGE, demo.staff)
    Change.objects.filter(pk=change.pk).update(created_at=timezone.now() - timedelta(days))
    apply_selected(change, Code.objects.filter(company=demo.company), NewValues(status))
    return Change.objects.get(pk=change.pk)


def kept() -> list[tuple[int, str]]:
    return list(CodeChange.objects.order_by("change", "identifier").values_list("change", "identifier"))


def test_history_is_kept_for_ever_unless_it_is_said(demo: Demo) -> None:
    some_codes(demo.staff, "aaa00001")
    old = changed(demo, 1, 10_000)
    assert retention.thin_history() == 0
    assert kept() == [(old.pk, "aaa00001")]
    assert can_be_undone(old)


def test_what_is_older_goes_and_the_rest_stays(demo: Demo, settings: Any) -> None:
    some_codes(demo.staff, "aaa00001", "bbb00002")
    old, young = changed(demo, 1, 31), changed(demo, 2, 29)
    settings.HISTORY_DAYS = 30
    tasks.thin_history()
    assert kept() == [(young.pk, "aaa00001"), (young.pk, "bbb00002")]
    assert [row.change_id for row in history_of(Code.objects.get(identifier="aaa00001"))] == [young.pk]
    old.refresh_from_db()
    assert (old.codes, can_be_undone(old), can_be_undone(young)) == (2, False, True)


def test_a_sweep_ends_after_its_steps_and_the_next_goes_on(
    demo: Demo, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    some_codes(demo.staff, "aaa00001", "bbb00002", "ccc00003", "ddd00004", "eee00005")
    old = changed(demo, 1, 31)
    settings.HISTORY_DAYS = 30
    monkeypatch.setattr(retention, "STEP", 2)
    monkeypatch.setattr(retention, "STEPS", 1)
    assert retention.thin_history() == 2
    assert [identifier for _, identifier in kept()] == ["ccc00003", "ddd00004", "eee00005"]
    old.refresh_from_db()
    assert not can_be_undone(old)  # what is left of it would be half an undo
    with pytest.raises(HistoryGone), transaction.atomic():
        undo(old, Change.Origin.PAGE, demo.admin)
    monkeypatch.setattr(retention, "STEPS", 9)
    assert retention.thin_history() == 3
    assert kept() == []
    assert list(Code.objects.values_list("activation_status", flat=True)) == [1] * 5
