"""Equipment, substrates and templates have names that are unique in their company."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from tests.support.demo import Demo
from tests.support.equipment import a_paper, a_press, another_partner
from tests.support.secure import a_template
from workorders.models import Equipment, Substrate, WorkorderTemplate
from workorders.named_items.calibration import STATES, in_state, wrong_end, wrong_start
from workorders.named_items.services import NameTaken, store

TODAY = timezone.now().date()
DAY = timedelta(days=1)


def test_a_name_is_free_until_its_company_has_it(demo: Demo) -> None:
    press = a_press(demo)
    store(Equipment(company=demo.printco, name="Press 2", dpi=600, calibrated_on=TODAY, calibrated_until=TODAY))
    with pytest.raises(NameTaken), transaction.atomic():
        store(Equipment(company=demo.printco, name=press.name, dpi=600, calibrated_on=TODAY, calibrated_until=TODAY))
    other = another_partner().company
    assert other is not None
    store(Equipment(company=other, name=press.name, dpi=600, calibrated_on=TODAY, calibrated_until=TODAY))
    store(Substrate(company=demo.printco, name=press.name, calibrated_on=TODAY, calibrated_until=TODAY))
    assert Equipment.objects.filter(name=press.name).count() == 2


def test_a_taken_name_leaves_the_transaction_usable(demo: Demo) -> None:
    a_paper(demo, name="Matte")
    gloss = a_paper(demo, name="Gloss")
    gloss.name = "Matte"
    with pytest.raises(NameTaken):
        store(gloss)
    assert sorted(Substrate.objects.values_list("name", flat=True)) == ["Gloss", "Matte"]


def test_a_row_may_keep_its_own_name(demo: Demo) -> None:
    template = a_template(demo)
    template.layout = "inside"
    store(template)
    template.refresh_from_db()
    assert (template.name, template.layout) == ("Bottles", "inside")


def test_only_the_fields_named_are_saved(demo: Demo) -> None:
    template = a_template(demo)
    WorkorderTemplate.objects.filter(pk=template.pk).update(is_archived=True)
    template.name = "Cans"
    template.layout = "inside"
    store(template, ["name"])
    template.refresh_from_db()
    assert (template.name, template.layout, template.is_archived) == ("Cans", "outside_hybrid", True)


@pytest.mark.parametrize(
    ("begun", "ends", "archived", "state"),
    [
        (-7, 7, False, "calibrated"),
        (0, 0, False, "calibrated"),
        (-7, 0, False, "calibrated"),
        (-7, -1, False, "expired"),
        (1, 7, False, "expired"),
        (-7, 7, True, "archived"),
        (-7, -1, True, "archived"),
    ],
)
def test_state_and_filter_say_the_same(demo: Demo, begun: int, ends: int, archived: bool, state: str) -> None:
    press = a_press(demo, calibrated_on=TODAY + begun * DAY, calibrated_until=TODAY + ends * DAY, is_archived=archived)
    assert (press.state, press.is_usable) == (state, state == "calibrated")
    assert [each for each in STATES if in_state(Equipment.objects.all(), each).exists()] == [state]


def test_a_calibration_was_done_by_today_and_ends_after_it_began() -> None:
    assert wrong_start(TODAY) == wrong_start(TODAY - DAY) == wrong_start(date(1999, 1, 1)) == ""
    assert wrong_start(TODAY + DAY) == "This day is still to come: say when it was calibrated last."
    assert wrong_end(TODAY, TODAY) == wrong_end(TODAY, TODAY + DAY) == ""
    assert wrong_end(TODAY, TODAY - DAY) == "It ends before it began: choose the same day or a later one."
