"""The upload page in a real browser: preview, names of columns, several files, broken connections."""

from __future__ import annotations

import gzip
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from pytest_django import Settings

from ingestion import engine
from ingestion.models import IngestionRecord
from tests.support.browsing import broken_rules, choose, drop, named, opened, send, sign_in
from tests.support.paths import FILES
from tests.support.products import workbook as sheets
from tests.support.running import wait_for, worker
from workorders.models import Code

WRONG = (
    "id,product,activation_status\nabc12345,sku1,0\nshort,sku1,1\nabc12345,sku1,9\nabc12346,nothing,2\nabc12347,sku1\n"
)


def test_several_files_become_as_many_records(page: Page) -> None:
    opened(page)
    choose(page, named("a.csv", "id\nabc12345\n"), named("b.csv", "id\nabc12346\n"), named("c.pdf", "%PDF"))
    expect(page.get_by_role("alert").filter(has_text="c.pdf is no CSV")).to_be_visible()
    expect(page.get_by_role("heading", name="b.csv")).to_be_visible()
    send(page)
    page.wait_for_url("**/ingestions/")
    assert set(IngestionRecord.objects.values_list("file_name", "status")) == {("a.csv", "queued"), ("b.csv", "queued")}


def test_a_column_is_renamed_and_another_left_out(page: Page) -> None:
    opened(page)
    drop(page, "codes.csv", "Serial,secret,Market\nabc12345,x,DE\n")
    expect(page.get_by_text("Its columns are called otherwise than the check needs them.")).to_be_visible()
    page.get_by_label("Name of column 1, Serial").fill("id")
    page.get_by_label("Name of column 3, Market").fill("intended_market")
    page.get_by_label("Use column 2, secret").uncheck()
    expect(page.get_by_text("Nothing is wrong in the first row.")).to_be_visible()
    expect(page.get_by_role("img", name="QR code of http://127.0.0.1:8000/c/demo/abc12345")).to_be_visible()
    with worker():
        send(page)
        page.wait_for_url("**/ingestions/*/")
        expect(page.get_by_role("link", name="List of URLs").first).to_be_visible()
    assert list(Code.objects.values_list("identifier", "scm_data")) == [("abc12345", {"intended_market": "DE"})]


def test_a_file_without_rows_is_not_praised(page: Page) -> None:
    opened(page)
    drop(page, "codes.csv", "id,product\n")
    expect(page.get_by_text("No row was found where the file begins; the check reads all of it.")).to_be_visible()
    expect(page.get_by_text("Nothing is wrong")).to_be_hidden()


def test_a_name_that_no_column_may_have_is_told_before_anything_is_checked(page: Page) -> None:
    opened(page)
    drop(page, "codes.csv", "id,colour,Batch No\nabc12345,red,b1\n")
    problems = page.get_by_role("list", name="Problems in the first rows of codes.csv").get_by_role("listitem")
    expect(problems).to_have_text(
        "Row 1, Batch No: The SCM field cannot be stored. It is the field's name that is wrong. `batch_no` would be"
        " right."
    )
    page.get_by_label("Name of column 3, Batch No").fill("colour")
    expect(page.get_by_text("Two of its columns are to be named colour; leave one of them out.")).to_be_visible()
    expect(page.get_by_text("Nothing is wrong")).to_be_hidden()
    page.get_by_label("Name of column 3, Batch No").fill("batch_no")
    expect(page.get_by_text("Nothing is wrong in the first row.")).to_be_visible()


def test_problems_of_the_first_rows_are_told_before_anything_is_checked(page: Page) -> None:
    opened(page)
    drop(page, "codes.csv", WRONG)
    problems = page.get_by_role("list", name="Problems in the first rows of codes.csv").get_by_role("listitem")
    expect(problems).to_have_text(
        [
            re.compile(r"^Row 3, id: "),
            re.compile(r"^Row 4, id: .* It stands in row 2 of the file\.$"),
            re.compile(r"^Row 4, activation_status: "),
            re.compile(r"^Row 5, product: "),
            re.compile(r"^Row 6: .* It has too few fields: 2 where the header has 3\. A cell that holds"),
        ]
    )
    wait_for(IngestionRecord.objects.filter(status="uploading").exists, "it has begun to travel")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("codes.csv", "id;product\nabc12345;sku1\n"),
        ("codes.csv", "sep=;\r\nid;product\r\nabc12345;sku1\r\n"),
        ("codes.csv", "\ufeffid\tproduct\nabc12345\tsku1\n".encode("utf-16-le")),
        ("codes.csv.gz", gzip.compress(b"id|product\nabc12345|sku1\n", mtime=0)),
        ("codes.json", '[{"id": "abc12345", "product": "sku1"}]'),
    ],
)
def test_every_kind_of_file_shows_its_first_row(page: Page, name: str, content: str | bytes) -> None:
    opened(page)
    choose(page, named(name, content))
    table = page.get_by_role("table", name=f"First rows of {name}")
    expect(table.get_by_role("cell", name="abc12345")).to_be_visible()
    expect(table.get_by_role("cell", name="sku1")).to_be_visible()


