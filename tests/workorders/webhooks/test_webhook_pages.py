"""Webhooks on the pages of a company's admins."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from tests.support.demo import Demo
from tests.support.pages import as_, seen
from tests.support.webhooks import a_webhook, time_passes
from workorders.models import Webhook, WebhookDelivery
from workorders.webhooks.outbox import write

AT = "/company/webhooks/"
URL = "https://hooks.example.com/codeport"


def test_an_endpoint_is_added_and_its_secret_is_shown_once(demo: Demo) -> None:
    assert f'href="{AT}"' in seen(demo.admin, "/company/")
    assert "No webhook yet" in seen(demo.admin, AT)
    client = as_(demo.admin)
    answer = client.post(f"{AT}create/", {"url": URL, "description": "Warehouse", "events": ["record.completed"]})
    webhook = Webhook.objects.get()
    (secret,) = re.findall(r"whsec_[\w+/]+=", answer.content.decode())
    assert (webhook.url, webhook.description, webhook.events) == (URL, "Warehouse", ["record.completed"])
    for path in (AT, f"{AT}{webhook.pk}/", f"{AT}{webhook.pk}/change/"):
        assert secret not in seen(demo.admin, path)
    assert answer["Cache-Control"].startswith("max-age=0, no-cache, no-store")


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"url": URL}, "Choose one event or more."),
        ({"url": "http://hooks.example.com/", "events": ["record.completed"]}, "It must begin with https://."),
        ({"url": URL, "events": ["record.lost"]}, "Select a valid choice."),
    ],
)
def test_a_form_with_mistakes_comes_back(demo: Demo, form: dict[str, object], said: str) -> None:
    answer = as_(demo.admin).post(f"{AT}create/", form)
    assert said in answer.content.decode()
    assert not Webhook.objects.exists()


def test_an_endpoint_is_changed_disabled_and_enabled(demo: Demo) -> None:
    webhook, _secret = a_webhook(demo, URL)
    client, at = as_(demo.admin), f"{AT}{webhook.pk}/"
    client.post(f"{at}change/", {"url": f"{URL}/2", "description": "", "events": ["change.completed"]})
    webhook.refresh_from_db()
    assert (webhook.url, webhook.events) == (f"{URL}/2", ["change.completed"])
    client.post(f"{at}switch/")
    assert "What happens meanwhile is not told here." in seen(demo.admin, at)
    client.post(f"{at}switch/", {"to": "enabled"})
    assert "Send a test event" in seen(demo.admin, at)


def test_a_new_secret_and_a_removal_are_asked_about_first(demo: Demo) -> None:
    webhook, old = a_webhook(demo, URL)
    client, at = as_(demo.admin), f"{AT}{webhook.pk}/"
    assert "whsec_" not in seen(demo.admin, f"{at}renew-secret/")
    (secret,) = re.findall(r"whsec_[\w+/]+=", client.post(f"{at}renew-secret/").content.decode())
    assert secret != old
    assert "signs as well until" in seen(demo.admin, at)
    assert "Delete this webhook?" in seen(demo.admin, f"{at}remove/")
    assert client.post(f"{at}remove/")["Location"] == AT
    assert client.get(at).status_code == 404


def test_what_was_sent_is_listed_filtered_and_sent_again(demo: Demo) -> None:
    webhook, _secret = a_webhook(demo, URL)
    client, at = as_(demo.admin), f"{AT}{webhook.pk}/"
    client.post(f"{at}test/")
    (old,) = write([webhook.pk], "record.refused", {})
    WebhookDelivery.objects.filter(pk=old.pk).update(
        status="failed", attempts=11, answer_status=500, answer="<b>broken</b>", attempted_at=timezone.now()
    )
    page = seen(demo.admin, at)
    assert "&lt;b&gt;broken&lt;/b&gt;" in page
    assert (page.count("msg_") > 1, 'hx-trigger="every 2s"' in page) == (True, True)
    assert old.message_id not in seen(demo.admin, f"{at}?type=webhook.test")
    assert old.message_id in seen(demo.admin, f"{at}?status=failed&q={old.message_id}")
    assert "Nothing fits this filter" in seen(demo.admin, f"{at}?status=delivered")
    client.post(f"{at}replay/", {"delivery": old.pk})
    old.refresh_from_db()
    assert (old.status, old.attempts) == ("waiting", 0)
    WebhookDelivery.objects.update(status="failed")
    time_passes(hours=2)
    assert timezone.now() - timedelta(hours=3) < WebhookDelivery.objects.get(pk=old.pk).created_at
    client.post(f"{at}replay/", {"since": "hour"})
    assert WebhookDelivery.objects.filter(status="failed").count() == 2
    assert "2 deliveries are sent again." in client.post(f"{at}replay/", {"since": "day"}, follow=True).content.decode()
    for wrong in ({}, {"since": "ever"}, {"delivery": "x"}):
        assert client.post(f"{at}replay/", wrong).status_code == 400


def test_pages_of_another_company_are_not_there(demo: Demo) -> None:
    webhook, _secret = a_webhook(demo, company=demo.other)
    client = as_(demo.admin)
    assert webhook.url not in seen(demo.admin, AT)
    for path in ("", "change/", "renew-secret/", "remove/"):
        assert client.get(f"{AT}{webhook.pk}/{path}").status_code == 404
    for path in ("test/", "switch/", "replay/"):
        assert client.post(f"{AT}{webhook.pk}/{path}", {"since": "day"}).status_code == 404
    for person in (demo.staff, demo.printer, demo.support):
        assert as_(person).get(AT).status_code == 403
