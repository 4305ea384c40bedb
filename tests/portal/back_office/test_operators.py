"""Operators: what they see and do in the back office, and that they get no further by it."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group
from django.core import mail
from django.test import Client

from ingestion.models import IngestionRecord
from portal.models import Company, Event, User, UserAuthorizationToken
from tests.support.api_calls import GUARDED, NEEDS, address, one_of_each
from tests.support.back_office import KINDS, every_kind, everything, key_of
from tests.support.demo import PASSWORD, Demo
from tests.support.pages import a_record, as_
from tests.support.people import NEW, an_operator, signed_in
from tests.support.site import pages
from tests.support.tokens import client_of, issue
from workorders.models import Export, Job, UrlPrefix

pytestmark = pytest.mark.usefixtures("letters_go_at_once")

ADDED = {Company, User}
ACTIONS: dict[Any, set[str]] = {
    IngestionRecord: {"cancel", "retry"},
    Job: {"cancel"},
    Export: {"cancel"},
    UrlPrefix: {"release"},
    User: {"invite", "deactivate", "reactivate", "sign_out", "forget_second_step", "forget_link"},
    UserAuthorizationToken: {"revoke"},
}
"""Of each kind of row, the actions of operators."""


@pytest.fixture
def operator(demo: Demo) -> User:
    """An operator, and one of each kind of row to look at."""
    everything(demo)
    return an_operator()


def act(user: User, action: str, *rows: Any) -> str:
    """Let `user` run an action in the back office; what the page then says."""
    fields = {"action": action, "_selected_action": [row.pk for row in rows]}
    response = as_(user).post(f"/admin/{KINDS[type(rows[0])]}/", fields, follow=True)
    return " ".join(str(message) for message in response.context["messages"])


def state_of(user: User) -> dict[str, Any]:
    """All that makes a person who they are."""
    row = User.objects.filter(pk=user.pk).values().get()
    roles = User.objects.get(pk=user.pk).groups.values_list("name", flat=True)
    return row | {"last_login": None, "roles": sorted(roles)}


@every_kind
def test_operators_see_each_kind_and_may_do_what_the_table_says(demo: Demo, operator: User, model: Any) -> None:
    client, path = as_(operator), f"/admin/{KINDS[model]}/"
    if model is Event:
        as_(demo.root).post(f"/admin/portal/company/{demo.company.pk}/change/", {"name": "Renamed"})
    row = model.objects.first()
    page = client.get(path)
    assert page.status_code == 200
    offered = (
        {name for name, _ in page.context["action_form"].fields["action"].choices if name}
        if ACTIONS.get(model)
        else set()
    )
    assert offered == ACTIONS.get(model, set())
    assert client.get(f"{path}{key_of(row)}/change/").status_code == 200
    before = model.objects.filter(pk=row.pk).values().get()
    assert client.post(f"{path}{key_of(row)}/change/", {"name": "x", "email": "x@x.example"}).status_code == 403
    assert client.post(f"{path}{key_of(row)}/delete/", {"post": "yes"}).status_code == 403
    assert client.get(f"{path}add/").status_code == (200 if model in ADDED else 403)
    assert model.objects.filter(pk=row.pk).values().get() == before


def test_who_has_the_tick_of_the_back_office_without_the_role_does_not_enter(demo: Demo) -> None:
    User.objects.filter(pk=demo.support.pk).update(is_staff=True)
    assert as_(demo.support).get("/admin/", follow=True).status_code == 403
    assert as_(demo.support).get("/admin/portal/user/", follow=True).status_code == 403


def test_the_role_makes_an_operator_and_without_it_nobody_enters(demo: Demo) -> None:
    roles = {group.name: group.pk for group in Group.objects.all()}
    fields = {"email": "ops@codeport.example", "name": "", "company": "", "groups": [roles["operator"]]}
    assert as_(demo.root).post("/admin/portal/user/add/", fields).status_code == 302
    made = User.objects.get(email="ops@codeport.example")
    assert (made.is_staff, made.is_superuser) == (True, False)
    assert as_(made).get("/admin/").status_code == 200
    as_(demo.root).post(f"/admin/portal/user/{made.pk}/change/", fields | {"groups": [roles["support"]]})
    made = User.objects.get(pk=made.pk)
    assert made.is_staff is False
    assert as_(made).get("/admin/", follow=True).status_code == 403


def test_operators_need_a_second_step_where_superusers_do(operator: User, settings: Any) -> None:
    settings.SECOND_STEP_FOR_OPERATORS = True
    assert as_(operator).get("/admin/").headers["Location"] == "/account/"


# What they do


def test_operators_make_companies_and_people(demo: Demo, operator: User) -> None:
    client = as_(operator)
    fields: dict[str, Any] = {"name": "New", "slug": "new", "kind": "brand_owner"}
    assert client.post("/admin/portal/company/add/", fields).status_code == 302
    company, admin = Company.objects.get(slug="new"), Group.objects.get(name="admin").pk
    fields = {"email": "first@new.example", "name": "", "company": company.pk, "groups": [admin]}
    assert client.post("/admin/portal/user/add/", fields).status_code == 302
    assert mail.outbox[0].to == ["first@new.example"]
    assert Event.objects.filter(what="person_made", by=operator).count() == 1


def test_operators_help_who_has_lost_the_second_step_and_stop_work(demo: Demo, operator: User) -> None:
    Authenticator.objects.create(user=demo.admin, type="totp", data={"secret": "x"})
    assert act(operator, "forget_second_step", demo.admin) == "Forgotten: 1 of 1."
    waiting = a_record(demo.staff, "queued")
    assert act(operator, "cancel", waiting) == "Cancelled: 1 of 1."
    assert act(operator, "cancel", Job.objects.get(), *Job.objects.none()) == "Cancelled: 1 of 1."
    assert act(operator, "release", UrlPrefix.objects.get()) == "Released, if unused: 1 of 1."
    assert act(operator, "revoke", UserAuthorizationToken.objects.get()) == "Revoked: 1 of 1."
    assert act(operator, "sign_out", demo.staff) == "Signed out: 0 of 1."


# How far they get


@pytest.mark.parametrize(
    "more", [{"is_superuser": "on"}, {"is_staff": "on"}, {"password": "x"}, {"user_permissions": 1}]
)
def test_a_form_makes_nobody_more_than_it_offers(demo: Demo, operator: User, more: dict[str, Any]) -> None:
    before = {user.email: state_of(user) for user in (operator, demo.root, demo.support)}
    for user in (operator, demo.root, demo.support):
        fields = {"email": user.email, "name": "x", "company": "", "groups": []}
        assert as_(operator).post(f"/admin/portal/user/{user.pk}/change/", fields | more).status_code == 403
        assert state_of(user) == before[user.email]
    fields = {"email": "new@codeport.example", "name": "", "company": ""}
    assert as_(operator).post("/admin/portal/user/add/", fields | more).status_code == 302
    made = User.objects.get(email="new@codeport.example")
    assert (made.is_superuser, made.is_staff, made.has_usable_password()) == (False, False, False)
    assert made.get_all_permissions() == set()


def test_operators_make_no_operators(operator: User) -> None:
    roles = {group.name: group.pk for group in Group.objects.all()}
    page = as_(operator).get("/admin/portal/user/add/").content.decode()
    assert (f'value="{roles["support"]}"' in page, f'value="{roles["operator"]}"' in page) == (True, False)
    fields = {"email": "new@codeport.example", "name": "", "company": "", "groups": [roles["operator"]]}
    refused = as_(operator).post("/admin/portal/user/add/", fields)
    assert "Select a valid choice" in refused.content.decode()
    assert not User.objects.filter(email="new@codeport.example").exists()


@pytest.mark.parametrize(
    "path", ["auth/group", "mfa/authenticator", "usersessions/usersession", "account/emailaddress"]
)
def test_roles_and_secrets_of_signing_in_have_no_page(operator: User, path: str) -> None:
    for page in ("", "add/", "1/change/"):
        assert as_(operator).get(f"/admin/{path}/{page}").status_code == 404


def test_the_own_password_is_changed_on_the_page_of_the_account_alone(operator: User) -> None:
    fields = {"old_password": PASSWORD, "new_password1": NEW["password"], "new_password2": NEW["password"]}
    response = as_(operator).post("/admin/password_change/", fields)
    assert (response.status_code, response.headers["Location"]) == (302, "/accounts/password/change/")
    assert User.objects.get(pk=operator.pk).check_password(PASSWORD)


@pytest.mark.parametrize("action", sorted(ACTIONS[User]))
def test_operators_do_nothing_to_who_runs_the_portal(demo: Demo, operator: User, action: str) -> None:
    colleague = an_operator("colleague@codeport.example")
    invited = User.objects.create(email="root2@codeport.example", password="!", is_staff=True, is_superuser=True)
    User.objects.create(email="gone@codeport.example", is_active=False, is_staff=True, is_superuser=True)
    rows = [operator, demo.root, colleague, invited, User.objects.get(email="gone@codeport.example")]
    browsers: list[Client] = [signed_in(demo.root), signed_in(colleague)]
    for row in rows:
        Authenticator.objects.create(user=row, type="totp", data={"secret": "x"})
    before = [state_of(row) for row in rows]
    assert ": 0 of " in act(operator, action, *rows)
    assert [state_of(row) for row in rows] == before
    assert Authenticator.objects.count() == len(rows)
    assert [browser.get("/account/").status_code for browser in browsers] == [200, 200]
    assert mail.outbox == []


def test_operators_revoke_no_token_of_a_superuser(demo: Demo, operator: User) -> None:
    issue(demo.root, name="root's")
    token = UserAuthorizationToken.objects.get(name="root's")
    assert act(operator, "revoke", token) == "Revoked: 0 of 1."
    assert act(demo.root, "revoke", token) == "Revoked: 1 of 1."


# Outside of the back office


@pytest.mark.parametrize("call", GUARDED)
def test_operators_call_what_support_calls(demo: Demo, call: str) -> None:
    at = address(call, one_of_each(demo))
    answers = [client_of(user).generic(*at).status_code for user in (demo.support, an_operator())]
    assert answers[0] == answers[1]
    if at[0] != "GET":
        assert answers[1] == 403, NEEDS[call]


def test_operators_open_the_pages_that_support_opens(committed_demo: Demo) -> None:
    demo = committed_demo
    shown = [page for page in pages(demo) if page.email]
    support, operator = as_(demo.support), as_(an_operator())
    for page in shown:
        answers = [client.get(page.path).status_code for client in (support, operator)]
        expected = [403, 200] if page.url_name == "style" else [answers[0]] * 2
        assert answers == expected, page.name


def test_no_token_holds_the_back_office(operator: User) -> None:
    page = as_(operator).get("/tokens/create/").content.decode()
    assert ("run the portal" in page, "see every company" in page.lower()) == (False, True)
