"""The main job in a real browser, by role and name, with a real worker behind it."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import python_calamine
import zxingcpp
from django.core import mail
from django.core.management import call_command
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from ingestion.models import IngestionRecord
from tests.support.browsing import WCAG, broken_rules, drop, sign_in, sign_in_by_form
from tests.support.demo import PASSWORD, Demo
from tests.support.pages import a_record, a_workorder
from tests.support.paths import FILES
from tests.support.running import worker
from tests.support.uploads import SPEC_EXAMPLE, ingested
from workorders.models import ActivationStatus, Code

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def test_a_dropped_file_ends_in_an_archive_whose_sample_reads_back(page: Page, tmp_path: Path) -> None:
    sign_in_by_form(page)
    with worker():
        page.goto("/upload/")
        drop(page, "codes.csv", SPEC_EXAMPLE)
        page.get_by_role("button", name="Upload and check").click()
        page.wait_for_url("**/ingestions/*/")
        expect(page.get_by_role("link", name="List of URLs").first).to_be_visible()
        with page.expect_download() as started:
            page.get_by_role("link", name="List of URLs").first.click()
        saved = tmp_path / "archive.zip"
        started.value.save_as(saved)
    archive = zipfile.ZipFile(saved)
    first = next(csv.DictReader(io.TextIOWrapper(archive.open("codes.csv"), newline="")))
    assert first["url"] == "http://127.0.0.1:8000/c/demo/abc12345"
    (symbol,) = zxingcpp.read_barcodes(Image.open(archive.open("sample_qr.png")))
    assert symbol.text == first["url"]


def test_a_file_goes_straight_to_a_bucket_and_its_archive_comes_from_there(
    bucket: S3Client, page: Page, live_server: Any, tmp_path: Path
) -> None:
    call_command("bucket_cors", origin=[live_server.url], stdout=io.StringIO())
    sent: list[tuple[str, str]] = []
    page.on("request", lambda request: sent.append((request.method, request.url)))
    sign_in(page)
    with worker():
        page.goto("/upload/")
        drop(page, "codes.csv", SPEC_EXAMPLE)
        page.get_by_role("button", name="Upload and check").click()
        page.wait_for_url("**/ingestions/*/")
        expect(page.get_by_role("link", name="List of URLs").first).to_be_visible()
        with page.expect_download() as started:
            page.get_by_role("link", name="List of URLs").first.click()
        saved = tmp_path / "archive.zip"
        started.value.save_as(saved)
    address = bucket.meta.endpoint_url
    assert [url.rpartition("/")[0] for method, url in sent if method == "POST" and url.startswith(address)] == [address]
    assert started.value.url.startswith(address)
    assert started.value.suggested_filename.endswith(".zip")
    assert zipfile.ZipFile(saved).read("codes.csv").count(b"\n") == 5


def test_the_main_job_by_keyboard_alone(page: Page, tmp_path: Path) -> None:
    file = tmp_path / "codes.csv"
    file.write_text(SPEC_EXAMPLE)
    page.on("filechooser", lambda chooser: chooser.set_files(file))
    sign_in(page)
    with worker():
        page.goto("/upload/")
        page.locator("#file").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_text("codes.csv").first).to_be_visible()
        for _ in range(20):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.id") == "send":
                break
        page.keyboard.press("Enter")
        page.wait_for_url("**/ingestions/*/")
        expect(page.get_by_role("link", name="List of URLs").first).to_be_visible()


def test_a_file_with_errors_lists_each_with_row_column_and_value(page: Page) -> None:
    sign_in(page)
    with worker():
        page.goto("/upload/")
        drop(page, "codes.csv", "id,product\nshort,sku1\nabc12345,sku9\nabc12346,sku1\nabc12346,sku1\n")
        page.get_by_role("button", name="Upload and check").click()
        page.wait_for_url("**/ingestions/*/")
        table = page.get_by_role("table")
        expect(table.get_by_role("row")).to_have_count(4)
    expect(table.get_by_role("row").nth(1)).to_contain_text(re.compile(r"2.*id.*short", re.DOTALL))
    expect(table.get_by_role("row").nth(2)).to_contain_text(re.compile(r"3.*product.*sku9", re.DOTALL))
    expect(table.get_by_role("row").nth(3)).to_contain_text(re.compile(r"5.*id.*abc12346", re.DOTALL))
    with page.expect_download() as started:
        page.get_by_role("link", name=re.compile(r"errors\.csv|all errors", re.IGNORECASE)).first.click()
    assert started.value.suggested_filename.startswith("errors-")


def test_a_workbook_with_errors_comes_back_with_them_beside_its_rows(page: Page, tmp_path: Path) -> None:
    sign_in(page)
    with worker():
        page.goto("/upload/")
        page.get_by_label("Choose files").set_input_files(FILES / "wrong-rows.xlsx")
        page.get_by_role("button", name="Upload and check").click()
        page.wait_for_url("**/ingestions/*/")
        expect(page.get_by_role("table").get_by_role("row")).to_have_count(5)
    with page.expect_download() as started:
        page.get_by_role("link", name="Your rows with the errors beside them").click()
    assert started.value.suggested_filename == "wrong-rows-with-errors.xlsx"
    started.value.save_as(tmp_path / "rows.xlsx")
    rows = python_calamine.load_workbook(tmp_path / "rows.xlsx").get_sheet_by_index(0).to_python()
    assert [row[1] for row in rows] == ["id", "abc12345", "00012345", "short", "", "abc12345"]


def test_warnings_and_facts_are_on_the_page_of_a_completed_record(page: Page) -> None:
    sign_in(page)
    with worker():
        page.goto("/upload/")
        drop(page, "codes.csv", "id;prodcut;ean\nabc12345;sku1;8.7E+12\n")
        page.get_by_role("button", name="Upload and check").click()
        page.wait_for_url("**/ingestions/*/")
        warnings = page.get_by_role("region", name="Worth a look").get_by_role("listitem")
        expect(warnings).to_have_count(2)
    expect(warnings.first).to_contain_text("prodcut")
    expect(warnings.first).to_contain_text("It looks like `product`.")
    expect(page.get_by_text("separated by semicolons, UTF-8")).to_be_visible()


def test_a_file_that_cannot_be_an_upload_is_refused_before_it_travels(page: Page) -> None:
    sign_in(page)
    page.goto("/upload/")
    drop(page, "codes.pdf", "%PDF", "application/pdf")
    expect(page.get_by_role("alert").filter(has_text=re.compile("CSV"))).to_be_visible()
    drop(page, "codes.csv", "")
    expect(page.get_by_role("alert").filter(has_text=re.compile("empty", re.IGNORECASE))).to_be_visible()
    page.get_by_role("button", name="Upload and check").click()
    expect(page).to_have_url(re.compile("/upload/$"))
    assert not IngestionRecord.objects.exists()


def test_workorders_are_archived_by_keyboard_without_scripts(
    browser: Browser, committed_demo: Demo, live_server: Any
) -> None:
    for number in range(3):
        a_workorder(committed_demo.staff, reference=f"Batch {number}")
    context = browser.new_context(base_url=live_server.url, java_script_enabled=False)
    page = context.new_page()
    sign_in(page, "admin@demo.example")
    page.goto("/workorders/?q=batch")
    page.get_by_label("Choose Batch 2").focus()
    for key in ("Space", "Tab", "Tab", "Tab", "Tab", "Space", "Tab", "Tab", "Enter"):  # a box and a link for each
        page.keyboard.press(key)
    expect(page.get_by_text("2 workorders are hidden.")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/workorders/\?q=batch$"))
    expect(page.get_by_role("link", name="Batch 1")).to_be_visible()
    expect(page.get_by_role("link", name="Batch 0")).to_be_hidden()
    context.close()


@pytest.fixture
def device(page: Page) -> Iterator[None]:
    """What keeps passkeys for the browser."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    can = {"hasResidentKey": True, "hasUserVerification": True, "isUserVerified": True}
    options = {"protocol": "ctap2", "transport": "internal", "automaticPresenceSimulation": True, **can}
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    yield
    session.detach()


