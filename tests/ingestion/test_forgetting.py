"""`manage.py forget`: a person is a former person everywhere, a company is gone but for its slug."""

from __future__ import annotations

import io
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.apps import apps
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.test import Client
from django.utils import timezone

from ingestion import forgetting, services
from ingestion.models import Drop, DroppedFile, IngestionError, IngestionRecord, IngestionTemplate, RememberedName
from portal.accounts import forgetting as portal_part
from portal.accounts import letters
from portal.models import (
    Company,
    Event,
    IdentityProvider,
    Invitation,
    Letter,
    SignInDomain,
    User,
    UserAuthorizationToken,
)
from portal.storage.base import storage
from portal.trail.checking import Check
from tests.support.changes import changed
from tests.support.commands import run
from tests.support.declared import declare
from tests.support.demo import PASSWORD, Demo
from tests.support.equipment import a_press
from tests.support.exports import exported
from tests.support.pages import as_, seen
from tests.support.people import LOGIN, with_app
from tests.support.scans import Scans
from tests.support.secure import a_secure_order, a_template, brought_to
from tests.support.security_log import Told
from tests.support.tokens import client_of
from tests.support.uploads import ingested, queued
from tests.support.webhooks import some_webhooks
from tests.support.withdrawals import an_upload, make_archive, withdraw_whole
from workorders import forgetting as workorders_part
from workorders.changes import removal
from workorders.models import (
    Change,
    Code,
    CodeChange,
    CodeScans,
    Export,
    Job,
    Product,
    ScanDay,
    UrlPrefix,
    Webhook,
    WebhookDelivery,
    Workorder,
)

PEOPLE = ("staff@demo.example", "admin@demo.example", "new@demo.example")
WRONG = "id,product\nshort,sku1\nabc12399,sku9\n"


class Terminal(io.StringIO):
    """A terminal at which somebody types this."""

    def isatty(self) -> bool:
        return True


def found_anywhere(*texts: str) -> list[str]:
    """The columns of all tables in which any of the texts stands, whatever its case."""
    found = []
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT row_to_json(t)::text FROM "{table}" t')  # noqa: S608  # names of ours
            lines = [line.casefold() for (line,) in cursor.fetchall()]
            found += [f"{text} in {table}" for text in texts if any(text.casefold() in line for line in lines)]
    return found


def files() -> list[str]:
    return sorted(name for folder in ("incoming", "uploads", "exports") for name, _written in storage().listed(folder))


def a_life(demo: Demo) -> UserAuthorizationToken:
    """What a person leaves behind: a second step, sessions, tokens, mails, records, a withdrawal, lines."""
    staff = demo.staff
    path, form = f"/admin/portal/user/{staff.pk}/change/", {"email": staff.email, "company": demo.company.pk}
    for name in ("Stella Before", "Stella Staff"):
        as_(demo.root).post(path, {**form, "name": name, "groups": [2]})
    staff.refresh_from_db()
    assert staff.name == "Stella Staff"
    staff.groups.set(demo.admin.groups.all())
    with_app(staff)
    client_of(staff)
    EmailAddress.objects.create(user=staff, email=staff.email.upper())
    SocialAccount.objects.create(user=staff, provider="keycloak", uid="s-1", extra_data={"name": "Stella Staff"})
    letters.write(Letter.Kind.RESET, staff.email)
    Invitation.objects.create(
        company=demo.other, email="Staff@demo.example", role="staff", by=demo.root, sent_at=timezone.now()
    )
    demo.company.upload_mail = ["boss@demo.example", "Staff@Demo.example"]
    demo.company.save()
    record = an_upload(staff, "bottle-0001")
    withdraw_whole(client_of(staff), record)
    client = Client()
    client.post(LOGIN, {"login": staff.email, "password": "wrong"})
    as_(demo.root).post(
        f"/admin/portal/user/{staff.pk}/change/",
        {"email": staff.email, "name": "Stella Staff", "company": demo.company.pk, "groups": [2]},
    )
    return staff.tokens.first() or UserAuthorizationToken()


