"""URL prefixes: which can be used, whose they are and from when, and that nothing refused keeps one."""

from __future__ import annotations

from collections.abc import Callable
from threading import Thread
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from rest_framework.test import APIClient

from ingestion import engine
from ingestion.models import IngestionRecord
from portal.models import User
from tests.support.back_office import do
from tests.support.demo import Demo
from tests.support.pages import as_
from tests.support.printing import TEMPLATES
from tests.support.running import ended, in_thread, wait_for, waiting_for_locks
from tests.support.tokens import client_of
from tests.support.uploads import PROCESS, ingested, queued, uploaded
from workorders import jobs
from workorders.codes.url_prefixes import check_url_prefix, claim_url_prefix, warn_of_prefix
from workorders.models import Code, Job, UrlPrefix, Workorder
from workorders.secure import workflow

CREATE_SID, CREATE_SSC = "/api/v2/workorders/create-sid/", "/api/v2/workorders/create-ssc/"
PREFIX = "https://typo.example/c"


def claimed() -> list[str]:
    return sorted(UrlPrefix.objects.values_list("prefix", flat=True))


def processed(client: APIClient, file: str = "id\nabc12345\n", **fields: Any) -> IngestionRecord:
    """The record of a file that a worker has been through."""
    key = uploaded(client, file)
    answer = client.post(PROCESS, {"record": key, **fields}, format="json")
    assert answer.status_code == 200, answer.content
    record = IngestionRecord.objects.get(key=key)
    engine.run(record.pk)
    record.refresh_from_db()
    return record


def test_the_portals_own_addresses_of_now_and_before_have_one_prefix_each(demo: Demo, settings: Any) -> None:
    settings.FORMER_PUBLIC_URLS = ["https://codes.example.com"]
    for prefix in (
        "http://127.0.0.1:8000/x/",
        "https://codes.example.com/c/other/",
        "http://codes.example.com/c/demo/",
    ):
        with pytest.raises(ValidationError) as refused:
            check_url_prefix(demo.company, prefix)
        assert refused.value.messages == ["At this portal's own address it must be http://127.0.0.1:8000/c/demo/"]


# When a prefix becomes a company's


def test_a_refused_file_leaves_its_prefix_to_everybody(committed_demo: Demo) -> None:
    mine, theirs = client_of(committed_demo.staff), client_of(committed_demo.other_staff)
    assert processed(mine, "id\nno\n", url_prefix=PREFIX).status == "error"
    assert claimed() == []
    assert processed(mine, url_prefix=f"{PREFIX}/").status == "completed"
    assert claimed() == ["typo.example/c/"]
    refused = theirs.post(PROCESS, {"record": uploaded(theirs), "url_prefix": PREFIX}, format="json")
    assert refused.json() == {"url_prefix": ["The URLs of another company begin like this; choose another prefix."]}


def test_neither_process_nor_a_cancelled_record_nor_a_template_claims(committed_demo: Demo) -> None:
    client = client_of(committed_demo.staff)
    key = uploaded(client)
    assert client.post(PROCESS, {"record": key, "url_prefix": PREFIX}, format="json").status_code == 200
    assert claimed() == []
    assert client_of(committed_demo.admin).post(f"/api/v2/ingestion/{key}/cancel/").status_code == 200
    fields = {"name": "One", "layout": "outside", "url_prefix": PREFIX, "printing_partner": committed_demo.printco.pk}
    assert as_(committed_demo.staff).post(f"{TEMPLATES}create/", fields).status_code == 302
    assert claimed() == []
    assert processed(client_of(committed_demo.other_staff), url_prefix=PREFIX).status == "completed"


ORDERS = pytest.mark.parametrize(
    ("path", "order"),
    [
        (CREATE_SID, {"reference": "A", "quantity": 2}),
        (CREATE_SSC, {"reference": "A", "quantity": 2, "layout": "outside", "printing_partner": "printco"}),
    ],
)


@ORDERS
def test_an_order_claims_and_its_cancellation_without_codes_releases(
    demo: Demo, path: str, order: dict[str, Any]
) -> None:
    client = client_of(demo.staff)
    assert client.post(path, {**order, "url_prefix": PREFIX, "quantity": 0}, format="json").status_code == 400
    assert claimed() == []
    first = client.post(path, {**order, "url_prefix": PREFIX}, format="json").json()["id"]
    second = client.post(path, {**order, "url_prefix": PREFIX, "reference": "B"}, format="json").json()["id"]
    for pk, left in ((first, ["typo.example/c"]), (second, [])):
        workorder = Workorder.objects.get(pk=pk)
        job = workorder.minting
        if job:
            assert jobs.cancel(job, demo.admin)
        else:
            workflow.cancel(workorder, demo.admin)
        assert claimed() == left
    assert client_of(demo.other_staff).post(path, {**order, "url_prefix": PREFIX}, format="json").status_code == 201


