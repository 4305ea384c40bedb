"""The timeline of a record or a workorder."""

from portal import timeline
from tests.support.demo import Demo
from tests.support.uploads import queued
from workorders.models import Workorder


def test_lines_come_back_in_order_with_who_and_where(demo: Demo) -> None:
    workorder = Workorder.objects.create(company=demo.company, reference="Spring", quantity=2, created_by=demo.staff)
    timeline.note(workorder, "confirmed", demo.printer, address="127.0.0.1", equipment="Press 1")
    timeline.note(workorder, "completed")

    lines = [(line.what, line.by, line.address, line.detail) for line in timeline.events_of(workorder)]

    assert lines == [
        ("confirmed", demo.printer, "127.0.0.1", {"equipment": "Press 1"}),
        ("completed", None, None, {}),
    ]


def test_a_record_and_a_workorder_of_the_same_number_have_timelines_of_their_own(demo: Demo) -> None:
    record = queued(demo.staff, "id\nabc12345\n")
    workorder = Workorder.objects.create(
        pk=record.pk, company=demo.company, reference="Spring", quantity=2, created_by=demo.staff
    )
    timeline.note(workorder, "confirmed")

    assert "confirmed" not in [line.what for line in timeline.events_of(record)]
