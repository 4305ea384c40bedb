"""Pages that change many codes: the form, its preview, the record, and the way back."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

import pytest
from django.http import HttpResponse

from ingestion import engine
from ingestion.changes import start_selected, start_undo
from ingestion.models import IngestionRecord
from ingestion.pages.lines import build_lines, list_records
from portal.models import User
from tests.support.changes import changed, undone
from tests.support.codes import some_codes
from tests.support.demo import Demo
from tests.support.pages import a_record, as_, seen
from workorders.changes.single import change_code
from workorders.changes.values import NewValues
from workorders.codes.filters import CodeFilter
from workorders.models import Change, Code, Workorder

KEY = re.compile(r'id="record-([a-z0-9]+)"')
STOLEN = {"activation_status": "2", "blacklist_reason": "4"}


def roll_of(demo: Demo) -> Workorder:
    """A workorder of 30 codes, of which the second is stolen already."""
    product = demo.company.products.get(sku="sku1")
    ids = [f"roll-{number:04}" for number in range(1, 31)]
    found = some_codes(demo.staff, *ids, product=product, scm_data={"lot": "A"})
    Workorder.objects.filter(pk=found.pk).update(reference="Roll 3")
    Code.objects.filter(identifier="roll-0002").update(activation_status=2, blacklist_reason=4)
    return found


def posted(user: User, step: str, typed: dict[str, Any], **selection: Any) -> HttpResponse:
    """The answer to the form of these codes, when the button of a step is pressed."""
    query = urlencode(selection, doseq=True)
    return as_(user).post(f"/codes/change/?{query}", typed | {"step": step})  # type: ignore[return-value]  # of the test client


def text_of(response: HttpResponse) -> str:
    assert response.status_code == 200
    bare = re.sub(r"<[^>]*>", " ", response.content.decode().split("<main", 1)[1])
    return re.sub(r"\s+", " ", bare)


def confirmed(user: User, typed: dict[str, Any], **selection: Any) -> IngestionRecord:
    """The record that a confirmed change became, at its end."""
    response = posted(user, "confirm", typed, **selection)
    assert response.status_code == 302
    record = IngestionRecord.objects.get(type="scm", status="queued")
    assert response["Location"] == f"/ingestions/{record.key}/"
    engine.run(record.pk)
    record.refresh_from_db()
    return record


def blacklisted() -> list[str]:
    found = Code.objects.filter(activation_status=2, blacklist_reason=4)
    return list(found.order_by("identifier").values_list("identifier", flat=True))


# The form


def test_the_workorder_leads_to_the_form_of_its_codes(demo: Demo) -> None:
    workorder = roll_of(demo)
    assert f'href="/codes/change/?workorder={workorder.pk}"' in seen(demo.staff, f"/workorders/{workorder.pk}/")
    page = text_of(as_(demo.staff).get(f"/codes/change/?workorder={workorder.pk}"))  # type: ignore[arg-type]  # a page
    assert "30 codes of workorder Roll 3" in page
    assert "from 1 to 30" in page


def test_the_list_leads_to_ticked_codes_and_to_all_of_its_filter(demo: Demo) -> None:
    roll_of(demo)
    page = seen(demo.staff, "/codes/?q=roll-000&activation_status=0")
    assert '<input type="checkbox" name="ids" value="roll-0001">' in page
    assert 'href="/codes/change/?search=roll-000&amp;activation_status=0"' in page
    assert "Change all that this filter finds" not in seen(demo.staff, "/codes/")
    looked = text_of(as_(demo.staff).get("/codes/change/?search=roll-000&activation_status=0"))  # type: ignore[arg-type]  # a page
    assert "All codes, that are inactive, whose ids begin with roll-000" in looked


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({}, "Choose at least one thing to change."),
        ({"activation_status": "2"}, "Say for which reason they are blacklisted."),
        (STOLEN | {"sequence_from": "9", "sequence_to": "8"}, "The last sequence stands before the first."),
        (STOLEN | {"sequence_from": "31"}, "The workorder has 30 codes."),
        (STOLEN | {"sequence_from": "4.000"}, "The workorder has 30 codes."),
        (STOLEN | {"sequence_from": "4.00"}, "A whole number has no decimals"),
        (STOLEN | {"sequence_from": "0"}, "greater than or equal to 1"),
        (STOLEN | {"batch": "2"}, "s last batch is 1."),
        (STOLEN | {"batch": "1", "sequence_to": "8"}, "Give a range of sequences or a batch, not both."),
    ],
)
@pytest.mark.parametrize("step", ["preview", "confirm"])
def test_wrong_values_are_refused_by_name_and_kept(demo: Demo, typed: dict[str, str], said: str, step: str) -> None:
    workorder = roll_of(demo)
    response = posted(demo.staff, step, typed, workorder=workorder.pk)
    assert said in text_of(response)
    page = response.content.decode()
    for name in ("sequence_from", "sequence_to", "batch"):
        if name in typed:
            assert re.search(rf'name="{name}" value="{re.escape(typed[name])}"', page)
    assert not IngestionRecord.objects.filter(type="scm").exists()


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("sku=1", "sku: There is no such filter"),
        ("activation_status=7", "activation_status: It must be one of"),
        ("batch=1", "batch: Name the workorder as well"),
    ],
)
def test_what_selects_no_codes_is_refused_by_name(demo: Demo, query: str, said: str) -> None:
    response = as_(demo.staff).get(f"/codes/change/?{query}")
    assert response.status_code == 400
    assert not IngestionRecord.objects.exists()


def test_without_a_selection_the_form_leads_to_the_list(demo: Demo) -> None:
    response = as_(demo.staff).get("/codes/change/", follow=True)
    assert response.redirect_chain == [("/codes/", 302)]
    assert "Choose codes first" in response.content.decode()


# The preview


def test_the_preview_counts_those_that_leave_the_blacklist(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    workorder = roll_of(demo)
    cancelled = some_codes(demo.staff, "gone-0001", activation_status=2, blacklist_reason=9)
    Workorder.objects.filter(pk=cancelled.pk).update(state=Workorder.State.CANCELLED)
    activate = {"activation_status": "1"}
    page = text_of(posted(demo.staff, "preview", activate, created_after="2020-01-01"))
    assert "Codes that change 30 Of these, leave the blacklist 1 Have these values already 0" in page
    assert "Stay blacklisted with their cancelled workorder 1" in page
    assert "To leave blacklisted codes as they are, filter the list by another activation status" in page
    for typed, more in ((activate, {"activation_status": 0}), (STOLEN, {})):
        assert "blacklist 1" not in text_of(posted(demo.staff, "preview", typed, workorder=workorder.pk, **more))
    monkeypatch.setattr("ingestion.pages.change.count_selected", lambda *_: None)
    said = "Blacklisted ones among them leave the blacklist, too"
    assert said in text_of(posted(demo.staff, "preview", activate, workorder=workorder.pk))
    assert said not in text_of(posted(demo.staff, "preview", STOLEN, workorder=workorder.pk))
    assert said not in text_of(posted(demo.staff, "preview", activate, workorder=workorder.pk, activation_status=0))


def test_the_preview_counts_names_and_shows_some(demo: Demo) -> None:
    workorder = roll_of(demo)
    typed = STOLEN | {"sequence_to": "8", "scm-0-key": "lot", "scm-0-value": "B7"}
    page = text_of(posted(demo.staff, "preview", typed, workorder=workorder.pk))
    assert "Blacklist 8 codes of workorder Roll 3, up to sequence 8, as stolen; set lot to B7." in page
    assert "Codes that change 8 Have these values already 0" in page
    assert "5 of them" in page
    assert "Activation status inactive → became blacklisted" in page
    assert "lot A → became B7" in page
    assert "Change 8 codes" in page
    assert not Change.objects.exists()


def test_the_preview_tells_apart_codes_that_have_the_values(demo: Demo) -> None:
    workorder = roll_of(demo)
    page = text_of(posted(demo.staff, "preview", STOLEN, workorder=workorder.pk))
    assert "Blacklist 29 codes of workorder Roll 3 as stolen." in page
    assert "Codes that change 29 Have these values already 1" in page


def test_the_preview_offers_nothing_where_nothing_would_change(demo: Demo) -> None:
    roll_of(demo)
    page = text_of(posted(demo.staff, "preview", STOLEN, ids="roll-0002"))
    assert "Nothing would change" in page
    assert "Blacklist 0 codes, chosen one by one, as stolen." in page
    assert 'value="confirm"' not in page


def test_the_preview_tells_codes_that_a_cancelled_workorder_keeps(demo: Demo) -> None:
    workorder = roll_of(demo)
    Workorder.objects.filter(pk=workorder.pk).update(state="cancelled")
    Code.objects.filter(workorder=workorder).update(activation_status=2, blacklist_reason=9)
    page = text_of(posted(demo.staff, "preview", {"activation_status": "1"}, workorder=workorder.pk))
    assert "Codes that change 0 Have these values already 0 Stay blacklisted with their cancelled workorder 30" in page


def test_going_back_keeps_what_was_typed(demo: Demo) -> None:
    workorder = roll_of(demo)
    typed = STOLEN | {"sequence_to": "8", "product": "sku2", "scm-0-key": "lot", "scm-0-value": "B7"}
    page = posted(demo.staff, "preview", typed, workorder=workorder.pk).content.decode()
    kept = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page))
    assert {name: value for name, value in kept.items() if name != "csrfmiddlewaretoken"} == typed
    page = posted(demo.staff, "back", typed, workorder=workorder.pk).content.decode()
    assert 'value="2" checked> Blacklist' in page
    assert '<option value="4" selected>Stolen</option>' in page
    assert '<option value="sku2" selected>' in page
    assert 'name="sequence_to" value="8"' in page
    assert 'name="scm-0-key" value="lot"' in page
    assert 'name="scm-0-value" value="B7"' in page


# The record


def test_a_confirmed_change_becomes_a_record_that_does_it(committed_demo: Demo) -> None:
    demo = committed_demo
    workorder = roll_of(demo)
    typed = STOLEN | {"sequence_from": "11", "sequence_to": "20"}
    record = confirmed(demo.staff, typed, workorder=workorder.pk)
    assert (record.status, record.ingestion_mode, record.result_data["codes_affected"]) == ("completed", "portal", 10)
    assert blacklisted() == ["roll-0002", *(f"roll-{number:04}" for number in range(11, 21))]
    page = seen(demo.staff, f"/ingestions/{record.key}/")
    assert "Blacklist 10 codes of workorder Roll 3, sequences 11 to 20, as stolen." in page
    assert "<dt>Codes changed</dt><dd>10</dd>" in page
    assert "10 codes changed" in seen(demo.staff, "/ingestions/?type=scm")
    assert record.key not in seen(demo.staff, "/ingestions/?type=code")
    history = seen(demo.staff, f"/workorders/{workorder.pk}/codes/roll-0011/")
    assert f'<a class="id" href="/ingestions/{record.key}/">' in history


@pytest.mark.parametrize(
    ("selection", "ids"),
    [
        ({"ids": ["roll-0001", "roll-0003"]}, ["roll-0001", "roll-0003"]),
        ({"search": "roll-003"}, ["roll-0030"]),
    ],
)
def test_ticked_codes_and_a_filter_are_changed(committed_demo: Demo, selection: dict[str, Any], ids: list[str]) -> None:
    demo = committed_demo
    roll_of(demo)
    some_codes(demo.other_staff, "roll-0001", "roll-0003")
    confirmed(demo.staff, STOLEN, **selection)
    assert blacklisted() == sorted(["roll-0002", *ids])
    assert not Code.objects.filter(company=demo.other, activation_status=2).exists()


def test_a_batch_is_changed(committed_demo: Demo) -> None:
    demo = committed_demo
    workorder = roll_of(demo)
    record = confirmed(demo.staff, STOLEN | {"batch": "1"}, workorder=workorder.pk)
    assert record.result_data["codes_affected"] == 29
    assert "of workorder Roll 3, batch 1, as stolen" in seen(demo.staff, f"/ingestions/{record.key}/")


# Undo


def test_a_change_is_undone_after_both_counts_were_told(committed_demo: Demo) -> None:
    demo = committed_demo
    workorder = roll_of(demo)
    record = confirmed(demo.staff, STOLEN | {"sequence_from": "11", "sequence_to": "20"}, workorder=workorder.pk)
    change_code(Code.objects.get(identifier="roll-0015"), NewValues(status=1), Change.Origin.PAGE, demo.staff)
    path = f"/ingestions/{record.key}/undo/"
    assert f'href="{path}"' in seen(demo.admin, f"/ingestions/{record.key}/")
    page = seen(demo.admin, path)
    assert "<dt>Get their old values back</dt><dd>9</dd>" in page
    assert "<dt>Stay, being changed since</dt><dd>1</dd>" in page
    assert '<li class="id">roll-0015</li>' in page
    response = as_(demo.admin).post(path)
    undo = IngestionRecord.objects.get(type="scm", status="queued")
    assert response["Location"] == f"/ingestions/{undo.key}/"
    engine.run(undo.pk)
    assert blacklisted() == ["roll-0002"]
    page = seen(demo.admin, f"/ingestions/{undo.key}/")
    assert "<dt>Codes changed</dt><dd>9</dd>" in page
    assert "<dt>Kept, being changed since</dt><dd>1</dd>" in page
    assert '<li class="id">roll-0015</li>' in page
    assert f'href="/ingestions/{record.key}/"' in page
    page = seen(demo.admin, f"/ingestions/{record.key}/")
    assert f'This change was undone by the record <a class="id" href="/ingestions/{undo.key}/">' in page


def test_lists_tell_changes_and_undos_apart(committed_demo: Demo) -> None:
    demo = committed_demo
    roll = roll_of(demo)
    stolen = changed(
        demo.staff, {"workorder": roll.pk, "sequence_to": 10}, activation_status=2, blacklist_reason=4, lot="x" * 200
    )
    undo = undone(demo.staff, stolen)
    waiting = start_undo(demo.staff, undo, "api")
    waiting_change = start_selected(demo.staff, demo.company, CodeFilter(workorder=roll.pk), NewValues(1), "api")
    a_file = a_record(demo.staff, type="scm", file_name="prices.csv", filetype="csv")
    sentence = "Blacklist 10 codes of workorder Roll 3, up to sequence 10, as stolen; set lot to xxx"
    for path in ("/ingestions/", "/"):
        rows = re.findall(r'<tr>\s*<th scope="row">.*?</tr>', seen(demo.staff, path), re.DOTALL)
        lines = {key: re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", row)) for row in rows for key in KEY.findall(row)}
        assert sentence in lines[stolen.key]
        assert "10 codes changed Undone since" in lines[stolen.key]
        assert f"Undo of {stolen.key} {sentence}" in lines[undo.key]
        assert "Undone since" not in lines[undo.key]
        assert f"Undo of {undo.key} Undo of {stolen.key}" in lines[waiting.key]
        assert "Change of selected codes Activate codes of workorder Roll 3 " in lines[waiting_change.key]
        assert lines[a_file.key].strip().startswith("prices.csv completed 2 codes changed")
        assert max(map(len, lines.values())) < 400


def test_lists_with_many_changes_take_no_more_queries(committed_demo: Demo, django_assert_num_queries: Any) -> None:
    demo = committed_demo
    rolls = [roll_of(demo), some_codes(demo.staff, "aaa00001"), some_codes(demo.staff, "aaa00002")]
    records = [changed(demo.staff, {"workorder": roll.pk}, activation_status=1) for roll in rolls]
    undone(demo.staff, records[0])
    assert not demo.staff.may("company_view_all")  # asked once, and known from then on
    with django_assert_num_queries(2 + 2):  # its references, and what was undone
        lines = build_lines(list_records(demo.staff))
    assert [line.is_undone for line in lines] == [False, False, False, True]


def test_what_cannot_be_undone_says_why(demo: Demo) -> None:
    record = a_record(demo.staff, "error", type="scm")
    response = as_(demo.admin).get(f"/ingestions/{record.key}/undo/", follow=True)
    assert response.redirect_chain == [(f"/ingestions/{record.key}/", 302)]
    assert "Only a completed change can be undone" in response.content.decode()


# Who may


def test_who_may_change_codes(demo: Demo) -> None:
    workorder = roll_of(demo)
    form = f"/codes/change/?workorder={workorder.pk}"
    for user, status in (
        (demo.staff, 200),
        (demo.admin, 200),
        (demo.support, 403),
        (demo.printer, 403),
        (demo.root, 403),
        (demo.other_staff, 404),
    ):
        assert as_(user).get(form).status_code == status, user
        assert as_(user).post(form, STOLEN | {"step": "preview"}).status_code == status, user
    for user in (demo.support, demo.printer, demo.root, demo.other_staff):
        posted(user, "confirm", STOLEN, workorder=workorder.pk)
    assert not IngestionRecord.objects.filter(type="scm").exists()


def test_who_may_undo_a_change(committed_demo: Demo) -> None:
    demo = committed_demo
    workorder = roll_of(demo)
    record = confirmed(demo.staff, STOLEN, workorder=workorder.pk)
    path = f"/ingestions/{record.key}/undo/"
    for user, status in ((demo.staff, 403), (demo.support, 403), (demo.printer, 403), (demo.root, 404)):
        assert as_(user).get(path).status_code == status, user
        assert as_(user).post(path).status_code == status, user
    assert "Undo this change" not in seen(demo.staff, f"/ingestions/{record.key}/")
    assert "Undo this change" not in seen(demo.support, f"/ingestions/{record.key}/")
    assert as_(demo.admin).get(path).status_code == 200
    assert IngestionRecord.objects.filter(type="scm").count() == 1


def test_support_reads_a_change_and_no_more(committed_demo: Demo) -> None:
    demo = committed_demo
    workorder = roll_of(demo)
    record = confirmed(demo.staff, STOLEN, workorder=workorder.pk)
    page = seen(demo.support, f"/ingestions/{record.key}/")
    assert "Blacklist 29 codes of workorder Roll 3 as stolen." in page
    assert "<dt>Codes changed</dt><dd>29</dd>" in page
