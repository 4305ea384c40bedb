"""The table of steps, and the next steps that each side is offered."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.http import QueryDict
from rest_framework.exceptions import ValidationError

from tests.support.demo import Demo
from tests.support.equipment import a_paper, a_press
from tests.support.printing import of_company
from tests.support.secure import a_secure_order, brought_to
from workorders.models import Workorder
from workorders.printing.next_steps import list_owner_actions, list_partner_steps
from workorders.printing.serializers import PrintedSerializer, format_day
from workorders.printing.steps import STEPS, take_step
from workorders.secure.workflow import TRANSITIONS, WrongState, can_take_step, check_state

State = Workorder.State
SENT: dict[str, dict[str, Any]] = {
    "confirmed": {"equipment": "Press 1", "substrate": "Gloss 90 g", "fewer": True},
    "printed": {"printed": 90, "wasted": 10},
    "completed": {},
    "rejected": {"reason": "Pale"},
    "cancelled": {},
}


def actor(demo: Demo, step: str) -> Any:
    return demo.printer if step in ("confirmed", "printed") else demo.staff


def test_the_table_has_every_transition() -> None:
    assert STEPS.keys() == TRANSITIONS.keys() == SENT.keys()


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("state", State.values)
def test_a_step_is_taken_in_its_states_alone(demo: Demo, step: str, state: str) -> None:
    workorder = brought_to(a_secure_order(demo), state, demo)
    a_press(demo)
    a_paper(demo)
    transition = TRANSITIONS[step]
    if state in transition.states:
        check_state(workorder, step)
        take_step(workorder, step, actor(demo, step), SENT[step])
        assert workorder.state == transition.to
    else:
        with pytest.raises(WrongState) as refused:
            take_step(workorder, step, actor(demo, step), SENT[step])
        assert str(refused.value).startswith(f"This workorder is {State(state).label}; only one that is ")
        assert str(refused.value).endswith(f" can be {transition.called}.")
        assert workorder.state == state


@pytest.mark.parametrize("step", STEPS)
def test_a_workorder_without_secure_codes_takes_no_step(demo: Demo, step: str) -> None:
    workorder = Workorder.objects.create(company=demo.company, reference="Plain", quantity=1, created_by=demo.staff)
    assert not can_take_step(workorder, step)
    with pytest.raises(WrongState) as refused:
        take_step(workorder, step, demo.staff, SENT[step])
    called = TRANSITIONS[step].called
    assert str(refused.value) == f"This workorder has no secure codes, so it cannot be {called} by hand."


def test_the_state_is_refused_before_what_was_sent(demo: Demo) -> None:
    with pytest.raises(WrongState):
        take_step(a_secure_order(demo), "printed", demo.printer, {"printed": "none"})


def test_a_step_that_another_took_meanwhile_is_refused(demo: Demo) -> None:
    workorder = brought_to(a_secure_order(demo), "printed", demo)
    stale = Workorder.objects.get(pk=workorder.pk)
    take_step(workorder, "rejected", demo.staff, {"reason": "Pale"})
    with pytest.raises(WrongState, match="is ready to print; only one that is printed can be completed"):
        take_step(stale, "completed", demo.staff, {})
    assert stale.state == "ready_to_print"


@pytest.mark.parametrize(
    ("step", "sent", "fields"),
    [
        ("confirmed", {}, {"equipment", "substrate"}),
        ("confirmed", {"equipment": "Press 1"}, {"substrate"}),
        ("confirmed", SENT["confirmed"] | {"equipment": "Press 2"}, {"equipment"}),
        ("confirmed", SENT["confirmed"] | {"fewer": False}, {"fewer"}),
        ("confirmed", SENT["confirmed"] | {"equipment": "x" * 101}, {"equipment"}),
        ("printed", {}, {"printed"}),
        ("printed", {"printed": 101}, {"printed"}),
        ("printed", {"printed": 1, "wasted": 101}, {"wasted"}),
        ("printed", {"printed": 1}, {"confirm"}),
        ("printed", {"printed": 1.5}, {"printed"}),
        ("completed", {"activate": True}, {"activate"}),
        ("rejected", {}, {"reason"}),
        ("rejected", {"reason": "x" * 1001}, {"reason"}),
        ("rejected", {"reason": "a\u0000b"}, {"reason"}),
    ],
)
def test_what_is_wrong_is_told_by_field_and_changes_nothing(
    demo: Demo, step: str, sent: dict[str, Any], fields: set[str]
) -> None:
    needed = TRANSITIONS[step].states[0]
    workorder = brought_to(a_secure_order(demo), needed, demo)
    a_press(demo)
    a_paper(demo)
    with pytest.raises(ValidationError) as refused:
        take_step(workorder, step, actor(demo, step), sent)
    assert set(refused.value.detail) == fields
    workorder.refresh_from_db()
    assert workorder.state == needed


def test_a_form_of_a_page_is_taken_as_the_api_takes_it(demo: Demo) -> None:
    workorder = brought_to(a_secure_order(demo), "ready_to_print", demo)
    take_step(workorder, "printed", demo.printer, QueryDict("printed=90&wasted=10&csrfmiddlewaretoken=x"))
    assert (workorder.state, workorder.printed_quantity, workorder.wasted_quantity) == ("printed", 90, 10)


def test_numbers_are_checked_as_the_order_counts_them() -> None:
    form = PrintedSerializer(data={"printed": 60, "wasted": 40}, context={"workorder": Workorder(quantity=100)})
    assert form.is_valid()
    assert (form.validated_data["printed"], form.validated_data["wasted"], form.validated_data["waste"].count) == (
        60,
        40,
        0,
    )


def test_a_day_is_written_as_people_read_it() -> None:
    assert format_day(date(2026, 2, 3)) == "3 February 2026"


@pytest.mark.parametrize(
    ("state", "when"),
    [
        ("new", ["now", "later", "later", "later"]),
        ("ready_to_print", ["done", "later", "now", "later"]),
        ("printed", ["done", "done", "done", "now"]),
        ("completed", ["done", "done", "done", "done"]),
        ("cancelled", []),
    ],
)
def test_the_partner_is_led_from_step_to_step(demo: Demo, state: str, when: list[str]) -> None:
    workorder = brought_to(a_secure_order(demo), state, demo)
    assert [step.when for step in list_partner_steps(workorder, demo.printer)] == when


def test_the_partner_is_led_to_what_can_be_done_now(demo: Demo) -> None:
    workorder = brought_to(a_secure_order(demo), "ready_to_print", demo)
    Workorder.objects.filter(pk=workorder.pk).update(uploaded_quantity=5, download_once=True)
    workorder.refresh_from_db()
    confirm, generate, printed, check = list_partner_steps(workorder, demo.printer)
    assert (confirm.says, confirm.url_name) == ("Press 7 on Coated 90 g.", "")
    assert generate.url_name == "workorder-secure-codes"
    assert generate.says == "TIFF, PNG or PDF for Press 7. They can be downloaded once."
    assert (printed.action, printed.url_name) == ("Mark as printed", "workorder-printed")
    assert printed.says == "Print each code once, in its size, neither scaled nor smoothed."
    assert check.title == "Demo Brands checks the quality"


def test_a_rejection_is_told_until_it_is_printed_again(demo: Demo) -> None:
    workorder = brought_to(a_secure_order(demo), "printed", demo)
    take_step(workorder, "rejected", demo.staff, {"reason": "Pale"})
    steps = list_partner_steps(workorder, demo.printer)
    assert steps[2].says == "Print again: Demo Brands rejected what was printed. Pale"
    take_step(workorder, "printed", demo.printer, {"printed": 100})
    assert list_partner_steps(workorder, demo.printer)[2].says == "100 printed, 0 wasted."


def test_steps_are_offered_to_printers_of_that_partner_alone(demo: Demo) -> None:
    workorder = a_secure_order(demo)
    others = (demo.staff, demo.admin, demo.support, demo.root, of_company(demo, "other", "printer"))
    assert [list_partner_steps(workorder, user) for user in others] == [[]] * len(others)
    assert len(list_partner_steps(workorder, of_company(demo, "printco", "admin"))) == 4


@pytest.mark.parametrize(("state", "judges"), [("new", False), ("printed", True), ("completed", False)])
def test_the_owner_judges_what_was_printed(demo: Demo, state: str, judges: bool) -> None:
    workorder = brought_to(a_secure_order(demo), state, demo)
    assert list_owner_actions(workorder, demo.staff) == {"can_judge": judges, "can_allow": False}
    assert list_owner_actions(workorder, demo.root) == {"can_judge": judges, "can_allow": False}
    assert list_owner_actions(workorder, demo.printer) == {"can_judge": False, "can_allow": False}
    assert list_owner_actions(workorder, demo.other_staff) == {"can_judge": False, "can_allow": False}