def test_a_cancelled_workorder_with_codes_keeps_its_prefix(committed_demo: Demo) -> None:
    demo = committed_demo
    order = {"reference": "A", "quantity": 2, "layout": "outside", "printing_partner": "printco", "url_prefix": PREFIX}
    workorder = Workorder.objects.get(pk=client_of(demo.staff).post(CREATE_SSC, order, format="json").json()["id"])
    assert ingested(demo.staff, "id\nabc12345\n", workorder=workorder.pk).status == "completed"
    workorder.refresh_from_db()
    workflow.cancel(workorder, demo.admin)
    assert claimed() == ["typo.example/c"]


def test_a_minting_that_fails_for_good_releases_its_prefix(demo: Demo) -> None:
    order = {"reference": "A", "quantity": 2, "url_prefix": PREFIX}
    client_of(demo.staff).post(CREATE_SID, order, format="json")
    jobs.cancel_workorder_without_codes(Job.objects.get(what="mint"))
    assert claimed() == []


# Races


@pytest.mark.parametrize("meeting", [PREFIX, f"{PREFIX}/", "http://typo.example/"])
def test_of_two_companies_one_gets_the_prefix_and_the_other_a_named_error(committed_demo: Demo, meeting: str) -> None:
    first = queued(committed_demo.staff, "id\nabc12345\n", url_prefix=PREFIX)
    second = queued(committed_demo.other_staff, "id\nabc12345\n", url_prefix=meeting)
    threads = [Thread(target=in_thread, args=(engine.run, record.pk)) for record in (first, second)]
    for thread in threads:
        thread.start()
    ended(threads)
    first.refresh_from_db()
    second.refresh_from_db()
    assert sorted((first.status, second.status)) == ["completed", "error"]
    winner, loser = (first, second) if first.status == "completed" else (second, first)
    assert loser.result_data == {"errors": [{"url_prefix_error": []}], "error_counts": {"url_prefix_error": 1}}
    (error,) = loser.errors.all()
    assert error.detail == "The URLs of another company begin like this; choose another prefix."
    assert [code.workorder_id for code in Code.objects.all()] == [winner.workorder_id]
    assert [prefix.company_id for prefix in UrlPrefix.objects.all()] == [winner.company_id]


