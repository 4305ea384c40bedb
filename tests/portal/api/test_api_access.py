"""Every call of the API against every kind of caller, made from the URL configuration."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from ingestion.models import IngestionError, IngestionRecord
from ingestion.options.templates import keep_template
from portal.models import Company, User, UserAuthorizationToken
from portal.roles import CODENAMES
from portal.timeline import note
from tests.support.api_calls import ANY_TOKEN, GUARDED, METHODS, NEEDS, OPEN, address, calls, keeps, one_of_each, routes
from tests.support.demo import PASSWORD, Demo
from tests.support.secure import VALID, a_template
from tests.support.tokens import client_of, issue
from tests.support.webhooks import a_webhook
from workorders.models import Change, Code, CodeChange, Equipment, Product, Substrate, Webhook, Workorder
from workorders.webhooks.outbox import write

every_call = pytest.mark.parametrize("call", GUARDED)


@pytest.fixture
def there(demo: Demo, record: IngestionRecord) -> dict[str, Any]:
    """What an address can name, by the beginning of the route."""
    return one_of_each(demo) | {"ingestion": record.key}


@pytest.fixture
def record(demo: Demo) -> IngestionRecord:
    """A record of demo's whose upload was refused."""
    record = IngestionRecord.objects.create(
        company=demo.company, created_by=demo.admin, filetype="csv", ingestion_mode="api", status="error"
    )
    IngestionError.objects.create(record=record, row=2, column="id", value="x", error="invalid_id_error")
    return record


def answer(client: APIClient, at: tuple[str, str], authorization: str | None = None) -> Any:
    """What a call without a body is answered; what it streams is read to its end."""
    headers = {} if authorization is None else {"Authorization": authorization}
    found: Any = client.generic(*at, headers=headers)
    if found.streaming:
        b"".join(found.streaming_content)
    return found


def test_every_call_says_what_it_needs() -> None:
    assert sorted(calls()) == sorted(NEEDS), "NEEDS in tests/portal/api/test_api_access.py lists every call of the API."
    assert {one for need in NEEDS.values() if need not in (ANY_TOKEN, OPEN) for one in need.split(" or ")} <= CODENAMES


@pytest.mark.parametrize("call", sorted(call for call in calls() if NEEDS.get(call) == OPEN))
def test_what_is_open_needs_no_token(demo: Demo, call: str) -> None:
    assert answer(APIClient(), address(call, {})).status_code == 200
    assert answer(APIClient(), ("POST", address(call, {})[1])).status_code == 405


@every_call
def test_nobody_calls_without_a_valid_token(demo: Demo, there: dict[str, Any], call: str) -> None:
    at = address(call, there)
    token = issue(demo.admin)
    past, client = timezone.now() - timedelta(seconds=1), APIClient()
    expired = issue(demo.admin, expires_at=past)
    revoked = issue(demo.admin, name="revoked")
    UserAuthorizationToken.objects.filter(name="revoked").update(revoked_at=past)
    malformed = ["UAT", "UAT ", token, f"UAT{token}", f"UAT {token} x", f"UAT, {token}", "UAT \xe9\xe9\xe9", "é"]
    wrong = ["UAT x", f"UAT {token[:-1]}", f"UAT {token}x", f"UAT {token.swapcase()}"]
    schemes = [f"{scheme} {token}" for scheme in ("Token", "Bearer", "Basic")]
    for header in (None, "", *malformed, *wrong, *schemes, f"UAT {expired}", f"UAT {revoked}"):
        refused = answer(client, at, header)
        assert (refused.status_code, refused["WWW-Authenticate"]) == (401, "UAT"), header
        assert list(refused.json()) == ["detail"]
    demo.admin.is_active = False
    demo.admin.save()
    assert answer(client, at, f"UAT {token}").status_code == 401


@every_call
def test_the_calls_own_permission_is_needed_and_enough(demo: Demo, there: dict[str, Any], call: str) -> None:
    at, needed, caller = address(call, there), NEEDS.get(call, ""), keeps(demo, call)
    caller.user_permissions.set(Permission.objects.filter(codename__in=CODENAMES - {"company_view_all"}))
    for codename in sorted(CODENAMES):
        status = answer(client_of(caller, codename), at).status_code
        may = needed == ANY_TOKEN or codename in needed.split(" or ")
        assert (status not in (401, 403)) if may else status == 403, codename
    others = CODENAMES - {*needed.split(" or ")}
    assert (answer(client_of(caller, *others), at).status_code == 403) is (needed != ANY_TOKEN)
    assert answer(client_of(caller), at).status_code not in (401, 403), "all permissions"


@every_call
def test_neither_token_nor_session_does_what_the_person_may_not(demo: Demo, there: dict[str, Any], call: str) -> None:
    demo.admin.groups.clear()
    for client in (client_of(demo.admin), signed_in("admin@demo.example")):
        status = answer(client, address(call, there)).status_code
        assert status == (200 if NEEDS.get(call) == ANY_TOKEN else 403)


@every_call
def test_what_belongs_to_another_company_does_not_exist(demo: Demo, there: dict[str, Any], call: str) -> None:
    at, other = address(call, there), another(keeps(demo, call))
    for client in (client_of(other), signed_in(other.email)):
        found = answer(client, at)
        if "<" in call:
            assert (found.status_code, found.json()) == (404, {"detail": "Not found."})
        elif "results" in found.json():
            own = answer(client_of(keeps(demo, call)), at).json()["results"]
            assert own
            assert not {row["id"] for row in own} & {row["id"] for row in found.json()["results"]}


