"""E-mails that wait: sent once by a worker, tried again after a failure, given up after a day."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.db.models import F
from django.db.models.functions import Now
from pytest_django import DjangoCaptureOnCommitCallbacks

from portal.accounts import invitations, letters
from portal.accounts.guessing import Attempt
from portal.accounts.passwords import ContextValidator
from portal.models import Invitation, Letter
from tests.support.demo import Demo


@pytest.fixture
def woken(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """The tasks that were woken."""
    sent: list[tuple[str, int]] = []
    monkeypatch.setattr(letters, "wake", lambda name, pk: sent.append((name, pk)))
    return sent


@pytest.fixture
def letter(db: None) -> Letter:
    return Letter.objects.create(kind=Letter.Kind.NOTICE, email="somebody@demo.example")


def made(monkeypatch: pytest.MonkeyPatch, *messages: EmailMessage | Exception) -> None:
    """Have notices make these mails, or fail so."""

    def make(_: Letter) -> list[EmailMessage]:
        for message in messages:
            if isinstance(message, Exception):
                raise message
        return [message for message in messages if isinstance(message, EmailMessage)]

    monkeypatch.setitem(letters.MAKERS, Letter.Kind.NOTICE, make)


def mail(to: str = "somebody@demo.example") -> EmailMessage:
    return EmailMessage("Subject", "Text", None, [to])


def test_an_email_is_sent_when_what_is_done_is_committed(
    db: None, woken: list[tuple[str, int]], django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks() as callbacks:
        letters.write(Letter.Kind.NOTICE, "somebody@demo.example", template="x")
    assert woken == []
    for callback in callbacks:
        callback()
    written = Letter.objects.get()
    assert (written.kind, written.email, written.detail) == ("notice", "somebody@demo.example", {"template": "x"})
    assert woken == [("portal.tasks.send_letter", written.pk)]


def test_what_was_sent_is_forgotten(letter: Letter, mailoutbox: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    made(monkeypatch, mail())
    letters.send(letter.pk)
    letters.send(letter.pk)
    assert [message.to for message in mailoutbox] == [["somebody@demo.example"]]
    assert not Letter.objects.exists()


@pytest.mark.parametrize(("attempts", "pause"), [(0, 30), (1, 60), (6, 1920), (7, 3600), (40, 3600)])
def test_a_failure_is_tried_again_later_each_time(
    letter: Letter, monkeypatch: pytest.MonkeyPatch, attempts: int, pause: int
) -> None:
    made(monkeypatch, OSError("no mail server"))
    Letter.objects.update(attempts=attempts)
    letters.send(letter.pk)
    waits = Letter.objects.values_list(F("due_at") - Now(), "attempts").get()
    assert (round(waits[0].total_seconds()), waits[1]) == (pause, attempts + 1)
    made(monkeypatch, ValueError("never asked"))
    letters.send(letter.pk)
    assert Letter.objects.get().attempts == attempts + 1, "it is not due yet"


def test_the_sweep_wakes_what_is_due_and_gives_up_what_is_too_old(
    letter: Letter, woken: list[tuple[str, int]], caplog: pytest.LogCaptureFixture
) -> None:
    later = Letter.objects.create(kind=Letter.Kind.NOTICE, email="a@demo.example")
    old = Letter.objects.create(kind=Letter.Kind.NOTICE, email="b@demo.example")
    Letter.objects.filter(pk=later.pk).update(due_at=Now() + timedelta(minutes=1))
    Letter.objects.filter(pk=old.pk).update(created_at=Now() - letters.LONGEST_LIFE - timedelta(seconds=1))
    with caplog.at_level(logging.ERROR):
        letters.sweep()
    assert woken == [("portal.tasks.send_letter", letter.pk)]
    assert set(Letter.objects.all()) == {letter, later}
    assert caplog.messages == [f"The letter {old.pk} (notice) was given up"]


def test_one_sweep_wakes_no_more_than_so_many(
    db: None, woken: list[tuple[str, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(letters, "AT_ONCE", 3)
    Letter.objects.bulk_create(Letter(kind=Letter.Kind.NOTICE, email=f"{n}@demo.example") for n in range(5))
    letters.sweep()
    assert len(woken) == 3


def test_an_email_for_an_invitation_that_was_withdrawn_is_not_sent(demo: Demo, mailoutbox: list[Any]) -> None:
    invitations.invite(demo.company, "new@demo.example", "staff", demo.admin)
    invitations.withdraw(Invitation.objects.get())
    letters.send(Letter.objects.get().pk)
    assert (mailoutbox, Letter.objects.count(), Invitation.objects.count()) == ([], 0, 0)


# Links of invitations


def test_a_link_opens_until_it_is_followed_sent_again_or_withdrawn(demo: Demo) -> None:
    invitations.invite(demo.company, "new@demo.example", "staff", demo.admin)
    first = invitations.link_of(Invitation.objects.get()).rstrip("/").split("/")[-2:]
    found = invitations.invited_by(*first)
    assert found is not None
    assert (found.email, found.company, found._state.adding) == ("new@demo.example", demo.company, True)
    invitations.invite(demo.company, "NEW@demo.example", "admin", demo.admin)
    assert invitations.invited_by(*first) is None
    second = invitations.link_of(Invitation.objects.get()).rstrip("/").split("/")[-2:]
    guest = invitations.invited_by(*second)
    assert guest is not None
    assert invitations.join(guest, "New Person", "a long enough phrase")
    assert [group.name for group in guest.groups.all()] == ["admin"]
    assert (Invitation.objects.count(), invitations.invited_by(*second)) == (0, None)


@pytest.mark.parametrize("uid", ["", "i-", "i-zzzzzzzzzzzzz", "zzzzzzzzzzzzz", "i-1", "1", "i-!", "-1"])
def test_a_link_that_was_made_up_invites_nobody(demo: Demo, uid: str) -> None:
    assert invitations.invited_by(uid, "abc-def") is None


def test_who_has_come_by_another_way_meanwhile_cannot_join(demo: Demo) -> None:
    invitations.invite(demo.company, "new@demo.example", "staff", demo.admin)
    link = invitations.link_of(Invitation.objects.get()).rstrip("/").split("/")[-2:]
    one, other = invitations.invited_by(*link), invitations.invited_by(*link)
    assert one is not None
    assert other is not None
    assert invitations.join(one, "One", "a long enough phrase")
    assert not invitations.join(other, "Other", "a long enough phrase")


# Passwords


@pytest.mark.parametrize("password", ["codeport1234", "CodePortCODEPORT", "demo-brands-1", "DemoDemoDemoDemo1"])
def test_a_password_is_not_made_of_names_known_here(demo: Demo, password: str) -> None:
    with pytest.raises(Exception, match="mostly a name that is known here"):
        ContextValidator().validate(password, demo.staff)


@pytest.mark.parametrize("password", ["codeport and much more", "correct horse battery"])
def test_a_name_may_stand_in_a_long_password(demo: Demo, password: str) -> None:
    ContextValidator().validate(password, demo.staff)
    ContextValidator().validate("demo-brands-1")  # nobody's company


@pytest.mark.usefixtures("own_cache")
def test_only_failures_count_against_an_account(rf: Any, db: None) -> None:

    def attempt_from(address: str, email: str = "staff@demo.example") -> Attempt:
        return Attempt(rf.post("/", REMOTE_ADDR=address), email)

    for _ in range(20):
        attempt = attempt_from("203.0.113.7")
        assert attempt.begin()
        attempt.take_back()
    assert [attempt_from("203.0.113.7").begin() for _ in range(6)] == [True] * 5 + [False]
    assert not attempt_from("203.0.113.7", "STAFF@demo.example").begin(), "the case of letters tells no accounts apart"
    assert attempt_from("203.0.114.7").begin(), "a stranger's failures stop nobody else"
    attempt_from("203.0.113.7").forget()
    assert attempt_from("203.0.113.7").begin()
