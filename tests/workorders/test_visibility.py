"""The workorders that each person sees, and the number of their codes."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.support.codes import some_codes
from tests.support.demo import Demo
from tests.support.equipment import another_partner
from tests.support.pages import a_workorder
from tests.support.printing import of_company
from tests.support.secure import a_secure_order, brought_to
from workorders import visibility
from workorders.models import Job, Product, Workorder
from workorders.orders.services import Order, order_codes
from workorders.secure import workflow


def test_people_see_the_workorders_of_their_company(demo: Demo) -> None:
    mine, theirs = a_workorder(demo.staff), a_workorder(demo.other_staff)
    assert set(visibility.workorders_for(demo.staff)) == {mine}
    assert set(visibility.workorders_for(demo.other_staff)) == {theirs}
    assert set(visibility.workorders_for(demo.root)) == {mine, theirs}
    assert set(visibility.workorders_for(of_company(demo, "", "staff"))) == set()


def test_printers_see_what_is_assigned_to_their_company(demo: Demo) -> None:
    assigned = a_secure_order(demo, "Assigned")
    a_secure_order(demo, "Elsewhere", printing_partner=another_partner().company)
    Workorder.objects.create(
        company=demo.company, reference="Plain", quantity=1, created_by=demo.staff, printing_partner=demo.printco
    )
    assert set(visibility.workorders_for(demo.printer)) == {assigned}
    assert set(visibility.workorders_to_print(demo.printer)) == {assigned}
    assert set(visibility.own_workorders(demo.printer)) == set()
    assert set(visibility.workorders_to_print(demo.staff)) == set()
    assert set(visibility.workorders_to_print(demo.root)) == set()


def test_printing_partners_are_companies_of_that_kind(demo: Demo) -> None:
    other = another_partner().company
    assert set(visibility.printing_partners()) == {demo.printco, other}


def test_workorders_without_codes_are_left_out(demo: Demo) -> None:
    whole = some_codes(demo.staff, "abc00001", "abc00002")
    minted = order_codes(Order("Minting", 5, demo.company.url_prefix), demo.company, demo.staff)
    secure, uploaded = a_secure_order(demo, "Empty"), a_secure_order(demo, "Uploaded")
    Workorder.objects.filter(pk=uploaded.pk).update(uploaded_quantity=3)
    everything = Workorder.objects.all()
    assert set(visibility.with_codes(everything)) == {whole, uploaded}
    assert set(visibility.with_plain_images(everything)) == {whole}
    assert visibility.count_codes(everything) == 5
    assert visibility.count_codes(everything.filter(pk=secure.pk)) == 0
    assert [workorder.has_codes for workorder in (whole, minted, secure)] == [True, False, False]
    Job.objects.filter(workorder=minted).update(status="completed")
    assert visibility.count_codes(everything) == 10


@pytest.mark.parametrize("status", ["queued", "processing", "error", "cancelled"])
def test_a_minting_that_did_not_complete_leaves_no_codes(demo: Demo, status: str) -> None:
    minted = order_codes(Order("Minting", 5, demo.company.url_prefix), demo.company, demo.staff)
    Job.objects.filter(workorder=minted).update(status=status)
    assert not visibility.with_codes(Workorder.objects.all())


def test_workorders_are_found_by_reference_remarks_and_id(demo: Demo) -> None:
    first, second, third = (a_workorder(demo.staff) for _number in range(3))
    for workorder, reference, remarks in ((first, "March", ""), (second, "April", "as in MARCH"), (third, "May", "")):
        Workorder.objects.filter(pk=workorder.pk).update(reference=reference, remarks=remarks)

    def found(query: str) -> set[Workorder]:
        return set(Workorder.objects.filter(visibility.matching_workorders(query)))

    assert found("march") == {first, second}
    assert found("may") == {third}
    assert third in found(str(third.pk))
    assert found("9" * 19) == set()


def test_codes_are_counted_by_the_day_on_which_they_were_made(demo: Demo) -> None:
    first, second = some_codes(demo.staff, "abc00001", "abc00002"), some_codes(demo.staff, "def00001")
    Workorder.objects.filter(pk=first.pk).update(created_at=datetime(2026, 3, 1, 12, tzinfo=UTC))
    Workorder.objects.filter(pk=second.pk).update(created_at=datetime(2026, 3, 3, 12, tzinfo=UTC))
    everything = Workorder.objects.all()
    assert visibility.count_codes_by_day(everything, date(2026, 3, 1), date(2026, 3, 4)) == [
        (date(2026, 3, 1), 2),
        (date(2026, 3, 2), 0),
        (date(2026, 3, 3), 1),
        (date(2026, 3, 4), 0),
    ]
    assert visibility.count_codes_by_day(everything, date(2026, 3, 2), date(2026, 3, 2)) == [(date(2026, 3, 2), 0)]


def test_rows_are_hidden_and_shown_again(demo: Demo) -> None:
    rows = Product.objects.filter(company=demo.company, sku__in=["sku1", "sku2"])
    with CaptureQueriesContext(connection) as asked:
        visibility.set_hidden(rows, True)
    locks = [query["sql"] for query in asked if " FOR " in query["sql"]]
    assert [lock.endswith(' FOR NO KEY UPDATE OF "workorders_product"') for lock in locks] == [True]
    assert list(rows.values_list("is_archived", flat=True)) == [True, True]
    assert not Product.objects.get(company=demo.company, sku="sku3").is_archived
    visibility.set_hidden(rows, False)
    assert list(rows.values_list("is_archived", flat=True)) == [False, False]


def test_the_last_reason_of_a_rejection_is_the_one_that_is_told(demo: Demo) -> None:
    rejected, other = a_secure_order(demo, "Rejected"), a_secure_order(demo, "Other")
    assert visibility.reject_reason(rejected) is None
    brought_to(rejected, "printed", demo)
    workflow.reject(rejected, demo.staff, "Pale")
    assert visibility.reject_reason(rejected) == "Pale"
    workflow.mark_printed(rejected, demo.printer, 100, 0)
    workflow.reject(rejected, demo.staff, "Smeared: ünd “quoted”")
    assert visibility.reject_reason(rejected) == "Smeared: ünd “quoted”"
    listed = {row.pk: row.reject_reason for row in visibility.with_reject_reasons(Workorder.objects.all())}  # type: ignore[attr-defined]  # annotated
    assert listed == {rejected.pk: "Smeared: ünd “quoted”", other.pk: None}


def test_who_may_see_several_companies_is_told_whose_each_workorder_is(demo: Demo) -> None:
    seeing = [visibility.sees_several_companies(user) for user in (demo.staff, demo.printer, demo.root)]
    assert seeing == [False, True, True]