def test_a_prefix_that_is_lost_while_codes_are_loaded_leaves_nothing(
    committed_demo: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = queued(committed_demo.staff, "id\nabc12345\n", url_prefix=PREFIX)
    monkeypatch.setattr(
        "ingestion.stages.destinations.check_url_prefix", lambda *_: None
    )  # what is taken right after the look
    UrlPrefix.objects.create(company=committed_demo.other, prefix="typo.example/")
    engine.run(record.pk)
    record.refresh_from_db()
    assert record.error_counts == {"url_prefix_error": 1}
    assert not Code.objects.exists()
    assert not Workorder.objects.exists()


def test_a_claim_that_is_not_decided_yet_is_waited_for_at_its_host_alone(committed_demo: Demo) -> None:
    answers: dict[str, str] = {}

    def claim(number: int) -> None:
        prefix = ("https://codes.example.com/abc", "https://other.example.com/a")[number]
        try:
            claim_url_prefix(committed_demo.other, prefix)
        except ValidationError as refused:
            answers[prefix] = refused.messages[0]
        else:
            answers[prefix] = ""

    meeting, apart = (Thread(target=in_thread, args=(claim, number)) for number in (0, 1))
    with transaction.atomic():
        claim_url_prefix(committed_demo.company, "https://codes.example.com/a")
        meeting.start()
        wait_for(lambda: waiting_for_locks() == 1, "the claim of a longer one waits")
        apart.start()
        ended([apart])
        assert answers == {"https://other.example.com/a": ""}
    ended([meeting])
    assert answers["https://codes.example.com/abc"].startswith("The URLs of another company begin like this")


# Prefixes that may not be meant


DOUBT = (
    "The URL prefix ends in c, so the codes will read https://typo.example/cabc12345. If a slash, or a = before the"
    " id, is missing at its end, use the prefix with it."
)
SENTENCE = f"The URL prefix can be used, but may not be what was meant. {DOUBT}"


def test_a_prefix_that_ends_in_a_letter_is_warned_of_before_and_after_the_file_is_read(committed_demo: Demo) -> None:
    client = client_of(committed_demo.staff)
    key = uploaded(client, "id\nabc12345\n")
    assert client.post(PROCESS, {"record": key, "url_prefix": PREFIX}, format="json").status_code == 200
    expected = {"warning": "url_prefix_warning", "row": None, "column": "", "value": PREFIX, "count": 1}
    path = f"/api/v2/ingestion/{key}/"
    assert client.get(path).json()["warnings"] == [expected | {"message": SENTENCE}]
    engine.run(IngestionRecord.objects.get(key=key).pk)
    said = client.get(path).json()
    assert (said["status"], said["warnings"]) == ("completed", [expected | {"message": SENTENCE}])
    assert DOUBT in as_(committed_demo.staff).get(f"/ingestions/{key}/").content.decode()
    doubts = [{"warning": "url_prefix_warning", "message": DOUBT}]
    assert client.get(f"/api/v2/workorders/{said['workorder']}/").json()["warnings"] == doubts
    assert DOUBT in as_(committed_demo.staff).get(f"/workorders/{said['workorder']}/").content.decode()


@ORDERS
def test_an_order_answers_with_the_warning_and_its_page_shows_it(demo: Demo, path: str, order: dict[str, Any]) -> None:
    answer = client_of(demo.staff).post(path, {**order, "url_prefix": PREFIX}, format="json")
    assert answer.status_code == 201
    assert answer.json()["warnings"] == [{"warning": "url_prefix_warning", "message": DOUBT}]
    entry = "create-secure" if "layout" in order else "create"
    posted = {**order, "reference": "B", "url_prefix": f"{PREFIX}2"}
    page = as_(demo.other_staff).post(f"/workorders/{entry}/", posted, follow=True).content.decode()
    assert "another company" in page
    posted["url_prefix"] = "https://b.example/q?v=2"
    page = as_(demo.staff).post(f"/workorders/{entry}/", posted, follow=True).content.decode()
    assert "The URL prefix ends in 2, so the codes will read https://b.example/q?v=2abc12345." in page


def test_a_preview_and_a_template_say_it_too(demo: Demo) -> None:
    said = as_(demo.staff).get("/upload/symbol/", {"url_prefix": PREFIX, "identifier": "abc12345"}).content.decode()
    assert "The URL prefix ends in c, so the codes will read https://typo.example/cabc12345." in said
    assert "The URL prefix ends in c" in by_template(demo, PREFIX, follow=True)


@pytest.mark.parametrize(
    ("prefix", "beginning"),
    [
        ("https://typo.example/", ""),
        ("https://typo.example/q?id=", ""),
        ("https://typo.example/c-", ""),
        ("https://typo.example/#", ""),
        ("https://typo.example/7", "The URL prefix ends in 7, so the codes will read https://typo.example/7abc12345."),
        ("https://typo.example/%20", "The URL prefix ends in 0,"),
        ("https://x/c", "The URL prefix ends in c, so the codes will read https://x/cabc12345."),
        ("https://x/", "The host x has no domain,"),
        ("http://127.0.0.1:8000/c/demo/", ""),
    ],
)
def test_which_prefixes_are_doubted(prefix: str, beginning: str) -> None:
    assert (not beginning, warn_of_prefix(prefix).startswith(beginning)) == (not warn_of_prefix(prefix), True)


@pytest.mark.parametrize("escaped", ["%00", "%0D%0A", "%09", "%1B", "%1F", "%7F"])
@pytest.mark.parametrize("place", ["", "c/", "c?", "c?id=", "#"])
def test_no_prefix_has_a_control_character(demo: Demo, place: str, escaped: str) -> None:
    with pytest.raises(ValidationError, match="no spaces or control characters"):
        check_url_prefix(demo.company, f"https://typo.example/{place}{escaped}/")
    check_url_prefix(demo.company, f"https://typo.example/{place}%C3%9F%F0%9F%8D%8E%20/")


# The back office, and an upgrade


def test_the_back_office_shows_the_use_and_releases_what_is_unused(demo: Demo) -> None:
    client_of(demo.staff).post(CREATE_SID, {"reference": "A", "quantity": 1200, "url_prefix": PREFIX}, format="json")
    used = UrlPrefix.objects.get()
    stale = UrlPrefix.objects.create(company=demo.company, prefix="old.example/")
    page = as_(demo.root).get("/admin/workorders/urlprefix/").content.decode()
    assert '<td class="field-use">1 workorder, 1,200 codes</td>' in page
    assert '<td class="field-use">unused</td>' in page
    page = as_(demo.root).get(f"/admin/workorders/urlprefix/{used.pk}/change/").content.decode()
    assert "1 workorder, 1,200 codes" in page
    assert do(demo, "release", used, stale) == "Released, if unused: 1 of 2."
    assert claimed() == ["typo.example/c"]


def test_an_upgrade_releases_what_serves_nobody(transactional_db: None, committed_demo: Demo) -> None:
    company, user = committed_demo.company, committed_demo.staff
    fields = {"company": company, "quantity": 1, "created_by": user}
    Workorder.objects.create(reference="A", url_prefix="http://used.example/", **fields)
    Workorder.objects.create(reference="B", url_prefix="https://off.example/", state="cancelled", **fields)
    waiting_for_a_worker(user, "https://open.example/")
    for host in ("used", "off", "open", "typo"):
        UrlPrefix.objects.create(company=company, prefix=f"{host}.example/")
    MigrationExecutor(connection).migrate([("ingestion", "0004_result_index")])
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())
    assert claimed() == ["open.example/", "used.example/"]


