"""Sessions: when they end by themselves, and who ends them for somebody."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal import tasks
from portal.models import User
from tests.support.demo import PASSWORD, Demo
from tests.support.pages import as_, seen
from tests.support.people import LOGIN, code, signed_in, with_app
from tests.support.security_log import Told, told  # noqa: F401  # a fixture

HOUR = 3600
pytestmark = pytest.mark.usefixtures("letters_go_at_once", "own_cache")


def aged(client: Client, *, began: int, seen: int) -> None:
    """Let the browser's session have begun, and been used, so many seconds ago."""
    session = client.session
    session["began"], session["seen"] = int(time.time()) - began, int(time.time()) - seen
    session.save()


@pytest.mark.parametrize(
    ("began", "used", "why"),
    [
        (4 * HOUR - 60, 4 * HOUR - 60, None),
        (4 * HOUR + 60, 4 * HOUR + 60, "idle"),
        (24 * HOUR - 60, 60, None),
        (24 * HOUR + 60, 60, "age"),
    ],
)
def test_a_session_ends_when_it_is_idle_or_old(
    demo: Demo,
    told: Told,  # noqa: F811
    began: int,
    used: int,
    why: str | None,
) -> None:
    client = signed_in(demo.staff)
    told()
    aged(client, began=began, seen=used)
    assert client.get("/products/").status_code == (302 if why else 200)
    assert [(line["message"], line["by"], line["reason"]) for line in told()] == (
        [("session_ended", demo.staff.email, why)] if why else []
    )
    assert Session.objects.exists() == (why is None)


@pytest.mark.parametrize("by_app", [False, True])
def test_showing_again_who_one_is_renews_the_key_of_the_session(demo: Demo, by_app: bool) -> None:
    if by_app:
        client, secret = with_app(demo.staff)
        path, shown = "/accounts/2fa/reauthenticate/", {"code": code(secret, 1)}
    else:
        client, path, shown = signed_in(demo.staff), "/accounts/reauthenticate/", {"password": PASSWORD}
    old = client.cookies[settings.SESSION_COOKIE_NAME].value
    assert client.post(path, shown).status_code == 302
    assert client.get("/products/").status_code == 200
    new = client.session.session_key
    assert new != old
    assert [kept.session_key for kept in UserSession.objects.filter(user=demo.staff)] == [new]
    assert not Session.objects.filter(session_key=old).exists()


def test_a_sign_in_takes_no_key_that_was_there_before(demo: Demo) -> None:
    client = Client()
    session = client.session
    session["planted"] = 1
    session.save()
    old = str(session.session_key)
    client.cookies[settings.SESSION_COOKIE_NAME] = old
    client.post(LOGIN, {"login": demo.staff.email, "password": PASSWORD})
    new = client.cookies[settings.SESSION_COOKIE_NAME].value
    assert re.fullmatch("[a-z0-9]{32}", new)
    assert [kept.session_key for kept in Session.objects.all()] == [new]
    client.cookies[settings.SESSION_COOKIE_NAME] = old
    assert signed_out(client)


def test_who_has_signed_out_is_out_with_the_old_cookie_too(demo: Demo) -> None:
    client, stolen = signed_in(demo.root), Client()
    stolen.cookies[settings.SESSION_COOKIE_NAME] = client.cookies[settings.SESSION_COOKIE_NAME].value
    paths = ("/products/", "/admin/", "/api/v2/me/")
    assert [stolen.get(path).status_code for path in paths] == [200, 200, 200]
    client.post("/accounts/logout/")
    assert [stolen.get(path).status_code for path in paths] == [302, 302, 401]
    assert not Session.objects.exists()


def test_every_page_of_somebody_has_the_sign_out(demo: Demo) -> None:
    for path in ("/", "/upload/", "/products/", "/account/", "/accounts/password/change/", "/api/docs/", "/no/where/"):
        page = as_(demo.admin).get(path).content.decode()
        assert page.count('<form method="post" action="/accounts/logout/">') == 1, path
    for path in ("/admin/", "/admin/portal/user/"):
        assert "/logout/" in seen(demo.root, path)


def test_other_sessions_are_ended_after_showing_again_who_one_is(demo: Demo) -> None:
    other, client = signed_in(demo.staff), signed_in(demo.staff)
    assert "Sign out the others" in client.get("/accounts/sessions/").content.decode()
    assert client.post("/accounts/sessions/").headers["Location"].startswith("/accounts/reauthenticate/?next=")
    assert other.get("/products/").status_code == 200
    client.post("/accounts/reauthenticate/?next=/accounts/sessions/", {"password": PASSWORD})
    assert (client.get("/products/").status_code, other.get("/products/").status_code) == (200, 302)


def test_the_api_and_the_back_office_keep_to_it_too(demo: Demo) -> None:
    for path, status in (("/api/v2/me/", 401), ("/admin/", 302)):
        client = signed_in(demo.root)
        assert client.get(path).status_code == 200
        aged(client, began=24 * HOUR + 60, seen=0)
        assert client.get(path).status_code == status


