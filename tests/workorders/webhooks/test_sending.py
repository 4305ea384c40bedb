"""Sending what is due: signed, tried again with growing pauses, endpoint by endpoint."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db.models import Max

from portal.accounts import letters
from portal.models import Letter
from portal.outgoing import Answer, Unreachable
from tests.support.demo import Demo
from tests.support.pages import seen
from tests.support.receivers import Receiver, receiver
from tests.support.webhooks import a_webhook, time_passes
from workorders.models import Webhook, WebhookDelivery
from workorders.webhooks import endpoints, sending
from workorders.webhooks.outbox import TASK, publish, write
from workorders.webhooks.sending import PAUSES, deliver, wake_due

KIND = "record.completed"


@pytest.fixture(autouse=True)
def woken(monkeypatch: pytest.MonkeyPatch, settings: Any) -> list[int]:
    """Which endpoints a worker is woken for; hosts of this machine are allowed."""
    settings.WEBHOOK_HOSTS = ["localhost"]
    found: list[int] = []
    monkeypatch.setattr(sending, "wake", lambda name, pk: found.append(pk) if name == TASK else None)
    return found


@pytest.fixture
def there() -> Iterator[Receiver]:
    with receiver() as found:
        yield found


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What hosts answer, by URL, or what is done while they do; who was asked is in `asked`."""
    found: dict[str, Any] = {"asked": []}

    def ask(url: str, **_: Any) -> Answer:
        found["asked"].append(url)
        said = found.get(url, 200)
        if isinstance(said, str):
            raise Unreachable(said)
        return Answer(said() or 200 if callable(said) else said, b"")

    monkeypatch.setattr(sending, "ask", ask)
    return found


def event(webhook: Webhook, number: int = 1) -> WebhookDelivery:
    return write([webhook.pk], KIND, {"number": number})[0]


def test_a_message_is_posted_as_the_specification_says(demo: Demo, there: Receiver) -> None:
    webhook, secret = a_webhook(demo, there.url)
    publish(demo.company.pk, KIND, lambda: {"key": "abc", "name": "Fläche"})
    deliver(webhook.pk)
    (got,) = there.requests
    delivery = webhook.deliveries.get()
    message = got.verified(secret)
    assert (message["type"], message["data"]) == (KIND, {"key": "abc", "name": "Fläche"})
    assert got.headers["webhook-id"] == delivery.message_id
    assert got.headers["content-type"] == "application/json"
    assert got.body.decode() == delivery.body
    assert (delivery.status, delivery.attempts, delivery.answer_status, delivery.answer) == (
        "delivered",
        1,
        200,
        "thank you",
    )
    deliver(webhook.pk)
    assert len(there.requests) == 1


def test_both_secrets_sign_for_a_day(demo: Demo, there: Receiver) -> None:
    webhook, old = a_webhook(demo, there.url)
    new = endpoints.renew_secret(webhook)
    event(webhook)
    deliver(webhook.pk)
    assert len(there.requests[0].headers["webhook-signature"].split(" ")) == 2
    for secret in (old, new):
        assert there.requests[0].verified(secret)["data"] == {"number": 1}
    time_passes(hours=24, minutes=1)
    event(webhook)
    deliver(webhook.pk)
    assert len(there.requests[1].headers["webhook-signature"].split(" ")) == 1
    assert there.requests[1].verified(new)


def test_a_failure_is_tried_again_with_growing_pauses_for_three_days(demo: Demo, there: Receiver) -> None:
    webhook, secret = a_webhook(demo, there.url)
    delivery, there.usual = event(webhook), 500
    for number, pause in enumerate((timedelta(0), *PAUSES)):
        time_passes(seconds=pause.total_seconds())
        Webhook.objects.update(due_at=delivery.created_at, failing_since=None)
        deliver(webhook.pk)
        delivery.refresh_from_db()
        assert (delivery.attempts, delivery.answer_status) == (number + 1, 500)
        assert delivery.status == ("failed" if number == len(PAUSES) else "waiting")
        if number < len(PAUSES):
            deliver(webhook.pk)
            assert len(there.requests) == number + 1, "not before its time"
    assert timedelta(days=3) <= sum(PAUSES, timedelta()) < timedelta(days=3, hours=1)
    assert [*PAUSES] == sorted(PAUSES)
    assert {got.headers["webhook-id"] for got in there.requests} == {delivery.message_id}
    assert all(got.verified(secret) for got in there.requests)
    assert delivery.answer == "thank you"


@pytest.mark.parametrize("status", [199, 301, 302, 307, 308, 400, 404, 429, 503])
def test_only_a_status_of_success_counts(demo: Demo, answers: dict[str, Any], status: int) -> None:
    webhook, _secret = a_webhook(demo)
    delivery = event(webhook)
    answers[webhook.url] = status
    deliver(webhook.pk)
    delivery.refresh_from_db()
    assert (delivery.status, delivery.answer_status) == ("waiting", status)