def waiting_for_a_worker(user: User, prefix: str) -> None:
    queued(user, "id\nabc12345\n", url_prefix=prefix)


# Hosts


HOSTS = {
    "IP address": ["2130706433", "0x7f.1", "0177.0.0.1", "0.0.0.0", "127.1", "10.1.2.3", "8.8.8.8", "0x7f000001"],  # noqa: S104
    "leads nowhere outside": ["localhost", "a.localhost", "printer.local", "codes.internal", "x.home.arpa", "a.onion"],
    "The host is an IPv6 address.": ["[::1]", "[::ffff:127.0.0.1]"],
    "The host ends in a dot.": ["codes.example.com."],
    "A user or a password stands before the host.": ["me@codes.example.com", "me:pw@codes.example.com"],
    "The host has capital letters.": ["Codes.example.com"],
    "beginning with xn--.": ["m\u00fcnchen.example", "\u0430pple.example", "\uff45xample.com", "codes\u3002example"],
    "mixes letters of several alphabets": ["xn--pple-43d.com"],
    "look like Latin ones": ["xn--80ak6aa92e.com"],
    "no internationalized name": ["xn--a.example"],
    "The port": ["codes.example.com:443", "codes.example.com:0", "codes.example.com:99999", "codes.example.com:08443"],
}  # fmt: skip


def by_process(demo: Demo, prefix: str) -> str:
    client = client_of(demo.staff)
    return str(client.post(PROCESS, {"record": uploaded(client), "url_prefix": prefix}, format="json").json())


def by_add_sids(demo: Demo, prefix: str) -> str:
    said = {"mode": "api", "codes": [{"id": "abc12345"}], "url_prefix": prefix}
    return str(client_of(demo.staff).post("/api/v2/ingestion/codes/add-sids/", said, format="json").json())


def by_order(demo: Demo, prefix: str) -> str:
    order = {"reference": "A", "quantity": 2, "url_prefix": prefix}
    return str(client_of(demo.staff).post(CREATE_SID, order, format="json").json())


def by_secure_order(demo: Demo, prefix: str) -> str:
    order = {"reference": "A", "quantity": 2, "layout": "outside", "printing_partner": "printco", "url_prefix": prefix}
    return str(client_of(demo.staff).post(CREATE_SSC, order, format="json").json())


def by_template(demo: Demo, prefix: str, **how: Any) -> str:
    fields = {"name": "One", "layout": "outside", "url_prefix": prefix, "printing_partner": demo.printco.pk}
    return as_(demo.staff).post(f"{TEMPLATES}create/", fields, **how).content.decode()


@pytest.mark.parametrize("entry", [by_process, by_add_sids, by_order, by_secure_order, by_template])
@pytest.mark.parametrize("reason", HOSTS)
def test_codes_lead_to_names_of_the_public_dns_alone(
    demo: Demo, entry: Callable[[Demo, str], str], reason: str
) -> None:
    hosts = HOSTS[reason] if entry is by_order else HOSTS[reason][:1]
    for host in hosts:
        assert reason in entry(demo, f"https://{host}/"), host
    assert claimed() == []


@pytest.mark.parametrize(
    "prefix",
    [
        "https://codes.example.com/",
        "https://codes.example.com:8443/",
        "https://xn--mnchen-3ya.de/",
        "https://xn--fiqs8s.example/",
        "https://1.example/",
        "https://0x7f.example.com/",
        "http://127.0.0.1:8000/c/demo/",
    ],
)
def test_hosts_that_can_be_used(demo: Demo, prefix: str) -> None:
    check_url_prefix(demo.company, prefix)