def test_a_workbook_is_previewed_when_it_has_arrived(page: Page) -> None:
    opened(page)
    choose(page, FILES / "wrong-rows.xlsx")
    expect(page.get_by_role("table", name="First rows of wrong-rows.xlsx")).to_be_visible()
    expect(page.get_by_role("list", name="Problems in the first rows of wrong-rows.xlsx")).to_be_visible()


def test_the_symbol_follows_the_prefix(page: Page) -> None:
    opened(page)
    drop(page, "codes.csv", "id\nabc12345\n")
    page.get_by_text("Options", exact=True).click()
    page.get_by_label("URL prefix").fill("https://id.example/")
    expect(page.get_by_role("img", name="QR code of https://id.example/abc12345")).to_be_visible()
    expect(page.get_by_text("27 characters, QR version 3. An id may have up to 100 characters.")).to_be_visible()


def test_a_broken_connection_is_tried_again_with_everything_kept(page: Page) -> None:
    sign_in(page)
    other = page.context.new_page()  # the console of which may complain of the connection
    other.goto("/upload/")
    other.route("**/storage/", lambda route: route.abort())
    drop(other, "codes.csv", "Serial\nabc12345\n")
    other.get_by_label("Name of column 1, Serial").fill("id")
    other.get_by_role("button", name="Upload and check").click()
    expect(other.get_by_role("alert").filter(has_text="The connection broke")).to_be_visible()
    expect(other.get_by_label("Name of column 1, Serial")).to_have_value("id")
    other.unroute("**/storage/")
    other.get_by_role("button", name="Try again").click()
    other.wait_for_url("**/ingestions/*/")
    assert IngestionRecord.objects.get().parameters["columns"] == {"Serial": "id"}


def test_an_upload_is_cancelled_and_sent_again(page: Page) -> None:
    opened(page)
    page.route("**/storage/", lambda route: None, times=1)  # it never gets there
    with page.expect_request("**/storage/"):
        drop(page, "codes.csv", "Serial\nabc12345\n")
    page.get_by_label("Name of column 1, Serial").fill("id")
    send(page)
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("button", name="Upload and check")).to_be_focused()
    assert IngestionRecord.objects.get().status == "uploading"
    send(page)
    page.wait_for_url("**/ingestions/*/")
    assert IngestionRecord.objects.get().parameters["columns"] == {"Serial": "id"}


def test_an_expired_form_is_replaced_and_what_was_typed_stays(page: Page) -> None:
    page.clock.install()
    opened(page)
    page.route("**/storage/", lambda route: None, times=1)  # it never gets there
    with page.expect_request("**/storage/"):
        drop(page, "codes.csv", "Serial\nabc12345\n")
    page.get_by_label("Name of column 1, Serial").fill("id")
    send(page)
    page.get_by_role("button", name="Cancel").click()
    page.clock.fast_forward("30:00")
    send(page)
    page.wait_for_url("**/ingestions/*/")
    assert list(IngestionRecord.objects.order_by("pk").values_list("status", "parameters__columns")) == [
        ("uploading", None),
        ("queued", {"Serial": "id"}),
    ]


