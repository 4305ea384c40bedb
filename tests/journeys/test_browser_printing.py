"""The whole hand-over in a real browser: two companies' people, one worker, from the order to its completion."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Browser, Page, expect

from benchmarks.print_scan import Copier, Pass
from tests.support.browsing import sign_in
from tests.support.equipment import TODAY, WEEK
from tests.support.running import worker
from workorders.deliveries.graphic import load_graphic
from workorders.models import Workorder
from workorders.rendering.readback import read_symbols, tiff_pixels
from workorders.rendering.secure_verifier import verify

COUNT = 300


def test_an_order_goes_from_hand_to_hand(page: Page, browser: Browser, live_server: Any, tmp_path: Path) -> None:
    owner, context = page, browser.new_context(base_url=live_server.url, accept_downloads=True)
    printer = context.new_page()
    sign_in(owner)
    sign_in(printer, "printer@printco.example")
    with worker():
        workorder = ordered(owner)
        uploaded(owner, workorder)
        calibrated(printer)
        printer.goto(workorder)
        confirmed(printer, workorder)
        saved = downloaded(printer, tmp_path)
        printed(printer, workorder)
        completed(owner, workorder)
    context.close()
    looked_at(saved)


def ordered(owner: Page) -> str:
    """The address of a new workorder, ordered by the brand owner, whose secure codes can be downloaded once."""
    owner.goto("/workorders/create-secure/")
    owner.get_by_label("Reference").fill("Vintage")
    owner.locator("[name=quantity]").fill(str(COUNT))
    owner.locator("[name=printing_partner]").select_option("printco")
    owner.locator("[name=url_prefix]").fill("https://d.test/")
    owner.locator("[name=download_once]").check()
    owner.locator("main form button[type=submit]").last.click()
    owner.wait_for_url(re.compile(r"/workorders/\d+/$"))
    return owner.url


def uploaded(owner: Page, workorder: str) -> None:
    """The ids are uploaded into it."""
    owner.goto(workorder)
    owner.get_by_role("link", name="Upload codes into it").click()
    rows = "id\n" + "".join(f"bottle-{number:06d}\n" for number in range(COUNT))
    owner.get_by_label("Choose files").set_input_files(
        {"name": "codes.csv", "mimeType": "text/csv", "buffer": rows.encode()}
    )
    owner.get_by_role("button", name="Upload and check").click()
    owner.wait_for_url("**/ingestions/*/")
    expect(owner.locator("main")).to_contain_text("completed")


def calibrated(printer: Page) -> None:
    """The partner has a machine and a material."""
    for place, name in (("equipment", "Press 1"), ("substrates", "Gloss 90 g")):
        printer.goto(f"/{place}/create/")
        printer.get_by_label("Name").fill(name)
        if place == "equipment":
            printer.get_by_label("Resolution").fill("600")
        printer.get_by_label("Calibrated on").fill(str(TODAY - WEEK))
        printer.get_by_label("Calibrated until").fill(str(TODAY + WEEK))
        printer.get_by_role("button", name="Add it").click()
        expect(printer.get_by_role("link", name=name)).to_be_visible()


def confirmed(printer: Page, workorder: str) -> None:
    """The partner confirms both, by keyboard."""
    expect(printer.locator('[aria-current="step"]')).to_contain_text("Confirm equipment and substrate")
    printer.get_by_role("link", name="Confirm", exact=True).press("Enter")
    printer.get_by_label("Equipment", exact=True).select_option("Press 1")
    printer.get_by_label("Substrate", exact=True).select_option("Gloss 90 g")
    printer.get_by_role("button", name="Confirm for good").press("Enter")
    printer.wait_for_url(workorder)
    expect(printer.locator("main")).to_contain_text("Press 1 on Gloss 90 g")


def downloaded(printer: Page, folder: Path) -> Path:
    """The secure codes, which can then not be downloaded again."""
    printer.get_by_role("link", name="Secure codes").click()
    printer.get_by_role("button", name="Generate").click()
    link = printer.get_by_role("button", name="Download")
    with printer.expect_download() as started:
        link.click()
    started.value.save_as(folder / "secure.zip")
    printer.reload()
    expect(link).to_have_count(0)
    expect(printer.locator("main")).to_contain_text("can be downloaded once, and printer@printco.example did")
    return folder / "secure.zip"


def printed(printer: Page, workorder: str) -> None:
    """The partner says how much was printed."""
    printer.goto(workorder)
    printer.get_by_role("link", name="Mark as printed").click()
    printer.get_by_label("Printed well").fill(str(COUNT - 2))
    printer.get_by_label("Wasted").fill("2")
    printer.get_by_role("button", name="Mark as printed").click()
    printer.wait_for_url(workorder)
    expect(printer.locator("main")).to_contain_text("298 printed, 2 wasted")


def completed(owner: Page, workorder: str) -> None:
    """The brand owner sees who had the codes, and completes."""
    owner.goto(workorder)
    expect(owner.locator("main")).to_contain_text("TIFF downloaded by printer@printco.example from 127.0.0.1")
    owner.get_by_role("link", name="Complete", exact=True).click()
    owner.get_by_role("button", name="Complete it").click()
    owner.wait_for_url(workorder)
    expect(owner.locator(".head .status")).to_have_text("completed")


def looked_at(saved: Path) -> None:
    """Every image decodes; of some, the verifier tells a simulated print from its copy."""
    workorder = Workorder.objects.get(reference="Vintage")
    graphic = load_graphic(workorder)
    archive = zipfile.ZipFile(saved)
    rows = list(csv.DictReader(io.TextIOWrapper(archive.open("codes.csv"), newline="")))
    assert len(rows) == COUNT
    random = np.random.default_rng(1)
    top, left = (modules * graphic.module for modules in graphic.layout.corner)
    for number, row in enumerate(rows):
        pixels = tiff_pixels(archive.read(f"images/{row['extended_id']}.tiff"))
        assert read_symbols(pixels) == [row["url"]]
        if number % 75 == 0:
            dots = 1 - pixels // 255
            original = Pass.drawn(random, is_calibrated=True).scan(dots, 600, random)
            verdict = verify(original, graphic)
            assert (verdict.url, verdict.is_original) == (row["url"], True)
            fake = Copier([(original, graphic)]).plain(original, graphic)
            dots[top : top + len(fake), left : left + len(fake)] = fake
            verdict = verify(Pass.drawn(random, is_calibrated=False).scan(dots, 600, random), graphic)
            assert (verdict.url, verdict.is_original) == (row["url"], False)
