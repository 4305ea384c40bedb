"""Changes are applied by one statement, keep history, and leave alone what must not change."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from tests.support.codes import some_codes
from tests.support.demo import Demo
from tests.support.tokens import client_of
from workorders.changes import apply
from workorders.changes.apply import (
    Overtaken,
    Problem,
    apply_posted,
    apply_selected,
    begin_change,
    find_problems,
)
from workorders.changes.history import history_of
from workorders.changes.spool import ChangeSpool, PostedChange
from workorders.changes.undo import extent_of, kept_codes, undo
from workorders.changes.values import NewValues, ScmFields
from workorders.models import Change, Code, CodeChange, Workorder

ACTIVE, BLACKLISTED = 1, 2


def new(identifier: str, position: int, status: int | None = None, scm: str | None = None, **more: Any) -> PostedChange:
    return identifier, position, (more.get("product"), status, more.get("reason")), scm


def values_of(identifier: str) -> tuple[Any, ...]:
    """Product, status, reason and SCM fields of a code."""
    code = Code.objects.get(identifier=identifier)
    return code.product_id, code.activation_status, code.blacklist_reason, code.scm_data


@transaction.atomic
def applied(demo: Demo, folder: Path, *changes: PostedChange) -> tuple[Change, list[Problem]]:
    """The change that was made of these, and the problems that were found before."""
    folder.mkdir()
    spool = ChangeSpool(folder)
    spool.add(list(changes))
    spool.find_repeats(lambda *_: None, lambda _: None)
    spool.post(lambda _: None)
    names = {name for _key, _position, _attributes, scm in changes for name in json.loads(scm or "{}")}
    fields = ScmFields((*names,), spool.removes)
    problems = sorted(find_problems(demo.company, spool.count, fields))
    change = begin_change(demo.company, Change.Origin.FILE, demo.staff, record_key="abc")
    apply_posted(change, fields)
    return change, problems


def test_a_change_changes_what_it_names_and_keeps_the_rest(demo: Demo, tmp_path: Path) -> None:
    product = demo.company.products.get(sku="sku1")
    some_codes(demo.staff, "aaa00001", "bbb00002", "ccc00003", scm_data={"lot": "A", "size": "L"})
    change, problems = applied(
        demo,
        tmp_path / "1",
        new("aaa00001", 1, ACTIVE),
        new("bbb00002", 2, BLACKLISTED, '{"lot": "B", "size": null, "say": "a\\\\b\\tc"}', reason=4),
        new("ccc00003", 3, product=product.pk),
    )
    assert problems == []
    assert change.codes == 3
    assert values_of("aaa00001") == (None, 1, 0, {"lot": "A", "size": "L"})
    assert values_of("bbb00002") == (None, 2, 4, {"lot": "B", "say": "a\\b\tc"})
    assert values_of("ccc00003") == (product.pk, 0, 0, {"lot": "A", "size": "L"})
    [row] = history_of(Code.objects.get(identifier="bbb00002"))
    assert (row.old_status, row.new_status, row.old_reason, row.new_reason) == (0, 2, 0, 4)
    assert row.old_scm == {"lot": "A", "size": "L", "say": None}
    assert row.new_scm == {"lot": "B", "size": None, "say": "a\\b\tc"}
    assert (row.change.created_by, row.change.origin, row.change.record_key) == (demo.staff, "file", "abc")
    [row] = history_of(Code.objects.get(identifier="ccc00003"))
    assert (row.old_product, row.new_product, row.old_status, row.new_status) == (None, product.pk, None, None)


def test_leaving_the_blacklist_resets_the_reason(demo: Demo, tmp_path: Path) -> None:
    some_codes(demo.staff, "aaa00001", activation_status=BLACKLISTED, blacklist_reason=4)
    applied(demo, tmp_path / "1", new("aaa00001", 1, ACTIVE))
    assert values_of("aaa00001") == (None, 1, 0, {})


def test_problems_are_named_and_change_nothing(demo: Demo, tmp_path: Path) -> None:
    some_codes(demo.staff, "aaa00001", "bbb00002", activation_status=ACTIVE)
    some_codes(demo.other_staff, "zzz00009")
    cancelled = some_codes(demo.staff, "ccc00003", activation_status=BLACKLISTED, blacklist_reason=9)
    Workorder.objects.filter(pk=cancelled.pk).update(state=Workorder.State.CANCELLED)
    change, problems = applied(
        demo,
        tmp_path / "1",
        new("nothere1", 5, ACTIVE),
        new("zzz00009", 6, ACTIVE),
        new("aaa00001", 7, reason=4),
        new("bbb00002", 8, ACTIVE),
        new("ccc00003", 9, ACTIVE),
    )
    assert problems == [
        Problem(5, "nothere1", "missing"),
        Problem(6, "zzz00009", "missing"),
        Problem(7, "aaa00001", "contradiction", 4),
        Problem(8, "bbb00002", "same"),
        Problem(9, "ccc00003", "final", status=1),
    ]
    assert change.codes == 0
    assert values_of("aaa00001") == (None, 1, 0, {})
    assert values_of("ccc00003") == (None, 2, 9, {})
    assert values_of("zzz00009") == (None, 0, 0, {})


def test_fields_that_a_code_has_already_are_no_change(demo: Demo, tmp_path: Path) -> None:
    some_codes(demo.staff, "aaa00001", "bbb00002", "ccc00003", "ddd00004", scm_data={"lot": "A", "size": "L"})
    change, problems = applied(
        demo,
        tmp_path / "1",
        new("aaa00001", 1, scm='{"lot": "A"}'),
        new("bbb00002", 2, scm='{"lot": "A", "size": "M", "say": "\\": null"}'),
        new("ccc00003", 3, ACTIVE, scm='{"lot": "A"}'),
        new("ddd00004", 4, ACTIVE),
    )
    assert (problems, change.codes) == ([Problem(1, "aaa00001", "same")], 3)
    assert values_of("bbb00002") == (None, 0, 0, {"lot": "A", "size": "M", "say": '": null'})
    assert [row.new_scm for row in CodeChange.objects.order_by("identifier")] == [
        {"size": "M", "say": '": null'},
        None,
        None,
    ]


def test_an_expectation_that_does_not_hold_is_told(demo: Demo, tmp_path: Path) -> None:
    some_codes(demo.staff, "aaa00001")
    spool = ChangeSpool(tmp_path)
    spool.add([new("aaa00001", 1, ACTIVE)])
    spool.find_repeats(lambda *_: None, lambda _: None)
    with pytest.raises(Overtaken), transaction.atomic():
        spool.post(lambda _: None)
        apply_posted(begin_change(demo.company, Change.Origin.API, None), ScmFields(), expected=2)
    assert values_of("aaa00001") == (None, 0, 0, {})


def test_selected_codes_get_the_values(demo: Demo) -> None:
    workorder = some_codes(demo.staff, "aaa00001", "bbb00002", "ccc00003", scm_data={"lot": "100%"})
    some_codes(demo.other_staff, "zzz00009")
    with transaction.atomic():
        change = begin_change(demo.company, Change.Origin.PAGE, demo.staff)
        codes = Code.objects.filter(workorder=workorder, sequence__gte=2, scm_data__contains={"lot": "100%"})
        assert apply_selected(change, codes, NewValues(BLACKLISTED, 4, scm={"lot": None, "roll": "3"})) == 2
    assert values_of("aaa00001") == (None, 0, 0, {"lot": "100%"})
    assert values_of("bbb00002") == values_of("ccc00003") == (None, 2, 4, {"roll": "3"})
    history = CodeChange.objects.filter(change=change).values_list("old_scm", "new_scm")
    assert list(history) == [({"lot": "100%", "roll": None}, {"lot": None, "roll": "3"})] * 2


def test_history_is_a_chain_the_latest_first(demo: Demo, tmp_path: Path) -> None:
    some_codes(demo.staff, "aaa00001")
    changes = [
        applied(demo, tmp_path / str(number), new("aaa00001", 1, status))[0].pk
        for number, status in enumerate((ACTIVE, BLACKLISTED, ACTIVE))
    ]
    found = history_of(Code.objects.get(identifier="aaa00001"))
    assert [row.change_id for row in found] == changes[::-1]
    assert [(row.old_status, row.new_status) for row in found] == [(2, 1), (1, 2), (0, 1)]


def test_history_has_the_order_in_which_a_code_was_changed_and_not_that_of_the_beginnings(
    demo: Demo, tmp_path: Path
) -> None:
    some_codes(demo.staff, "aaa00001")
    with transaction.atomic():
        long = begin_change(demo.company, Change.Origin.PAGE, demo.staff)
        short, _ = applied(demo, tmp_path / "1", new("aaa00001", 1, BLACKLISTED, reason=4))
        assert apply_selected(long, Code.objects.filter(identifier="aaa00001"), NewValues(ACTIVE)) == 1
    assert long.pk < short.pk
    [last, first] = history_of(Code.objects.get(identifier="aaa00001"))
    assert [(last.change_id, last.new_status), (first.change_id, first.new_status)] == [(long.pk, 1), (short.pk, 2)]
    told = client_of(demo.staff, "codes_view").get("/api/v2/codes/aaa00001/history/").json()["results"]
    assert [change["id"] for change in told] == [long.pk, short.pk]


def test_changes_are_undone_one_after_the_other_the_latest_first(demo: Demo, tmp_path: Path) -> None:
    """Each undo brings a code back to what the change before it left, which can be undone then."""
    some_codes(demo.staff, "aaa00001", "bbb00002")
    changes = [
        applied(demo, tmp_path / str(number), *(new(each, 1 + at, scm=scm) for at, each in enumerate(codes)))[0]
        for number, (scm, codes) in enumerate(
            (
                ('{"step": "1"}', ("aaa00001", "bbb00002")),
                ('{"step": "2"}', ("aaa00001",)),
                ('{"step": "3"}', ("aaa00001", "bbb00002")),
                ('{"step": "4"}', ("aaa00001",)),
            )
        )
    ]
    for change, codes in zip(changes[::-1], (1, 2, 1, 2), strict=True):
        assert extent_of(change) == (codes, 0)
        with transaction.atomic():
            assert undo(change, Change.Origin.PAGE, demo.admin).codes == codes
    assert values_of("aaa00001") == values_of("bbb00002") == (None, 0, 0, {})


def test_an_undo_of_an_earlier_change_is_not_taken_for_that_of_a_later_one(demo: Demo, tmp_path: Path) -> None:
    some_codes(demo.staff, "aaa00001")
    first, _ = applied(demo, tmp_path / "1", new("aaa00001", 1, scm='{"a": "1"}'))
    second, _ = applied(demo, tmp_path / "2", new("aaa00001", 1, scm='{"b": "2"}'))
    third, _ = applied(demo, tmp_path / "3", new("aaa00001", 1, scm='{"c": "3"}'))
    with transaction.atomic():
        undo(third, Change.Origin.PAGE, demo.admin)
    assert (extent_of(first), extent_of(second), extent_of(third)) == ((0, 1), (1, 0), (0, 1))


def test_an_undo_gives_back_old_values_and_keeps_what_changed_since(demo: Demo, tmp_path: Path) -> None:
    product = demo.company.products.get(sku="sku1")
    some_codes(demo.staff, "aaa00001", "bbb00002", scm_data={"lot": "A"})
    change, _ = applied(
        demo,
        tmp_path / "1",
        new("aaa00001", 1, BLACKLISTED, '{"lot": null, "roll": "3"}', reason=4, product=product.pk),
        new("bbb00002", 2, ACTIVE),
    )
    applied(demo, tmp_path / "2", new("bbb00002", 1, scm='{"lot": "B"}'))
    assert extent_of(change) == (1, 1)
    assert kept_codes(change) == ["bbb00002"]
    with transaction.atomic():
        undoing = undo(change, Change.Origin.PAGE, demo.admin)
    assert undoing.codes == 1
    assert values_of("aaa00001") == (None, 0, 0, {"lot": "A"})
    assert values_of("bbb00002") == (None, 1, 0, {"lot": "B"})
    with transaction.atomic():
        again = undo(undoing, Change.Origin.PAGE, demo.admin)
    assert values_of("aaa00001") == (product.pk, 2, 4, {"roll": "3"})
    assert extent_of(change) == (1, 1)  # it is as the first change left it
    assert [row.change_id for row in history_of(Code.objects.get(identifier="aaa00001"))] == [
        again.pk,
        undoing.pk,
        change.pk,
    ]


@pytest.mark.parametrize("most", [20, 1])
def test_history_has_the_fields_that_changed_however_many_are_named(
    demo: Demo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(apply, "MOST_NAMED", most)
    some_codes(demo.staff, "aaa00001", "bbb00002", "ccc00003", scm_data={"lot": "A", "size": "L"})
    applied(
        demo,
        tmp_path / "1",
        new("aaa00001", 1, scm='{"lot": "A", "size": null, "line": "4"}'),
        new("bbb00002", 2, ACTIVE, scm='{"lot": "A", "gone": null}'),
        new("ccc00003", 3, scm='{"lot": "it\'s 100%"}'),
    )
    rows = CodeChange.objects.order_by("identifier").values_list("old_scm", "new_scm")
    assert list(rows) == [
        ({"size": "L", "line": None}, {"size": None, "line": "4"}),
        (None, None),
        ({"lot": "A"}, {"lot": "it's 100%"}),
    ]