def test_a_host_that_cannot_be_reached_is_told_so(demo: Demo, settings: Any) -> None:
    settings.WEBHOOK_HOSTS = []
    webhook, _secret = a_webhook(demo, "https://nowhere.invalid/")
    delivery = event(webhook)
    deliver(webhook.pk)
    delivery.refresh_from_db()
    assert (delivery.status, delivery.answer_status) == ("waiting", None)
    assert delivery.problem == "The DNS has no address of nowhere.invalid."


def test_what_an_answer_says_is_kept_in_part_and_without_nul(demo: Demo, there: Receiver) -> None:
    webhook, _secret = a_webhook(demo, there.url)
    delivery = event(webhook)
    there.answers.append((500, "\0" + "x" * 5000))
    deliver(webhook.pk)
    delivery.refresh_from_db()
    assert delivery.answer == "\ufffd" + "x" * 1023


def test_an_endpoint_that_answers_410_is_disabled(demo: Demo, answers: dict[str, Any]) -> None:
    webhook, _secret = a_webhook(demo)
    event(webhook)
    event(webhook)
    answers[webhook.url] = 410
    deliver(webhook.pk)
    webhook.refresh_from_db()
    assert (webhook.stopped, len(answers["asked"])) == ("gone", 1)
    assert {delivery.next_attempt_at for delivery in webhook.deliveries.all()} == {None}
    assert ">1 attempt</small>" in seen(demo.admin, f"/company/webhooks/{webhook.pk}/"), "and not: 1 attempt, next ..."
    time_passes(days=1)
    deliver(webhook.pk)
    assert len(answers["asked"]) == 1
    publish(demo.company.pk, KIND, dict)
    assert webhook.deliveries.count() == 2


def test_an_endpoint_that_fails_for_three_days_is_disabled_and_the_company_gets_a_mail(
    demo: Demo, answers: dict[str, Any]
) -> None:
    webhook, _secret = a_webhook(demo)
    event(webhook)
    answers[webhook.url] = "It does not answer."
    for pause in (0, 1, 23, 24, 23.9):
        time_passes(hours=pause)
        WebhookDelivery.objects.update(due_at="2020-01-01T00:00Z")
        deliver(webhook.pk)
        webhook.refresh_from_db()
        assert (webhook.stopped, webhook.failing_since is None) == ("", False)
    time_passes(hours=0.2)
    Webhook.objects.update(due_at="2020-01-01T00:00Z")
    WebhookDelivery.objects.update(due_at="2020-01-01T00:00Z")
    deliver(webhook.pk)
    webhook.refresh_from_db()
    assert webhook.stopped == "failing"
    letter = Letter.objects.get(kind="webhook_stopped")
    assert letter.email == "admin@demo.example", "the company has no addresses"
    letters.send(letter.pk)
    (message,) = mail.outbox
    assert message.subject == f"A webhook is disabled: {webhook.url}"
    assert f"http://127.0.0.1:8000/company/webhooks/{webhook.pk}/" in message.body
    assert "Everything that was sent there for 3 days failed." in message.body


def test_the_mail_goes_to_the_companys_addresses_and_not_after_it_is_enabled_again(
    demo: Demo, answers: dict[str, Any]
) -> None:
    demo.company.upload_mail = ["it@demo.example", "ops@demo.example"]
    demo.company.save()
    webhook, _secret = a_webhook(demo)
    event(webhook)
    answers[webhook.url] = 410
    deliver(webhook.pk)
    assert sorted(Letter.objects.values_list("email", flat=True)) == ["it@demo.example", "ops@demo.example"]
    endpoints.enable(webhook)
    for letter in Letter.objects.all():
        letters.send(letter.pk)
    assert (mail.outbox, Letter.objects.count()) == ([], 0)


def test_a_success_forgets_failures(demo: Demo, answers: dict[str, Any]) -> None:
    webhook, _secret = a_webhook(demo)
    event(webhook)
    answers[webhook.url] = 500
    deliver(webhook.pk)
    webhook.refresh_from_db()
    assert (webhook.failures, webhook.failing_since is None) == (1, False)
    answers[webhook.url] = 204
    time_passes(seconds=6)
    deliver(webhook.pk)
    webhook.refresh_from_db()
    assert (webhook.failures, webhook.failing_since) == (0, None)


def test_a_message_that_an_endpoint_refuses_keeps_no_other_from_it(demo: Demo, there: Receiver) -> None:
    webhook, _secret = a_webhook(demo, there.url)
    first, second = event(webhook, 1), event(webhook, 2)
    there.answers.append((400, "no"))
    deliver(webhook.pk)
    assert len(there.requests) == 1, "a turn ends at the first failure"
    time_passes(seconds=4)
    deliver(webhook.pk)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.status, second.status) == ("waiting", "delivered")


