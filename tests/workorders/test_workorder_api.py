"""Workorders by the API: what both sides of the hand-over see, and what the brand owner does to one."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Permission

from portal.timeline import note
from tests.support.demo import Demo
from tests.support.pages import as_
from tests.support.secure import a_secure_order, brought_to
from tests.support.tokens import client_of
from workorders.deliveries import services as deliveries
from workorders.models import Workorder
from workorders.secure import workflow


def at(workorder: Workorder, call: str = "") -> str:
    """The address of the workorder, or of a call of it."""
    return f"/api/v2/workorders/{workorder.pk}/{call}"


def test_both_sides_read_whose_a_workorder_is_and_why_it_was_last_rejected(demo: Demo) -> None:
    workorder, plain = brought_to(a_secure_order(demo), "printed", demo), a_secure_order(demo, "Never")
    workflow.reject(workorder, demo.staff, "Pale")
    workflow.mark_printed(workorder, demo.printer, 90, 10)
    assert client_of(demo.printer).get(at(workorder)).json()["reject_reason"] == "Pale"
    step = client_of(demo.staff).post(at(workorder, "reject/"), {"reason": "Smeared,\nnot {x}"}, format="json")
    assert step.json()["reject_reason"] == "Smeared,\nnot {x}", "not what was said before"
    for person in (demo.staff, demo.printer):
        client = client_of(person)
        rows = {row["id"]: row for row in client.get("/api/v2/workorders/").json()["results"]}
        for found in (client.get(at(workorder)).json(), rows[workorder.pk]):
            assert found["company"] == {"slug": "demo", "name": "Demo Brands"}
            assert found["reject_reason"] == "Smeared,\nnot {x}"
        for found in (client.get(at(plain)).json(), rows[plain.pk]):
            assert found["reject_reason"] is None


def test_the_timeline_tells_each_side_what_its_page_tells(demo: Demo) -> None:
    workorder = brought_to(a_secure_order(demo), "printed", demo)
    workflow.reject(workorder, demo.staff, "Pale")
    note(workorder, "downloaded", demo.staff, address="192.0.2.7", archive="archive", resumed=False)
    note(workorder, "downloaded", demo.printer, address="192.0.2.8", delivery=1, format="tiff", resumed=True)
    owner, partner = (timeline(client_of(person), workorder) for person in (demo.staff, demo.printer))
    staff, printer = demo.staff.email, demo.printer.email
    assert owner == [
        ("ordered", "Codes ordered: 100", staff, None),
        ("confirmed", "Confirmed: Press 7 on Coated 90 g", "PrintCo", None),
        ("printed", "Printed 100, wasted 5", "PrintCo", None),
        ("rejected", "Rejected what was printed: Pale", staff, None),
        ("downloaded", "Archive downloaded", staff, "192.0.2.7"),
        ("downloaded", "Secure codes as TIFF downloaded, resumed", printer, "192.0.2.8"),
    ]
    assert partner == [
        ("ordered", "Codes ordered: 100", "Demo Brands", None),
        ("confirmed", "Confirmed: Press 7 on Coated 90 g", printer, None),
        ("printed", "Printed 100, wasted 5", printer, None),
        ("rejected", "Rejected what was printed: Pale", "Demo Brands", None),
        ("downloaded", "Secure codes as TIFF downloaded, resumed", printer, "192.0.2.8"),
    ]
    for person, lines in ((demo.staff, owner), (demo.printer, partner)):
        page = " ".join(as_(person).get(f"/workorders/{workorder.pk}/").content.decode().split())
        shown = page.split('<ol class="timeline">')[1].split("</ol>")[0].split("<li>")[1:]
        assert len(shown) == len(lines)
        for item, (_what, text, by, address) in zip(shown, lines, strict=True):
            assert f"<strong>{text}</strong> by {by}{f' from {address}' if address else ''} <small>" in item


def timeline(client: Any, workorder: Workorder) -> list[tuple[str, str, str, str | None]]:
    """The lines as the caller is told them."""
    rows = client.get(at(workorder, "timeline/")).json()["results"]
    return [(row["what"], row["text"], row["by"], row["address"]) for row in rows]


def test_operators_are_named_to_no_company(demo: Demo) -> None:
    workorder = a_secure_order(demo)
    demo.admin.company, demo.admin.is_superuser = None, True
    demo.admin.save()
    note(workorder, "cancelled", demo.admin)
    note(workorder, "lost")
    lines = timeline(client_of(demo.staff), workorder)
    assert [line[2] for line in lines] == [demo.staff.email, "the operators of this portal", None]
    assert client_of(demo.other_staff).get(at(workorder, "timeline/")).status_code == 404


def test_a_workorder_is_archived_and_brought_back_by_its_owner_alone(demo: Demo) -> None:
    workorder, other = a_secure_order(demo), a_secure_order(demo, "Stays")
    client = client_of(demo.admin)
    for archived in (True, True, False):
        answer = client.post(at(workorder, "archive/"), {"is_archived": archived}, format="json")
        assert (answer.status_code, answer.json()) == (200, client.get(at(workorder)).json())
        assert answer.json()["is_archived"] is archived
        assert client.get(at(other)).json()["is_archived"] is False
    for body, wrong in (({}, "is_archived"), ({"is_archived": "x"}, "is_archived"), ({"archived": True}, "archived")):
        refused = client.post(at(workorder, "archive/"), body, format="json")
        assert (refused.status_code, list(refused.json())) == (400, [wrong])
    demo.printer.user_permissions.set(Permission.objects.filter(codename="workorder_archive"))
    refused = client_of(demo.printer).post(at(workorder, "archive/"), {"is_archived": True}, format="json")
    assert refused.status_code == 404


def test_one_more_download_is_allowed_once_somebody_had_the_last(demo: Demo) -> None:
    workorder = brought_to(a_secure_order(demo, download_once=True), "ready_to_print", demo)
    client, nothing = client_of(demo.staff), "Nothing was downloaded since, so there was nothing to allow."
    refused = client.post(at(workorder, "allow-download/"))
    assert (refused.status_code, refused.json()) == (400, {"detail": nothing})
    note(workorder, "downloaded", demo.printer, address="192.0.2.8", delivery=1, format="tiff", resumed=False)
    assert deliveries.download_refusal(workorder)
    allowed = client.post(at(workorder, "allow-download/"))
    assert (allowed.status_code, allowed.json()) == (200, client.get(at(workorder)).json())
    assert not deliveries.download_refusal(workorder)
    assert timeline(client, workorder)[-1] == ("download_allowed", "One more download allowed", demo.staff.email, None)
    assert client.post(at(workorder, "allow-download/")).json() == {"detail": nothing}
