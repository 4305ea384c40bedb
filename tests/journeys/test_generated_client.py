"""The core of the Python client, which is generated, goes the way of the tour in docs/api.md."""

from __future__ import annotations

import io
import sys
import zipfile
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

import httpx

from tests.support.paths import CHECKOUT
from tests.support.portals import Up, run
from tests.support.running import wait_for

NAME = "codeport_client.core"
ENDED = ("completed", "error", "cancelled")


class Generated:
    """The client, as one who knows nothing else of the portal would use it."""

    def __init__(self, up: Up, folder: Path) -> None:
        self.models = import_module(f"{NAME}.models")
        self.up, self.folder = up, folder
        self.client = self.client_of("admin@demo.example")

    def client_of(self, email: str) -> Any:
        """A client with a token of that person."""
        manage = [sys.executable, str(CHECKOUT / "manage.py"), "create_token", email]
        token = run(manage, self.folder, self.up).strip()
        address = f"http://127.0.0.1:{self.up.port}"
        return import_module(f"{NAME}.client").AuthenticatedClient(address, token, prefix="UAT")

    def call(self, module: str, *args: Any, expects: int = 200, **more: Any) -> Any:
        """The answer of a call, which has that status."""
        answer = import_module(f"{NAME}.api.{module}").sync_detailed(*args, **{"client": self.client} | more)
        assert answer.status_code == expects, answer.content
        return answer

    def parsed(self, module: str, *args: Any, expects: int = 200, **more: Any) -> Any:
        """What the answer of a call holds."""
        found = self.call(module, *args, expects=expects, **more).parsed
        assert found is not None
        return found

    def until(self, module: str, *args: Any, **more: Any) -> Any:
        """The answer of a call that says 202 until it is ready."""
        answers = []

        def is_ready() -> bool:
            call = import_module(f"{NAME}.api.{module}").sync_detailed
            answers.append(call(*args, **{"client": self.client} | more))
            assert answers[-1].status_code in (200, 202), answers[-1].content
            return bool(answers[-1].status_code == 200)

        wait_for(is_ready, module)
        return answers[-1]

    def uploaded(self, content: str, **options: Any) -> Any:
        """The record of a file, when it has ended."""
        form = self.models.GetPostDataRequest(self.models.GetPostDataFiletypeEnum("csv"))
        begun = self.parsed("ingestion.get_post_data", body=form, expects=201)
        fields = begun.post_data.fields.to_dict()
        assert httpx.post(begun.post_data.url, data=fields, files={"file": content.encode()}).status_code == 201
        defaults = self.models.ProcessRequestDefaultScmDataType0.from_dict({"product": "sku1"})
        body = self.models.ProcessRequest(record=begun.record_key, default_scm_data=defaults, **options)
        self.parsed("ingestion.process", body=body, idempotency_key="1" + begun.record_key)
        return self.ended(begun.record_key)

    def ended(self, key: str) -> Any:
        """The record of that key, when it has ended."""
        wait_for(lambda: self.parsed("ingestion.get_record", key).status in ENDED, "the end")
        return self.parsed("ingestion.get_record", key)