@pytest.fixture
def demo(committed_demo: Demo) -> Demo:
    return committed_demo


@pytest.mark.usefixtures("own_cache")
def test_nothing_of_a_person_is_left_in_any_table(demo: Demo) -> None:
    token = a_life(demo)
    an_upload(demo.staff, "bottle-0002")
    texts = ("staff@demo.example", "Stella", token.prefix)
    assert Event.objects.filter(subject="user", subject_id=demo.staff.pk).exclude(address=None).exists()
    assert "staff@demo.example in portal_event" in found_anywhere(*texts)
    assert "staff@demo.example in ingestion_ingestionrecord" in found_anywhere(*texts)
    said = run("forget", "person", "STAFF@demo.example", "--yes")
    assert found_anywhere(*texts) == []
    about = Event.objects.filter(subject="user", subject_id=demo.staff.pk) | Event.objects.filter(by=demo.staff)
    assert not about.exclude(address=None).exists()
    assert f"staff@demo.example is forgotten; what stays names a former person ({demo.staff.pk})." in said
    demo.company.refresh_from_db()
    assert demo.company.upload_mail == ["boss@demo.example"]


@pytest.mark.usefixtures("own_cache")
def test_a_forgotten_person_cannot_come_back(demo: Demo) -> None:
    browser, _secret = with_app(demo.staff)
    api = client_of(demo.staff)
    run("forget", "person", "staff@demo.example", "--yes")
    assert browser.get("/products/").status_code == 302
    assert api.get("/api/v2/me/").status_code == 401
    refused = Client().post(LOGIN, {"login": "staff@demo.example", "password": PASSWORD})
    assert refused.status_code == 200
    user = User.objects.get(pk=demo.staff.pk)
    assert (user.is_active, user.has_usable_password(), user.groups.count(), user.tokens.count()) == (
        False,
        False,
        0,
        0,
    )
    assert not Authenticator.objects.filter(user=user).exists()
    as_(demo.admin).post(f"/people/{user.pk}/reactivate/")
    user.refresh_from_db()
    assert not user.is_active
    assert "a former person" not in seen(demo.admin, "/people/")


def test_what_a_person_did_keeps_its_meaning(demo: Demo) -> None:
    record = an_upload(demo.staff, "bottle-0001")
    lines = list(Event.objects.filter(subject="ingestionrecord").values_list("what", "by_id"))
    run("forget", "person", "staff@demo.example", "--yes")
    former = f"a former person ({demo.staff.pk})"
    assert list(Event.objects.filter(subject="ingestionrecord").values_list("what", "by_id")) == lines
    page = seen(demo.admin, f"/ingestions/{record.key}/")
    assert f"by {former}" in page
    assert "staff@demo.example" not in page
    assert Code.objects.count() == 1
    assert Event.objects.filter(subject="user", subject_id=demo.staff.pk, what="person_forgotten").count() == 1


def test_an_address_that_only_ends_alike_stays(demo: Demo) -> None:
    demo.company.label_text = "x.staff@demo.example, staff@demo.example.org; staff@demo.example!"
    demo.company.save()
    run("forget", "person", "staff@demo.example", "--yes")
    demo.company.refresh_from_db()
    former = f"a former person ({demo.staff.pk})"
    assert demo.company.label_text == f"x.staff@demo.example, staff@demo.example.org; {former}!"


def test_the_account_of_somebody_whose_address_ends_alike_behind_an_apostrophe_stays(demo: Demo) -> None:
    User.objects.filter(pk=demo.staff.pk).update(email="brien@demo.example")
    User.objects.filter(pk=demo.admin.pk).update(email="o'brien@demo.example")
    demo.company.label_text = "'brien@demo.example' and o'brien@demo.example"
    demo.company.save()
    run("forget", "person", "brien@demo.example", "--yes")
    demo.company.refresh_from_db()
    assert User.objects.get(pk=demo.admin.pk).email == "o'brien@demo.example"
    assert demo.company.label_text == f"'a former person ({demo.staff.pk})' and o'brien@demo.example"


