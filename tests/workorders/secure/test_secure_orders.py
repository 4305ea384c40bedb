"""Ordering secure codes by page and API, templates of such orders, and calling one off."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ingestion.pages import upload
from portal.models import User
from portal.timeline import events_of
from tests.support.demo import Demo
from tests.support.pages import as_, seen
from tests.support.printing import TEMPLATES
from tests.support.secure import a_secure_order, a_template, brought_to, printers_own
from tests.support.tokens import client_of
from tests.support.uploads import ingested
from workorders.models import Job, Workorder, WorkorderTemplate
from workorders.rendering.secure_graphic import make_graphic
from workorders.secure import workflow

CREATE = "/api/v2/workorders/create-ssc/"
ORDER = "/workorders/create-secure/"
WANTED = {
    "reference": "Vintage",
    "quantity": 5000,
    "layout": "outside",
    "printing_partner": "printco",
    "url_prefix": "https://v.test/",
}


def ordered(user: User, **fields: Any) -> Any:
    return client_of(user).post(CREATE, fields, format="json")


def wrong_in(page: str) -> list[str]:
    """What the page marks as wrong."""
    return re.findall(r'<p class="wrong">([^<]*)</p>|<ul class="errorlist"[^>]*><li>([^<]*)</li>', page)


# By API


def test_an_order_without_a_template_says_everything_itself(demo: Demo) -> None:
    answer = ordered(demo.staff, **WANTED, download_once=True, remarks="Blue labels")
    assert answer.status_code == 201
    said = answer.json()
    assert {name: said[name] for name in WANTED} == WANTED
    more = {"type": "SSC", "state": "new", "uploaded_quantity": 0, "progress": None, "download_once": True}
    assert {name: said[name] for name in more} == more
    workorder = Workorder.objects.get(pk=said["id"])
    assert (workorder.company, workorder.created_by, workorder.remarks) == (demo.company, demo.staff, "Blue labels")
    assert workorder.longest_id == 53 - len("https://v.test/")
    assert [event.what for event in events_of(workorder)] == ["ordered"]
    assert demo.company.url_prefixes.get().prefix == "v.test/"


def test_a_template_says_what_the_order_does_not(demo: Demo) -> None:
    template = a_template(demo, activate_on_complete=True)
    said = ordered(demo.staff, reference="A", quantity=5, template=template.pk, activate_on_complete=False).json()
    assert (said["layout"], said["printing_partner"]) == ("outside_hybrid", "printco")
    assert (said["use_serial_number"], said["activate_on_complete"]) == (True, False)
    assert said["url_prefix"] == "http://127.0.0.1:8000/c/demo/"


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        (
            {"reference": "Secure"},
            {"reference": "The company has a workorder of this reference already; choose another."},
        ),
        ({"reference": "a\x01b"}, {"reference": "No control characters."}),
        ({"quantity": 0}, {"quantity": "Ensure this value is greater than or equal to 1."}),
        ({"quantity": 10_000_001}, {"quantity": "Ensure this value is less than or equal to 10000000."}),
        ({"layout": "round"}, {"layout": '"round" is not a valid choice. It must be one of `inside`, `outside`, '}),
        ({"printing_partner": "demo"}, {"printing_partner": "There is no printing partner of this name."}),
        ({"template": 2**70}, {"template": "The company has no such template, or it is hidden."}),
        (
            {"layout": "inside_hybrid", "url_prefix": "https://codes.example.com/x/"},
            {
                "url_prefix": "The prefix https://codes.example.com/x/ has 28 characters, and an id has 8 at least;"
                " the QR code of this layout takes 34, so a prefix may have 26."
            },
        ),
        ({"url_prefix": "https://V.test"}, {"url_prefix": "It must look like"}),
        ({"remarks": "x" * 2001}, {"remarks": "Ensure this field has no more than 2000 characters."}),
    ],
)
def test_an_order_is_refused_with_the_reason(demo: Demo, changes: dict[str, Any], wrong: dict[str, str]) -> None:
    a_secure_order(demo)
    answer = ordered(demo.staff, **(WANTED | changes))
    assert answer.status_code == 400
    said = answer.json()
    assert said.keys() == wrong.keys()
    assert all(said[name][0].startswith(reason) for name, reason in wrong.items())
    assert Workorder.objects.count() == 1
    assert [prefix.prefix for prefix in demo.company.url_prefixes.all()] == ["demo.test/"]


def test_an_order_that_says_too_little_names_what_is_missing(demo: Demo) -> None:
    missing = ["Say it, or name a template that does."]
    assert ordered(demo.staff, reference="A", quantity=1).json() == {"layout": missing, "printing_partner": missing}


def test_templates_of_others_and_archived_ones_are_not_there(demo: Demo) -> None:
    theirs = a_template(demo)
    WorkorderTemplate.objects.filter(pk=theirs.pk).update(company=demo.other)
    archived = a_template(demo, "Old", is_archived=True)
    for template in (theirs, archived):
        assert list(ordered(demo.staff, reference="A", quantity=1, template=template.pk).json()) == ["template"]


def test_only_people_of_a_brand_owner_order(demo: Demo) -> None:
    assert ordered(demo.root, **WANTED).status_code == 403
    assert ordered(demo.printer, **WANTED).status_code == 403


def test_templates_are_listed_with_a_constant_number_of_queries(demo: Demo) -> None:
    a_template(demo, "One", url_prefix="https://v.test/")
    client = client_of(demo.staff)
    path = "/api/v2/workorder-templates/"
    client.get(path)  # which notes when the token was last used
    with CaptureQueriesContext(connection) as few:
        found = client.get(path)
        assert found.status_code == 200, found.content
        (said,) = found.json()["results"]
    said.pop("id")
    assert said == {
        "name": "One",
        "layout": "outside_hybrid",
        "printing_partner": "printco",
        "url_prefix": "https://v.test/",
        "use_serial_number": True,
        "activate_on_complete": False,
        "download_once": False,
        "is_archived": False,
    }
    for number in range(5):
        a_template(demo, f"More {number}")
        a_secure_order(demo, f"More {number}")
    with CaptureQueriesContext(connection) as many:
        assert client.get(path).json()["count"] == 6
    assert len(many) == len(few)
    assert client.get(path, {"search": "more 3"}).json()["count"] == 1
    assert client_of(demo.other_staff).get(path).json()["count"] == 0


# By page


def test_the_page_orders_what_a_template_says(demo: Demo) -> None:
    template = a_template(demo, url_prefix="https://v.test/")
    page = seen(demo.staff, f"{ORDER}?template={template.pk}")
    assert f'<option value="{template.pk}" selected>Bottles</option>' in page
    assert '<option value="printco" selected>PrintCo</option>' in page
    assert re.search(r'<option value="outside_hybrid" selected>Beside, hybrid: URLs of up to 78 characters<', page)
    assert re.search(r'id="use_serial_number"[^>]* checked', page)
    assert not re.search(r'id="download_once"[^>]* checked', page)
    posted = WANTED | {"use_serial_number": "on"}
    answer = as_(demo.staff).post(ORDER, posted)
    workorder = Workorder.objects.get()
    assert answer.headers["Location"] == f"/workorders/{workorder.pk}/"
    assert (workorder.type, workorder.use_serial_number, workorder.activate_on_complete) == ("SSC", True, False)


def test_a_refused_order_is_shown_again_as_it_was_typed(demo: Demo) -> None:
    posted = WANTED | {"quantity": "many", "download_once": "on", "remarks": "Blue"}
    page = as_(demo.staff).post(ORDER, posted).content.decode()
    assert "Nothing was ordered yet." in page
    assert "Enter a whole number in digits, such as 1000 or 1,000." in page
    assert 'value="Vintage"' in page
    assert ">Blue</textarea>" in page
    assert re.search(r'id="download_once"[^>]* checked', page)
    assert not re.search(r'id="use_serial_number"[^>]* checked', page)
    assert not Workorder.objects.exists()


@pytest.mark.parametrize("template", ["x", "99", "9" * 30])
def test_a_template_that_is_not_there_is_404(demo: Demo, template: str) -> None:
    assert as_(demo.staff).get(f"{ORDER}?template={template}").status_code == 404


# Templates


def fields(**changes: Any) -> dict[str, Any]:
    return {"name": "Bottles", "layout": "inside", "url_prefix": "https://v.test/"} | changes


def test_a_template_is_added_changed_archived_and_brought_back(demo: Demo) -> None:
    client = as_(demo.admin)
    partner = demo.printco.pk
    assert client.post(f"{TEMPLATES}create/", fields(printing_partner=partner)).headers["Location"] == TEMPLATES
    template = WorkorderTemplate.objects.get()
    assert (template.company, template.layout, template.url_prefix) == (demo.company, "inside", "https://v.test/")
    path = f"{TEMPLATES}{template.pk}/"
    client.post(path, fields(printing_partner=partner, name="Cans", layout="outside", download_once="on"))
    template.refresh_from_db()
    assert (template.name, template.layout, template.download_once) == ("Cans", "outside", True)
    for archive, is_archived, state in (("yes", True, "?state=archived"), ("no", False, "")):
        client.post(f"{path}archive/", {"archive": archive})
        template.refresh_from_db()
        assert template.is_archived == is_archived
        assert ">Cans</a>" in seen(demo.admin, TEMPLATES + state)
    assert ">Cans</a>" not in seen(demo.admin, f"{TEMPLATES}?state=archived")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"name": ""}, "This field is required."),
        ({"name": "Taken"}, "Your company has one of this name already, in use or hidden; choose another."),
        ({"name": "a\x01"}, "Use printable characters only."),
        ({"url_prefix": "https://x.test/" + "a" * 30}, "has 45 characters, and an id has 8 at least;"),
        ({"url_prefix": "https://V.test/"}, "It must look like"),
        ({"printing_partner": "1"}, "Select a valid choice."),
    ],
)
def test_a_refused_template_leaves_nothing(demo: Demo, changes: dict[str, Any], reason: str) -> None:
    a_template(demo, "Taken")
    posted = fields(printing_partner=demo.printco.pk) | changes
    if posted["printing_partner"] == "1":
        posted["printing_partner"] = demo.other.pk
    page = as_(demo.staff).post(f"{TEMPLATES}create/", posted).content.decode()
    assert "Nothing was saved yet." in page
    assert reason in page
    assert WorkorderTemplate.objects.count() == 1
    assert not demo.company.url_prefixes.exists()


def test_templates_belong_to_their_company_and_to_who_may(demo: Demo) -> None:
    template = a_template(demo)
    path = f"{TEMPLATES}{template.pk}/"
    for user, status in ((demo.other_staff, 404), (demo.printer, 403), (demo.support, 403)):
        assert as_(user).get(path).status_code == status
        assert as_(user).post(path, fields()).status_code == status
    assert as_(demo.root).get(TEMPLATES).status_code == 403
    for user in (demo.staff, demo.other_staff, demo.printer):
        assert as_(user).post(f"{path}archive/", {"archive": "yes"}).status_code == 403
    assert as_(demo.admin).get(f"{path}archive/").status_code == 405
    assert "Hide" not in seen(demo.staff, path)
    assert not WorkorderTemplate.objects.get().is_archived


def test_an_empty_list_of_templates_teaches_what_they_are(demo: Demo) -> None:
    assert "No templates yet" in seen(demo.staff, TEMPLATES)
    assert "Nothing fits this filter" in seen(demo.staff, f"{TEMPLATES}?q=x")


def test_the_list_of_templates_makes_a_constant_number_of_queries(demo: Demo) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as counted:
            seen(demo.staff, TEMPLATES)
        return len(counted)

    a_template(demo)
    few = queries()
    for number in range(10):
        a_template(demo, f"More {number}")
    assert queries() == few


# Calling it off


def test_cancelling_asks_first_and_blacklists(demo: Demo) -> None:
    workorder = a_secure_order(demo)
    path = f"/workorders/{workorder.pk}/cancel-secure/"
    page = seen(demo.admin, path)
    assert "Cancel this workorder?" in page
    assert "It has no codes yet, and will take none." in page
    workorder.refresh_from_db()
    assert workorder.state == "new"
    answer = as_(demo.admin).post(path, follow=True)
    assert "Cancelled. Its codes are being blacklisted." in answer.content.decode()
    workorder.refresh_from_db()
    assert workorder.state == "cancelled"
    assert workorder.jobs.get().what == Job.What.BLACKLIST
    again = as_(demo.admin).post(path, follow=True).content.decode()
    assert "This workorder is cancelled; only one that is new, ready to print or printed can be cancelled." in again
    assert as_(demo.admin).get(path).headers["Location"] == f"/workorders/{workorder.pk}/"


def test_a_system_cancels_too(demo: Demo) -> None:
    workorder = brought_to(a_secure_order(demo), "printed", demo)
    path = f"/api/v2/workorders/{workorder.pk}/cancel/"
    assert client_of(demo.staff).post(path).status_code == 403
    answer = client_of(demo.admin).post(path)
    assert (answer.status_code, answer.json()["state"]) == (200, "cancelled")
    assert workorder.jobs.get().what == Job.What.BLACKLIST
    again = client_of(demo.admin).post(path)
    assert (again.status_code, again.json()) == (
        400,
        {"detail": "This workorder is cancelled; only one that is new, ready to print or printed can be cancelled."},
    )
    plain = Workorder.objects.create(company=demo.company, reference="Plain", quantity=1, created_by=demo.staff)
    assert client_of(demo.admin).post(f"/api/v2/workorders/{plain.pk}/cancel/").status_code == 400
    plain.refresh_from_db()
    assert plain.state == "new"


def test_who_may_not_cancel_is_refused_and_not_shown_it(demo: Demo) -> None:
    workorder = brought_to(a_secure_order(demo), "printed", demo)
    path = f"/workorders/{workorder.pk}/cancel-secure/"
    assert path in seen(demo.admin, f"/workorders/{workorder.pk}/")
    for user in (demo.staff, demo.printer):
        assert path not in seen(user, f"/workorders/{workorder.pk}/")
    for user in (demo.staff, demo.printer, demo.other_staff, demo.support):
        assert as_(user).post(path).status_code == 403
    other_admin = demo.other_staff
    other_admin.groups.set(demo.admin.groups.all())
    assert as_(other_admin).post(path).status_code == 404
    workorder.refresh_from_db()
    assert workorder.state == "printed"


# Its page


def test_the_page_of_a_workorder_says_whose_turn_it_is_and_what_happened(committed_demo: Demo) -> None:
    demo = committed_demo
    workorder = a_secure_order(demo, layout="outside", activate_on_complete=True, download_once=True)
    path = f"/workorders/{workorder.pk}/"
    page = seen(demo.admin, path)
    assert "0 of 100 uploaded, secure codes (SSC)" in page
    assert "beside the QR code; ids of up to 35 characters" in page
    assert "Next: Demo Brands uploads the ids." in page
    assert f'href="/upload/?workorder={workorder.pk}"' in page
    assert "List of URLs" not in page
    ingested(demo.staff, "id\nabcd-0001\n", workorder=workorder.pk)
    assert "Next: PrintCo confirms equipment and substrate." in seen(demo.admin, path)
    workflow.confirm(workorder, demo.printer, *printers_own(demo))
    assert "Next: PrintCo prints" in seen(demo.admin, path)
    workflow.mark_printed(workorder, demo.printer, 100, 5)
    page = seen(demo.admin, path)
    assert "Next: Demo Brands checks the quality" in page
    assert "Press 7 on Coated 90 g" in page
    assert "100, wasted 5" in page
    assert re.findall(r"<strong>([^<]*)</strong> by ([^<]*) <small>", page) == [
        ("Codes ordered: 100", "staff@demo.example"),
        (f"Codes uploaded: 1, record {workorder.ingestions.get().key}", "staff@demo.example"),
        ("Confirmed: Press 7 on Coated 90 g", "PrintCo"),
        ("Printed 100, wasted 5", "PrintCo"),
    ]
    workflow.complete(workorder, demo.staff)
    assert "Nothing is left to do." in seen(demo.admin, path)


def test_the_partner_sees_no_names_of_the_brand_owners_people_and_nothing_to_upload(demo: Demo) -> None:
    workorder = brought_to(a_secure_order(demo), "ready_to_print", demo)
    page = seen(demo.printer, f"/workorders/{workorder.pk}/")
    assert "staff@demo.example" not in page
    assert "Demo Brands" in page
    assert "printer@printco.example" in page
    assert "/upload/" not in page


def test_a_workorder_that_takes_no_codes_offers_no_upload(demo: Demo) -> None:
    workorder = brought_to(a_secure_order(demo), "cancelled", demo)
    page = seen(demo.admin, f"/workorders/{workorder.pk}/")
    assert "It never had codes." in page
    assert "/upload/?workorder=" not in page
    assert "/cancel-secure/" not in page


def test_the_upload_page_offers_the_companys_workorders_that_take_codes(demo: Demo) -> None:
    assert 'id="workorder"' not in seen(demo.staff, "/upload/")
    taking = a_secure_order(demo, "Taking")
    brought_to(a_secure_order(demo, "Cancelled"), "cancelled", demo)
    full = a_secure_order(demo, "Full", 5)
    archived = a_secure_order(demo, "Archived")
    Workorder.objects.filter(pk=full.pk).update(uploaded_quantity=5)
    Workorder.objects.filter(pk=archived.pk).update(is_archived=True)
    page = seen(demo.staff, f"/upload/?workorder={taking.pk}")
    options = re.findall(r'<option value="(\d+)" data-prefix="([^"]*)"( selected)?>([^<]*)<', page)
    said = "Taking: 0 of 100 secure codes uploaded"
    assert options == [(str(taking.pk), "https://demo.test/", " selected", said)]
    assert 'id="workorder"' not in seen(demo.other_staff, "/upload/")


def test_the_workorder_that_an_upload_is_for_is_offered_however_old_it_is(
    demo: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upload, "WORKORDERS_TO_CHOOSE_FROM", 1)
    oldest = a_secure_order(demo, "Oldest")
    a_secure_order(demo, "Newest")
    Workorder.objects.filter(pk=oldest.pk).update(is_archived=True)
    page = seen(demo.staff, f"/upload/?workorder={oldest.pk}")
    offered = re.findall(r'<option value="\d+" data-prefix="[^"]*"( selected)?>(\w+):', page)
    assert offered == [(" selected", "Oldest"), ("", "Newest")]


def test_a_workorder_that_takes_no_codes_is_not_replaced_by_plain_ones_without_a_word(demo: Demo) -> None:
    full = a_secure_order(demo, "Full", 5)
    Workorder.objects.filter(pk=full.pk).update(uploaded_quantity=5)
    assert "The workorder has 5 of 5 codes, so it takes no more." in seen(demo.staff, f"/upload/?workorder={full.pk}")
    for unknown in ("x", "999999999", str(full.pk)):
        user = demo.other_staff if unknown == str(full.pk) else demo.staff
        assert as_(user).get(f"/upload/?workorder={unknown}").status_code == 404, unknown


def test_the_symbol_of_the_upload_page_is_that_of_the_workorder(demo: Demo) -> None:
    workorder = a_secure_order(demo)
    path = f"/upload/symbol/?workorder={workorder.pk}&identifier="
    page = seen(demo.staff, path + "abcd-0001")
    assert "https://demo.test/abcd-0001" in page
    assert "QR version 4. An id may have up to 28 characters." in page
    assert "No QR code can say this" in seen(demo.staff, path + "x" * 29)
    assert as_(demo.other_staff).get(path).status_code == 404


# The key under which secrets are kept


def test_secrets_move_to_a_new_key_all_or_none(demo: Demo, settings: Any) -> None:
    orders = [a_secure_order(demo, f"Order {number}") for number in range(2)]
    graphics = [make_graphic(order.layout, bytes(order.secret), order.pk, 600).dots for order in orders]
    old, settings.SECRET_KEY = settings.SECRET_KEY, "another key, of 32 characters and more"
    with pytest.raises(CommandError, match=rf"^Workorder {orders[0].pk}: .* Nothing was changed\.$"):
        call_command("renew_secrets")
    settings.SECRET_KEY_FALLBACKS = [old]
    said = io.StringIO()
    call_command("renew_secrets", stdout=said)
    assert said.getvalue() == "Encrypted anew: 2 workorders.\n"
    settings.SECRET_KEY_FALLBACKS = []
    for order, before in zip(orders, graphics, strict=True):
        order.refresh_from_db()
        assert (make_graphic(order.layout, bytes(order.secret), order.pk, 600).dots == before).all()
