"""The hand-over between brand owner and printing partner: who may take which step when, at every entry point."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from portal.models import User
from portal.timeline import events_of
from tests.support.demo import Demo
from tests.support.equipment import another_partner
from tests.support.pages import as_, seen
from tests.support.printing import of_company
from tests.support.secure import a_secure_order, brought_to, printers_own
from tests.support.tokens import client_of
from workorders.models import Equipment, Workorder

STATES = ("new", "ready_to_print", "printed", "completed", "cancelled")
ACTORS: dict[str, Callable[[Demo], User]] = {
    "printer": lambda demo: demo.printer,
    "partner's admin": lambda demo: of_company(demo, "printco", "admin"),
    "another partner": lambda demo: another_partner(),
    "staff": lambda demo: demo.staff,
    "admin": lambda demo: demo.admin,
    "another brand": lambda demo: demo.other_staff,
    "another brand's printer": lambda demo: of_company(demo, "other", "printer"),
    "support": lambda demo: demo.support,
    "superuser": lambda demo: demo.root,
    "a printer of no company": lambda demo: of_company(demo, "", "printer"),
}
STEPS: dict[str, tuple[str, str, set[str], dict[str, Any]]] = {  # state it needs, state after it, who may, what is sent
    "confirm": (
        "new",
        "ready_to_print",
        {"printer", "partner's admin"},
        {"equipment": "Press 7", "substrate": "Coated 90 g", "fewer": True},
    ),
    "printed": ("ready_to_print", "printed", {"printer", "partner's admin"}, {"printed": 90, "wasted": 10}),
    "complete": ("printed", "completed", {"staff", "admin", "superuser"}, {}),
    "reject": ("printed", "ready_to_print", {"staff", "admin", "superuser"}, {"reason": "Pale"}),
}


def in_every_state(demo: Demo) -> dict[str, Workorder]:
    """A workorder in each state."""
    printers_own(demo)
    return {state: brought_to(a_secure_order(demo, state), state, demo) for state in STATES}


@pytest.mark.parametrize("entry", ["page", "API"])
@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("actor", ACTORS)
def test_a_step_is_for_those_whose_it_is_and_in_its_turn(demo: Demo, actor: str, step: str, entry: str) -> None:
    needed, after, may, sent = STEPS[step]
    user = ACTORS[actor](demo)
    client: Any = as_(user) if entry == "page" else client_of(user)
    for state, workorder in in_every_state(demo).items():
        lines = events_of(workorder).count()
        path = f"/workorders/{workorder.pk}/{step}/"
        answer = client.post(path, sent) if entry == "page" else client.post(f"/api/v2{path}", sent, format="json")
        taken = actor in may and state == needed
        if actor not in may:
            assert answer.status_code in (403, 404), state
        elif entry == "page":
            assert (answer.status_code, answer.url) == (302, f"/workorders/{workorder.pk}/")
        else:
            assert answer.status_code == (200 if taken else 400)
            assert taken or answer.json()["detail"].startswith("This workorder is ")
        workorder.refresh_from_db()
        assert workorder.state == (after if taken else state)
        assert events_of(workorder).count() == lines + taken


@pytest.mark.parametrize("actor", ACTORS)
def test_secure_codes_are_for_the_partners_printers_alone(demo: Demo, actor: str) -> None:
    user = ACTORS[actor](demo)
    may = actor in {"printer", "partner's admin"}
    for state, workorder in in_every_state(demo).items():
        Workorder.objects.filter(pk=workorder.pk).update(uploaded_quantity=3)
        ready = state == "ready_to_print"
        address = f"/workorders/{workorder.pk}/secure-codes/"
        shown = as_(user).post(address, {"images": "tiff"})
        assert shown.status_code in (({302} if ready else {200}) if may else {403, 404}), state
        answer = client_of(user).get(f"/api/v2{address}?images=png")
        assert answer.status_code in (({202} if ready else {400}) if may else {403, 404}), state
        assert workorder.jobs.filter(what="secure").count() == 2 * (ready and may)
        job = workorder.jobs.create(what="secure", created_by=demo.printer, parameters={"x": 1})
        if actor != "printer":  # not even the partner's other people get what was prepared for one
            for path in (f"{address}{job.pk}/", f"{address}{job.pk}/cancel/"):
                assert as_(user).post(path).status_code in (403, 404, 405)
                assert as_(user).get(path).status_code in (403, 404, 405)


@pytest.mark.parametrize("actor", ACTORS)
def test_one_more_download_is_allowed_by_the_brand_owner_alone(demo: Demo, actor: str) -> None:
    workorder = brought_to(a_secure_order(demo, download_once=True), "ready_to_print", demo)
    events_of(workorder).create(
        subject="workorder",
        subject_id=workorder.pk,
        what="downloaded",
        by=demo.printer,
        detail={"delivery": 1, "format": "tiff", "resumed": False},
    )
    answer = as_(ACTORS[actor](demo)).post(f"/workorders/{workorder.pk}/allow-download/")
    may = actor in {"staff", "admin", "superuser"}
    assert answer.status_code == 302 if may else answer.status_code in (403, 404)
    assert events_of(workorder).filter(what="download_allowed").count() == may


def test_a_partner_sees_its_workorders_and_nothing_else(demo: Demo) -> None:
    mine, theirs = a_secure_order(demo, "Mine"), a_secure_order(demo, "Theirs", printing_partner=demo.other)
    sid = Workorder.objects.create(company=demo.company, reference="Plain", quantity=1, created_by=demo.staff)
    for user in (demo.printer, of_company(demo, "printco", "admin")):
        page = seen(user, "/workorders/")
        assert "Mine" in page
        assert "Theirs" not in page
        assert "Plain" not in page
        listed = client_of(user).get("/api/v2/workorders/").json()["results"]
        assert [row["id"] for row in listed] == [mine.pk]
        for other in (theirs, sid):
            assert as_(user).get(f"/workorders/{other.pk}/").status_code == 404
            assert client_of(user).get(f"/api/v2/workorders/{other.pk}/").status_code == 404
        for path in ("/codes/", "/upload/", f"/workorders/{mine.pk}/codes/x/"):
            assert as_(user).get(path).status_code == 403, path
        for path in ("archive", "cancel-secure", "complete", "reject", "allow-download"):
            assert as_(user).post(f"/workorders/{mine.pk}/{path}/", {"archive": "yes"}).status_code in (403, 404), path
    for path in ("/products/", "/ingestions/"):
        assert as_(demo.printer).get(path).status_code == 403
    for path in ("products/", "ingestion/"):
        assert client_of(demo.printer).get(f"/api/v2/{path}").status_code == 403
    assert "Mine" not in seen(another_partner(), "/workorders/")


# What each step takes


@pytest.mark.parametrize(
    ("sent", "field", "says"),
    [
        ({"equipment": ""}, "equipment", "This field may not be blank."),
        ({"equipment": "Press 9"}, "equipment", "Your company has none of this name, or it is hidden."),
        ({"equipment": "Old press"}, "equipment", "Its calibration ended on 31 January 2026"),
        ({"equipment": "Their press"}, "equipment", "Your company has none of this name, or it is hidden."),
        ({"substrate": "Press 7"}, "substrate", "Your company has none of this name, or it is hidden."),
        ({"fewer": False}, "fewer", "Only 0 of 100 codes were uploaded."),
    ],
)
def test_a_wrong_confirmation_is_refused_with_its_reason(
    demo: Demo, sent: dict[str, Any], field: str, says: str
) -> None:
    workorder = a_secure_order(demo)
    printers_own(demo)
    dates = {"dpi": 600, "calibrated_on": "2026-01-01"}
    Equipment.objects.create(company=demo.printco, name="Old press", calibrated_until="2026-01-31", **dates)
    Equipment.objects.create(company=demo.other, name="Their press", calibrated_until="2099-01-31", **dates)
    body = STEPS["confirm"][3] | sent
    refused = client_of(demo.printer).post(f"/api/v2/workorders/{workorder.pk}/confirm/", body, format="json")
    assert (refused.status_code, list(refused.json())) == (400, [field])
    assert refused.json()[field][0].startswith(says)
    typed = {name: value for name, value in body.items() if value}
    page = as_(demo.printer).post(f"/workorders/{workorder.pk}/confirm/", typed).content.decode()
    if sent.get(field) == "a\0b":  # which no form of a page brings as far as that
        assert "A control character (U+0000) means nothing here." in page
    else:
        assert "Nothing was confirmed yet" in page
        assert sent.get(field) == "" or says in page
    workorder.refresh_from_db()
    assert (workorder.state, workorder.equipment) == ("new", None)


def test_what_is_confirmed_cannot_be_changed(demo: Demo) -> None:
    workorder = brought_to(a_secure_order(demo), "ready_to_print", demo)
    Equipment.objects.create(
        company=demo.printco, name="Press 2", dpi=600, calibrated_on="2026-01-01", calibrated_until="2099-01-31"
    )
    body = STEPS["confirm"][3] | {"equipment": "Press 2"}
    assert (
        client_of(demo.printer).post(f"/api/v2/workorders/{workorder.pk}/confirm/", body, format="json").status_code
        == 400
    )
    workorder.refresh_from_db()
    assert str(workorder.equipment) == "Press 7"
    asked = as_(demo.printer).get(f"/workorders/{workorder.pk}/confirm/", follow=True).content.decode()
    assert "This workorder is ready to print; only one that is new can be confirmed." in asked


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"printed": -1}, "printed"),
        ({"printed": 101}, "printed"),
        ({"printed": "some"}, "printed"),
        ({"printed": ""}, "printed"),
        ({"printed": 1e400}, "printed"),
        ({"wasted": -1}, "wasted"),
        ({"printed": 95, "wasted": 101}, "wasted"),
        ({"printed": 10**30}, "printed"),
    ],
)
def test_quantities_that_cannot_be_are_refused(demo: Demo, sent: dict[str, Any], field: str) -> None:
    workorder = brought_to(a_secure_order(demo), "ready_to_print", demo)
    body = {"printed": 100, "wasted": 0} | {name: str(value) for name, value in sent.items()}
    refused = client_of(demo.printer).post(f"/api/v2/workorders/{workorder.pk}/printed/", body, format="json")
    assert (refused.status_code, list(refused.json())) == (400, [field])
    page = as_(demo.printer).post(f"/workorders/{workorder.pk}/printed/", body)
    assert page.status_code == 200
    assert f'id="{field}"' in page.content.decode()
    assert 'aria-invalid="true"' in page.content.decode()
    workorder.refresh_from_db()
    assert workorder.printed_quantity is None


def test_nothing_printed_and_all_wasted_are_quantities_too(demo: Demo) -> None:
    for number, body in enumerate(({"printed": 0, "confirm": True}, {"printed": 0, "wasted": 100}, {"printed": 100})):
        workorder = brought_to(a_secure_order(demo, f"Order {number}"), "ready_to_print", demo)
        answer = client_of(demo.printer).post(f"/api/v2/workorders/{workorder.pk}/printed/", body, format="json")
        assert answer.status_code == 200
        assert (answer.json()["state"], answer.json()["id"]) == ("printed", workorder.pk)


@pytest.mark.parametrize(
    ("printed", "wasted", "total"), [(98, 5, "103"), (98, 1, "99"), (0, 0, "0"), (100, 100, "200")]
)
def test_counts_that_are_not_the_order_are_asked_about(demo: Demo, printed: int, wasted: int, total: str) -> None:
    workorder = brought_to(a_secure_order(demo), "ready_to_print", demo)
    path, said = f"/workorders/{workorder.pk}/printed/", {"printed": printed, "wasted": wasted}
    reason = f"{printed} printed and {wasted} wasted are {total}; 100 codes were ordered."
    refused = client_of(demo.printer).post(f"/api/v2{path}", said, format="json")
    expected = [f"{reason} Correct the numbers, or confirm them."]
    assert (refused.status_code, refused.json()) == (400, {"confirm": expected})
    page = as_(demo.printer).post(path, said).content.decode()
    assert reason in page
    for name, value in said.items():
        assert re.search(rf'name="{name}"[^>]* value="{value}"', page)
    workorder.refresh_from_db()
    assert workorder.state == "ready_to_print"
    assert as_(demo.printer).post(path, {**said, "confirm": "on"}).status_code == 302
    workorder.refresh_from_db()
    assert (workorder.state, workorder.printed_quantity, workorder.wasted_quantity) == ("printed", printed, wasted)


def test_a_rejection_needs_a_reason_which_the_partner_reads(demo: Demo) -> None:
    workorder = brought_to(a_secure_order(demo), "printed", demo)
    address = f"/workorders/{workorder.pk}/reject/"
    assert "This field may not be blank." in as_(demo.staff).post(address, {"reason": " "}).content.decode()
    assert client_of(demo.staff).post(f"/api/v2{address}", {"reason": "x" * 1001}, format="json").status_code == 400
    assert as_(demo.staff).post(address, {"reason": "Smeared <b>left</b>"}).status_code == 302
    assert "Smeared &lt;b&gt;left&lt;/b&gt;" in seen(demo.printer, f"/workorders/{workorder.pk}/")


def test_a_step_that_is_sent_again_is_taken_once(demo: Demo) -> None:
    workorder = a_secure_order(demo)
    printers_own(demo)
    client, body = client_of(demo.printer), STEPS["confirm"][3]
    address = f"/api/v2/workorders/{workorder.pk}/confirm/"
    answers = [client.post(address, body, format="json", headers={"Idempotency-Key": "one"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].content == answers[1].content
    assert events_of(workorder).filter(what="confirmed").count() == 1


def test_the_pages_of_a_step_ask_first(demo: Demo) -> None:
    for step, (needed, _after, may, _sent) in STEPS.items():
        user = demo.printer if "printer" in may else demo.staff
        workorder = brought_to(a_secure_order(demo, step), needed, demo)
        assert 'method="post"' in seen(user, f"/workorders/{workorder.pk}/{step}/")
        workorder.refresh_from_db()
        assert workorder.state == needed
        assert f"/workorders/{workorder.pk}/{step}/" in seen(user, f"/workorders/{workorder.pk}/")


def test_a_workorder_tells_each_side_what_is_to_be_done(demo: Demo) -> None:
    for state, workorder in in_every_state(demo).items():
        for user in (demo.printer, demo.staff, demo.support, demo.root):
            answer = Client()
            answer.force_login(user)
            page = answer.get(f"/workorders/{workorder.pk}/")
            if page.status_code == 403:
                continue
            for step, (needed, _after, may, _sent) in STEPS.items():
                offered = f'href="/workorders/{workorder.pk}/{step}/"' in page.content.decode()
                allowed = {"printer": demo.printer, "staff": demo.staff, "superuser": demo.root}
                expected = state == needed and user in [allowed.get(name) for name in may]
                assert offered is expected, (state, step, user)


def test_calibration_that_ended_after_the_page_was_opened_is_still_refused(demo: Demo) -> None:
    workorder = a_secure_order(demo)
    printers_own(demo)
    yesterday = timezone.now().date() - timedelta(days=1)
    Equipment.objects.update(calibrated_on=yesterday, calibrated_until=yesterday)
    page = as_(demo.printer).post(f"/workorders/{workorder.pk}/confirm/", STEPS["confirm"][3]).content.decode()
    assert "Its calibration ended on" in page
    assert "(calibration ended" in page