def test_the_preview_is_worked_by_keyboard_alone(page: Page, tmp_path: Path) -> None:
    file = tmp_path / "codes.csv"
    file.write_text("Serial,secret\nabc12345,x\n")
    page.on("filechooser", lambda chooser: chooser.set_files(file))
    opened(page)
    page.get_by_label("Choose files").focus()
    page.keyboard.press("Enter")
    serial, secret = page.get_by_label("Name of column 1, Serial"), page.get_by_label("Use column 2, secret")
    expect(serial).to_be_visible()
    tab_to(page, serial)
    page.keyboard.press("Control+A")
    page.keyboard.type("id")
    tab_to(page, secret)
    page.keyboard.press("Space")
    tab_to(page, page.get_by_role("button", name="Upload and check"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/ingestions/*/")
    assert IngestionRecord.objects.get().parameters["columns"] == {"Serial": "id", "secret": ""}


def tab_to(page: Page, target: Any) -> None:
    for _ in range(25):
        page.keyboard.press("Tab")
        if target.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError("The tab key does not lead there")


def test_a_template_can_be_downloaded(page: Page) -> None:
    opened(page)
    with page.expect_download() as started:
        page.get_by_role("link", name="Download a template with your products and fields").click()
    assert Path(started.value.path()).read_text().startswith("id,product,")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_preview_keeps_the_rules_of_accessibility(page: Page, scheme: Any) -> None:
    page.emulate_media(color_scheme=scheme)
    opened(page)
    drop(page, "codes.csv", WRONG)
    page.get_by_text("Options", exact=True).click()
    expect(page.get_by_role("img", name=re.compile("QR code of"))).to_be_visible()
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert broken_rules(page) == []


def test_gs1_ids_are_previewed_and_sent_as_such(page: Page) -> None:
    opened(page)
    right = "id\n/01/4006381333931/10/B7/21/A1\n"
    drop(page, "gs1.csv", f"{right}/01/4006381333932/21/A2\n/01/4006381333931/21/a(\n")
    page.locator("summary", has_text="Options").click()
    page.get_by_label("Format of the ids").select_option("GS1 Digital Link")
    problems = page.get_by_role("list", name="Problems in the first rows of gs1.csv").get_by_role("listitem")
    expect(problems).to_have_text([re.compile(rf"^Row {row}, id: A GS1 id is a path /01/<GTIN>") for row in (3, 4)])
    expect(page.locator("#id_example")).to_have_text("01/09506000134352/21/A1")
    url = "http://127.0.0.1:8000/c/demo/01/04006381333931/10/B7/21/A1"
    expect(page.get_by_role("img", name=f"QR code of {url}")).to_be_visible()
    drop(page, "gs1.csv", right)
    expect(page.get_by_text("Nothing is wrong in the first row.")).to_be_visible()
    with worker():
        send(page)
        page.wait_for_url("**/ingestions/*/")
        expect(page.get_by_role("link", name="List of URLs").first).to_be_visible()
    assert Code.objects.get().identifier == "01/04006381333931/10/B7/21/A1"


def test_the_corrected_file_is_uploaded_with_the_options_kept(page: Page) -> None:
    opened(page)
    drop(page, "codes.csv", "Serial;secret;note\nabc12345;x;a\nshort;x;b\n")
    page.get_by_text("Options", exact=True).click()
    page.get_by_label("Default product").select_option("sku2")
    page.get_by_label("Default activation status").select_option("Active")
    page.get_by_label("URL prefix").fill("https://id.example/")
    page.get_by_label("Name of the workorder").fill("Spring bottles")
    page.get_by_label("Ignore repeated ids within the file").check()
    page.get_by_label("Fields of a CSV file are separated by").select_option("semicolons")
    page.get_by_role("button", name="Add a field").click()
    page.get_by_label("Field name").fill("intended_market")
    page.get_by_label("Value", exact=True).fill('B"E')
    page.get_by_label("Name of column 1, Serial").fill("id")
    page.get_by_label("Use column 2, secret").uncheck()
    with worker():
        send(page)
        page.wait_for_url("**/ingestions/*/")
        page.get_by_role("link", name="Upload the corrected file").click()
        expect(page.get_by_text("Its options and names of columns are kept.")).to_be_visible()
        drop(page, "codes.csv", "Serial;secret;note\nabc12345;x;a\nlong-enough;x;b\n")
        expect(page.get_by_text("Nothing is wrong in the first 2 rows.")).to_be_visible()
        expect(page.get_by_label("Default product")).to_have_value("sku2")
        send(page)
        page.wait_for_url("**/ingestions/*/")
        expect(page.get_by_role("link", name="List of URLs").first).to_be_visible()
    refused, completed = IngestionRecord.objects.order_by("pk")
    assert (refused.status, completed.status) == ("error", "completed")
    assert completed.parameters == refused.parameters
    assert completed.parameters == {
        "default_scm_data": {"product": "sku2", "activation_status": 1, "intended_market": 'B"E'},
        "use_serial_number": False,
        "url_prefix": "https://id.example/",
        "reference": "Spring bottles",
        "allow_posted_duplicates": True,
        "delimiter": ";",
        "columns": {"Serial": "id", "secret": ""},
    }


def test_a_file_over_the_limit_is_refused_before_it_travels(page: Page, settings: Settings) -> None:
    settings.MAX_UPLOAD_BYTES = 2_048
    opened(page)
    choose(page, named("large.csv", "id\n" + "abc12345\n" * 300))
    alert = page.get_by_role("alert").filter(has_text="large.csv has 2.6 KB, at most 2.0 KB can be uploaded.")
    expect(alert).to_be_visible()
    expect(page.get_by_role("heading", name="large.csv")).to_be_hidden()
    assert not IngestionRecord.objects.exists()


def test_an_upload_tells_bytes_speed_and_time_left(page: Page) -> None:
    opened(page)
    choose(page, named("codes.csv", "id\n" + "".join(f"abc{number:09}\n" for number in range(60_000))))
    slow = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 150_000}
    page.context.new_cdp_session(page).send("Network.emulateNetworkConditions", slow)
    send(page)
    told = r"[\d.]+ KB of 761\.7 KB, \d+%, [\d.]+ KB/s, \d+ s left"
    expect(page.get_by_text(re.compile(told))).to_be_visible()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("button", name="Upload and check")).to_be_focused()
    assert IngestionRecord.objects.get().status == "uploading"


def drop_several(page: Page, *files: tuple[str, str]) -> None:
    """Drop files on the zone, all at once."""
    page.wait_for_load_state()
    page.evaluate(
        """files => {
          const transfer = new DataTransfer();
          for (const [name, content] of files) transfer.items.add(new File([content], name, {type: "text/csv"}));
          document.querySelector("#zone").dispatchEvent(
            new DragEvent("drop", {bubbles: true, cancelable: true, dataTransfer: transfer}));
        }""",
        files,
    )


def test_files_of_one_name_that_are_dropped_together_are_all_uploaded(page: Page) -> None:
    opened(page)
    drop_several(page, ("codes.csv", "id\nreport-0217\n"), ("codes.csv", "id\nreport-0218\n"))
    expect(page.get_by_role("heading", name="codes.csv")).to_have_text(["codes.csv", "codes.csv (2)"])
    send(page)
    page.wait_for_url("**/ingestions/")
    assert list(IngestionRecord.objects.values_list("file_name", "status")) == [("codes.csv", "queued")] * 2


def test_a_file_that_takes_the_place_of_another_says_so(page: Page) -> None:
    opened(page)
    drop(page, "codes.csv", "id\nreport-0217\n")
    drop(page, "codes.csv", "id\nreport-0218\n")
    expect(page.get_by_role("heading", name="codes.csv")).to_have_count(1)
    expect(page.get_by_text("It takes the place of the codes.csv that was chosen before.")).to_be_visible()
    page.get_by_role("button", name="Keep both").click()
    expect(page.get_by_role("heading", name="codes.csv")).to_have_count(2)
    expect(page.get_by_role("cell", name="report-0217")).to_be_visible()
    send(page)
    page.wait_for_url("**/ingestions/")
    assert IngestionRecord.objects.filter(status="queued").count() == 2


def completed(page: Page) -> list[tuple[str, dict[str, str]]]:
    """The codes of the one file on the page, which is sent as it is and checked here."""
    send(page)
    page.wait_for_url("**/ingestions/*/")
    record = IngestionRecord.objects.get()
    engine.run(record.pk)
    record.refresh_from_db()
    assert record.status == "completed"
    return list(Code.objects.order_by("sequence").values_list("identifier", "scm_data"))


def test_columns_of_one_name_are_told_by_their_places(page: Page) -> None:
    opened(page)
    drop(page, "codes.csv", "id,pallet,pallet,,\nreport-0203,p1,q1,,x\n,,,,\n")
    problems = page.get_by_role("list", name="Problems in the first rows of codes.csv").get_by_role("listitem")
    expect(page.get_by_text("Its header has the column pallet more than once.")).to_be_visible()
    page.get_by_label("Name of column 3, pallet").fill("pallet_2")
    expect(problems).to_have_text([re.compile("Column 5 has no name: name it, or delete it.")])
    page.get_by_label("Use column 5, without a name").uncheck()
    expect(page.get_by_text("Nothing is wrong in the first row.")).to_be_visible()
    assert completed(page) == [("report-0203", {"pallet": "p1", "pallet_2": "q1"})]
    assert IngestionRecord.objects.get().parameters["columns"] == {"#3": "pallet_2", "#5": ""}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("tabs.tsv", "id\tproduct\nreport-0211\tsku1\n"),
        ("unicode-text.txt", "\ufeffid\tproduct\r\nreport-0211\tsku1\r\n".encode("utf-16-le")),
        ("codes.txt.gz", gzip.compress(b"id;product\nreport-0211;sku1\n", mtime=0)),
        ("sep.csv", '"sep=;"\nid;product\nreport-0211;sku1\n'),
        ("blank.csv", " ,\n,\nid,product,\nreport-0211,sku1,\n,, \n\u00a0\n"),
        ("ours.csv", '\ufeff"errors (ignored)","id","note"\r\n"","report-0211","\'=1"\r\n'),
    ],
)
def test_what_the_check_takes_the_preview_praises(page: Page, name: str, content: str | bytes) -> None:
    opened(page)
    choose(page, named(name, content))
    expect(page.get_by_text("Nothing is wrong in the first row.")).to_be_visible()
    expect(page.get_by_role("cell", name="report-0211")).to_be_visible()
    ((identifier, scm_data),) = completed(page)
    assert (identifier, scm_data) == ("report-0211", {"note": "=1"} if name == "ours.csv" else {})