def test_using_a_session_keeps_it_and_is_written_every_five_minutes_at_most(demo: Demo) -> None:
    client = signed_in(demo.staff)
    aged(client, began=5 * HOUR, seen=301)
    for written in (1, 0):
        with CaptureQueriesContext(connection) as taken:
            assert client.get("/products/").status_code == 200
        assert sum("UPDATE" in query["sql"] and "django_session" in query["sql"] for query in taken) == written
    assert int(time.time()) - client.session["seen"] < 60


def test_signing_in_again_in_an_old_session_begins_anew(demo: Demo) -> None:
    client = signed_in(demo.staff)
    aged(client, began=23 * HOUR, seen=0)
    client.force_login(demo.staff)
    assert int(time.time()) - client.session["began"] < 60


def test_a_session_from_before_there_were_limits_begins_now(demo: Demo) -> None:
    client = signed_in(demo.staff)
    session = client.session
    del session["began"], session["seen"]
    session.save()
    assert client.get("/products/").status_code == 200
    assert int(time.time()) - client.session["began"] < 60


def test_the_cookie_lives_no_longer_than_the_session(demo: Demo) -> None:
    response = Client().post(LOGIN, {"login": demo.staff.email, "password": PASSWORD})
    assert response.cookies["codeport-session-8000"]["max-age"] == 24 * HOUR


def test_sessions_that_are_over_leave_the_database(demo: Demo) -> None:
    signed_in(demo.staff)
    Session.objects.update(expire_date=timezone.now())
    tasks.sweep()
    assert not Session.objects.exists()


def signed_out(client: Client) -> bool:
    return client.get("/products/").status_code == 302


def test_an_admin_signs_somebody_out_everywhere(demo: Demo, told: Told) -> None:  # noqa: F811
    first, second, other = signed_in(demo.staff), signed_in(demo.staff), signed_in(demo.other_staff)
    told()
    assert "Sign out everywhere" in seen(demo.admin, f"/people/{demo.staff.pk}/")
    page = as_(demo.admin).post(f"/people/{demo.staff.pk}/sign-out/", follow=True).content.decode()
    assert "staff@demo.example is signed out: 2 sessions ended." in page
    assert [signed_out(client) for client in (first, second, other)] == [True, True, False]
    assert [(line["message"], line["by"], line["number"]) for line in told()] == [
        ("sessions_ended", "admin@demo.example", 2)
    ]
    assert as_(demo.admin).post(f"/people/{demo.other_staff.pk}/sign-out/").status_code == 404
    assert as_(demo.staff).post(f"/people/{demo.admin.pk}/sign-out/").status_code == 403
    assert not signed_out(other)
    assert not signed_out(signed_in(demo.staff))


def test_the_back_office_signs_people_out(demo: Demo) -> None:
    client = signed_in(demo.staff)
    chosen = {"action": "sign_out", "_selected_action": [demo.staff.pk]}
    response = as_(demo.root).post("/admin/portal/user/", chosen, follow=True)
    assert "Signed out: 1 of 1." in response.content.decode()
    assert signed_out(client)


def test_another_role_ends_sessions_and_the_same_does_not(demo: Demo) -> None:
    client, path = signed_in(demo.staff), f"/people/{demo.staff.pk}/"
    as_(demo.admin).post(path, {"role": "staff"})
    assert not signed_out(client)
    as_(demo.admin).post(path, {"role": "admin"})
    assert signed_out(client)


def test_a_change_in_the_back_office_ends_sessions(demo: Demo) -> None:
    client, groups = signed_in(demo.staff), [group.pk for group in demo.staff.groups.all()]
    person: dict[str, Any] = {"email": demo.staff.email, "name": demo.staff.name, "company": demo.company.pk}
    path = f"/admin/portal/user/{demo.staff.pk}/change/"
    as_(demo.root).post(path, person | {"groups": groups})
    assert not signed_out(client)
    as_(demo.root).post(path, person | {"groups": groups, "name": "Renamed"})
    assert signed_out(client)


def test_whoever_changes_the_own_role_stays(demo: Demo) -> None:
    demo.staff.groups.set(demo.admin.groups.all())
    here, elsewhere = signed_in(demo.admin), signed_in(demo.admin)
    here.post(f"/people/{demo.admin.pk}/", {"role": "staff"})
    assert [signed_out(here), signed_out(elsewhere)] == [False, True]
    assert UserSession.objects.filter(user=demo.admin).count() == 1


# Those who run the portal


def test_who_runs_the_portal_needs_a_second_step_where_it_is_served_to_others(demo: Demo, settings: Any) -> None:
    client = signed_in(demo.root)
    assert client.get("/admin/").status_code == 200
    settings.SECOND_STEP_FOR_OPERATORS = True
    for path in ("/admin/", "/admin/portal/user/", "/", "/products/"):
        assert client.get(path).headers["Location"] == "/account/"
    assert client.get("/api/v2/me/").status_code == 403
    assert "signs in with a second step" in client.get("/admin/", follow=True).content.decode()
    assert client.get("/accounts/2fa/totp/activate/").status_code == 302, "which asks for the password"
    assert signed_in(demo.staff).get("/products/").status_code == 200
    User.objects.filter(pk=demo.staff.pk).update(is_staff=True)
    assert signed_in(demo.staff).get("/products/").headers["Location"] == "/account/"
    client, _ = with_app(demo.root)
    assert client.get("/admin/").status_code == 200