def test_an_address_in_a_text_that_has_no_room_for_more_is_replaced_all_the_same(demo: Demo) -> None:
    User.objects.filter(pk=demo.staff.pk).update(email="s@x.de")
    longest = Product._meta.get_field("name").max_length or 0
    product = demo.company.products.get(sku="sku1")
    product.name = "s@x.de".rjust(longest, "-").replace("-s@", " s@")
    product.save()
    run("forget", "person", "s@x.de", "--yes")
    product.refresh_from_db()
    assert len(product.name) == longest
    assert product.name.endswith(f" {f'a former person ({demo.staff.pk})'[:6]}")


def test_the_last_admin_of_a_company_stays(demo: Demo, told: Told) -> None:
    with pytest.raises(CommandError) as refused:
        run("forget", "person", "admin@demo.example", "--yes")
    assert str(refused.value) == (
        "admin@demo.example is the last admin of Demo Brands who can sign in. Give somebody else the role first, or"
        " forget the company."
    )
    assert User.objects.get(pk=demo.admin.pk).is_active
    assert told() == []
    demo.staff.groups.set(demo.admin.groups.all())
    run("forget", "person", "admin@demo.example", "--yes")
    assert not User.objects.filter(email="admin@demo.example").exists()


def test_the_last_superuser_stays(demo: Demo) -> None:
    with pytest.raises(CommandError, match="is the last superuser who can sign in"):
        run("forget", "person", "root@codeport.example", "--yes")
    assert User.objects.get(pk=demo.root.pk).is_active


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ("person", "stafff@demo.example"),
            "Nobody has the e-mail stafff@demo.example. Did you mean staff@demo.example?",
        ),
        (("company", "Demo Brand"), "No company is called Demo Brand. Did you mean Demo Brands?"),
        (("company", "zzzzzzzzzz"), "No company is called zzzzzzzzzz."),
    ],
)
def test_an_unknown_name_is_told_the_nearest(demo: Demo, words: tuple[str, str], said: str) -> None:
    with pytest.raises(CommandError) as refused:
        run("forget", *words, "--yes")
    assert str(refused.value) == said


@pytest.mark.parametrize(("typed", "is_done"), [("Demo Brands\n", True), ("demo\n", False), ("\n", False), ("", False)])
def test_the_name_has_to_be_typed(demo: Demo, monkeypatch: pytest.MonkeyPatch, typed: str, is_done: bool) -> None:
    monkeypatch.setattr("sys.stdin", Terminal(typed))
    if is_done:
        run("forget", "company", "demo")
    else:
        with pytest.raises(CommandError, match="Nothing was deleted: that is another name"):
            run("forget", "company", "demo")
    assert Company.objects.filter(name="Demo Brands").exists() != is_done


def test_without_a_terminal_it_has_to_be_said(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("Demo Brands\n"))
    with pytest.raises(CommandError) as refused:
        run("forget", "company", "Demo Brands")
    assert str(refused.value) == "Nothing was deleted: there is no terminal to ask at. Say --yes if you are sure."
    assert Company.objects.filter(name="Demo Brands").exists()


