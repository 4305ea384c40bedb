"""Roles follow the company's kind: nobody gives another one, and one that somebody has counts for nothing."""

from __future__ import annotations

from io import StringIO

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db import transaction
from django.test import Client

from portal.accounts import invitations, people, role_checks
from portal.models import Company, User
from tests.support.demo import Demo
from tests.support.pages import a_record, as_
from tests.support.tokens import client_of

WRONG = [
    *(("printer", role) for role in ("staff", "support", "operator")),
    *(("staff", role) for role in ("printer", "support", "operator")),
    ("support", "admin"),
]


def holding(user: User, *roles: str) -> User:
    """The person as one finds it after somebody else's hand was in the table."""
    member = User.groups.through
    member.objects.filter(user=user).delete()
    member.objects.bulk_create(member(user=user, group=group) for group in Group.objects.filter(name__in=roles))
    return User.objects.select_related("company").get(pk=user.pk)


def test_a_partners_person_with_roles_of_others_reads_nobodys_records(demo: Demo) -> None:
    a_record(demo.staff)
    user = holding(demo.printer, "staff", "support")
    assert not any(map(user.may, ("company_view_all", "ingestion_view", "ingestion_code_create", "workorder_view")))
    assert user.get_all_permissions() == set()
    assert client_of(user).get("/api/v2/ingestion/").status_code == 403
    assert as_(user).get("/ingestions/").status_code == 403
    assert client_of(user).get("/api/v2/me/").json()["permissions"] == []
    assert holding(demo.printer, "staff", "printer").may("workorder_print")


@pytest.mark.parametrize(("who", "role"), WRONG)
def test_a_role_that_does_not_fit_counts_for_nothing_and_is_not_given(demo: Demo, who: str, role: str) -> None:
    user: User = getattr(demo, who)
    fits = user.groups.get().name
    assert holding(user, role).get_all_permissions() == set()
    assert holding(user, fits).get_all_permissions()
    fields = {"email": user.email, "name": user.name, "company": user.company_id or ""}
    wrong = Group.objects.get(name=role)
    groups = [Group.objects.get(name=name).pk for name in (fits, role)]
    path = f"/admin/portal/user/{user.pk}/change/"
    page = as_(demo.root).post(path, fields | {"groups": groups}).content.decode()
    assert f"cannot be {role}, only" in page
    assert [group.name for group in user.groups.all()] == [fits]
    assert as_(demo.root).post(path, fields | {"groups": groups[:1]}).status_code == 302
    if user.company:
        with pytest.raises(people.WrongRole, match=f"cannot be {role}, only"):
            people.give_role(user, role)
        with pytest.raises(people.WrongRole):
            invitations.invite(user.company, "new@demo.example", role, demo.admin)
    refused = f"cannot be {role}, only"
    with pytest.raises(people.WrongRole, match=refused), transaction.atomic():
        user.groups.add(wrong)
    with pytest.raises(people.WrongRole, match=refused), transaction.atomic():
        wrong.user_set.add(user)
    assert [group.name for group in user.groups.all()] == [fits]


def test_nobody_moves_to_a_company_of_another_kind_with_the_old_role(demo: Demo) -> None:
    fields = {"email": demo.staff.email, "company": demo.printco.pk, "groups": [demo.staff.groups.get().pk]}
    page = as_(demo.root).post(f"/admin/portal/user/{demo.staff.pk}/change/", fields).content.decode()
    assert "Somebody of a printing partner cannot be staff, only printer or admin." in page
    demo.staff.refresh_from_db()
    assert demo.staff.company == demo.company


def test_a_new_person_of_the_back_office_fits_too(demo: Demo) -> None:
    staff = Group.objects.get(name="staff").pk
    for company, status in ((demo.printco.pk, 200), ("", 200), (demo.company.pk, 302)):
        fields = {"email": "new@x.example", "company": company, "groups": [staff]}
        assert as_(demo.root).post("/admin/portal/user/add/", fields).status_code == status
    assert User.objects.get(email="new@x.example").company == demo.company


@pytest.mark.parametrize(("who", "role"), [("admin", "printer"), ("admin", "support")])
def test_the_page_of_people_neither_offers_nor_takes_it(demo: Demo, who: str, role: str) -> None:
    client: Client = as_(getattr(demo, who))
    client.post(f"/people/{demo.staff.pk}/", {"role": role})
    assert [group.name for group in demo.staff.groups.all()] == ["staff"]
    assert (
        "Select a valid choice"
        in client.post("/people/invite/", {"email": "new@demo.example", "role": role}).content.decode()
    )


def test_a_company_that_becomes_another_kind_takes_its_peoples_roles_along(demo: Demo) -> None:
    Company.objects.filter(pk=demo.company.pk).update(kind=Company.Kind.PRINTING_PARTNER)
    assert not User.objects.get(pk=demo.staff.pk).may("ingestion_view")


def test_the_check_tells_whose_role_does_not_fit_and_changes_nothing(demo: Demo) -> None:
    assert role_checks.check_roles(databases=["default"]) == []
    holding(demo.printer, "support", "printer")
    holding(demo.support, "staff")
    told = StringIO()
    call_command("check", databases=["default"], stderr=told)
    lines = [line.removeprefix("?: (portal.W001) ") for line in told.getvalue().splitlines() if "W001" in line]
    assert lines == [
        "printer@printco.example: Somebody of a printing partner cannot be support, only printer or admin.",
        "support@demo.example: Somebody of no company cannot be staff, only support or operator.",
    ]
    assert {group.name for group in demo.printer.groups.all()} == {"support", "printer"}


def test_the_check_names_twenty_people_at_most(demo: Demo) -> None:
    for number in range(21):
        holding(User.objects.create_user(f"p{number:02}@demo.example", company=demo.company), "printer")
    told = [message.msg for message in role_checks.check_roles(databases=["default"])]
    assert told[0] == "p00@demo.example: Somebody of a brand owner cannot be printer, only staff or admin."
    assert (len(told), told[-1]) == (21, "There are more than 20 such people.")


def test_superusers_and_those_without_a_role_are_as_before(demo: Demo) -> None:
    assert demo.root.may("ingestion_view")
    assert demo.root.has_perm("portal.anything")
    assert holding(demo.staff).get_all_permissions() == set()
    User.objects.filter(pk=demo.root.pk).update(is_active=False)
    assert not User.objects.get(pk=demo.root.pk).has_perm("portal.company_people")