def another(user: User) -> User:
    """Who may everything in another company of the same kind."""
    assert user.company is not None
    company = Company.objects.create(name="Another", slug="another", kind=user.company.kind)
    made = User.objects.create_user("staff@another.example", PASSWORD, company=company)
    made.user_permissions.set(Permission.objects.filter(codename__in=CODENAMES - {"company_view_all"}))
    return made


def signed_in(email: str) -> APIClient:
    """The client of a browser in which that person is signed in."""
    client = APIClient(enforce_csrf_checks=True)
    assert client.login(username=email, password=PASSWORD)
    client.get("/accounts/password/change/")
    client.credentials(HTTP_X_CSRFTOKEN=next(cookie.value for name, cookie in client.cookies.items() if "csrf" in name))
    return client


@every_call
def test_a_session_works_like_a_token_and_needs_the_csrf_token_to_write(
    demo: Demo, there: dict[str, Any], call: str
) -> None:
    at = address(call, there)
    caller = keeps(demo, call)
    client = signed_in(caller.email)
    assert answer(client, at).status_code not in (401, 403)
    client.credentials()
    without = answer(client, at)
    if at[0] == "GET":
        assert without.status_code not in (401, 403)
    else:
        assert without.status_code == 403
        assert "CSRF" in without.json()["detail"]
    User.objects.filter(pk=caller.pk).update(is_active=False)
    assert answer(client, at).status_code == 401


@pytest.mark.parametrize("route", sorted({call.partition(" ")[2] for call in GUARDED}))
def test_a_method_that_a_call_does_not_have_is_refused(demo: Demo, there: dict[str, Any], route: str) -> None:
    for method in (*METHODS, "OPTIONS"):
        if f"{method} {route}" not in NEEDS:
            at = address(f"{method} {route}", there)
            assert answer(APIClient(), at).status_code == 401
            refused = answer(client_of(demo.admin), at)
            assert (refused.status_code, list(refused.json())) == (405, ["detail"])


# Lists


def some_rows(demo: Demo, record: IngestionRecord, times: int) -> None:
    """So many rows more in every list, each row with people and workorders of its own where it can have them."""
    for _ in range(times):
        at = f"{User.objects.count()}-{Workorder.objects.count()}"
        person = User.objects.create_user(f"p{at}@demo.example", company=demo.company)
        made = Workorder.objects.create(company=demo.company, reference=at, quantity=1, created_by=person)
        IngestionRecord.objects.create(
            company=demo.company, created_by=person, workorder=made, filetype="csv", ingestion_mode="api"
        )
        IngestionError.objects.create(record=record, row=2, column="id", value="x", error="invalid_id_error")
        for each in Workorder.objects.all():
            note(each, "rejected", demo.staff, reason=at)
        a_webhook(demo, f"https://hooks.example.com/{at}")
        for webhook in Webhook.objects.all():
            write([webhook.pk], "record.completed", {})
        product = Product.objects.create(company=demo.company, sku=at)
        a_template(demo, at)
        keep_template(demo.company, at, {}, person)
        Equipment.objects.create(company=demo.printco, name=at, dpi=600, **VALID)
        Substrate.objects.create(company=demo.printco, name=at, **VALID)
        Code.objects.create(company=demo.company, workorder=made, identifier=f"code-{at}", sequence=1, product=product)
        for code in Code.objects.filter(company=demo.company).exclude(identifier__startswith="code-"):
            change = Change.objects.create(company=demo.company, origin="api", created_by=person)
            row = {"identifier": code.identifier, "previous": code.last_change_id, "old_status": 0, "new_status": 1}
            CodeChange.objects.create(change=change, **row)
            Code.objects.filter(company=demo.company, identifier=code.identifier).update(last_change=change)


LISTS = sorted(f"GET {route}" for route, view in routes() if hasattr(getattr(view, "view_class", None), "list"))


@pytest.mark.parametrize("call", LISTS)
def test_a_list_asks_the_database_as_often_for_many_rows_as_for_few(
    demo: Demo, there: dict[str, Any], record: IngestionRecord, call: str
) -> None:
    client, at = client_of(keeps(demo, call)), address(call, there)
    some_rows(demo, record, 2)
    client.get(at[1])  # which notes the token's use
    counts = []
    for more in (0, 9):
        some_rows(demo, record, more)
        with CaptureQueriesContext(connection) as asked:
            rows = client.get(at[1], {"limit": 1000}).json()["results"]
        counts.append((len(asked), len(rows)))
    (few_queries, few), (many_queries, many) = counts
    assert many == few + 9
    assert few_queries == many_queries <= 10


def test_me_tells_whose_token_it_is_and_what_it_may(demo: Demo) -> None:
    assert APIClient().get("/api/v2/me/").status_code == 401
    assert client_of(demo.staff, "product_view", "ingestion_cancel").get("/api/v2/me/").json() == {
        "id": demo.staff.pk,
        "email": "staff@demo.example",
        "name": "Stella Staff",
        "company": {"slug": "demo", "name": "Demo Brands", "kind": "brand_owner"},
        "permissions": ["product_view"],
    }


def test_a_token_is_found_by_its_secret_alone_and_notes_its_use(demo: Demo) -> None:
    secret = issue(demo.staff, name="line 4")
    token = UserAuthorizationToken.objects.get(name="line 4")
    assert secret not in (token.prefix, token.digest)
    assert token.last_used_at is None
    client = APIClient()
    assert client.get("/api/v2/products/", HTTP_AUTHORIZATION=f"UAT {secret}").status_code == 200
    token.refresh_from_db()
    assert token.last_used_at is not None
    assert client.get("/api/v2/products/", HTTP_AUTHORIZATION=f"uat  {secret}").status_code == 200
