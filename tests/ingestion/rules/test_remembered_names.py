"""The names that a company gave to columns: remembered after an upload, suggested and named the next time."""

from __future__ import annotations

from typing import Any

from ingestion import engine
from ingestion.models import IngestionRecord, RememberedName
from ingestion.preview import piece_of, preview
from ingestion.rules import remembered_names
from ingestion.rules.remembered_names import recall_names, remember_names
from tests.support.demo import Demo
from tests.support.tokens import client_of
from tests.support.uploads import PROCESS, uploaded

FILE = "Rolle,Artikelnr.\nabc1234{},sku1\n"
COLUMNS = {"Rolle": "id", "Artikelnr.": "product"}


def ended(demo: Demo, content: str, **options: Any) -> IngestionRecord:
    """The record of a file that was processed with these options."""
    client = client_of(demo.staff)
    key = uploaded(client, content)
    assert client.post(PROCESS, {"record": key, **options}, format="json").status_code == 200
    record = IngestionRecord.objects.get(key=key)
    engine.run(record.pk)
    record.refresh_from_db()
    return record


def previewed(demo: Demo, content: str, type: str = "code") -> list[tuple[str, str, bool]]:  # noqa: A002
    """The columns of a file: name, suggested name, and whether that is the one of last time."""
    record = IngestionRecord(company=demo.company, type=type, filetype="csv", parameters={"default_scm_data": {}})
    seen = preview(record, piece_of(content.encode(), is_all=True))
    return [(column.name, column.suggested, column.is_remembered) for column in seen.columns]


def test_names_of_a_completed_upload_are_suggested_as_last_time(committed_demo: Demo) -> None:
    before = [("Rolle", "rolle", False), ("Artikelnr.", "product", False)]
    assert previewed(committed_demo, FILE.format(5)) == before
    assert ended(committed_demo, FILE.format(5), columns=COLUMNS).status == "completed"
    after = [("Rolle", "id", True), ("Artikelnr.", "product", True)]
    assert previewed(committed_demo, FILE.format(6)) == after
    assert previewed(committed_demo, FILE.format(6).upper())[0] == ("ROLLE", "id", True)
    assert previewed(committed_demo, FILE.format(6), "scm") == before
    assert recall_names(committed_demo.other.pk) == {}


def test_the_error_of_a_header_names_them(committed_demo: Demo) -> None:
    ended(committed_demo, FILE.format(5), columns=COLUMNS)
    record = ended(committed_demo, FILE.format(6))
    (error,) = record.errors.all()
    assert error.message == (
        "The file as a whole cannot be read. Its header has no column `id`, only: Rolle, Artikelnr.. Is it `Rolle` that"
        " should be named `id`, as last time? Likewise `Artikelnr.` should be `product`. Rename them, or"
        ' upload the file again with `"columns": {"Rolle": "id", "Artikelnr.": "product"}`.'
    )
    record = ended(committed_demo, FILE.format(7).replace("Rolle", "id"))
    (told,) = record.errors.values_list("detail", flat=True)
    assert told == "It is the field's name that is wrong. Last time it was named `product`."


def test_nothing_is_remembered_of_a_refused_upload(committed_demo: Demo) -> None:
    assert ended(committed_demo, "Rolle\nshort\n", columns={"Rolle": "id"}).status == "error"
    assert not RememberedName.objects.exists()


def test_a_name_after_the_place_is_not_remembered(committed_demo: Demo) -> None:
    content = "Serial No,ID,SKU\nabc12345,7,sku1\n"
    names = {"Serial No": "id", "ID": "column_2", "SKU": "product"}
    assert ended(committed_demo, content, columns=names).status == "completed"
    assert recall_names(committed_demo.company.pk) == {"serial_no": "id", "sku": "product"}


def test_a_column_in_other_letters_goes_before_the_one_of_last_time(committed_demo: Demo) -> None:
    ended(committed_demo, FILE.format(5), columns=COLUMNS)
    content = "Rolle,ID\nR7,abc12346\n"
    assert previewed(committed_demo, content) == [("Rolle", "rolle", False), ("ID", "id", False)]
    (error,) = ended(committed_demo, content).errors.all()
    assert "Is it `ID` that should be named `id`? Likewise `Rolle` should be `rolle`." in error.message


def test_the_last_name_counts_and_the_oldest_are_forgotten(demo: Demo, monkeypatch: Any) -> None:
    company = demo.company.pk
    remember_names(company, {"Rolle": "id", "#2": "lot", "Notiz": "", "Lot": "lot", "颜色": "colour", "?!": "x"})
    assert recall_names(company) == {"rolle": "id", "颜色": "colour"}
    remember_names(company, {"ROLLE": "pallet_number"})
    assert recall_names(company) == {"rolle": "pallet_number", "颜色": "colour"}
    monkeypatch.setattr(remembered_names, "MOST_REMEMBERED", 2)
    RememberedName.objects.filter(name="rolle").update(used_at="2026-01-01T00:00:00Z")
    remember_names(company, {"Ort": "place"})
    assert recall_names(company) == {"颜色": "colour", "ort": "place"}