def test_a_passkey_signs_in_without_the_password(page: Page, device: None) -> None:
    sign_in(page)
    page.get_by_role("button", name="Demo Brands, account menu").click()
    page.get_by_role("link", name="Your account").click()
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    page.get_by_label("Name").fill("Laptop")
    page.get_by_role("button", name="Add the passkey").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    page.goto("/accounts/2fa/webauthn/")
    expect(page.get_by_role("rowheader", name=re.compile("^Laptop.*passkey"))).to_be_visible()
    page.goto("/accounts/logout/")
    page.get_by_role("main").get_by_role("button", name=re.compile("Sign out", re.IGNORECASE)).click()
    expect(page.get_by_role("button", name=re.compile("account menu"))).to_have_count(0)
    page.goto("/accounts/login/")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("link", name="Records")).to_be_visible()


def test_at_an_address_without_a_name_no_passkey_is_offered(page: Page, live_server: Any) -> None:
    numbered = live_server.url.replace("localhost", "127.0.0.1")
    page.goto(f"{numbered}/accounts/login/")
    expect(page.get_by_role("button", name="Use a passkey")).to_be_hidden()
    page.get_by_label("E-mail").fill("staff@demo.example")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.goto(f"{numbered}/accounts/2fa/webauthn/add/")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_text("Passkeys need a browser that has them")).to_be_visible()
    expect(page.get_by_role("button", name="Add the passkey")).to_be_hidden()


