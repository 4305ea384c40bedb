"""The mail at the end of an upload: who gets one, what it says, and that it hurts nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.db.models.functions import Now

from ingestion import tasks
from ingestion.models import IngestionRecord
from portal.accounts import letters
from portal.celery import app
from portal.models import Letter, User
from portal.timeline import events_of
from tests.support.demo import Demo
from tests.support.pages import as_, seen
from tests.support.uploads import SPEC_EXAMPLE, queued


@pytest.fixture(autouse=True)
def _tasks_run_at_once() -> Iterator[None]:
    """What is sent to a worker is done here and now, retries too."""
    app.conf.task_always_eager = True
    yield
    app.conf.task_always_eager = False


def uploaded(user: User, data: str, mode: str = "portal", **fields: Any) -> IngestionRecord:
    """A record that a worker has taken to its end."""
    record = queued(user, data, allow_posted_duplicates=fields.pop("ignore", False))
    IngestionRecord.objects.filter(pk=record.pk).update(ingestion_mode=mode, **fields)
    tasks.run(record.pk)
    record.refresh_from_db()
    return record


def html() -> str:
    """The HTML of the only mail."""
    (message,) = mail.outbox
    assert isinstance(message, EmailMultiAlternatives)
    ((content, kind),) = message.alternatives
    assert kind == "text/html"
    return re.sub(r"\s+", " ", str(content))


def test_the_uploader_hears_of_the_codes_with_the_way_to_them(committed_demo: Demo) -> None:
    record = uploaded(committed_demo.staff, SPEC_EXAMPLE + "abc12345,sku1,1,x\n", ignore=True)
    (message,) = mail.outbox
    assert (message.to, message.subject) == (["staff@demo.example"], "codes.csv: 4 codes created")
    url = f"http://127.0.0.1:8000/workorders/{record.workorder_id}/"
    assert f"\n{url}\n" in str(message.body)
    assert f'<a href="{url}">Open the workorder</a>' in html()
    assert "http://127.0.0.1:8000/account/" in str(message.body)


def test_the_uploader_hears_what_is_wrong_and_how_to_mend_it(committed_demo: Demo) -> None:
    record = uploaded(committed_demo.staff, "id,product\nshort,sku1\nabc12345,<b>\nabc 1234,sku1\n")
    (message,) = mail.outbox
    assert message.subject == "codes.csv: 3 problems, nothing stored"
    body = str(message.body)
    assert body.index("- Invalid id, 2 times.") < body.index("- Unknown product, 1 time.")
    assert "Use the SKU exactly as the product list shows it, create it, or show a hidden one again." in body
    assert f"http://127.0.0.1:8000/ingestions/{record.key}/" in body
    assert "<strong>Invalid id, 2 times.</strong>" in html()


def test_a_file_name_cannot_break_out_of_the_mail(committed_demo: Demo) -> None:
    uploaded(committed_demo.staff, SPEC_EXAMPLE, file_name="a\nBcc: x@y.example <b>.csv")
    assert mail.outbox[0].subject == "a Bcc: x@y.example <b>.csv: 4 codes created"
    assert "a Bcc: x@y.example &lt;b&gt;.csv" in html()


def test_a_record_that_failed_by_our_fault_is_told_too(committed_demo: Demo) -> None:
    record = queued(committed_demo.staff, SPEC_EXAMPLE)
    IngestionRecord.objects.filter(pk=record.pk).update(ingestion_mode="portal", attempts=5)
    tasks.run(record.pk)
    assert "Codeport failed, 1 time." in str(mail.outbox[0].body)


def test_whoever_uses_the_api_gets_no_mail(committed_demo: Demo) -> None:
    assert uploaded(committed_demo.staff, SPEC_EXAMPLE, mode="api").status == "completed"
    assert mail.outbox == []


def test_a_message_that_comes_twice_sends_one_mail(committed_demo: Demo) -> None:
    record = uploaded(committed_demo.staff, SPEC_EXAMPLE)
    tasks.run(record.pk)
    assert len(mail.outbox) == 1
    assert [event.what for event in events_of(record)].count("mailed") == 1


def test_the_mail_is_switched_off_at_ones_account(committed_demo: Demo) -> None:
    client = as_(committed_demo.staff)
    assert 'name="wants_mail" aria-describedby="wants-mail-hint" checked' in seen(committed_demo.staff, "/account/")
    assert "Saved." in client.post("/account/", {}, follow=True).content.decode()
    assert uploaded(committed_demo.staff, SPEC_EXAMPLE).status == "completed"
    assert mail.outbox == []
    client.post("/account/", {"wants_mail": "on"})
    uploaded(committed_demo.staff, "id\nshort\n")
    assert len(mail.outbox) == 1
    assert "wants_mail" not in seen(committed_demo.support, "/account/")


def test_a_mail_server_that_fails_is_tried_again_and_hurts_nothing(
    committed_demo: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[str] = []

    def refuse(messages: list[Any]) -> int:
        tries.extend(message.subject for message in messages)
        raise ConnectionRefusedError

    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", lambda _self, sent: refuse(sent))
    record = uploaded(committed_demo.staff, SPEC_EXAMPLE)
    assert (record.status, tries) == ("completed", ["codes.csv: 4 codes created"])
    letters.sweep()
    assert len(tries) == 1, "it waits before it is tried again"
    Letter.objects.update(due_at=Now())
    letters.sweep()
    assert (len(tries), Letter.objects.get().attempts) == (2, 2)
    assert "mailed" not in [event.what for event in events_of(record)]
    monkeypatch.undo()
    Letter.objects.update(due_at=Now())
    letters.sweep()
    assert [message.subject for message in mail.outbox] == ["codes.csv: 4 codes created"]
    assert [event.what for event in events_of(record)].count("mailed") == 1
    assert not Letter.objects.exists()


def test_addresses_of_the_company_hear_of_it_too(committed_demo: Demo) -> None:
    committed_demo.company.upload_mail = ["boss@demo.example", committed_demo.staff.email]
    committed_demo.company.save()
    User.objects.filter(pk=committed_demo.admin.pk).update(wants_mail=False)
    record = uploaded(committed_demo.admin, SPEC_EXAMPLE)
    assert [message.to for message in mail.outbox] == [["boss@demo.example"], ["staff@demo.example"]]
    for message in mail.outbox:
        assert isinstance(message, EmailMultiAlternatives)
        for said in (str(message.body), str(message.alternatives[0][0])):
            assert "because the settings of Demo Brands name this address. admin@demo.example uploaded" in said
            assert "no more of them" not in said
    assert "Mail sent to boss@demo.example" in seen(committed_demo.staff, f"/ingestions/{record.key}/")
    mail.outbox.clear()
    uploaded(committed_demo.staff, SPEC_EXAMPLE.replace("12345", "12346"))
    assert [message.to for message in mail.outbox] == [["staff@demo.example"], ["boss@demo.example"]]
    assert "because you uploaded the file." in str(mail.outbox[0].body)
    mail.outbox.clear()
    uploaded(committed_demo.staff, SPEC_EXAMPLE.replace("12345", "12347"), mode="api")
    assert mail.outbox == []
