"""The timeline of a secure workorder, as each side is told it."""

from __future__ import annotations

from typing import Any

import pytest

from portal.models import Event
from portal.timeline import note
from tests.support.demo import Demo
from tests.support.printing import of_company
from tests.support.secure import a_secure_order, brought_to
from workorders.secure.timeline import describe_event, events_for, name_doer


@pytest.mark.parametrize(
    ("what", "detail", "text"),
    [
        ("ordered", {"quantity": 12_000}, "Codes ordered: 12,000"),
        ("uploaded", {"codes": 1_000, "upload": "k3v9"}, "Codes uploaded: 1,000, record k3v9"),
        ("confirmed", {"equipment": "Press", "substrate": "Paper"}, "Confirmed: Press on Paper"),
        ("printed", {"printed": 1_234, "wasted": 5}, "Printed 1,234, wasted 5"),
        ("completed", {}, "Accepted what was printed"),
        ("completed", {"activated": False}, "Accepted what was printed, without activating the codes"),
        ("rejected", {"reason": "Pale {x}"}, "Rejected what was printed: Pale {x}"),
        ("cancelled", {}, "Cancelled"),
        ("download_allowed", {}, "One more download allowed"),
        ("generated", {"format": "tiff"}, "Secure codes prepared as TIFF"),
        ("downloaded", {"archive": "archive", "resumed": False}, "Archive downloaded"),
        ("downloaded", {"archive": "serial-numbers", "resumed": True}, "Serial numbers downloaded, resumed"),
        ("downloaded", {"format": "pdf", "resumed": False}, "Secure codes as PDF downloaded"),
        ("something new", {}, "Something new"),
    ],
)
def test_each_line_is_described(what: str, detail: dict[str, Any], text: str) -> None:
    assert describe_event(Event(what=what, detail=detail)) == text


def test_lines_come_in_their_order(demo: Demo) -> None:
    workorder = brought_to(a_secure_order(demo), "completed", demo)
    for user in (demo.staff, demo.printer, demo.root):
        whats = [event.what for event in events_for(workorder, user)]
        assert whats == ["ordered", "confirmed", "printed", "completed"]


def test_the_partner_sees_its_own_downloads_alone(demo: Demo) -> None:
    workorder = a_secure_order(demo)
    note(workorder, "downloaded", demo.staff, archive="archive", resumed=False)
    note(workorder, "downloaded", demo.printer, format="tiff", resumed=False)

    def downloads(user: Any) -> list[str | None]:
        return [event.by.email if event.by else None for event in events_for(workorder, user).filter(what="downloaded")]

    both = ["staff@demo.example", "printer@printco.example"]
    assert downloads(demo.staff) == both
    assert downloads(demo.root) == both
    assert downloads(demo.printer) == ["printer@printco.example"]
    assert downloads(of_company(demo, "printco", "printer")) == ["printer@printco.example"]


def test_people_of_other_companies_stand_as_their_company(demo: Demo) -> None:
    workorder = a_secure_order(demo)
    by_printer = note(workorder, "confirmed", demo.printer, equipment="Press", substrate="Paper")
    by_operator = note(workorder, "cancelled", demo.root)
    with_address = note(workorder, "downloaded", demo.printer, address="203.0.113.7", format="tiff", resumed=False)
    by_nobody = note(workorder, "completed", None)
    expected = {
        demo.staff: ["PrintCo", "the operators of this portal", "printer@printco.example", None],
        demo.printer: ["printer@printco.example", "the operators of this portal", "printer@printco.example", None],
        demo.root: ["printer@printco.example", "root@codeport.example", "printer@printco.example", None],
    }
    events = (by_printer, by_operator, with_address, by_nobody)
    assert {user: [name_doer(event, user) for event in events] for user in expected} == expected