def test_a_token_is_made_and_copied(page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    sign_in(page)
    page.goto("/tokens/")
    page.get_by_role("link", name="Create a token").first.click()
    page.get_by_label("Name").fill("Line 4")
    page.get_by_role("group", name="Products").get_by_label("Can see products").check()
    page.get_by_role("button", name="Create the token").click()
    secret = page.get_by_label("Token", exact=True).input_value()
    page.get_by_role("button", name="Copy: Token").click()
    expect(page.get_by_role("status").filter(has_text="Copied")).to_be_attached()
    assert page.evaluate("navigator.clipboard.readText()") == secret
    page.get_by_role("link", name="Done").click()
    expect(page.get_by_role("row", name=re.compile("Line 4.*active.*see products.*never"))).to_be_visible()


@pytest.mark.usefixtures("letters_go_at_once")
def test_an_invited_person_comes_in_by_the_mails_link(page: Page) -> None:
    sign_in(page, "admin@demo.example")
    page.goto("/people/invite/")
    page.get_by_label("E-mail").fill("new@demo.example")
    page.get_by_label("Staff").check()
    page.get_by_role("button", name="Send the invitation").click()
    expect(page.get_by_role("row", name=re.compile("new@demo.example.*not here yet.*staff"))).to_be_visible()
    (path,) = re.findall(r"/people/join/\S+", str(mail.outbox[0].body))
    page.context.clear_cookies()
    page.goto(path)
    page.get_by_label("Your name").fill("Nora New")
    page.get_by_label("Password").fill("a long enough phrase")
    page.get_by_role("button", name="Join").click()
    expect(page.get_by_role("link", name="Records")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_setting_up_a_second_factor_keeps_the_rules_of_accessibility(page: Page, scheme: Any) -> None:
    page.emulate_media(color_scheme=scheme)
    sign_in(page, "admin@demo.example")
    page.goto("/accounts/2fa/totp/activate/")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_role("img", name="QR code of the secret")).to_be_visible()
    for path in ("/accounts/2fa/totp/activate/", "/accounts/2fa/webauthn/add/"):
        page.goto(path)
        assert broken_rules(page) == []
    page.goto("/accounts/2fa/totp/activate/")
    assert page.get_by_role("img", name="QR code of the secret").evaluate("image => image.naturalWidth") > 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_back_office_keeps_the_policy_and_the_rules_of_accessibility(
    page: Page, committed_demo: Demo, scheme: Any
) -> None:
    record = a_record(committed_demo.staff)
    page.emulate_media(color_scheme=scheme)
    sign_in(page, "root@codeport.example")
    paths = [
        *("", "ingestion/ingestionrecord/", f"ingestion/ingestionrecord/{record.pk}/change/"),
        *("workorders/officecode/", f"portal/user/{committed_demo.staff.pk}/change/"),
    ]
    broken = {}
    for path in paths:
        page.goto(f"/admin/{path}")  # the page fixture looks for what the console says
        if "/change/" not in path:  # axe would try styles there that the policy refuses
            broken[path] = broken_rules(page, WCAG)
    assert {path: rules for path, rules in broken.items() if rules} == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_the_public_page_answers_keeps_the_rules_of_accessibility(
    page: Page, committed_demo: Demo, scheme: Any
) -> None:
    ingested(committed_demo.staff, SPEC_EXAMPLE)
    page.emulate_media(color_scheme=scheme)
    for status in ActivationStatus.values:
        Code.objects.update(activation_status=status)
        page.goto("/c/demo/abc12345")
        assert broken_rules(page) == []


def test_a_call_of_the_api_is_found_by_its_words(page: Page) -> None:
    page.goto("/api/docs/")
    page.get_by_label("Find a call").press_sequentially("ERRORS.csv")
    expect(page.locator("article:visible h3")).to_have_text(["Fetch all errors as CSV"])
    expect(page.get_by_role("navigation", name="Calls").get_by_role("link")).to_have_text(["Fetch all errors as CSV"])
    page.get_by_label("Find a call").fill("errors.csv nowhere")
    expect(page.get_by_role("status").filter(has_text="No call has all of these words.")).to_be_visible()
    page.get_by_label("Find a call").fill("")
    expect(page.get_by_role("heading", name="Cancel an ingestion")).to_be_visible()
