"""The back office: who enters, what is listed, and that what is done goes by the rules."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ingestion import engine, services
from ingestion.models import IngestionRecord
from portal.background.pulse import MOST_ATTEMPTS
from portal.models import Company, User, UserAuthorizationToken
from portal.storage.base import storage
from tests.support.back_office import KINDS, do, every_kind, everything, key_of
from tests.support.demo import PASSWORD, Demo
from tests.support.pages import a_record, a_refusal, a_workorder, as_
from tests.support.people import link, signed_in
from tests.support.tokens import issue
from tests.support.uploads import SPEC_EXAMPLE, queued
from workorders.models import Code, Job, OfficeCode, Product, UrlPrefix, Workorder

pytestmark = pytest.mark.usefixtures("letters_go_at_once")


def a_failure(user: User) -> IngestionRecord:
    """A record that ended because Codeport failed at it."""
    record = queued(user, SPEC_EXAMPLE)
    IngestionRecord.objects.filter(pk=record.pk).update(attempts=MOST_ATTEMPTS)
    engine.run(record.pk)
    record.refresh_from_db()
    assert record.error_counts == {"internal_error": 1}
    return record


# Who enters


@pytest.mark.parametrize("who", ["staff", "admin", "support", "printer"])
def test_people_of_companies_do_not_enter(demo: Demo, who: str) -> None:
    client = as_(getattr(demo, who))
    assert client.get("/admin/", follow=True).status_code == 403
    for path in KINDS.values():
        assert client.get(f"/admin/{path}/", follow=True).status_code == 403
    assert 'href="/admin/"' not in client.get("/").content.decode()


def test_a_stranger_signs_in_by_the_portals_own_form(db: None, client: Client) -> None:
    response = client.get("/admin/", follow=True)
    assert response.redirect_chain[-1][0].startswith("/accounts/login/?next=")
    assert "Sign in" in response.content.decode()


def test_nothing_is_registered_that_shows_a_secret(demo: Demo) -> None:
    registered = {model for model in admin.site._registry if model.__module__ != "django.contrib.admin.models"}
    assert registered == set(KINDS)
    everything(demo)
    token = UserAuthorizationToken.objects.get()
    page = as_(demo.root).get(f"/admin/{KINDS[UserAuthorizationToken]}/{token.pk}/change/").content.decode()
    assert (token.prefix in page, token.digest in page) == (True, False)
    page = as_(demo.root).get(f"/admin/{KINDS[User]}/{demo.staff.pk}/change/").content.decode()
    assert (demo.staff.email in page, demo.staff.password in page) == (True, False)


# What is listed


@every_kind
def test_each_kind_is_listed_searched_and_opened(demo: Demo, model: Any) -> None:
    everything(demo)
    client, path = as_(demo.root), KINDS[model]
    for query in ("", "?q=abc12345", "?q=demo&o=1"):
        assert client.get(f"/admin/{path}/{query}").status_code == 200
    row = model.objects.first()
    assert client.get(f"/admin/{path}/{key_of(row)}/change/").status_code == 200


@every_kind
def test_nothing_is_deleted(demo: Demo, model: Any) -> None:
    everything(demo)
    row = model.objects.first()
    assert as_(demo.root).post(f"/admin/{KINDS[model]}/{key_of(row)}/delete/", {"post": "yes"}).status_code == 403
    assert model.objects.filter(pk=row.pk).exists()


@pytest.mark.parametrize("model", [IngestionRecord, Workorder, OfficeCode, Job, UrlPrefix, UserAuthorizationToken])
def test_what_rules_forbid_is_neither_added_nor_edited(demo: Demo, model: Any) -> None:
    everything(demo)
    client, row = as_(demo.root), model.objects.first()
    assert client.post(f"/admin/{KINDS[model]}/add/", {}).status_code == 403
    assert client.post(f"/admin/{KINDS[model]}/{key_of(row)}/change/", {}).status_code == 403


def test_a_code_is_found_by_its_whole_id_without_counting(demo: Demo) -> None:
    a_workorder(demo.staff)
    a_workorder(demo.other_staff)
    Code.objects.filter(sequence=2).update(identifier="code-same")
    client = as_(demo.root)
    with CaptureQueriesContext(connection) as taken:
        page = client.get(f"/admin/{KINDS[OfficeCode]}/?q=code-same").content.decode()
    assert page.count('class="field-identifier"') == 2
    codes = [query["sql"] for query in taken if 'FROM "workorders_code"' in query["sql"]]
    assert codes
    assert not any("COUNT(" in sql for sql in codes)
    assert all(" LIKE " not in sql for sql in codes)
    assert 'class="field-identifier"' not in client.get(f"/admin/{KINDS[OfficeCode]}/?q=code-").content.decode()


@pytest.mark.parametrize("model", [IngestionRecord, Workorder, Product, User, Job, UserAuthorizationToken])
def test_more_rows_cost_no_more_queries(demo: Demo, model: Any) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as taken:
            assert client.get(f"/admin/{KINDS[model]}/").status_code == 200
        return len(taken)

    def more() -> None:
        number = User.objects.count()
        user = User.objects.create_user(f"p{number}@demo.example", company=demo.company)
        record = a_record(user)
        Product.objects.create(company=demo.company, sku=f"more{number}")
        Job.objects.create(workorder_id=record.workorder_id or 0, what=Job.What.ARCHIVE, created_by=user)
        issue(user, "product_view")

    client = as_(demo.root)
    more()
    few = queries()
    for _ in range(5):
        more()
    assert queries() == few


def test_numbers_stand_on_top(demo: Demo) -> None:
    a_record(demo.staff)
    a_refusal(demo.staff, {"missing_id_error": 1})
    yesterday = a_refusal(demo.staff, {"missing_id_error": 1})
    IngestionRecord.objects.filter(pk=yesterday.pk).update(created_at=timezone.now() - timedelta(days=1))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE workorders_code")
    counters = as_(demo.root).get("/admin/").context["counters"]
    numbers = {label: number for label, number, _ in counters}
    assert numbers["records today: completed"] == 1
    assert numbers["records today: error"] == 1
    assert numbers["codes, about"] == 2
    assert numbers["jobs queued"] == 0


# What is done


def test_open_records_are_cancelled_and_ended_ones_are_not(demo: Demo) -> None:
    waiting, done = a_record(demo.staff, "queued"), a_record(demo.staff)
    assert do(demo, "cancel", waiting, done) == "Cancelled: 1 of 2."
    statuses = {record.pk: record.status for record in IngestionRecord.objects.all()}
    assert statuses == {waiting.pk: "cancelled", done.pk: "completed"}


def test_what_failed_by_our_fault_is_retried_to_its_end(committed_demo: Demo) -> None:
    demo = committed_demo
    failed, refused = a_failure(demo.staff), a_refusal(demo.staff, {"missing_id_error": 1})
    assert do(demo, "retry", failed, refused) == "Queued again: 1 of 2."
    failed.refresh_from_db()  # whose task ran at once
    assert (failed.status, failed.errors.count(), failed.result_data["codes_created"]) == ("completed", 0, 4)
    assert do(demo, "retry", failed) == "Queued again: 0 of 1."


def test_nothing_is_retried_whose_file_is_gone(demo: Demo) -> None:
    failed = a_failure(demo.staff)
    storage().delete(failed.file_path)
    assert not services.retry(failed, demo.root)
    failed.refresh_from_db()
    assert failed.status == "error"


def test_workorders_are_archived_and_brought_back(demo: Demo) -> None:
    one, two = a_workorder(demo.staff), a_workorder(demo.other_staff, is_archived=True)
    assert do(demo, "archive", one, two) == "Hidden: 1 of 2."
    assert do(demo, "bring_back", two) == "Shown again: 1 of 1."
    one.refresh_from_db()
    two.refresh_from_db()
    assert (one.is_archived, two.is_archived) == (True, False)


def test_products_are_archived_and_brought_back(demo: Demo) -> None:
    one, two = demo.company.products.order_by("sku")[:2]
    assert do(demo, "archive", one, two) == "Hidden: 2 of 2."
    assert do(demo, "bring_back", two) == "Shown again: 1 of 1."
    one.refresh_from_db()
    two.refresh_from_db()
    assert (one.is_archived, two.is_archived) == (True, False)


def test_a_job_is_cancelled_with_its_workorder(demo: Demo) -> None:
    workorder = a_workorder(demo.staff, state="new")
    job = Job.objects.create(workorder=workorder, what=Job.What.MINT, created_by=demo.staff)
    assert do(demo, "cancel", job) == "Cancelled: 1 of 1."
    workorder.refresh_from_db()
    assert workorder.state == "cancelled"


def test_tokens_are_revoked_and_people_deactivated_but_a_last_admin(demo: Demo) -> None:
    issue(demo.staff)
    token = UserAuthorizationToken.objects.get()
    assert do(demo, "revoke", token) == "Revoked: 1 of 1."
    assert do(demo, "revoke", token) == "Revoked: 0 of 1."
    client = signed_in(demo.staff)
    assert do(demo, "deactivate", demo.staff, demo.admin) == "Deactivated, never the last admin or superuser: 1 of 2."
    assert client.get("/products/").status_code == 302
    assert do(demo, "reactivate", demo.staff) == "Reactivated: 1 of 1."
    signed_in(demo.staff)


def test_people_of_no_company_are_deactivated_but_the_last_superuser(demo: Demo) -> None:
    second = User.objects.create_superuser("root2@codeport.example", PASSWORD)
    said = "Deactivated, never the last admin or superuser"
    assert do(demo, "deactivate", demo.support, second) == f"{said}: 2 of 2."
    assert do(demo, "deactivate", demo.root) == f"{said}: 0 of 1."
    assert set(User.objects.filter(is_active=False)) == {demo.support, second}


def test_a_lost_second_step_is_forgotten(demo: Demo) -> None:
    Authenticator.objects.create(user=demo.staff, type="totp", data={"secret": "x"})
    assert do(demo, "forget_second_step", demo.staff, demo.admin) == "Forgotten: 1 of 2."
    signed_in(demo.staff)


def test_a_new_person_is_invited(demo: Demo) -> None:
    fields = {"email": "new@codeport.example", "name": ""}
    assert as_(demo.root).post("/admin/portal/user/add/", fields).status_code == 302
    assert mail.outbox[0].to == ["new@codeport.example"]
    assert Client().get(link()).status_code == 200
    assert not User.objects.get(email="new@codeport.example").has_usable_password()


def test_a_companys_slug_never_changes(demo: Demo) -> None:
    fields = {"name": "Renamed", "slug": "renamed", "kind": "printing_partner"}
    as_(demo.root).post(f"/admin/portal/company/{demo.company.pk}/change/", fields)
    company = Company.objects.get(pk=demo.company.pk)
    assert (company.name, company.slug, company.kind) == ("Renamed", "demo", "brand_owner")