def names(content: bytes) -> list[str]:
    """The members of a zip."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return archive.namelist()


def test_a_generated_client_goes_the_way_of_the_tour(portal_in_use: Up, tmp_path: Path) -> None:
    api = Generated(portal_in_use, tmp_path)
    with api.client:
        walk(api)
        with api.client_of("printer@printco.example") as printer:
            print_secure_codes(api, printer)


def walk(api: Generated) -> None:
    """Make each call of the tour."""
    assert api.parsed("you.get_me").email == "admin@demo.example"

    product = api.parsed("products.create_product", body=api.models.ProductRequest(sku="tea"), expects=201)
    renamed = api.models.PatchedProductRequest(name="Green tea")
    assert api.parsed("products.change_product", product.id, body=renamed).name == "Green tea"
    assert [each.sku for each in api.parsed("products.list_products", search="green").results] == ["tea"]

    refused = api.uploaded("id\nphial-0001\nphial 0002\n")
    assert (refused.status, refused.result_data.error_counts.to_dict()) == ("error", {"invalid_id_error": 1})
    (error,) = api.parsed("ingestion.list_errors", refused.key).results
    assert (error.row, error.column, error.value) == (3, "id", "phial 0002")
    assert "phial 0002" in api.parsed("ingestion.get_errors_csv", refused.key)
    assert "phial 0002" in api.parsed("ingestion.get_rows_with_errors", refused.key)

    record = api.uploaded("id\nphial-0001\nphial-0002\n")
    assert (record.status, record.result_data.codes_created) == ("completed", 2)
    workorder = record.workorder
    assert "codes.csv" in names(api.until("workorders.download", workorder).content)
    for kind, member in (("svg", "images/phial-0001.svg"), ("png", "images/phial-0002.png"), ("pdf", "codes.pdf")):
        images = api.models.DownloadImages(kind)
        assert member in names(api.until("workorders.download", workorder, images=images).content)
    part = api.call("workorders.download", workorder, range_="bytes=0-9", expects=206)
    assert part.content[:2] == b"PK"
    assert "codes.csv" in names(api.until("workorders.get_serial_numbers", workorder).content)

    form = api.models.GetPostDataRequest(api.models.GetPostDataFiletypeEnum("json"))
    begun = api.parsed("ingestion.get_post_data", body=form, expects=201)
    assert api.parsed("ingestion.cancel_record", begun.record_key).status == "cancelled"
    said = api.parsed("ingestion.cancel_record", begun.record_key, expects=400)
    assert said.to_dict() == {"detail": "The ingestion has ended already."}

    order = api.models.OrderRequest(reference="Spring", quantity=10)
    minted = api.parsed("workorders.create_sid", body=order, expects=201).id
    wait_for(lambda: api.parsed("workorders.get_workorder", minted).progress is None, "the codes")
    assert "codes.csv" in names(api.until("workorders.get_serial_numbers", minted).content)
    assert api.parsed("codes.list_codes", workorder=minted).count == 10

    codes = [api.models.AddSidsRequestCodesItem.from_dict({"id": "phial-0003", "pallet_number": "7"})]
    body = api.models.AddSidsRequest(mode=api.models.ModeEnum("api"), codes=codes)
    assert api.ended(api.parsed("ingestion.add_sids", body=body, expects=201).record_key).status == "completed"
    assert api.parsed("codes.get_code", "phial-0003").scm_data == {"pallet_number": "7"}
    for kind, begins in (("svg", b"<?xml"), ("png", b"\x89PNG"), ("pdf", b"%PDF")):
        asked = api.models.GetCodeImageImages(kind)
        assert api.call("codes.get_code_image", "phial-0003", images=asked).content.startswith(begins)
    assert [each.id for each in api.parsed("codes.list_codes", search="phial-", limit=2).results] == [
        "phial-0001",
        "phial-0002",
    ]
    assert api.parsed("ingestion.list_records", status=api.models.ListRecordsStatus("cancelled")).count == 1


def print_secure_codes(api: Generated, printer: Any) -> None:
    """Go from a template to an archived workorder, with the calls of both sides."""
    days = {"calibrated_on": date(2026, 1, 1), "calibrated_until": date(2099, 12, 31)}
    body = api.models.EquipmentRequest(name="Press", dpi=1200, **days)
    press = api.parsed("equipment.create_equipment", body=body, expects=201, client=printer)
    again = api.models.PatchedEquipmentRequest(name="Press 1")
    assert api.parsed("equipment.change_equipment", press.id, body=again, client=printer).name == "Press 1"
    assert [each.dpi for each in api.parsed("equipment.list_equipment", client=printer).results] == [1200]
    body = api.models.SubstrateRequest(name="Coated", **days)
    coated = api.parsed("substrates.create_substrate", body=body, expects=201, client=printer)
    assert api.parsed("substrates.get_substrate", coated.id, client=printer).state == "calibrated"

    layout = api.models.LayoutEnum("inside")
    body = api.models.TemplateRequest("Bottles", layout, "printco", download_once=True)
    template = api.parsed("templates.create_workorder_template", body=body, expects=201).id
    body = api.models.SecureOrderRequest(reference="Secure", quantity=2, template=template)
    workorder = api.parsed("workorders.create_ssc", body=body, expects=201).id
    assert api.uploaded("id\nsecure-0001\nsecure-0002\n", workorder=workorder).status == "completed"
    body = api.models.ConfirmRequest(equipment="Press 1", substrate="Coated")
    api.parsed("workorders.confirm_workorder", workorder, body=body, client=printer)
    images = api.models.GetSecureCodesImages("png")
    for _ in range(2):
        fetched = api.until("workorders.get_secure_codes", workorder, images=images, client=printer)
        assert "images/secure-0001.png" in names(fetched.content)
        api.parsed("workorders.allow_download", workorder)
    body = api.models.PrintedRequest(printed=2)
    api.parsed("workorders.mark_printed", workorder, body=body, client=printer)
    api.parsed("workorders.complete_workorder", workorder, body=api.models.CompleteRequest())
    assert "download_allowed" in [each.what for each in api.parsed("workorders.list_timeline", workorder).results]

    away = api.models.ArchiveRequest(is_archived=True)
    assert api.parsed("workorders.archive_workorder", workorder, body=away).is_archived
    assert api.parsed("templates.archive_workorder_template", template, body=away).is_archived
    assert api.parsed("equipment.archive_equipment", press.id, body=away, client=printer).state == "archived"
    assert api.parsed("substrates.archive_substrate", coated.id, body=away, client=printer).is_archived