def test_a_reason_without_blacklisting_is_told_before_anything_is_checked(page: Page) -> None:
    opened(page)
    drop(page, "codes.csv", "id,blacklist_reason\nabc12345,4\n")
    problems = page.get_by_role("list", name="Problems in the first rows of codes.csv").get_by_role("listitem")
    expect(problems).to_have_text(
        [re.compile(r"^Row 2, blacklist_reason: .* goes with activation status 2 \(blacklisted\) alone")]
    )
    page.get_by_text("Options", exact=True).click()
    page.get_by_label("Default activation status").select_option("Blacklisted")
    expect(page.get_by_text("Nothing is wrong in the first row.")).to_be_visible()


def test_a_strangers_file_is_mended_by_clicks(page: Page) -> None:
    opened(page)
    content = "Liste vom März\n\nSerial No;Artikelnummer;Pallet Number\nreport-0303;sku1;Köln\n"
    choose(page, named("strange.csv", content.encode("cp1252")))
    page.get_by_role("button", name="Read it as Windows-1252").click()
    page.get_by_role("button", name="Take row 3 for the header").click()
    page.get_by_role("button", name="Use suggested names").click()
    expect(page.get_by_text("Nothing is wrong in the first row.")).to_be_visible()
    expect(page.get_by_role("button", name="Use suggested names")).to_be_hidden()
    expect(page.get_by_role("cell", name="Köln")).to_be_visible()
    assert completed(page) == [("report-0303", {"pallet_number": "Köln"})]
    parameters = IngestionRecord.objects.get().parameters
    assert {name: parameters[name] for name in ("encoding", "header_row", "columns")} == {
        "encoding": "windows-1252",
        "header_row": 3,
        "columns": {"Serial No": "id", "Artikelnummer": "product", "Pallet Number": "pallet_number"},
    }


def test_the_sheet_of_a_workbook_is_chosen(page: Page) -> None:
    opened(page)
    choose(page, named("two.xlsx", sheets([("Fill in the second sheet",)], [("id",), ("report-0304",)])))
    page.get_by_role("button", name="Read the sheet Sheet2").click()
    expect(page.get_by_role("cell", name="report-0304")).to_be_visible()
    expect(page.get_by_label("Sheet")).to_have_value("Sheet2")
    assert completed(page) == [("report-0304", {})]


def test_a_file_that_is_taken_away_leaves_no_record(page: Page) -> None:
    opened(page)
    drop(page, "codes.csv", "id\nreport-0305\n")
    expect(page.get_by_text("Nothing is wrong in the first row.")).to_be_visible()
    wait_for(IngestionRecord.objects.exists, "it has begun to travel")
    page.get_by_role("button", name="Remove codes.csv").click()
    wait_for(lambda: not IngestionRecord.objects.exists(), "it is forgotten")
