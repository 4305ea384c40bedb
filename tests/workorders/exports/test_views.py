"""Exports on pages: asked for from a list or a workorder, followed, fetched and cancelled."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from tests.support.codes import some_codes
from tests.support.demo import Demo
from tests.support.exports import content, exported, started
from tests.support.pages import as_, seen
from workorders.exports import builder
from workorders.models import Export


def test_a_filtered_list_and_a_workorder_lead_to_their_export(demo: Demo) -> None:
    workorder = some_codes(demo.staff, "aaa00001")
    assert 'href="/codes/export/?search=aaa&amp;activation_status=0"' in seen(
        demo.staff, "/codes/?q=aaa&activation_status=0"
    )
    assert f'href="/codes/export/?workorder={workorder.pk}"' in seen(demo.staff, f"/workorders/{workorder.pk}/")
    assert "<strong>1 code of workorder" in seen(demo.staff, f"/codes/export/?workorder={workorder.pk}")
    assert "<strong>1 code" in seen(demo.staff, "/codes/export/?search=aaa")


@pytest.mark.parametrize(
    ("chosen", "form", "gzip", "guarded"),
    [
        ("csv", "csv", False, True),
        ("csv.gz", "csv", True, True),
        ("xlsx", "xlsx", False, False),
        ("jsonl", "jsonl", False, False),
        ("jsonl.gz", "jsonl", True, False),
    ],
)
def test_each_choice_is_started(demo: Demo, chosen: str, form: str, gzip: bool, guarded: bool) -> None:
    workorder = some_codes(demo.staff, "aaa00001")
    answer = as_(demo.staff).post(f"/codes/export/?workorder={workorder.pk}", {"format": chosen})
    assert (answer.status_code, answer["Location"]) == (302, "/codes/exports/")
    export = Export.objects.get()
    assert (export.format, export.is_gzipped, export.neutralises_formulas) == (form, gzip, guarded)
    assert (export.filters, export.expected, export.status) == ({"workorder": workorder.pk}, 1, "queued")


def test_an_export_is_followed_and_fetched_on_the_page(committed_demo: Demo) -> None:
    some_codes(committed_demo.staff, "aaa00001")
    export = started(committed_demo.staff, "xlsx")
    page = seen(committed_demo.staff, "/codes/exports/")
    assert "Waiting for a worker" in page
    assert 'hx-trigger="every 1s"' in page
    builder.run(export.pk)
    page = seen(committed_demo.staff, "/codes/exports/")
    assert "hx-trigger" not in page
    [link] = re.findall(r'href="(/codes/exports/[0-9]+/file/)"', page)
    file = as_(committed_demo.staff).get(link)
    export.refresh_from_db()
    assert file.getvalue() == content(export)
    assert as_(committed_demo.admin).get(link).getvalue() == content(export)
    assert "You have exported nothing yet" in seen(committed_demo.admin, "/codes/exports/")


def test_an_export_is_cancelled_on_the_page(demo: Demo) -> None:
    export, browser = started(demo.staff), as_(demo.staff)
    assert browser.get(f"/codes/exports/{export.pk}/cancel/").status_code == 405
    for said in ("Cancelled. The codes can be exported again", "there was nothing to cancel"):
        assert said in browser.post(f"/codes/exports/{export.pk}/cancel/", follow=True).content.decode()
    assert browser.get(f"/codes/exports/{export.pk}/file/").status_code == 404
    assert Export.objects.get().status == "cancelled"


def test_a_workbook_of_too_many_codes_is_refused_on_the_form(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workorders.exports.limits.MOST_IN_WORKBOOK", 1)
    some_codes(demo.staff, "aaa00001", "aaa00002")
    page = as_(demo.staff).post("/codes/export/", {"format": "xlsx"}).content.decode()
    assert "These are 2 codes, and a workbook takes 1 at most" in page
    assert '<option value="xlsx" selected>' in page
    assert not Export.objects.exists()


def test_nobody_else_gets_at_exports(committed_demo: Demo) -> None:
    demo = committed_demo
    export = exported(demo.staff)
    workorder = some_codes(demo.staff, "aaa00001")
    paths = ("/codes/export/", "/codes/exports/", f"/codes/exports/{export.pk}/file/")
    for path in paths:
        assert Client().get(path).status_code == 302
        for stranger in (demo.printer, demo.support, demo.root):
            assert as_(stranger).get(path).status_code == 403
    other: Any = as_(demo.other_staff)
    assert other.get(paths[2]).status_code == 404
    assert other.post(f"/codes/exports/{export.pk}/cancel/").status_code == 404
    assert other.get(f"/codes/export/?workorder={workorder.pk}").status_code == 404


def test_the_list_shows_exports_whose_filter_is_not_known_any_more(demo: Demo) -> None:
    started(demo.staff)
    Export.objects.update(filters={"roll": "3"})
    assert "0 codes of a filter that this version does not know" in seen(demo.staff, "/codes/exports/")


def test_a_filter_that_there_is_not_is_refused(demo: Demo) -> None:
    answer = as_(demo.staff).get("/codes/export/?prodct=sku1")
    assert answer.status_code == 400
    assert as_(demo.staff).post("/codes/export/", {"format": "pdf"}).status_code == 400
