"""A filter of codes finds exactly what it says, refuses what it does not know, and can be kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction

from tests.support.codes import some_codes
from tests.support.demo import Demo
from tests.support.tokens import client_of
from workorders.changes.apply import apply_selected, begin_change
from workorders.changes.values import NewValues
from workorders.codes import filters
from workorders.codes.filters import CodeFilter, parse_filter
from workorders.models import Change, Code, Workorder

EARLY, LATE = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)
EVERYTHING = ["aaaa0001", "aaaa0002", "aaab0003", "bbbb0001", "bbbb0002"]


@pytest.fixture
def workorders(demo: Demo) -> tuple[Workorder, Workorder]:
    """One of January with three codes, the last two changed on 1 February, and a numbered one of February with two."""
    product = demo.company.products.get(sku="sku1")
    first = some_codes(demo.staff, *EVERYTHING[:3], product=product, scm_data={"lot": "A", "size": "L"})
    second = some_codes(demo.staff, *EVERYTHING[3:], activation_status=1, scm_data={"lot": "B"})
    some_codes(demo.other_staff, *EVERYTHING, scm_data={"lot": "A"})
    Workorder.objects.filter(pk=first.pk).update(created_at=EARLY)
    Workorder.objects.filter(pk=second.pk).update(created_at=LATE, use_serial_number=True)
    with transaction.atomic():
        change = begin_change(demo.company, Change.Origin.PAGE, demo.staff)
        apply_selected(change, Code.objects.filter(workorder=first, sequence__gt=1), NewValues(2, 4))
    Change.objects.update(created_at=LATE)
    return first, second


FOUND: list[tuple[dict[str, Any], list[str]]] = [
    ({}, EVERYTHING),
    ({"search": "aaa"}, EVERYTHING[:3]),
    ({"search": "aaaa"}, EVERYTHING[:2]),
    ({"extended_id": "aaaa"}, []),
    ({"extended_id": "aaaa0002"}, ["aaaa0002"]),
    ({"extended_id": "http://127.0.0.1:8000/c/demo/aaaa0002"}, ["aaaa0002"]),
    ({"ids": ["aaaa0002", "bbbb0001", "cccc0001"]}, ["aaaa0002", "bbbb0001"]),
    ({"ids": "aaaa0002,bbbb0001", "activation_status": 1}, ["bbbb0001"]),
    ({"serial_number": "0000000002"}, ["bbbb0002"]),
    ({"serial_number": "2"}, ["bbbb0002"]),
    ({"serial_number": 2}, ["bbbb0002"]),
    ({"serial_number": "3"}, []),
    ({"product": "sku1"}, EVERYTHING[:3]),
    ({"product": "sku2"}, []),
    ({"product": "none such"}, []),
    ({"workorder": "FIRST"}, EVERYTHING[:3]),
    ({"workorder": 999_999}, []),
    ({"activation_status": 2}, EVERYTHING[1:3]),
    ({"activation_status": "0"}, EVERYTHING[:1]),
    ({"blacklist_reason": "4"}, EVERYTHING[1:3]),
    ({"blacklist_reason": "0"}, [EVERYTHING[0], *EVERYTHING[3:]]),
    ({"scm_lot": "A"}, EVERYTHING[:3]),
    ({"scm_lot": "A", "scm_size": "L", "activation_status": 2}, EVERYTHING[1:3]),
    ({"scm_lot": "B", "scm_size": "L"}, []),
    ({"scm_none": "A"}, []),
    ({"created_after": "2026-02-01"}, EVERYTHING[3:]),
    ({"created_before": "2026-02-01T00:00:00Z"}, EVERYTHING[:3]),
    ({"created_after": "2026-01-01", "created_before": "2026-03-01"}, EVERYTHING),
    ({"updated_after": "2026-02-01"}, EVERYTHING[1:3]),
    ({"updated_before": "2026-02-01"}, []),
    ({"updated_before": "2026-02-01T00:00:01+00:00"}, EVERYTHING[1:3]),
    ({"workorder": "FIRST", "sequence_from": 2}, EVERYTHING[1:3]),
    ({"workorder": "FIRST", "sequence_from": "2", "sequence_to": "2"}, ["aaaa0002"]),
    ({"workorder": "FIRST", "batch": 1}, EVERYTHING[:3]),
    ({"workorder": "FIRST", "batch": "2"}, []),
    ({"workorder": "FIRST", "search": "aaaa", "blacklist_reason": 4}, ["aaaa0002"]),
    # Numbers beyond those of the column, and texts that read like a name of it.
    ({"workorder": "FIRST", "batch": "341135628578"}, []),
    ({"workorder": "FIRST", "sequence_from": 99999999999}, []),
    ({"workorder": "FIRST", "sequence_to": 99999999999}, EVERYTHING[:3]),
    ({"serial_number": "9999999999"}, []),
    ({"workorder": 10**18 - 1}, []),
    ({"scm_lot": '"workorders_code".%s'}, []),
]


def put(given: dict[str, Any], first: Workorder) -> dict[str, Any]:
    return {name: first.pk if value == "FIRST" else value for name, value in given.items()}


@pytest.mark.parametrize(("given", "expected"), FOUND)
def test_a_filter_finds_exactly_what_it_says(
    demo: Demo, workorders: tuple[Workorder, Workorder], given: dict[str, Any], expected: list[str]
) -> None:
    found = parse_filter(put(given, workorders[0])).codes(demo.company)
    assert list(found.order_by("identifier").values_list("identifier", flat=True)) == expected
    assert {code.company_id for code in found} <= {demo.company.pk}


def test_a_serial_number_in_large_workorders_is_found_among_changed_codes(
    demo: Demo, workorders: tuple[Workorder, Workorder], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filters, "MOST_LOOKED_AT", 1)
    with transaction.atomic():
        change = begin_change(demo.company, Change.Origin.PAGE, demo.staff)
        apply_selected(change, Code.objects.filter(workorder=workorders[1]), NewValues(2, 4))
    answer = client_of(demo.staff).get("/api/v2/codes/", {"serial_number": "2", "updated_after": LATE.isoformat()})
    assert (answer.status_code, [code["id"] for code in answer.json()["results"]]) == (200, ["bbbb0002"])


@pytest.mark.parametrize(("given", "expected"), FOUND)
def test_a_kept_filter_is_the_condition_of_a_change(
    demo: Demo, workorders: tuple[Workorder, Workorder], given: dict[str, Any], expected: list[str]
) -> None:
    parsed = parse_filter(put(given, workorders[0]))
    kept = CodeFilter.from_json(parsed.as_json())
    assert kept == parsed
    with transaction.atomic():
        change = begin_change(demo.company, Change.Origin.PAGE, demo.staff)
        assert apply_selected(change, kept.codes(demo.company), NewValues(scm={"new": "1"})) == len(expected)
    changed = Code.objects.filter(last_change=change).order_by("identifier")
    assert list(changed.values_list("identifier", flat=True)) == expected


@pytest.mark.parametrize(("given", "expected"), [pair for pair in FOUND if "ids" not in pair[0]])
def test_the_list_of_the_api_finds_the_same(
    demo: Demo, workorders: tuple[Workorder, Workorder], given: dict[str, Any], expected: list[str]
) -> None:
    answer = client_of(demo.staff).get("/api/v2/codes/", put(given, workorders[0]))
    assert (answer.status_code, [code["id"] for code in answer.json()["results"]]) == (200, expected)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"serial": "1"}, {"serial": "There is no such filter; the nearest is `serial_number`."}),
        ({"status": 1}, {"status": "There is no such filter; the nearest is `activation_status`."}),
        (
            {"scm_Lot": "1"},
            {"scm_Lot": "An SCM field has small letters, digits and underscores; the nearest is `scm_lot`."},
        ),
        ({"scm_lot": ""}, {"scm_lot": "It must be a text."}),
        ({"product": "a\0"}, {"product": "It must be a text."}),
        ({"product": None}, {"product": "It must be a text."}),
        ({"serial_number": "12345678901"}, {"serial_number": "It must be up to 10 digits."}),
        ({"workorder": "1.5"}, {"workorder": "It must be a whole number."}),
        ({"workorder": "-1"}, {"workorder": "It must be a whole number."}),
        ({"workorder": True}, {"workorder": "It must be a whole number."}),
        (
            {"activation_status": 3},
            {"activation_status": "It must be one of `0`, `1` and `2`."},
        ),
        ({"activation_status": ""}, {"activation_status": "It must be one of `0`, `1` and `2`."}),
        (
            {"created_after": "yesterday"},
            {"created_after": "It must look like 2026-11-23 or 2026-11-23T17:00:00Z."},
        ),
        (
            {"sequence_from": 1, "batch": 2},
            dict.fromkeys(("sequence_from", "batch"), "Name the workorder as well: sequences count within one."),
        ),
    ],
)
def test_what_is_no_filter_is_refused_by_name(given: dict[str, Any], said: dict[str, str]) -> None:
    with pytest.raises(ValidationError) as refused:
        parse_filter(given)
    assert refused.value.message_dict == {name: [message] for name, message in said.items()}


@pytest.mark.parametrize("behind", ["/", "//", "?", "#", " ", "/ ", "&"])
def test_what_stands_behind_a_pasted_url_is_no_part_of_the_id(behind: str) -> None:
    """Without its id, a filter for one code would mean them all."""
    for url in (f"https://codes.example/c/demo/aaaa0002{behind}", f"https://codes.example/?c=aaaa0002{behind}"):
        assert parse_filter({"extended_id": url}).extended_id == "aaaa0002"
        assert parse_filter({"search": url}).search == "aaaa0002"
    assert parse_filter({"ids": [f"http://x/aaaa0002{behind}"]}).ids == ("aaaa0002",)


@pytest.mark.parametrize("text", [" ", "https://", "http://?", "\t"])
def test_no_text_becomes_a_filter_for_all_codes(text: str) -> None:
    for given in ({"extended_id": text}, {"search": text}, {"ids": [text, "aaaa0002"]}):
        try:
            assert not parse_filter(given).is_empty
            assert CodeFilter.from_json(parse_filter(given).as_json()) == parse_filter(given)
        except ValidationError as refused:
            assert refused.message_dict == {name: ["It holds no id."] for name in given}


def test_a_kept_filter_that_would_mean_something_else_is_refused() -> None:
    for kept in ({"extended_id": ""}, {"workorder": "", "batch": 1}, {"scanned": "yes"}, {"serial_number": 7}):
        with pytest.raises(ValidationError):
            CodeFilter.from_json(kept)
        assert CodeFilter.if_known(kept) is None


def test_a_place_needs_a_workorder_and_not_its_name_alone() -> None:
    with pytest.raises(ValidationError) as refused:
        parse_filter({"workorder": "", "batch": 1})
    assert refused.value.message_dict == {"batch": ["Name the workorder as well: sequences count within one."]}


def test_empty_texts_ask_for_nothing() -> None:
    parsed = parse_filter({"search": "", "product": "", "workorder": "", "serial_number": "", "extended_id": ""})
    assert parsed == CodeFilter()
    assert parsed.is_empty


def test_workorders_tell_how_many_codes_they_have(demo: Demo, workorders: tuple[Workorder, Workorder]) -> None:
    first, _second = workorders
    assert CodeFilter().count(demo.company) == 5
    assert CodeFilter(workorder=first.pk).count(demo.company) == 3
    assert CodeFilter(workorder=999_999).count(demo.company) == 0
    assert CodeFilter(created_after=LATE).count(demo.company) == 2
    assert CodeFilter(created_after=LATE + timedelta(days=1)).count(demo.company) == 0
    assert CodeFilter(workorder=first.pk, created_after=LATE).count(demo.company) == 0
