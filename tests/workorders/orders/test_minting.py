"""Minted codes: the order by API and page, the ids, the archive."""

from __future__ import annotations

import csv
import io
import os
import re
import zipfile
from collections.abc import Callable
from itertools import pairwise
from threading import Thread
from typing import Any

import numpy as np
import pytest
from django.db.models import Max, Min
from django.test import Client
from rest_framework.test import APIClient

from portal.models import User
from tests.support.demo import Demo
from tests.support.pages import as_, seen
from tests.support.running import DEADLINE, in_thread
from tests.support.tokens import client_of
from workorders import job_runner, jobs, visibility
from workorders.archives.builder import NoCodes, build_archive
from workorders.identifiers import compact12
from workorders.models import Code, Job, Product, UrlPrefix, Workorder

CREATE = "/api/v2/workorders/create-sid/"
COMPACT_12 = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{11}")
ORDER = {"reference": "Bottles", "quantity": 3}


def ordered(client: APIClient, **fields: Any) -> dict[str, Any]:
    """The answer to an order that is taken."""
    answer = client.post(CREATE, ORDER | fields, format="json")
    assert answer.status_code == 201, answer.content
    return dict(answer.json())


def minted(user: User, **fields: Any) -> Workorder:
    """The workorder of an order, after the worker was there."""
    workorder = Workorder.objects.get(pk=ordered(client_of(user), **fields)["id"])
    job_runner.run(workorder.jobs.get().pk)
    job_runner.run(workorder.jobs.get(what="archive").pk)
    workorder.refresh_from_db()
    return workorder


def ids_of(workorder: Workorder) -> list[str]:
    """Its ids in the order of their sequences."""
    return list(workorder.codes.order_by("sequence").values_list("identifier", flat=True))


def test_an_order_is_answered_at_once_with_the_workorder_and_its_progress(demo: Demo) -> None:
    answer = ordered(client_of(demo.staff), remarks="for line 4", use_serial_number=True)
    workorder = Workorder.objects.get()
    assert answer == {
        "id": workorder.pk,
        "company": {"slug": "demo", "name": "Demo Brands"},
        "reference": "Bottles",
        "type": "SID",
        "state": "new",
        "quantity": 3,
        "uploaded_quantity": 0,
        "url_prefix": "http://127.0.0.1:8000/c/demo/",
        "use_serial_number": True,
        "activate_on_complete": False,
        "layout": "",
        "printing_partner": None,
        "download_once": False,
        "equipment": None,
        "substrate": None,
        "printed_quantity": None,
        "wasted_quantity": None,
        "reject_reason": None,
        "remarks": "for line 4",
        "is_archived": False,
        "created_at": answer["created_at"],
        "created_by": demo.staff.pk,
        "warnings": [],
        "progress": {"phase": "waiting", "rows_done": 0, "rows_total": None},
    }
    assert client_of(demo.staff).get(f"/api/v2/workorders/{workorder.pk}/").json() == answer
    assert "progress" not in client_of(demo.staff).get("/api/v2/workorders/").json()["results"][0]


def test_an_order_becomes_codes_and_an_archive(committed_demo: Demo) -> None:
    sku1 = Product.objects.get(company=committed_demo.company, sku="sku1")
    workorder = minted(
        committed_demo.staff, quantity=25_000, product="sku1", activate_on_complete=True, use_serial_number=True
    )
    assert workorder.state == "completed"
    codes = workorder.codes.all()
    assert {(code.company_id, code.product_id, code.activation_status) for code in codes} == {
        (committed_demo.company.pk, sku1.pk, 1)
    }
    assert sorted(code.sequence for code in codes) == list(range(1, 25_001))
    assert {len(code.scm_data) for code in codes} == {0}
    client = client_of(committed_demo.staff)
    assert client.get(f"/api/v2/workorders/{workorder.pk}/").json()["progress"] is None
    download = client.get(f"/api/v2/workorders/{workorder.pk}/download/")
    with zipfile.ZipFile(io.BytesIO(b"".join(download))) as archive:
        rows = list(csv.DictReader(io.StringIO(archive.read("codes.csv").decode())))
    ids = ids_of(workorder)
    assert [row["extended_id"] for row in rows] == ids
    assert len(set(ids)) == 25_000
    assert all(COMPACT_12.fullmatch(identifier) for identifier in ids)
    assert (rows[-1]["serial_number"], rows[-1]["batch"]) == ("0000025000", "2")
    assert {row["url"] for row in rows} == {f"http://127.0.0.1:8000/c/demo/{identifier}" for identifier in ids}