def a_company(demo: Demo, scans: Scans) -> tuple[IngestionRecord, Workorder]:
    """All that a company may have, beside another company with the same."""
    record = an_upload(demo.staff, "bottle-0001", "bottle-0002", "bottle-0003")
    make_archive(record)
    ingested(demo.staff, WRONG)
    an_upload(demo.other_staff, "bottle-0001")
    waiting = services.start_upload(demo.staff, demo.company, filetype="csv", mode="api")
    storage().save(waiting.incoming_path, ContentFile(b"id\n"))
    changed(demo.staff, {"activation_status": 0}, activation_status=1)
    exported(demo.staff)
    some_webhooks(demo)
    declare(demo.company, "line")
    template = IngestionTemplate.objects.create(company=demo.company, name="Rolls", created_by=demo.staff)
    drop = Drop.objects.create(company=demo.company, template=template, folder="rolls", owner=demo.staff)
    DroppedFile.objects.create(drop=drop, name="a.csv", version="1", record=record)
    DroppedFile.objects.create(drop=drop, name="b.csv", version="1")
    provider = IdentityProvider.objects.create(company=demo.company, name="Keycloak", slug="keycloak")
    SignInDomain.objects.create(provider=provider, domain="demo.example")
    RememberedName.objects.create(company=demo.company, name="sid", new_name="id")
    Invitation.objects.create(
        company=demo.company, email="new@demo.example", role="staff", by=demo.admin, sent_at=timezone.now()
    )
    scans.note(Code.objects.get(company=demo.company, identifier="bottle-0001"), 4)
    scans.store()
    client_of(demo.staff)
    workorder = brought_to(a_secure_order(demo), "completed", demo)
    a_template(demo)
    return record, workorder


def test_a_company_goes_with_everything_and_its_codes_are_unknown(demo: Demo, scans: Scans, client: Client) -> None:
    before = {*files()}
    record, _secure = a_company(demo, scans)
    path = "/c/demo/bottle-0001"
    assert client.get(path).status_code == 200
    unknown = client.get("/c/nobody/bottle-0001")
    said = run("forget", "company", "Demo Brands", "--yes").splitlines()
    goes = dict(line.strip().split(" ", 1)[::-1] for line in said if line[:1] == " ")
    assert goes["codes"] == "3"
    assert goes["workorders"] == "2"
    assert goes["ingestion records"] == "4"
    assert goes["errors of uploads"] == "2"
    assert goes["people"] == "2"
    assert goes["scans"] == "4"
    assert goes["webhooks"] == "2"
    assert goes["webhook deliveries"] == "4"
    left = Company.objects.get(pk=demo.company.pk)
    assert (left.name, left.slug, left.kind) == ("a former company", "demo", "former")
    for model in apps.get_models():
        names = {field.name for field in model._meta.concrete_fields}
        if "company" in names and model not in (User, UrlPrefix, Event) and model._meta.managed:
            assert model._default_manager.filter(company=left).count() == 0, model
    assert (Code.objects.count(), IngestionRecord.objects.count(), Product.objects.exclude(company=left).count()) == (
        1,
        1,
        Product.objects.count(),
    )
    for model in (IngestionError, CodeChange, Change, CodeScans, ScanDay, Export, Webhook, WebhookDelivery):
        assert model._default_manager.count() == 0, model
    kept = IngestionRecord.objects.get()
    assert {*files()} - before == {kept.file_path}
    assert list(storage().listed(f"workorders/{left.pk}/{record.workorder_id}")) == []
    assert found_anywhere("demo brands", *PEOPLE, record.key) == []
    emptied = Event.objects.filter(company=left).exclude(subject__in=("user", "userauthorizationtoken"))
    assert {line["what"] for line in emptied.values("what") if line["what"] in ("ordered", "company_forgotten")} == {
        "ordered",
        "company_forgotten",
    }
    told = emptied.exclude(what="company_forgotten").exclude(address=None, detail={})
    assert [*told.values()] == []
    assert [*Check().problems()] == []
    assert [user.is_active for user in left.people.all()] == [False, False]
    answer = client.get(path)
    assert (answer.status_code, answer.content) == (unknown.status_code, unknown.content)
    assert client.get("/c/other/bottle-0001").status_code == 200


def test_nobody_else_gets_the_slug(demo: Demo) -> None:
    run("forget", "company", "demo", "--yes")
    answer = as_(demo.root).post("/admin/portal/company/add/", {"name": "New", "slug": "demo", "kind": "brand_owner"})
    assert "former" not in as_(demo.root).get("/admin/portal/company/add/").content.decode()
    assert "Company with this Slug already exists." in answer.content.decode()
    assert Company.objects.filter(slug="demo").count() == 1
    with pytest.raises(CommandError, match="No company is called a former company"):
        run("forget", "company", "a former company", "--yes")


