"""Warnings of a workorder, one by one."""

from __future__ import annotations

import pytest

from tests.support.codes import some_codes
from tests.support.demo import Demo
from tests.support.pages import a_record
from tests.support.secure import a_secure_order, brought_to
from workorders.codes.url_prefixes import count_uses, longest_id, warn_of_prefix
from workorders.codes.warnings import NAMED, find_alike_ids, list_warnings
from workorders.models import UrlPrefix, Workorder
from workorders.secure import workflow

ALIKE = {"warning": "alike_ids_warning", "message": "Some ids differ in small and capital letters alone."}


def test_a_workorder_as_it_should_be_has_no_warning(demo: Demo) -> None:
    assert list_warnings(some_codes(demo.staff, "abc00001")) == []


@pytest.mark.parametrize(
    ("prefix", "warns"),
    [
        ("https://codes.example.com/", ""),
        ("https://codes.example.com/c?id=", ""),
        ("https://codes.example.com/c-", ""),
        (
            "https://codes.example.com/c",
            "The URL prefix ends in c, so the codes will read https://codes.example.com/cabc",
        ),
        (
            "https://codes.example.com/9",
            "The URL prefix ends in 9, so the codes will read https://codes.example.com/9abc",
        ),
        ("https://intranet-host/", "The host intranet-host has no domain"),
        ("http://127.0.0.1:8000/c/demo/", ""),
    ],
)
def test_a_prefix_that_may_be_a_mistake_is_told(prefix: str, warns: str) -> None:
    said = warn_of_prefix(prefix)
    assert said.startswith(warns) if warns else said == ""


def test_both_mistakes_of_a_prefix_are_told(demo: Demo) -> None:
    workorder = some_codes(demo.staff, "abc00001")
    workorder.url_prefix = "https://host/c"
    (warning,) = list_warnings(workorder)
    assert warning["warning"] == "url_prefix_warning"
    assert "ends in c" in warning["message"]
    assert warning["message"].endswith("so the codes can be opened only within a network that knows it.")


def test_codes_that_completion_left_inactive_are_told(demo: Demo) -> None:
    workorder = a_secure_order(demo, activate_on_complete=True)
    Workorder.objects.filter(pk=workorder.pk).update(uploaded_quantity=100)
    brought_to(workorder, "ready_to_print", demo)
    workflow.mark_printed(workorder, demo.printer, 1_234, 0)
    Workorder.objects.filter(pk=workorder.pk).update(uploaded_quantity=2_000)
    workorder.refresh_from_db()
    assert list_warnings(workorder) == []
    workflow.complete(workorder, demo.staff)
    assert list_warnings(workorder) == [
        {
            "warning": "not_activated_warning",
            "message": "Its codes were not activated: 1,234 were printed, and which of them is not known.",
        }
    ]


def test_codes_that_were_activated_need_no_warning(demo: Demo) -> None:
    workorder = a_secure_order(demo, activate_on_complete=True)
    brought_to(workorder, "completed", demo)
    assert list_warnings(workorder) == []


def test_the_last_upload_that_warned_of_alike_ids_is_repeated(demo: Demo) -> None:
    workorder = some_codes(demo.staff, "abc00001")
    a_record(demo.staff, workorder=workorder, warnings=[{**ALIKE, "message": "Old"}])
    a_record(demo.staff, workorder=workorder, warnings=[{"warning": "other", "message": "Other"}, ALIKE])
    a_record(demo.staff, workorder=workorder, warnings=[])
    assert list_warnings(workorder) == [ALIKE]


@pytest.mark.parametrize(
    ("identifiers", "told"),
    [
        (["abc00001", "abc00002"], ""),
        (["abc00001", "ABC00001"], "abc00001 and ABC00001"),
        (["Abc00001", "x-000001", "abc00001", "X-000001"], "Abc00001 and abc00001; x-000001 and X-000001"),
        (["abc00001", "abc0000I", "abc0000l"], ""),
    ],
)
def test_alike_ids_are_told_in_the_order_of_the_file(demo: Demo, identifiers: list[str], told: str) -> None:
    assert find_alike_ids(some_codes(demo.staff, *identifiers)) == told


def test_alike_ids_of_other_workorders_do_not_count(demo: Demo) -> None:
    some_codes(demo.staff, "ABC00001")
    assert find_alike_ids(some_codes(demo.staff, "abc00001")) == ""


def test_only_some_groups_are_named(demo: Demo) -> None:
    ids = [f"{letter}-{number:06d}" for number in range(NAMED + 2) for letter in "aA"]
    said = find_alike_ids(some_codes(demo.staff, *ids))
    assert said.startswith("a-000000 and A-000000; a-000001 and A-000001")
    assert said.endswith(f"a-0000{NAMED - 1} and A-0000{NAMED - 1}; and 2 more")


def test_uses_of_prefixes_are_counted_whatever_their_scheme(demo: Demo) -> None:
    prefix = UrlPrefix.objects.create(prefix="codes.example/", company=demo.company)
    unused = UrlPrefix.objects.create(prefix="unused.example/", company=demo.company)

    def order(reference: str, url: str, **fields: object) -> None:
        Workorder.objects.create(
            company=demo.company,
            reference=reference,
            url_prefix=url,
            created_by=demo.staff,
            **{"quantity": 5, **fields},
        )

    order("One", "https://codes.example/")
    order("Two", "http://codes.example/", quantity=7)
    order("Secure", "https://codes.example/", type="SSC", uploaded_quantity=2)
    order("Off", "https://codes.example/", state="cancelled")
    order("Longer", "https://codes.example/c/")
    assert count_uses([prefix, unused]) == {prefix.pk: (3, 14)}
    assert count_uses([]) == {}


def test_a_longer_prefix_leaves_a_shorter_id() -> None:
    assert longest_id("https://codes.example/") - longest_id("https://codes.example/c/") == 2
