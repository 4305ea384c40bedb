"""The people of a company: invited, given roles, shut out and let in again, by its admins alone."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from unittest.mock import Mock

import pytest
from django.contrib.auth.models import Group
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from kombu.exceptions import OperationalError
from rest_framework.test import APIClient

from portal import tasks
from portal.accounts.people import LastOperator, deactivate, in_reach, people_of, role_of, state_of
from portal.models import Company, Invitation, Letter, User
from tests.support.demo import PASSWORD, Demo
from tests.support.pages import as_, seen
from tests.support.people import NEW, an_operator, link, signed_in
from tests.support.tokens import issue

pytestmark = pytest.mark.usefixtures("letters_go_at_once")


def invited(admin: User, email: str = "new@demo.example", role: str = "staff") -> str:
    """The path of the link that the invited person is mailed."""
    response = as_(admin).post("/people/invite/", {"email": email, "role": role}, follow=True)
    assert f"{email} is invited." in response.content.decode()
    return link()


def role(user: User) -> str:
    return role_of(User.objects.prefetch_related("groups").get(pk=user.pk))


def an_admin(company: Company, **fields: Any) -> User:
    user = User.objects.create_user("second@demo.example", PASSWORD, company=company, **fields)
    user.groups.add(Group.objects.get(name="admin"))
    return user


# Coming in


def test_an_invited_person_chooses_name_and_password_and_is_in(demo: Demo) -> None:
    path = invited(demo.admin)
    message = mail.outbox[0]
    assert (message.to, message.subject) == (["new@demo.example"], "Demo Brands invites you to Codeport")
    assert message.from_email == "Codeport <codeport@localhost>"
    assert "Adam Admin invites you" in str(message.body)
    client = Client()
    assert "You will sign in as <strong>new@demo.example</strong>" in client.get(path).content.decode()
    response = client.post(path, NEW)
    assert (response.status_code, response.headers["Location"]) == (302, "/")
    assert "new@demo.example" in client.get("/").content.decode()
    person = User.objects.get(email="new@demo.example")
    assert (person.name, person.company, role(person), state_of(person)) == (
        "Nora New",
        demo.company,
        "staff",
        "active",
    )
    signed_in(person, NEW["password"])


def test_a_link_holds_once(demo: Demo) -> None:
    path = invited(demo.admin)
    Client().post(path, NEW)
    for client in (Client(), as_(demo.admin)):
        for response in (client.get(path), client.post(path, NEW | {"password": "another long phrase"})):
            assert response.status_code == 404
            assert "This invitation is not valid" in response.content.decode()
    signed_in(User.objects.get(email="new@demo.example"), NEW["password"])


def test_a_link_grows_old(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    path = invited(demo.admin)
    later = timezone.now().replace(tzinfo=None) + timedelta(days=3, minutes=1)
    monkeypatch.setattr(PasswordResetTokenGenerator, "_now", lambda self: later)
    assert Client().get(path).status_code == 404


def test_a_new_link_makes_the_old_one_worthless_and_so_does_withdrawing(demo: Demo) -> None:
    old = invited(demo.admin)
    invitation = Invitation.objects.get()
    as_(demo.admin).post(f"/people/invitations/{invitation.pk}/again/")
    new = link()
    assert (Client().get(old).status_code, Client().get(new).status_code) == (404, 200)
    as_(demo.admin).post(f"/people/invitations/{invitation.pk}/withdraw/")
    assert Client().post(new, NEW).status_code == 404
    assert not Invitation.objects.exists()


def test_many_invitations_are_folded_above_the_people_until_one_is_searched(
    demo: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.accounts.people_views.MOST_INVITED", 11)
    for number in range(10):
        invited(demo.admin, f"new{number}@demo.example")
    assert "<details open> <summary>10 people are invited" in seen(demo.admin, "/people/")
    invited(demo.admin, "new10@demo.example")
    page = seen(demo.admin, "/people/")
    assert "<details> <summary>11 people are invited, and not here yet" in page
    assert "The first" not in page
    invited(demo.admin, "new11@demo.example")
    page = seen(demo.admin, "/people/")
    assert "12 people are invited" in page
    assert "The first 11 by e-mail; search for others." in page
    assert "<details open> <summary>1 person is invited" in seen(demo.admin, "/people/?q=new7")


def test_somebody_whom_the_back_office_made_is_invited_again_by_the_companys_admin(demo: Demo) -> None:
    person = User.objects.create_user("made@demo.example", company=demo.company)
    as_(demo.admin).post(f"/people/{person.pk}/invite/")
    old = link()
    as_(demo.admin).post(f"/people/{person.pk}/invite/")
    new = link()
    assert (Client().get(old).status_code, Client().get(new).status_code) == (404, 200)
    as_(demo.admin).post(f"/people/{person.pk}/deactivate/")
    assert Client().post(new, NEW).status_code == 404


@pytest.mark.parametrize("path", ["/people/join/1/x/", "/people/join/zzzzzzzzzzzzz/a-b/", "/people/join/-/a-b/"])
def test_a_made_up_link_is_refused(demo: Demo, path: str) -> None:
    assert Client().get(path).status_code == 404


def test_a_link_for_one_person_opens_no_other(demo: Demo) -> None:
    key = invited(demo.admin).split("/")[-2]
    invited(demo.admin, "second@demo.example")
    second = invited(demo.admin, "third@demo.example").split("/")[-3]
    assert Client().get(f"/people/join/{second}/{key}/").status_code == 404


def test_a_weak_password_is_refused_with_the_reason(demo: Demo) -> None:
    response = Client().post(invited(demo.admin), NEW | {"password": "password"})
    assert "This password is too common." in response.content.decode()
    assert not User.objects.filter(email="new@demo.example").exists()


def test_the_password_is_taken_as_it_was_written(demo: Demo) -> None:
    Client().post(invited(demo.admin), NEW | {"password": "  a long enough phrase "})
    signed_in(User.objects.get(email="new@demo.example"), "  a long enough phrase ")
    refused = Client().post("/accounts/login/", {"login": "new@demo.example", "password": "a long enough phrase"})
    assert refused.status_code == 200


def test_the_inviter_does_not_learn_who_has_an_account_elsewhere(demo: Demo) -> None:
    client, pages = as_(demo.admin), []
    for email in ("staff@other.example", "nobody@other.example"):
        answer = client.post("/people/invite/", {"email": email, "role": "staff"})
        page = seen(demo.admin, f"/people/?q={email}").partition('id="found"')[2]
        shown = re.sub(r"<[^>]*>|now|(a|\d+)\sseconds? ago", "", page).replace(email, "")
        pages.append((answer.status_code, answer.headers["Location"], shown))
    assert pages[0] == pages[1]
    known, unknown = mail.outbox
    assert (known.to, unknown.to) == (["staff@other.example"], ["nobody@other.example"])
    assert "This address has an account at Codeport already" in str(known.body)
    assert "/people/join/" not in str(known.body)
    assert Client().get(link()).status_code == 200


def test_an_address_that_got_an_account_meanwhile_joins_no_second_time(demo: Demo) -> None:
    demo.other_staff.groups.add(Group.objects.get(name="admin"))
    first, second = invited(demo.admin), invited(demo.other_staff)
    assert Client().get(second).status_code == 200
    assert Client().post(first, NEW).status_code == 302
    for response in (Client().get(second), Client().post(second, NEW)):
        assert response.status_code == 404
    assert User.objects.get(email="new@demo.example").company == demo.company


def test_invitations_of_another_company_do_not_exist(demo: Demo) -> None:
    demo.other_staff.groups.add(Group.objects.get(name="admin"))
    invited(demo.admin)
    pk = Invitation.objects.get().pk
    for what in ("again", "withdraw"):
        assert as_(demo.other_staff).post(f"/people/invitations/{pk}/{what}/").status_code == 404
        assert as_(demo.staff).post(f"/people/invitations/{pk}/{what}/").status_code == 403
        assert as_(demo.admin).get(f"/people/invitations/{pk}/{what}/").status_code == 405
    assert Invitation.objects.filter(pk=pk).exists()


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"email": "nobody", "role": "staff"}, "Enter a valid email address."),
        ({"email": "STAFF@demo.example", "role": "staff"}, "This is one of your people already."),
        ({"email": "new@demo.example", "role": "support"}, "Select a valid choice."),
        ({"email": "new@demo.example", "role": "printer"}, "Select a valid choice."),
    ],
)
def test_an_invitation_that_is_wrong_is_refused(demo: Demo, fields: dict[str, str], said: str) -> None:
    before = User.objects.count()
    assert said in as_(demo.admin).post("/people/invite/", fields).content.decode()
    assert (User.objects.count(), mail.outbox) == (before, [])


def test_an_invitation_is_not_lost_while_the_mail_server_or_the_broker_is_away(
    demo: Demo, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = (
        "django.core.mail.backends.smtp.EmailBackend",
        "127.0.0.1",
        1,
    )
    as_(demo.admin).post("/people/invite/", {"email": "new@demo.example", "role": "staff"})
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    tasks.sweep()
    assert (Letter.objects.get().attempts, mail.outbox) == (1, [])
    Letter.objects.update(due_at=timezone.now())
    with monkeypatch.context() as patch:
        patch.setattr("portal.tasks.send_letter.apply_async", Mock(side_effect=OperationalError))
        tasks.sweep()
        as_(demo.admin).post("/people/invite/", {"email": "second@demo.example", "role": "staff"})
    assert (Letter.objects.count(), mail.outbox) == (2, [])
    tasks.sweep()
    assert sorted(message.to[0] for message in mail.outbox) == ["new@demo.example", "second@demo.example"]
    assert not Letter.objects.exists()
    assert Client().get(link()).status_code == 200


def test_a_letter_that_cannot_be_sent_for_a_day_is_given_up_and_said(
    demo: Demo, caplog: pytest.LogCaptureFixture
) -> None:
    letter = Letter.objects.create(kind="reset", email=demo.staff.email, created_at=timezone.now() - timedelta(days=2))
    tasks.sweep()
    assert caplog.messages == [f"The letter {letter.pk} (reset) was given up"]
    assert (Letter.objects.count(), mail.outbox) == (0, [])


# Roles


def test_a_role_is_changed_and_holds_at_once(demo: Demo) -> None:
    person = as_(demo.staff)
    assert person.get("/people/").status_code == 403
    as_(demo.admin).post(f"/people/{demo.staff.pk}/", {"role": "admin"})
    assert role(demo.staff) == "admin"
    assert person.get("/people/").status_code == 200
    as_(demo.admin).post(f"/people/{demo.staff.pk}/", {"role": "support"})
    assert role(demo.staff) == "admin"


def test_a_printing_partner_has_printers_and_admins(demo: Demo) -> None:
    admin = an_admin(demo.printco)
    page = seen(admin, "/people/invite/")
    assert re.findall(r'name="role" value="(\w+)"', page) == ["printer", "admin"]
    invited(admin, "new@printco.example", "printer")
    Client().post(link(), NEW)
    assert role(User.objects.get(email="new@printco.example")) == "printer"


def test_the_last_admin_who_can_sign_in_stays_one(demo: Demo) -> None:
    invited(demo.admin, "never@demo.example", "admin")
    second = an_admin(demo.company, is_active=False)
    for path, fields in (
        (f"/people/{demo.admin.pk}/", {"role": "staff"}),
        (f"/people/{demo.admin.pk}/deactivate/", {}),
    ):
        page = as_(demo.admin).post(path, fields, follow=True).content.decode()
        assert "Your company would be left without an admin." in page
    demo.admin.refresh_from_db()
    assert (role(demo.admin), demo.admin.is_active) == ("admin", True)
    as_(demo.admin).post(f"/people/{second.pk}/reactivate/")
    as_(demo.admin).post(f"/people/{demo.admin.pk}/", {"role": "staff"})
    assert role(demo.admin) == "staff"
    as_(second).post(f"/people/{second.pk}/deactivate/")
    second.refresh_from_db()
    assert second.is_active


def test_operators_reach_nobody_who_runs_the_portal(demo: Demo) -> None:
    operator, ticked = an_operator(), User.objects.create_user("ticked@codeport.example", PASSWORD, is_staff=True)
    plain = an_operator("plain@codeport.example")
    User.objects.filter(pk=plain.pk).update(is_staff=False)
    plain.refresh_from_db()
    assert all(in_reach(user, operator) for user in (demo.staff, demo.admin, demo.printer, demo.support))
    assert not any(in_reach(user, operator) for user in (demo.root, operator, ticked, plain))
    assert all(in_reach(user, demo.root) for user in (demo.staff, demo.root, operator, ticked, plain))


def test_the_last_superuser_who_can_sign_in_stays_one(demo: Demo) -> None:
    with pytest.raises(LastOperator):
        deactivate(demo.root)
    demo.root.refresh_from_db()
    assert demo.root.is_active
    User.objects.create_superuser("second@codeport.example", PASSWORD)
    deactivate(demo.root)
    demo.root.refresh_from_db()
    assert not demo.root.is_active
    deactivate(demo.staff)


# Going


def test_a_deactivated_person_is_signed_out_and_the_tokens_stop(demo: Demo) -> None:
    client, api = signed_in(demo.staff), APIClient()
    secret = issue(demo.staff)
    assert client.get("/ingestions/").status_code == 200
    admin = as_(demo.admin)
    assert "Deactivate this person?" in admin.get(f"/people/{demo.staff.pk}/deactivate/").content.decode()
    assert client.get("/ingestions/").status_code == 200
    admin.post(f"/people/{demo.staff.pk}/deactivate/")
    assert client.get("/ingestions/").status_code == 302
    assert api.get("/api/v2/me/", HTTP_AUTHORIZATION=f"UAT {secret}").status_code == 401
    refused = Client().post("/accounts/login/", {"login": demo.staff.email, "password": PASSWORD})
    assert refused.headers["Location"] == "/accounts/inactive/"
    admin.post(f"/people/{demo.staff.pk}/reactivate/")
    assert client.get("/ingestions/").status_code == 302, "an old session stays ended"
    assert api.get("/api/v2/me/", HTTP_AUTHORIZATION=f"UAT {secret}").status_code == 200
    signed_in(demo.staff)


# Whose


@pytest.mark.parametrize("who", ["staff", "support", "printer", "other_staff", "root"])
def test_nobody_but_admins_manages_people(demo: Demo, who: str) -> None:
    client = as_(getattr(demo, who))
    for path in ("/people/", "/people/invite/", f"/people/{demo.staff.pk}/", f"/people/{demo.staff.pk}/deactivate/"):
        assert client.get(path).status_code == 403
        assert client.post(path, {"role": "admin", "email": "x@demo.example"}).status_code == 403
    assert 'href="/people/"' not in client.get("/").content.decode()


def test_people_of_another_company_do_not_exist(demo: Demo) -> None:
    demo.other_staff.groups.add(Group.objects.get(name="admin"))
    client = as_(demo.other_staff)
    page = client.get("/people/").content.decode()
    assert ("staff@other.example" in page, "demo.example" in page) == (True, False)
    for person in (demo.staff, demo.support, demo.root):
        for path in ("", "deactivate/", "reactivate/", "invite/"):
            assert client.post(f"/people/{person.pk}/{path}", {"role": "admin"}).status_code == 404
    demo.staff.refresh_from_db()
    assert (demo.staff.is_active, role(demo.staff)) == (True, "staff")


def test_an_admin_does_not_touch_those_who_run_the_portal(demo: Demo) -> None:
    User.objects.filter(pk=demo.root.pk).update(company=demo.company)
    assert demo.root.email not in seen(demo.admin, "/people/")
    assert as_(demo.admin).post(f"/people/{demo.root.pk}/deactivate/").status_code == 404


def test_the_list_is_searched_and_costs_the_same_for_more_people(demo: Demo) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as taken:
            assert client.get("/people/").status_code == 200
        return len(taken)

    client = as_(demo.admin)
    few = queries()
    for number in range(12):
        User.objects.create_user(f"p{number}@demo.example", company=demo.company)
    assert queries() == few
    assert people_of(demo.company).count() == 14
    page = seen(demo.admin, "/people/?q=ADAM")
    assert ("admin@demo.example</a>" in page, "p3@demo.example" in page) == (True, False)