def test_codes_are_inactive_and_of_no_product_unless_ordered_otherwise(committed_demo: Demo) -> None:
    (code,) = minted(committed_demo.staff, quantity=1).codes.all()
    assert (code.sequence, code.product_id, code.activation_status, code.blacklist_reason) == (1, None, 0, 0)


def test_sequences_do_not_follow_the_ids(committed_demo: Demo) -> None:
    ids = ids_of(minted(committed_demo.staff, quantity=2000))
    assert 850 < sum(earlier < later for earlier, later in pairwise(ids)) < 1150


@pytest.mark.parametrize(("avoid_lookalikes", "size"), [(False, 64), (True, 59)])
def test_every_character_is_as_likely_as_any_other_at_every_place(avoid_lookalikes: bool, size: int) -> None:
    """Chi squared at each of the 12 places, of which less than one in a million runs passes the bound."""
    count = 64_000
    groups = list(compact12.Alphabet(avoid_lookalikes=avoid_lookalikes).draw(count))
    text = np.concatenate([group.identifiers() for group in groups])
    assert text.shape == (count, 12)
    expected = set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
    expected -= set(b"0O1lI") if avoid_lookalikes else set()
    assert len(expected) == size
    whole = [bytes(row) for row in text]
    assert whole == sorted(set(whole))
    for place in range(12):
        possible = expected - set(b"-_") if place == 0 else expected
        found, each = np.bincount(text[:, place], minlength=256), count / len(possible)
        assert set(np.flatnonzero(found).tolist()) == possible
        chi_squared = float(((found[found > 0] - each) ** 2 / each).sum())
        assert chi_squared < len(possible) - 1 + 7 * (2 * (len(possible) - 1)) ** 0.5


def test_ids_that_collide_are_replaced(committed_demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    """From a source that knows 512 ids only, two orders of 200 cannot but meet each other, and themselves."""
    urandom = os.urandom
    monkeypatch.setattr(os, "urandom", lambda size: bytes(byte & 1 for byte in urandom(size)))
    first = ids_of(minted(committed_demo.staff, quantity=200))
    second = ids_of(minted(committed_demo.staff, quantity=200, reference="More"))
    assert len({*first, *second}) == 400
    other = ids_of(minted(committed_demo.other_staff, quantity=200))
    assert {*first, *second} & set(other), "what another company has used is free"


def test_a_large_order_is_spread_over_all_ids(committed_demo: Demo) -> None:
    workorder = minted(committed_demo.staff, quantity=100_000, avoid_lookalikes=True)
    edges = workorder.codes.aggregate(first=Min("identifier"), last=Max("identifier"))
    assert (edges["first"][0], edges["last"][0]) == ("2", "z")
    assert not workorder.codes.filter(identifier__regex="[0O1lI]").exists()
    assert workorder.codes.values("identifier").distinct().count() == 100_000


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"reference": None, "quantity": None}, {"reference", "quantity"}),
        ({"reference": "  "}, {"reference"}),
        ({"reference": "x" * 101, "quantity": 0}, {"reference", "quantity"}),
        ({"reference": "a\nb"}, {"reference"}),
        ({"reference": "a\0b"}, {"reference"}),
        ({"quantity": 10_000_001}, {"quantity"}),
        ({"quantity": -1}, {"quantity"}),
        ({"quantity": 1.5}, {"quantity"}),
        ({"quantity": True}, {"quantity"}),
        ({"quantity": 10**4000}, {"quantity"}),
        ({"product": "nosuch", "activate_on_complete": "maybe"}, {"product", "activate_on_complete"}),
        ({"product": ["sku1"]}, {"product"}),
        ({"url_prefix": "ftp://x/"}, {"url_prefix"}),
        ({"url_prefix": "https://codes.example.com/" + "x" * 176}, {"url_prefix"}),
        ({"remarks": "x" * 2001, "use_serial_number": None}, {"remarks", "use_serial_number"}),
    ],
)
def test_every_bad_field_is_named_and_nothing_is_made(demo: Demo, fields: dict[str, Any], wrong: set[str]) -> None:
    answer = client_of(demo.staff).post(CREATE, ORDER | fields, format="json")
    assert answer.status_code == 400
    assert set(answer.json()) == wrong
    assert all(messages and all(isinstance(said, str) for said in messages) for messages in answer.json().values())
    assert not Workorder.objects.exists()
    assert not Job.objects.exists()


