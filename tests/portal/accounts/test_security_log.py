"""The security log: each event's line, its row in the back office, and that neither holds a secret."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from io import StringIO
from typing import Any, cast

import pytest
from django.core.management import call_command
from django.db import OperationalError
from django.test import Client
from django.utils import timezone
from pytest_django import Settings
from rest_framework.test import APIClient

from portal.accounts import security_log
from portal.models import Company, Event, User, UserAuthorizationToken
from tests.support.demo import PASSWORD, Demo
from tests.support.pages import as_, seen
from tests.support.people import LOGIN, NEW, SECOND, code, confirmed, fields, half_way, link, signed_in, with_app
from tests.support.security_log import Told
from tests.support.tokens import client_of, issue
from tests.support.uploads import ingested
from tests.support.withdrawals import workorder_of
from workorders.company import services
from workorders.models import Product
from workorders.products import services as products
from workorders.scans.services import set_limit

HERE = {"address": "127.0.0.1"}
STAFF = {"by": "staff@demo.example", "company": "demo"} | HERE
ADMIN = {"by": "admin@demo.example", "company": "demo"} | HERE
ROOT = {"by": "root@codeport.example"} | HERE
pytestmark = pytest.mark.usefixtures("letters_go_at_once", "own_cache")


def failed(what: str, **more: Any) -> dict[str, Any]:
    return {"message": what, "outcome": "failure"} | HERE | more


def test_signing_in_and_out(demo: Demo, told: Told) -> None:
    client = signed_in(demo.staff)
    client.post("/accounts/logout/")
    assert told() == [{"message": "signed_in", "methods": ["password"]} | STAFF, {"message": "signed_out"} | STAFF]


def test_a_line_names_person_request_and_time(demo: Demo, told: Told) -> None:
    Client().post(LOGIN, {"login": demo.staff.email, "password": PASSWORD}, headers={"x-request-id": "asked-1"})
    line = json.loads(told.stream.getvalue())
    assert (line["request_id"], line["by_id"], line["about"]) == ("asked-1", demo.staff.pk, f"user {demo.staff.pk}")
    assert datetime.fromisoformat(line["time"]).utcoffset() == timedelta()
    event = Event.objects.get(subject="user", subject_id=demo.staff.pk)
    assert (event.what, event.by, event.address) == ("signed_in", demo.staff, "127.0.0.1")
    assert event.detail == {"request_id": "asked-1", "methods": ["password"]}
    assert "signed_in" in seen(demo.root, f"/admin/portal/event/?q={demo.staff.email}")


@pytest.mark.parametrize("email", ["staff@demo.example", "nobody@demo.example"])
def test_failures_and_the_limit_on_them(demo: Demo, told: Told, email: str) -> None:
    for password in ["the secret guess"] * 6:
        Client().post(LOGIN, {"login": email, "password": password})
    assert "the secret guess" not in told.stream.getvalue()
    mine = {"company": "demo"} if email == demo.staff.email else {}
    assert told() == [
        *[failed("sign_in_failed", email=email, **mine)] * 5,
        failed("sign_in_limited", email=email, **mine),
    ]
    assert Event.objects.filter(what__startswith="sign_in", detail__email=email).count() == 6


def test_the_address_is_the_one_behind_the_proxies(demo: Demo, told: Told, settings: Settings) -> None:
    settings.NUM_PROXIES = 1
    forwarded = {"x-forwarded-for": "203.0.113.1, 198.51.100.7"}
    Client().post(LOGIN, {"login": demo.staff.email, "password": "guess"}, headers=forwarded)
    assert [line["address"] for line in told()] == ["198.51.100.7"]


@pytest.mark.django_db(transaction=True)
def test_the_second_step(committed_demo: Demo, told: Told) -> None:
    demo = committed_demo
    client, secret = with_app(demo.staff)
    assert [(line["message"], line.get("kind")) for line in told()] == [
        ("signed_in", None),
        ("shown_again", None),
        ("second_step_added", "totp"),
        ("second_step_added", "recovery_codes"),
    ]
    browser = half_way(demo.staff)
    browser.post(SECOND, {"code": "000000"})
    browser.post(SECOND, {"code": code(secret, 1)})
    assert told() == [
        failed("second_step_failed", kind="totp", **STAFF),
        {"message": "second_step_passed", "kind": "totp"} | STAFF,
        {"message": "signed_in", "methods": ["password", "mfa"]} | STAFF,
    ]
    client.post("/accounts/2fa/recovery-codes/generate/")
    client.post("/accounts/2fa/totp/deactivate/")
    assert told() == [
        {"message": "recovery_codes_renewed", "kind": "recovery_codes"} | STAFF,
        {"message": "second_step_removed", "kind": "totp"} | STAFF,
        {"message": "second_step_removed", "kind": "recovery_codes"} | STAFF,
    ]


def test_showing_the_password_again(demo: Demo, told: Told) -> None:
    client = confirmed(demo.staff)
    client.post("/accounts/reauthenticate/", {"password": "wrong"})
    assert told()[1:] == [
        {"message": "shown_again"} | STAFF,
        failed("show_again_failed", **STAFF),
    ]


def test_passwords(demo: Demo, told: Told) -> None:
    client = signed_in(demo.staff)
    told()
    phrase = {"password1": "another long phrase", "password2": "another long phrase"}
    client.post("/accounts/password/change/", {"oldpassword": PASSWORD} | phrase)
    assert told() == [{"message": "password_changed"} | STAFF]


@pytest.mark.parametrize(
    ("path", "method"), [("/people/", "GET"), ("/tokens/create/", "POST"), ("/api/v2/ingestion/x/withdraw/", "POST")]
)
def test_refusals_of_pages_and_api(demo: Demo, told: Told, path: str, method: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(demo.staff)
    assert client.generic(method, path).status_code == 403
    assert told() == [failed("refused", method=method, path=path, **STAFF)]


def test_refusals_of_a_token(demo: Demo, told: Told) -> None:
    secret = issue(demo.staff, "product_view")
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"UAT {secret}")
    assert client.get("/api/v2/workorders/").status_code == 403
    prefix = secret.partition("_")[0]
    assert told() == [
        {"message": "token_first_used"} | STAFF,
        failed("refused", method="GET", path="/api/v2/workorders/", token=prefix, **STAFF),
    ]
    token = UserAuthorizationToken.objects.filter(prefix=prefix)
    for changes, reason in (
        ({"expires_at": timezone.now() - timedelta(days=1)}, "expired"),
        ({"revoked_at": timezone.now()}, "revoked"),
    ):
        token.update(**changes)
        assert client.get("/api/v2/me/").status_code == 401
        assert told() == [failed("token_refused", reason=reason, token=prefix, **STAFF)]
    for unknown, told_of in (("uat0123abcd_made-up", {"token": "uat0123abcd"}), ("my password", {})):
        client.credentials(HTTP_AUTHORIZATION=f"UAT {unknown}")
        assert client.get("/api/v2/me/").status_code == 401
        assert told() == [failed("token_refused", reason="unknown", **told_of)]


def test_tokens_made_and_revoked_without_their_secret(demo: Demo, told: Told) -> None:
    client = as_(demo.staff)
    page = client.post("/tokens/create/", fields("product_view")).content.decode()
    (secret,) = re.findall(r'id="secret" value="uat[0-9a-f]{8}_([\w-]{43})"', page)
    token = UserAuthorizationToken.objects.get()
    as_(demo.admin).post(f"/tokens/{token.pk}/revoke/")
    as_(demo.admin).post(f"/tokens/{token.pk}/revoke/")
    lines = told()
    assert lines[0].pop("expires_at")[:10] == token.expires_at.date().isoformat()
    assert lines == [
        {"message": "token_made", "token_name": "Line 4", "permissions": ["product_view"]} | STAFF,
        {"message": "token_revoked", "token_name": "Line 4"} | ADMIN,
    ]
    assert secret not in str(list(Event.objects.values()))
    call_command("create_token", demo.staff.email, stdout=StringIO())
    assert [(line["message"], "by" in line, line["company"]) for line in told()] == [("token_made", False, "demo")]


def test_people_and_their_roles(demo: Demo, told: Told) -> None:
    admin, path = as_(demo.admin), f"/people/{demo.staff.pk}/"
    admin.post(path, {"role": "admin"})
    admin.post(path, {"role": "admin"})
    admin.post(f"{path}deactivate/")
    admin.post(f"{path}reactivate/")
    admin.post(f"{path}reactivate/")
    assert told() == [
        {"message": "role_given", "role": "admin", "before": "staff"} | ADMIN,
        {"message": "deactivated"} | ADMIN,
        {"message": "reactivated"} | ADMIN,
    ]


def test_who_is_invited_and_joins(demo: Demo, told: Told) -> None:
    as_(demo.admin).post("/people/invite/", {"email": "new@demo.example", "role": "staff"})
    assert told() == [{"message": "invited", "email": "new@demo.example", "role": "staff"} | ADMIN]
    assert Event.objects.get(subject="company", what="invited").by == demo.admin
    path = link()
    Client().post(path, NEW)
    lines = told()
    assert [line["message"] for line in lines] == ["joined", "signed_in"]
    assert {line["by"] for line in lines} == {"new@demo.example"}
    assert path.rsplit("/", 2)[1] not in str(list(Event.objects.values()))


def test_what_the_back_office_changes(demo: Demo, told: Told) -> None:
    client = as_(demo.root)
    client.post("/admin/portal/company/add/", {"name": "New", "slug": "new", "kind": "brand_owner"})
    company = Company.objects.get(slug="new")
    client.post(f"/admin/portal/company/{company.pk}/change/", {"name": "Newer"})
    person = {"email": demo.staff.email, "name": demo.staff.name, "company": company.pk}
    client.post(f"/admin/portal/user/{demo.staff.pk}/change/", person)
    assert told() == [
        {"message": "company_made", "company_name": "New", "company": "new", "changed": ["name", "slug"]}
        | {"after": {"name": "New", "slug": "new"}}
        | ROOT,
        {"message": "company_changed", "company_name": "Newer", "company": "new", "changed": ["name"]}
        | {"before": {"name": "New"}, "after": {"name": "Newer"}}
        | ROOT,
        {"message": "person_changed", "company": "new", "changed": ["company", "groups"], "is_staff": False}
        | {"before": {"company": "Demo Brands", "groups": ["staff"]}, "after": {"company": "Newer"}}
        | ROOT,
    ]
    assert Event.objects.filter(subject="company", subject_id=company.pk).count() == 2


def test_new_secrets(demo: Demo, told: Told) -> None:
    call_command("renew_secrets", stdout=StringIO())
    none = {"graphics": 0, "second_steps": 0, "webhooks": 0, "providers": 0}
    assert told() == [{"message": "secrets_renewed"} | none]


def test_a_forgotten_second_step(demo: Demo, told: Told) -> None:
    with_app(demo.staff)
    told()
    chosen = {"action": "forget_second_step", "_selected_action": [demo.staff.pk, demo.admin.pk]}
    as_(demo.root).post("/admin/portal/user/", chosen)
    assert told() == [{"message": "second_step_forgotten", "company": "demo"} | ROOT]
    assert User.objects.get(pk=demo.staff.pk).is_active


def test_what_is_done_by_djangos_own_commands(demo: Demo, told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "the secret one of theirs")
    call_command("createsuperuser", "--noinput", "--email", "new@codeport.example", stdout=StringIO())
    assert "the secret one" not in told.stream.getvalue()
    assert told() == [{"message": "superuser_made", "email": "new@codeport.example"}]
    made = User.objects.get(email="new@codeport.example")
    event = Event.objects.get(subject="user", subject_id=made.pk)
    assert (event.what, event.by, event.address) == ("superuser_made", None, None)
    monkeypatch.setattr("getpass.getpass", lambda prompt: "the secret other of theirs")
    call_command("changepassword", "staff@demo.example", stdout=StringIO())
    assert "the secret other" not in told.stream.getvalue()
    assert told() == [{"message": "password_changed", "company": "demo"}]
    demo.staff.refresh_from_db()
    demo.staff.name = "Stella"
    demo.staff.save()
    assert told() == []


def the_last() -> tuple[Any, ...]:
    """Of the last line of the trail: what, about what, of whose company, by whom, from where, and the detail."""
    event = Event.objects.order_by("pk").select_related("by", "company")[Event.objects.count() - 1]
    detail = {name: value for name, value in event.detail.items() if name not in ("request_id", "company_name")}
    company, by = event.company and event.company.slug, event.by and event.by.email
    return event.what, event.subject, company, by, event.address, detail


def test_a_refusal_is_kept_although_its_request_changed_nothing(demo: Demo) -> None:
    assert as_(demo.staff).get("/people/").status_code == 403
    assert the_last() == (
        *("refused", "user", "demo", "staff@demo.example", "127.0.0.1"),
        {"method": "GET", "path": "/people/", "outcome": "failure"},
    )


def test_no_key_stands_in_the_path_of_a_refusal(demo: Demo) -> None:
    assert Client(enforce_csrf_checks=True).post("/people/join/i-1/the-key-itself/").status_code == 403
    assert the_last() == (
        *("refused", "user", None, None, "127.0.0.1"),
        {"method": "POST", "path": "/people/join/***/", "outcome": "failure"},
    )


def test_refusals_that_go_on_and_on_are_lines_of_the_log_alone(
    demo: Demo, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION="UAT uat0123abcd_made-up")
    for _ in range(12):
        assert client.get("/api/v2/me/").status_code == 401
    assert len(told()) == 12
    assert Event.objects.filter(what="token_refused").count() == 10
    client.credentials(HTTP_AUTHORIZATION="UAT uat4567abcd_made-up")
    client.get("/api/v2/me/")
    assert Event.objects.filter(what="token_refused").count() == 11
    monkeypatch.setattr(security_log, "MOST_OF_STRANGERS", 11)
    client.credentials(HTTP_AUTHORIZATION="UAT uat89ababcd_made-up")
    client.get("/api/v2/me/")
    assert Event.objects.filter(what="token_refused").count() == 11


def test_a_refusal_is_answered_where_it_cannot_be_noted(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    client = as_(demo.staff)

    def fail(*_: object, **__: object) -> None:
        raise OperationalError("gone")

    monkeypatch.setattr("portal.accounts.security_log.note", fail)
    assert client.get("/people/").status_code == 403


def test_settings_before_and_after(demo: Demo) -> None:
    services.change_settings(demo.company, {"label_text": "Brand", "time_zone": "Europe/Rome"})
    services.change_settings(demo.company, {"label_text": ""})
    assert the_last() == (
        *("company_changed", "company", "demo", None, None),
        {"changed": ["label_text"], "before": {"label_text": "Brand"}},
    )
    set_limit(demo.company, 5)
    set_limit(demo.company, None)
    assert the_last()[-1] == {"changed": ["scan_limit"], "before": {"scan_limit": 5}}


def test_products(demo: Demo) -> None:
    client = as_(demo.admin)
    client.post("/products/create/", {"sku": "new", "name": "New"})
    product = Product.objects.get(sku="new")
    who = ("demo", "admin@demo.example", "127.0.0.1")
    made = {"sku": "new", "product_name": "New", "is_archived": False}
    assert the_last() == ("product_made", "product", *who, made)
    client.post(f"/products/{product.pk}/", {"name": "Newer"})
    changed = {"sku": "new", "before": {"name": "New"}, "after": {"name": "Newer"}}
    assert the_last() == ("product_changed", "product", *who, changed)
    client.post(f"/products/archive/?product={product.pk}")
    hidden = {"sku": "new", "before": {"is_archived": False}, "after": {"is_archived": True}}
    assert the_last() == ("product_changed", "product", *who, hidden)
    products.store(demo.company, {"new": "Newest", "b": "", "c": ""})
    stored = ("products_stored", "company", "demo", None, None, {"products_created": 2, "products_renamed": 1})
    assert the_last() == stored


def test_downloads(committed_demo: Demo) -> None:
    demo = committed_demo
    record = ingested(demo.staff, b"id,product\nabc12345,sku1\n")
    workorder = workorder_of(record)
    refused = ingested(demo.staff, b"id,product\nshort,sku1\n")
    client, who = as_(demo.staff), ("demo", "staff@demo.example", "127.0.0.1")
    for path, subject, detail in (
        (f"/workorders/{workorder.pk}/download/", "workorder", {"archive": "archive", "resumed": False}),
        (f"/workorders/{workorder.pk}/serial-numbers/", "workorder", None),
        (f"/ingestions/{refused.key}/errors.csv", "ingestionrecord", {"file": "errors"}),
        (f"/ingestions/{refused.key}/rows-with-errors/", "ingestionrecord", {"file": "rows"}),
    ):
        assert b"".join(cast(Any, client.get(path)).streaming_content), path
        assert the_last() == ("downloaded", subject, *who, detail or {"archive": "serial-numbers", "resumed": False})
        number = Event.objects.count()
        client.head(path).close()
        assert Event.objects.count() == number


def test_a_forged_address_is_not_believed(demo: Demo, settings: Settings) -> None:
    settings.NUM_PROXIES = 0
    assert as_(demo.staff).get("/people/", headers={"x-forwarded-for": "203.0.113.1"}).status_code == 403
    assert the_last()[4] == "127.0.0.1"


def test_whatever_is_done_by_page_or_call_tells_from_where(demo: Demo) -> None:
    client = client_of(demo.staff)
    record = client.post("/api/v2/ingestion/codes/upload/get-post-data/", {"filetype": "csv"}, format="json").json()[
        "record_key"
    ]
    assert client_of(demo.admin).post(f"/api/v2/ingestion/{record}/cancel/").status_code == 200
    assert the_last() == ("cancelled", "ingestionrecord", "demo", "admin@demo.example", "127.0.0.1", {})
