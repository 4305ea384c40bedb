"""SSC workorders from hand to hand: who did what stands in the timeline, and nothing is done out of turn."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from threading import Thread

import pytest
from django.utils import timezone

from portal.timeline import events_of
from tests.support.demo import Demo
from tests.support.pages import as_
from tests.support.running import DEADLINE, in_thread
from tests.support.secure import a_secure_order, brought_to, printers_own
from tests.support.tokens import client_of
from workorders import job_runner, jobs
from workorders.models import Code, Job, Workorder
from workorders.orders.services import Order, ReferenceTaken, order_codes
from workorders.rendering.secure_graphic import make_graphic
from workorders.secure import workflow

STATES = ("new", "ready_to_print", "printed", "completed", "cancelled")
STEPS: dict[str, Callable[[Workorder, Demo], None]] = {
    "confirmed": lambda workorder, demo: workflow.confirm(workorder, demo.printer, *printers_own(demo)),
    "printed": lambda workorder, demo: workflow.mark_printed(workorder, demo.printer, 95, 5),
    "completed": lambda workorder, demo: workflow.complete(workorder, demo.staff),
    "rejected": lambda workorder, demo: workflow.reject(workorder, demo.staff, "Pale"),
    "cancelled": lambda workorder, demo: workflow.cancel(workorder, demo.admin),
}
ALLOWED = {
    ("new", "confirmed"): "ready_to_print",
    ("ready_to_print", "printed"): "printed",
    ("printed", "completed"): "completed",
    ("printed", "rejected"): "ready_to_print",
    ("new", "cancelled"): "cancelled",
    ("ready_to_print", "cancelled"): "cancelled",
    ("printed", "cancelled"): "cancelled",
}


def codes_of(workorder: Workorder) -> list[tuple[int, int]]:
    """Activation status and blacklist reason of each code, in order."""
    return list(workorder.codes.order_by("sequence").values_list("activation_status", "blacklist_reason"))


def given_codes(workorder: Workorder) -> None:
    """Four codes: inactive, active, blacklisted as stolen, and blacklisted without a reason."""
    Code.objects.bulk_create(
        Code(
            identifier=f"code-{workorder.pk}-{place}",
            company=workorder.company,
            workorder=workorder,
            sequence=place,
            activation_status=status,
            blacklist_reason=reason,
        )
        for place, (status, reason) in enumerate([(0, 0), (1, 0), (2, 4), (2, 0)], 1)
    )
    Workorder.objects.filter(pk=workorder.pk).update(uploaded_quantity=4)


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("state", STATES)
def test_each_step_is_taken_in_its_turn_alone(demo: Demo, state: str, step: str) -> None:
    workorder = brought_to(a_secure_order(demo), state, demo)
    before = list(events_of(workorder).values_list("what", flat=True))
    expected = ALLOWED.get((state, step))
    assert workflow.can_take_step(workorder, step) == bool(expected)
    if expected:
        STEPS[step](workorder, demo)
        assert workorder.state == expected
    else:
        with pytest.raises(
            workflow.WrongState, match=f"^This workorder is {state.replace('_', ' ')}; only one that is"
        ):
            STEPS[step](workorder, demo)
    workorder.refresh_from_db()
    assert workorder.state == (expected or state)
    assert list(events_of(workorder).values_list("what", flat=True)) == before + [step] * bool(expected)


@pytest.mark.parametrize("step", STEPS)
def test_a_workorder_without_secure_codes_is_in_nobodys_hands(demo: Demo, step: str) -> None:
    workorder = order_codes(Order("Bottles", 5, demo.company.url_prefix), demo.company, demo.staff)
    assert not workflow.can_take_step(workorder, step)
    with pytest.raises(workflow.WrongState, match=r"^This workorder has no secure codes, so it cannot be "):
        STEPS[step](workorder, demo)


def test_the_timeline_says_who_did_what_with_its_facts(demo: Demo) -> None:
    workorder = brought_to(a_secure_order(demo), "printed", demo)
    workflow.reject(workorder, demo.staff, "Pale")
    workflow.mark_printed(workorder, demo.printer, 100, 0)
    workflow.complete(workorder, demo.admin)
    assert [(event.what, event.by, event.detail) for event in events_of(workorder)] == [
        ("ordered", demo.staff, {"quantity": 100}),
        ("confirmed", demo.printer, {"equipment": "Press 7", "substrate": "Coated 90 g"}),
        ("printed", demo.printer, {"printed": 100, "wasted": 5}),
        ("rejected", demo.staff, {"reason": "Pale"}),
        ("printed", demo.printer, {"printed": 100, "wasted": 0}),
        ("completed", demo.admin, {}),
    ]
    assert (workorder.printed_quantity, workorder.wasted_quantity) == (100, 0)
    assert (str(workorder.equipment), str(workorder.substrate)) == ("Press 7", "Coated 90 g")
    assert all(timezone.now() - event.at < timedelta(minutes=1) for event in events_of(workorder))


def test_what_was_rejected_counts_as_not_printed(demo: Demo) -> None:
    workorder = brought_to(a_secure_order(demo), "printed", demo)
    workflow.reject(workorder, demo.staff, "Pale")
    assert (workorder.printed_quantity, workorder.wasted_quantity) == (None, None)


def test_of_many_who_confirm_at_once_exactly_one_does(committed_demo: Demo) -> None:
    workorder = a_secure_order(committed_demo)
    equipment, substrate = printers_own(committed_demo)
    refused: list[str] = []

    def confirm(pk: int) -> None:
        try:
            workflow.confirm(Workorder.objects.get(pk=pk), committed_demo.printer, equipment, substrate)
        except workflow.WrongState as reason:
            refused.append(str(reason))

    threads = [Thread(target=in_thread, args=(confirm, workorder.pk)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(DEADLINE)
    assert refused == ["This workorder is ready to print; only one that is new can be confirmed."] * 3
    assert list(events_of(workorder).values_list("what", flat=True)) == ["ordered", "confirmed"]


def test_cancelling_blacklists_every_code_that_has_no_reason_yet(committed_demo: Demo) -> None:
    workorder, other = a_secure_order(committed_demo), a_secure_order(committed_demo, "Other")
    given_codes(workorder)
    given_codes(other)
    workflow.cancel(workorder, committed_demo.admin)
    job = workorder.jobs.get(what=Job.What.BLACKLIST)
    job_runner.run(job.pk)
    job.refresh_from_db()
    assert (job.status, job.rows_done) == ("completed", 3)
    assert codes_of(workorder) == [(2, 9), (2, 9), (2, 4), (2, 9)]
    assert codes_of(other) == [(0, 0), (1, 0), (2, 4), (2, 0)]
    jobs.requeue(job)
    job_runner.run(job.pk)
    assert codes_of(workorder) == [(2, 9), (2, 9), (2, 4), (2, 9)]


@pytest.mark.parametrize(("ordered", "expected"), [(True, (1, 0)), (False, (0, 0))])
def test_completion_activates_inactive_codes_if_that_was_ordered(
    committed_demo: Demo, ordered: bool, expected: tuple[int, int]
) -> None:
    workorder = a_secure_order(committed_demo, activate_on_complete=ordered)
    given_codes(workorder)
    brought_to(workorder, "completed", committed_demo)
    for job in workorder.jobs.all():
        job_runner.run(job.pk)
    assert codes_of(workorder) == [expected, (1, 0), (2, 4), (2, 0)]


@pytest.mark.parametrize(("activate", "status"), [(None, 0), (False, 0), (True, 1)])
@pytest.mark.parametrize("entry", ["api", "page"])
def test_of_fewer_prints_than_codes_none_becomes_active_unless_somebody_says_so(
    committed_demo: Demo, entry: str, activate: bool | None, status: int
) -> None:
    workorder = a_secure_order(committed_demo, activate_on_complete=True)
    given_codes(workorder)
    brought_to(workorder, "ready_to_print", committed_demo)
    workflow.mark_printed(workorder, committed_demo.printer, 3, 5)
    path = f"/workorders/{workorder.pk}/complete/"
    if entry == "api":
        sent: dict[str, object] = {} if activate is None else {"activate": activate}
        answer = client_of(committed_demo.staff).post(f"/api/v2{path}", sent, format="json")
        assert answer.status_code == 200
        assert [warning["warning"] for warning in answer.json()["warnings"]] == ["not_activated_warning"] * (1 - status)
    else:
        assert "Activate all 4 codes" in as_(committed_demo.staff).get(path).content.decode()
        sent = {"activate": "on"} if activate else {}
        page = as_(committed_demo.staff).post(path, sent, follow=True).content.decode()
        assert ("3 were printed, and which of them is not known" in page) == (not status)
    for job in workorder.jobs.all():
        job_runner.run(job.pk)
    assert codes_of(workorder)[0] == (status, 0)
    workorder.refresh_from_db()
    assert workorder.activate_on_complete == bool(status)


def test_activation_that_was_not_ordered_cannot_be_asked_for(demo: Demo) -> None:
    workorder = brought_to(a_secure_order(demo), "printed", demo)
    answer = client_of(demo.staff).post(
        f"/api/v2/workorders/{workorder.pk}/complete/", {"activate": True}, format="json"
    )
    expected = {"activate": ["It was not ordered that these codes become active on completion."]}
    assert (answer.status_code, answer.json()) == (400, expected)


def test_a_workorder_begins_without_codes_and_with_a_secret_of_its_own(demo: Demo) -> None:
    workorder, other = a_secure_order(demo, layout="outside_hybrid"), a_secure_order(demo, "Other")
    assert (workorder.type, workorder.state, workorder.uploaded_quantity) == ("SSC", "new", 0)
    assert workorder.longest_id == 78 - len("https://demo.test/")
    assert bytes(workorder.secret) != bytes(other.secret)
    assert make_graphic("outside_hybrid", bytes(workorder.secret), workorder.pk, 600).dpi == 600


def test_a_reference_is_used_once(demo: Demo) -> None:
    a_secure_order(demo)
    with pytest.raises(ReferenceTaken):
        a_secure_order(demo)