def test_a_dead_endpoint_takes_one_attempt_a_turn_and_rests_longer_each_time(
    demo: Demo, answers: dict[str, Any], woken: list[int]
) -> None:
    dead, _secret = a_webhook(demo, "https://dead.example.com/")
    alive, _secret = a_webhook(demo, "https://alive.example.com/", company=demo.other)
    answers[dead.url] = "It does not answer."
    for number in range(50):
        event(dead, number)
    event(alive)
    wake_due()
    assert sorted(woken) == [dead.pk, alive.pk]
    for pk in (dead.pk, dead.pk, dead.pk, alive.pk):
        deliver(pk)
    assert answers["asked"] == [dead.url, alive.url]
    rests = []
    for _number in range(12):
        dead.refresh_from_db()
        last = dead.deliveries.aggregate(at=Max("attempted_at"))["at"]
        rests.append(round((dead.due_at - last).total_seconds()))
        time_passes(seconds=rests[-1])
        deliver(dead.pk)
    assert rests == [2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]


@pytest.mark.parametrize(
    ("status", "said", "seconds"),
    [
        (429, "120", 120),
        (503, " 3600 ", 3600),
        (503, "86400", 3600),
        (429, "9" * 5000, 3600),
        (429, "Mon, 01 Dec 2098 10:00:00 GMT", 3600),
        (503, "Mon, 01 Dec 2025 10:00:00 GMT", 5),
        (429, "1", 5),
        (429, "-5", 5),
        (429, "soon", 5),
        (429, "Mon, 01 Dec 99999 10:00:00 GMT", 5),
        (429, "٣٠٠", 5),
        (429, "", 5),
        (500, "120", 5),
    ],
)
def test_an_endpoint_may_ask_for_a_longer_pause_of_an_hour_at_most(
    demo: Demo, monkeypatch: pytest.MonkeyPatch, status: int, said: str, seconds: int
) -> None:
    webhook, _secret = a_webhook(demo)
    delivery = event(webhook)
    monkeypatch.setattr(sending, "ask", lambda *_, **__: Answer(status, b"", said))
    deliver(webhook.pk)
    webhook.refresh_from_db()
    delivery.refresh_from_db()
    assert delivery.attempted_at is not None
    assert round((delivery.due_at - delivery.attempted_at).total_seconds()) == seconds
    assert round((webhook.due_at - delivery.attempted_at).total_seconds()) == (2 if seconds == 5 else seconds)


def test_the_header_of_a_real_answer_is_read(demo: Demo, there: Receiver) -> None:
    webhook, _secret = a_webhook(demo, there.url)
    delivery = event(webhook)
    there.answers, there.retry_after = [(429, "slowly")], "300"
    deliver(webhook.pk)
    delivery.refresh_from_db()
    assert delivery.attempted_at is not None
    assert round((delivery.due_at - delivery.attempted_at).total_seconds()) == 300


def test_a_turn_ends_after_some_seconds_and_wakes_a_worker_for_the_rest(
    demo: Demo, answers: dict[str, Any], woken: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    webhook, _secret = a_webhook(demo)
    for number in range(3):
        event(webhook, number)
    clock = iter(range(0, 1000, 3))
    monkeypatch.setattr("workorders.webhooks.sending.time.monotonic", lambda: float(next(clock)))
    deliver(webhook.pk)
    assert (len(answers["asked"]), woken) == (1, [webhook.pk])
    deliver(webhook.pk)
    deliver(webhook.pk)
    assert (len(answers["asked"]), woken) == (3, [webhook.pk] * 2)


def test_nobody_sends_to_an_endpoint_at_which_another_worker_is(demo: Demo, answers: dict[str, Any]) -> None:
    webhook, _secret = a_webhook(demo)
    event(webhook)
    answers[webhook.url] = lambda: deliver(webhook.pk)
    deliver(webhook.pk)
    assert len(answers["asked"]) == 1


def test_what_a_lost_worker_sent_is_sent_again_with_the_same_id(
    demo: Demo, there: Receiver, woken: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    webhook, secret = a_webhook(demo, there.url)
    delivery = event(webhook)

    def die(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(sending, "_note", die)
        with pytest.raises(KeyboardInterrupt):
            deliver(webhook.pk)
    wake_due()
    deliver(webhook.pk)
    assert (woken, len(there.requests)) == ([], 1), "its lease has not run out"
    time_passes(seconds=61)
    wake_due()
    wake_due()
    assert woken == [webhook.pk]
    deliver(webhook.pk)
    first, second = there.requests
    assert first.headers["webhook-id"] == second.headers["webhook-id"] == delivery.message_id
    assert first.verified(secret) == second.verified(secret)
    delivery.refresh_from_db()
    assert (delivery.status, delivery.attempts) == ("delivered", 1)


def test_a_message_to_a_worker_that_is_lost_is_sent_again(demo: Demo, woken: list[int]) -> None:
    webhook, _secret = a_webhook(demo)
    event(webhook)
    wake_due()
    wake_due()
    assert woken == [webhook.pk]
    time_passes(seconds=31)
    wake_due()
    assert woken == [webhook.pk] * 2


def test_an_endpoint_that_is_disabled_in_a_turn_gets_nothing_more(demo: Demo, answers: dict[str, Any]) -> None:
    webhook, _secret = a_webhook(demo)
    event(webhook)
    event(webhook)
    answers[webhook.url] = lambda: endpoints.disable(webhook)
    deliver(webhook.pk)
    assert len(answers["asked"]) == 1
    assert sorted(webhook.deliveries.values_list("status", flat=True)) == ["delivered", "waiting"]
