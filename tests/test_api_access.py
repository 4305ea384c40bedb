"""Every call of the API against every caller who may not make it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from portal.models import UserAuthorizationToken
from tests.conftest import PASSWORD, Demo, client_of, issue

CALLS = [
    ("POST", "/api/v2/ingestion/codes/upload/get-post-data/", "ingestion_code_create"),
    ("POST", "/api/v2/ingestion/codes/upload/process/", "ingestion_code_create"),
    ("GET", "/api/v2/ingestion/", "ingestion_view"),
    ("GET", "/api/v2/ingestion/aaaaaaaaaaaa/", "ingestion_view"),
    ("GET", "/api/v2/ingestion/aaaaaaaaaaaa/errors/", "ingestion_view"),
    ("GET", "/api/v2/ingestion/aaaaaaaaaaaa/errors.csv", "ingestion_view"),
    ("POST", "/api/v2/ingestion/aaaaaaaaaaaa/cancel/", "ingestion_cancel"),
    ("GET", "/api/v2/workorders/", "workorder_view"),
    ("GET", "/api/v2/workorders/1/", "workorder_view"),
    ("GET", "/api/v2/workorders/1/download/", "workorder_download"),
    ("GET", "/api/v2/workorders/1/serial-numbers/", "workorder_sid_download"),
    ("POST", "/api/v2/workorders/create-sid/", "workorder_create"),
    ("GET", "/api/v2/products/", "product_view"),
    ("GET", "/api/v2/products/1/", "product_view"),
]
EVERY = sorted({permission for _method, _path, permission in CALLS})
every_call = pytest.mark.parametrize(("method", "path", "permission"), CALLS)


@every_call
def test_nobody_calls_without_a_valid_token(demo: Demo, method: str, path: str, permission: str) -> None:
    client = APIClient()
    assert client.generic(method, path).status_code == 401
    token = issue(demo.admin)
    past = timezone.now() - timedelta(seconds=1)
    for secret in ("", "x", token[:-1], token + "x", token.swapcase(), issue(demo.admin, expires_at=past), "\xe9" * 9):
        assert client.generic(method, path, HTTP_AUTHORIZATION=f"UAT {secret}").status_code == 401
    for scheme in ("Token", "Bearer", "Basic"):
        assert client.generic(method, path, HTTP_AUTHORIZATION=f"{scheme} {token}").status_code == 401
    UserAuthorizationToken.objects.update(revoked_at=timezone.now())
    refused = client.generic(method, path, HTTP_AUTHORIZATION=f"UAT {token}")
    assert (refused.status_code, refused["WWW-Authenticate"]) == (401, "UAT")
    UserAuthorizationToken.objects.update(revoked_at=None)
    demo.admin.is_active = False
    demo.admin.save()
    assert client.generic(method, path, HTTP_AUTHORIZATION=f"UAT {token}").status_code == 401


@every_call
def test_the_token_needs_the_calls_own_permission(demo: Demo, method: str, path: str, permission: str) -> None:
    others = client_of(demo.admin, *(codename for codename in EVERY if codename != permission))
    assert others.generic(method, path).status_code == 403
    alone = client_of(demo.admin, permission)
    assert alone.generic(method, path).status_code not in (401, 403)


@every_call
def test_a_token_does_not_do_what_its_user_may_not(demo: Demo, method: str, path: str, permission: str) -> None:
    demo.admin.groups.clear()
    assert client_of(demo.admin).generic(method, path).status_code == 403


@every_call
def test_a_session_works_like_a_token_and_needs_the_csrf_token_to_write(
    demo: Demo, method: str, path: str, permission: str
) -> None:
    client = APIClient(enforce_csrf_checks=True)
    assert client.login(username="admin@demo.example", password=PASSWORD)
    answer = client.generic(method, path)
    if method == "POST":
        assert answer.status_code == 403
        assert "CSRF" in answer.json()["detail"]
    else:
        assert answer.status_code in (200, 404)


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
