"""Ingestion templates in a real browser: kept on the upload page, chosen there, and what was typed meanwhile."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from ingestion.models import IngestionRecord, IngestionTemplate
from ingestion.options.templates import keep_template
from tests.support.browsing import broken_rules, choose, named, opened, send
from tests.support.demo import Demo

FILE = "Rollen\nSerial No;Ort;x\nabc12345;Köln;1\n".encode("windows-1252")


def test_a_chosen_template_fills_the_form_and_keeps_what_was_typed(page: Page, committed_demo: Demo) -> None:
    options = {
        "default_scm_data": {"product": "sku2", "market": "BE"},
        "columns": {"Serial No": "id", "x": "", "not there": "lot"},
        "encoding": "windows-1252",
        "header_row": 2,
        "sheet": "Codes",
        "allow_posted_duplicates": True,
    }
    keep_template(committed_demo.company, "Rolls", options, committed_demo.staff)
    keep_template(committed_demo.company, "Boxes", {"default_scm_data": {"activation_status": 1}}, committed_demo.staff)
    opened(page)
    choose(page, named("codes.csv", FILE))
    expect(page.get_by_text("It is not in UTF-8. Which of these reads right?")).to_be_visible()
    page.get_by_text("Options", exact=True).click()
    page.get_by_label("Name of the workorder").fill("Spring")
    page.get_by_label("Ingestion template").select_option("Rolls")
    expect(page.get_by_label("Name of column 1, Serial No")).to_have_value("id")
    expect(page.get_by_label("Use column 3, x")).not_to_be_checked()
    expect(page.get_by_text("`ort` would be right.")).to_be_visible()
    expect(page.get_by_role("cell", name="Köln")).to_be_visible()
    expect(page.get_by_label("Default product")).to_have_value("sku2")
    expect(page.get_by_label("Ignore repeated ids within the file")).to_be_checked()
    page.get_by_label("Ingestion template").select_option("Boxes")
    expect(page.get_by_label("Default activation status")).to_have_value("1")
    expect(page.get_by_label("Default product")).to_have_value("")
    expect(page.get_by_label("Ignore repeated ids within the file")).not_to_be_checked()
    expect(page.get_by_label("Field name")).to_have_count(0)
    page.get_by_label("Ingestion template").select_option("Rolls")
    expect(page.get_by_label("Name of column 1, Serial No")).to_have_value("id")
    page.get_by_label("Name of column 2, Ort").fill("place")
    expect(page.get_by_text("Nothing is wrong in the first row.")).to_be_visible()
    assert broken_rules(page) == []
    send(page)
    page.wait_for_url("**/ingestions/*/")
    record = IngestionRecord.objects.get()
    assert record.parameters == {
        "use_serial_number": False,
        "default_scm_data": {"product": "sku2", "market": "BE"},
        "url_prefix": "",
        "allow_posted_duplicates": True,
        "reference": "Spring",
        "columns": {"Serial No": "id", "Ort": "place", "x": ""},
        "encoding": "windows-1252",
        "header_row": 2,
    }


def test_the_options_of_the_page_are_kept_and_offered_at_once(page: Page, committed_demo: Demo) -> None:
    keep_template(committed_demo.company, "Boxes", {}, committed_demo.staff)
    opened(page)
    choose(page, named("codes.csv", "Serial No\nabc12345\n"))
    page.get_by_label("Name of column 1, Serial No").fill("id")
    page.get_by_text("Options", exact=True).click()
    page.get_by_label("Default product").select_option("sku1")
    page.get_by_label("Name of the workorder").fill("Spring")
    name = page.get_by_label("Keep these options as a template")
    name.fill("Rolls")
    name.press("Enter")
    expect(page.get_by_text("Rolls is kept. It is offered at the top of the upload page.")).to_be_visible()
    expect(page.get_by_label("Ingestion template").get_by_role("option")).to_have_text(["None", "Boxes", "Rolls"])
    assert broken_rules(page) == []
    template = IngestionTemplate.objects.get(name="Rolls")
    assert template.parameters == {"default_scm_data": {"product": "sku1"}, "columns": {"Serial No": "id"}}
    assert not IngestionRecord.objects.exclude(status="uploading").exists()


def test_a_template_of_what_is_gone_says_so_when_it_is_chosen(page: Page, committed_demo: Demo) -> None:
    options = {"default_scm_data": {"product": "sku2"}}
    keep_template(committed_demo.company, "Rolls", options, committed_demo.staff)
    committed_demo.company.products.filter(sku="sku2").update(is_archived=True)
    opened(page)
    page.get_by_label("Ingestion template").select_option("Rolls")
    expect(page.get_by_text("The template cannot be used as it is.")).to_be_visible()
    expect(page.get_by_label("Default product")).to_have_value("sku2")
    page.get_by_label("Ingestion template").select_option("None")
    expect(page.get_by_text("The template cannot be used as it is.")).to_be_hidden()
    expect(page.get_by_label("Default product")).to_have_value("")
