"""Equipment, substrates and templates by the API: the rules of their pages, for the people of their pages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from tests.support.demo import Demo
from tests.support.equipment import DATES, TODAY, WEEK, a_paper, a_press, another_partner
from tests.support.pages import seen
from tests.support.secure import a_secure_order, a_template, printers_own
from tests.support.tokens import client_of
from workorders.models import Equipment, Substrate, WorkorderTemplate

EQUIPMENT, SUBSTRATES, TEMPLATES = (f"/api/v2/{each}/" for each in ("equipment", "substrates", "workorder-templates"))
TAKEN = "Your company has one of this name already, in use or hidden; choose another."
ELSEWHERE = "It is archived, or brought back, by a POST to its own `archive/`."


def days(first: int = -7, last: int = 7) -> dict[str, str]:
    """A calibration, by days from today."""
    named = {"calibrated_on": first, "calibrated_until": last}
    return {name: (TODAY + timedelta(days=number)).isoformat() for name, number in named.items()}


def post(client: APIClient, path: str, **body: Any) -> tuple[int, Any]:
    answer = client.post(path, body, format="json")
    return answer.status_code, answer.json()


def patch(client: APIClient, path: str, **body: Any) -> tuple[int, Any]:
    answer = client.patch(path, body, format="json")
    return answer.status_code, answer.json()


def names(client: APIClient, path: str, **asked: Any) -> list[str]:
    answer = client.get(path, asked)
    assert answer.status_code == 200, answer.content
    assert answer.json()["count"] == len(answer.json()["results"])
    return [row["name"] for row in answer.json()["results"]]


@pytest.mark.parametrize(("path", "more"), [(EQUIPMENT, {"dpi": 1200}), (SUBSTRATES, {})])
def test_a_partner_keeps_what_it_prints_with_and_on(demo: Demo, path: str, more: dict[str, Any]) -> None:
    client = client_of(demo.printer, "workorder_print")
    status, made = post(client, path, name=" Press 1 ", **more, **days())
    told = {"id": made["id"], "name": "Press 1", **more, **days(), "state": "calibrated", "is_archived": False}
    assert (status, made) == (201, told)
    one = f"{path}{made['id']}/"
    assert client.get(one).json() == told
    assert client.get(path).json() == {"count": 1, "next": None, "previous": None, "results": [told]}
    assert "Press 1" in seen(demo.printer, path.removeprefix("/api/v2"))
    told |= {"name": "Press 2", **days(-1, 30)}
    assert patch(client, one, name="Press 2", **days(-1, 30)) == (200, told)
    assert patch(client, one) == (200, told)
    assert patch(client, one, **told) == (200, told)
    for archived, state in ((True, "archived"), (True, "archived"), (False, "calibrated")):
        told |= {"is_archived": archived, "state": state}
        assert post(client, f"{one}archive/", is_archived=archived) == (200, told)
        assert client.get(one).json() == told


def test_an_archived_name_stays_taken_and_a_repeat_makes_nothing_again(demo: Demo) -> None:
    client = client_of(demo.printer)
    key: Any = {"HTTP_IDEMPOTENCY_KEY": "line 4"}
    body = {"name": "Press 1", "dpi": 600, **days()}
    first, again = (client.post(EQUIPMENT, body, format="json", **key) for _ in range(2))
    assert (first.status_code, first.content) == (again.status_code, again.content)
    assert "Idempotency-Replayed" in again.headers
    a_press(demo, name="Press 2", is_archived=True)
    for name in ("Press 1", "Press 2"):
        assert post(client, EQUIPMENT, **body | {"name": name}) == (400, {"name": [TAKEN]})
    assert patch(client, f"{EQUIPMENT}{first.json()['id']}/", name="Press 2") == (400, {"name": [TAKEN]})
    assert post(client_of(another_partner()), EQUIPMENT, **body)[0] == 201


@pytest.mark.parametrize(
    ("wrong", "field", "said"),
    [
        ({"name": ""}, "name", "This field may not be blank."),
        ({"name": "x" * 101}, "name", "Ensure this field has no more than 100 characters."),
        ({"name": "a\u200bb"}, "name", "Use printable characters only. Character 2 is U+200B (zero width space)"),
        ({"name": "a\0b"}, "name", "Use printable characters only. Character 2 is U+0000"),
        ({"name": None}, "name", "This field may not be null."),
        ({"dpi": 599}, "dpi", "Ensure this value is greater than or equal to 600."),
        ({"dpi": 2401}, "dpi", "Ensure this value is less than or equal to 2400."),
        ({"dpi": "1.200"}, "dpi", "A valid integer is required. Write it in the digits 0 to 9 alone"),
        ({"dpi": True}, "dpi", "A valid integer is required."),
        ({"calibrated_on": days(1)["calibrated_on"]}, "calibrated_on", "This day is still to come: say when it was"),
        ({"calibrated_until": days(0, -8)["calibrated_until"]}, "calibrated_until", "It ends before it began: choose"),
        ({"calibrated_on": "2026-02-30"}, "calibrated_on", "Date has wrong format."),
        ({"calibrated_on": "20260201"}, "calibrated_on", "Date has wrong format."),
        ({"calibrated_on": "2026-W05-1"}, "calibrated_on", "Date has wrong format."),
        ({"calibrated_on": "\uff12026-02-01"}, "calibrated_on", "Date has wrong format."),
        ({"calibrated_on": "2026-02-01T00:00:00Z"}, "calibrated_on", "Date has wrong format."),
        ({"calibrated_on": 20260201}, "calibrated_on", "Date has wrong format."),
        ({"calibrated_until": None}, "calibrated_until", "This field may not be null."),
        ({"calibrated_til": "2026-02-01"}, "calibrated_til", "the nearest is `calibrated_until`."),
        ({"DPI ": 600}, "DPI ", "the nearest is `dpi`."),
    ],
)
def test_what_cannot_be_is_refused_by_name(demo: Demo, wrong: dict[str, Any], field: str, said: str) -> None:
    press, client = a_press(demo), client_of(demo.printer)
    whole = {"name": "Press 2", "dpi": 600, **days()} | wrong
    for status, answer in (post(client, EQUIPMENT, **whole), patch(client, f"{EQUIPMENT}{press.pk}/", **wrong)):
        assert (status, list(answer)) == (400, [field])
        assert said in answer[field][0]
    press.refresh_from_db()
    assert (press.name, press.dpi, press.calibrated_on) == ("Press 1", 600, DATES["calibrated_on"])
    assert Equipment.objects.count() == 1


def test_what_stays_cannot_be_changed(demo: Demo) -> None:
    press, client = a_press(demo), client_of(demo.printer)
    one = f"{EQUIPMENT}{press.pk}/"
    said = {"dpi": "It cannot be changed: images were drawn for it.", "is_archived": ELSEWHERE}
    for field, value in (("id", press.pk + 1), ("state", "expired"), ("dpi", 1200), ("is_archived", True)):
        assert patch(client, one, **{field: value}) == (400, {field: [said.get(field, "It cannot be changed.")]})
    for field, value in (("state", "calibrated"), ("is_archived", False), ("id", 5)):
        reason = ELSEWHERE if field == "is_archived" else "Codeport says what it is; leave it out."
        body = {"name": "Press 2", "dpi": 600, **days(), field: value}
        assert post(client, EQUIPMENT, **body) == (400, {field: [reason]})
    assert patch(client, one, calibrated_until=days(0, -30)["calibrated_until"])[1].keys() == {"calibrated_until"}
    assert patch(client, one, calibrated_on=days(-40)["calibrated_on"])[0] == 200


def test_lists_are_filtered_by_state_and_name_and_ordered(demo: Demo) -> None:
    for kind, path in ((a_press, EQUIPMENT), (a_paper, SUBSTRATES)):
        kind(demo, name="B now")
        kind(demo, name="A over", calibrated_until=TODAY - timedelta(days=1))
        kind(demo, name="C gone", is_archived=True, calibrated_until=TODAY + 2 * WEEK)
        client = client_of(demo.printer)
        assert names(client, path) == ["A over", "B now", "C gone"]
        assert names(client, path, state="calibrated") == ["B now"]
        assert names(client, path, state="expired") == ["A over"]
        assert names(client, path, state="archived") == ["C gone"]
        assert names(client, path, is_archived="false", search="O") == ["A over", "B now"]
        assert names(client, path, ordering="-calibrated_until") == ["C gone", "B now", "A over"]
        for query, field, said in (
            ("state=Expired", "state", "The nearest is `expired`."),
            ("stat=expired", "stat", "the nearest is `state`."),
            ("ordering=expiry", "ordering", "It must be one of `name` and `calibrated_until`."),
            ("archived=true", "archived", "the nearest is `is_archived`."),
        ):
            answer = client.get(f"{path}?{query}")
            assert (answer.status_code, list(answer.json())) == (400, [field])
            assert said in answer.json()[field][0]
        walked, url = [], f"{path}?limit=1&ordering=calibrated_until"
        while url:
            page = client.get(url).json()
            walked += [row["name"] for row in page["results"]]
            url = page["next"]
        assert walked == ["A over", "B now", "C gone"]


def test_only_people_of_a_partner_keep_equipment_and_substrates(demo: Demo) -> None:
    press, paper, stranger = a_press(demo), a_paper(demo), another_partner()
    for path, pk in ((EQUIPMENT, press.pk), (SUBSTRATES, paper.pk)):
        for user, reason in ((demo.admin, ""), (demo.root, " A superuser belongs to no company")):
            client = client_of(user)
            said = f"Only people of a printing partner keep equipment and substrates.{reason}"
            answers = [client.get(path), client.get(f"{path}{pk}/"), client.post(path), client.patch(f"{path}{pk}/")]
            for answer in (*answers, client.post(f"{path}{pk}/archive/")):
                assert answer.status_code == 403
                assert answer.json()["detail"].startswith(said)
        assert client_of(demo.staff).get(path).status_code == 403
        assert names(client_of(stranger), path) == []
        assert post(client_of(demo.printer), f"{path}{pk}/archive/")[1] == {"is_archived": ["This field is required."]}
    assert not Equipment.objects.get().is_archived
    assert not Substrate.objects.get().is_archived


# Templates


def template(**changes: Any) -> dict[str, Any]:
    return {"name": "Bottles", "layout": "inside", "printing_partner": "printco"} | changes


def test_a_template_is_made_changed_and_archived(demo: Demo) -> None:
    client = client_of(demo.admin, "workorder_create", "workorder_archive")
    status, made = post(client, TEMPLATES, **template(url_prefix="https://v.test/", download_once=True))
    told = {
        "id": made["id"],
        **template(url_prefix="https://v.test/", download_once=True),
        "use_serial_number": False,
        "activate_on_complete": False,
        "is_archived": False,
    }
    assert (status, made) == (201, told)
    one = f"{TEMPLATES}{made['id']}/"
    assert client.get(one).json() == told
    assert "Bottles" in seen(demo.admin, "/workorder-templates/")
    told |= {"name": "Cans", "layout": "outside", "url_prefix": "", "download_once": False}
    assert patch(client, one, name="Cans", layout="outside", url_prefix="", download_once=False) == (200, told)
    assert patch(client, one, **told) == (200, told)
    body = {"reference": "A", "quantity": 5, "template": made["id"]}
    assert post(client, "/api/v2/workorders/create-ssc/", **body)[1]["layout"] == "outside"
    for archived in (True, True, False):
        told |= {"is_archived": archived}
        assert post(client, f"{one}archive/", is_archived=archived) == (200, told)
    assert patch(client, one, is_archived=True) == (400, {"is_archived": [ELSEWHERE]})
    assert not demo.company.url_prefixes.filter(prefix="v.test/").exists(), "only an order claims it"


@pytest.mark.parametrize(
    ("wrong", "field", "said"),
    [
        ({"name": "Taken"}, "name", TAKEN),
        ({"name": "a\x01"}, "name", "Use printable characters only."),
        ({"layout": "Inside"}, "layout", "The nearest is `inside`."),
        ({"layout": ""}, "layout", "It must be one of `inside`, `outside`, `inside_hybrid` and `outside_hybrid`."),
        ({"printing_partner": "PrintCo "}, "printing_partner", "The nearest is `printco`."),
        ({"printing_partner": "demo"}, "printing_partner", "There is no printing partner of this name."),
        ({"printing_partner": "a\0"}, "printing_partner", "Null characters are not allowed."),
        ({"printing_partner": ["printco"]}, "printing_partner", "Not a valid string."),
        ({"printing_partner": None}, "printing_partner", "This field may not be null."),
        ({"url_prefix": "https://x.test/" + "a" * 30}, "url_prefix", "has 45 characters, and an id has 8 at least;"),
        ({"url_prefix": "https://V.test/"}, "url_prefix", "It must look like"),
        ({"url_prefix": "https://theirs.test/x"}, "url_prefix", "The URLs of another company begin like this"),
        ({"download_once": "perhaps"}, "download_once", "Must be a valid boolean."),
        ({"download-once": True}, "download-once", "the nearest is `download_once`."),
        ({"partner": "printco"}, "partner", "the nearest is `printing_partner`."),
    ],
)
def test_a_template_that_could_not_be_ordered_is_refused(
    demo: Demo, wrong: dict[str, Any], field: str, said: str
) -> None:
    a_template(demo, "Taken")
    kept, client = a_template(demo, "Mine", layout="inside"), client_of(demo.staff)
    demo.other.url_prefixes.create(prefix="theirs.test/")
    for status, answer in (
        post(client, TEMPLATES, **template() | wrong),
        patch(client, f"{TEMPLATES}{kept.pk}/", **wrong),
    ):
        assert (status, list(answer)) == (400, [field])
        assert said in answer[field][0]
    assert WorkorderTemplate.objects.count() == 2
    assert WorkorderTemplate.objects.get(pk=kept.pk).layout == "inside"


def test_a_prefix_and_a_layout_that_do_not_fit_together_are_refused_in_any_order(demo: Demo) -> None:
    client, prefix = client_of(demo.staff), "https://v.test/" + "a" * 12
    kept = a_template(demo, layout="outside", url_prefix=prefix)
    one = f"{TEMPLATES}{kept.pk}/"
    status, answer = patch(client, one, layout="inside_hybrid")
    assert (status, list(answer)) == (400, ["url_prefix"])
    assert patch(client, one, layout="inside_hybrid", url_prefix="https://v.test/")[0] == 200
    assert patch(client, one, url_prefix=prefix)[0] == 400


def test_templates_are_a_brand_owners_and_archived_by_who_may(demo: Demo) -> None:
    kept = a_template(demo)
    paths = (TEMPLATES, f"{TEMPLATES}{kept.pk}/")
    demo.printer.groups.set(demo.admin.groups.all())
    for user in (demo.printer, demo.root):
        for path in paths:
            answer = client_of(user).get(path)
            assert answer.status_code == 403
            assert answer.json()["detail"].startswith("Only people of a brand owner keep templates.")
    assert client_of(demo.other_staff).get(paths[1]).status_code == 404
    assert post(client_of(demo.staff), f"{paths[1]}archive/", is_archived=True)[0] == 403
    demo.other_staff.groups.set(demo.admin.groups.all())
    assert post(client_of(demo.other_staff), f"{paths[1]}archive/", is_archived=True)[0] == 404
    kept.refresh_from_db()
    assert not kept.is_archived


# Nearest names in orders and steps


def test_the_nearest_partner_and_the_nearest_of_ones_own_equipment_are_named(demo: Demo) -> None:
    order = {"reference": "A", "quantity": 5, "layout": "inside", "printing_partner": "print-co"}
    status, answer = post(client_of(demo.staff), "/api/v2/workorders/create-ssc/", **order)
    said = "There is no printing partner of this name. The nearest is `printco`."
    assert (status, answer) == (400, {"printing_partner": [said]})
    printers_own(demo)
    a_press(demo, name="Press 8", is_archived=True)
    workorder = a_secure_order(demo)
    confirm = f"/api/v2/workorders/{workorder.pk}/confirm/"
    body = {"equipment": "press 7", "substrate": "Coated", "fewer": True}
    none = "Your company has none of this name, or it is hidden."
    assert post(client_of(demo.printer), confirm, **body) == (
        400,
        {"equipment": [f"{none} The nearest is `Press 7`."], "substrate": [f"{none} The nearest is `Coated 90 g`."]},
    )
    body = {"equipment": "Press 8", "substrate": "Vellum", "fewer": True}
    assert post(client_of(demo.printer), confirm, **body) == (
        400,
        {"equipment": [f"{none} The nearest is `Press 7`."], "substrate": [none]},
    )