def test_a_company_that_is_gone_gets_nobody_new(demo: Demo) -> None:
    run("forget", "company", "demo", "--yes")
    fields = {"email": "late@demo.example", "name": "", "company": demo.company.pk}
    answer = as_(demo.root).post("/admin/portal/user/add/", fields)
    assert "Select a valid choice" in answer.content.decode()
    assert as_(demo.root).post("/admin/workorders/product/add/", fields | {"sku": "sku9"}).status_code == 200
    assert set(demo.company.people.filter(forgotten_at=None)) == set()
    assert not Product.objects.filter(company=demo.company).exists()


def test_a_run_that_is_killed_is_begun_again(demo: Demo, scans: Scans, monkeypatch: pytest.MonkeyPatch) -> None:
    a_company(demo, scans)
    monkeypatch.setattr(removal, "BATCH", 1)
    where = [
        (removal, "_first_ids", 2),
        (workorders_part, "_delete_rows", 1),
        (workorders_part, "delete_with_lines", 0),
        (workorders_part, "delete_with_lines", 3),  # files of exports are gone, and their rows not yet
        (workorders_part, "delete_with_lines", 4),
        (portal_part, "forget", 1),
        (forgetting, "_leave_the_slug", 0),
    ]
    for module, name, after in where:
        calls = iter(range(after))
        real: Any = getattr(module, name)

        def killed(*args: Any, calls: Any = calls, real: Any = real) -> Any:
            if next(calls, None) is None:
                raise KeyboardInterrupt
            return real(*args)

        with monkeypatch.context() as patch:
            patch.setattr(module, name, killed)
            with pytest.raises(KeyboardInterrupt):
                call_command("forget", "company", "Demo Brands", "--yes", stdout=io.StringIO())
        assert not any(user.is_active for user in demo.company.people.all())
    run("forget", "company", "Demo Brands", "--yes")
    left = Company.objects.get(pk=demo.company.pk)
    assert (left.name, Code.objects.filter(company=left).count(), Workorder.objects.filter(company=left).count()) == (
        "a former company",
        0,
        0,
    )
    assert found_anywhere("demo brands", *PEOPLE) == []


def test_nothing_is_deleted_while_work_is_under_way(demo: Demo) -> None:
    queued(demo.staff, "id\nbottle-0001\n")
    record = an_upload(demo.staff, "bottle-0002")
    a_secure_order(demo)
    with pytest.raises(CommandError) as refused:
        run("forget", "company", "Demo Brands", "--yes")
    assert str(refused.value) == (
        "Nothing was deleted, since there are uploads and changes under way: 1;"
        " workorders of secure codes neither completed nor cancelled: 1; jobs of workorders under way: 1."
    )
    assert (Code.objects.count(), Company.objects.get(pk=demo.company.pk).kind) == (1, "brand_owner")
    assert User.objects.get(pk=demo.staff.pk).is_active
    assert Job.objects.filter(workorder=record.workorder_id).exists()


def test_a_printing_partner_goes_and_what_it_printed_stays(demo: Demo) -> None:
    workorder = a_secure_order(demo)
    with pytest.raises(CommandError, match="workorders of others that it has to print: 1"):
        run("forget", "company", "PrintCo", "--yes")
    brought_to(workorder, "completed", demo)
    unused = a_press(demo, name="Never used")
    run("forget", "company", "PrintCo", "--yes")
    workorder.refresh_from_db()
    assert workorder.printing_partner == demo.printco
    assert workorder.equipment is not None
    assert workorder.equipment.is_archived
    assert not type(unused).objects.filter(pk=unused.pk).exists()
    assert "a former company" in seen(demo.admin, f"/workorders/{workorder.pk}/")
    assert found_anywhere("PrintCo ", "printer@") == []
    assert "PrintCo" not in seen(demo.admin, "/workorders/create-secure/")
