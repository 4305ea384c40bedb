"""One file in, codes or errors out: what the contract says of a CSV upload, tried on real rows."""

from __future__ import annotations

import pytest
from django.db import connection

from ingestion.models import IngestionRecord
from tests.conftest import Demo, ingested, queued
from workorders.models import Code, Workorder

SPEC_EXAMPLE = """id,product,pallet_number,intended_market
abc12345,sku1,pal1,BE
def12345,sku1,pal1,NL
ghi12345,sku1,pal2,DE
jkl12345,sku1,pal2,FR
"""


def errors(record: IngestionRecord) -> list[tuple[int | None, str, str, str]]:
    """Row, column, value and kind of every error, in order."""
    return [(error.row, error.column, error.value, error.error) for error in record.errors.all()]


def assert_no_trace(record: IngestionRecord) -> None:
    """A refused file leaves no code, no workorder and no row of the table behind."""
    assert record.status == "error"
    assert record.workorder is None
    assert not Workorder.objects.filter(reference__contains=record.key).exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_relation_size('workorders_code')")
        assert cursor.fetchone() == (0,)


def test_the_specs_example_becomes_four_codes(committed_demo: Demo) -> None:
    record = ingested(committed_demo.staff, SPEC_EXAMPLE)
    assert record.status == "completed"
    assert record.result_data == {"codes_created": 4, "duplicates_ignored": 0}
    workorder = record.workorder
    assert workorder is not None
    assert (workorder.quantity, workorder.type, workorder.url_prefix) == (4, "SID", "http://127.0.0.1:8000/c/demo/")
    codes = Code.objects.filter(workorder=workorder).order_by("sequence").select_related("product")
    assert [(code.identifier, code.sequence, code.product and code.product.sku, code.scm_data) for code in codes] == [
        ("abc12345", 1, "sku1", {"pallet_number": "pal1", "intended_market": "BE"}),
        ("def12345", 2, "sku1", {"pallet_number": "pal1", "intended_market": "NL"}),
        ("ghi12345", 3, "sku1", {"pallet_number": "pal2", "intended_market": "DE"}),
        ("jkl12345", 4, "sku1", {"pallet_number": "pal2", "intended_market": "FR"}),
    ]