@pytest.mark.parametrize("body", ["", "[]", "null", '"x"', "{", '{"reference": "\\ud800", "quantity": 1}'])
def test_a_body_that_is_no_order_is_refused(demo: Demo, body: str) -> None:
    assert client_of(demo.staff).generic("POST", CREATE, body, content_type="application/json").status_code == 400


def test_the_longest_reference_and_the_largest_quantity_are_taken(demo: Demo) -> None:
    answer = ordered(client_of(demo.staff), reference="ä" * 100, quantity=10_000_000)
    assert (answer["reference"], answer["quantity"]) == ("ä" * 100, 10_000_000)


def test_a_reference_is_used_once_in_a_company(demo: Demo) -> None:
    ordered(client_of(demo.staff))
    again = client_of(demo.admin).post(CREATE, ORDER, format="json")
    assert again.status_code == 400
    assert again.json() == {"reference": ["The company has a workorder of this reference already; choose another."]}
    ordered(client_of(demo.other_staff))
    assert Workorder.objects.count() == Job.objects.count() == 2


def test_of_two_orders_of_one_reference_at_once_exactly_one_is_taken(committed_demo: Demo) -> None:
    clients = [client_of(committed_demo.staff) for _ in range(6)]
    statuses: list[int] = []

    def post(number: int) -> None:
        statuses.append(clients[number].post(CREATE, ORDER, format="json").status_code)

    threads = [Thread(target=in_thread, args=(post, number)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(DEADLINE)
    assert sorted(statuses) == [201, 400, 400, 400, 400, 400]
    assert Workorder.objects.count() == Job.objects.count() == 1


def test_a_prefix_is_claimed_by_an_order_that_is_taken(demo: Demo) -> None:
    prefix = {"url_prefix": "https://codes.example.com/"}
    client = client_of(demo.staff)
    assert client.post(CREATE, ORDER | prefix | {"quantity": 0}, format="json").status_code == 400
    assert not UrlPrefix.objects.exists()
    assert ordered(client, **prefix)["url_prefix"] == "https://codes.example.com/"
    refused = client_of(demo.other_staff).post(CREATE, ORDER | prefix, format="json")
    assert set(refused.json()) == {"url_prefix"}


def test_what_another_company_ordered_does_not_exist(demo: Demo) -> None:
    Product.objects.create(company=demo.other, sku="theirs")
    assert set(client_of(demo.staff).post(CREATE, ORDER | {"product": "theirs"}, format="json").json()) == {"product"}
    workorder = ordered(client_of(demo.other_staff))["id"]
    assert client_of(demo.staff).get(f"/api/v2/workorders/{workorder}/").status_code == 404
    for path in ("", "minting/", "cancel/"):
        assert as_(demo.admin).get(f"/workorders/{workorder}/{path}").status_code == 404
    assert as_(demo.admin).post(f"/workorders/{workorder}/cancel/").status_code == 404
    assert Job.objects.get().status == "queued"


@pytest.mark.parametrize("role", ["support", "printer", "root"])
def test_only_people_of_a_brand_owner_create_codes(demo: Demo, role: str) -> None:
    user = getattr(demo, role)
    assert client_of(user).post(CREATE, ORDER, format="json").status_code == 403
    assert as_(user).get("/workorders/create/").status_code == 403
    assert as_(user).post("/workorders/create/", ORDER).status_code == 403
    assert not Workorder.objects.exists()


def test_there_is_no_archive_before_there_are_codes(committed_demo: Demo) -> None:
    client = client_of(committed_demo.staff)
    workorder = Workorder.objects.get(pk=ordered(client)["id"])
    paths = [f"/api/v2/workorders/{workorder.pk}/{kind}/" for kind in ("download", "serial-numbers")]
    for path in paths:
        answer = client.get(path)
        assert (answer.status_code, answer.json()) == (
            202,
            {"progress": {"phase": "waiting", "rows_done": 0, "rows_total": None}},
        )
        assert as_(committed_demo.staff).get(path.removeprefix("/api/v2")).status_code == 404
    with pytest.raises(NoCodes):
        build_archive(workorder, "archive")
    assert not visibility.with_codes(Workorder.objects.all()).exists()
    assert jobs.cancel(workorder.jobs.get(), committed_demo.admin)
    for path in paths:
        assert client.get(path).status_code == 404


# Pages


def test_a_form_that_is_refused_keeps_what_was_typed(demo: Demo) -> None:
    typed = {
        "reference": "Bottles <4>",
        "quantity": "0",
        "product": "nosuch",
        "avoid_lookalikes": "on",
        "remarks": "r&d",
    }
    answer = as_(demo.staff).post("/workorders/create/", typed)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert 'value="Bottles &lt;4&gt;"' in page
    assert 'value="0"' in page
    assert 'value="nosuch"' in page
    assert ">r&amp;d</textarea>" in page
    assert re.search(r'name="avoid_lookalikes"[^>]*\schecked', page)
    assert not re.search(r'name="activate_on_complete"[^>]*\schecked', page)
    assert page.count('aria-invalid="true"') == 2
    assert '<p class="wrong">No product of the company has this SKU, or it is hidden.</p>' in page
    assert not Workorder.objects.exists()


def test_an_order_by_page_is_watched_until_its_codes_are_there(committed_demo: Demo) -> None:
    browser = as_(committed_demo.staff)
    assert 'href="/workorders/create/"' in seen(committed_demo.staff, "/workorders/")
    answer = browser.post("/workorders/create/", {"reference": "Caps", "quantity": "4", "activate_on_complete": "on"})
    workorder = Workorder.objects.get()
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/workorders/{workorder.pk}/")
    page = seen(committed_demo.staff, f"/workorders/{workorder.pk}/")
    assert f'hx-get="/workorders/{workorder.pk}/minting/"' in page
    assert "List of URLs" not in page
    part = browser.get(f"/workorders/{workorder.pk}/minting/")
    assert "Waiting for a worker." in part.content.decode()
    assert "HX-Refresh" not in part.headers
    job_runner.run(workorder.jobs.get().pk)
    assert browser.get(f"/workorders/{workorder.pk}/minting/").headers["HX-Refresh"] == "true"
    assert "The archive is being made" in seen(committed_demo.staff, f"/workorders/{workorder.pk}/")
    assert Code.objects.filter(activation_status=1).count() == 4


def cancelled_by_page(browser: Client, workorder: Workorder) -> str:
    """What the page says after its Cancel was followed and confirmed."""
    assert "Cancel this workorder?" in browser.get(f"/workorders/{workorder.pk}/cancel/").content.decode()
    assert workorder.jobs.get().status == "queued"
    return browser.post(f"/workorders/{workorder.pk}/cancel/", follow=True).content.decode()


def test_cancel_asks_first_and_leaves_no_codes(demo: Demo) -> None:
    workorder = Workorder.objects.get(pk=ordered(client_of(demo.staff))["id"])
    browser = as_(demo.admin)
    page = cancelled_by_page(browser, workorder)
    assert "Cancelled. No code of this workorder was created." in page
    assert "hx-get" not in page
    assert "List of URLs" not in page
    workorder.refresh_from_db()
    assert (workorder.state, workorder.jobs.get().status) == ("cancelled", "cancelled")
    again = browser.post(f"/workorders/{workorder.pk}/cancel/", follow=True).content.decode()
    assert "nothing to cancel" in again
    job_runner.run(workorder.jobs.get().pk)
    assert not Code.objects.exists()


def test_an_order_that_failed_says_so(demo: Demo, api: Callable[..., APIClient]) -> None:
    workorder = Workorder.objects.get(pk=ordered(api(demo.staff))["id"])
    Job.objects.update(status="error", attempts=5, detail="OSError: the disk is gone")
    Workorder.objects.update(state="cancelled")
    page = seen(demo.staff, f"/workorders/{workorder.pk}/")
    assert "Codeport could not create these codes." in page
    assert "the disk is gone" not in page
