"""Which field of the company's codes a name is probably a slip for."""

from __future__ import annotations

import pytest

from ingestion.rules.change_names import KnownFields


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("pallte", "pallet"),
        ("palet", "pallet"),
        ("PALLETT", "pallet"),
        ("pallet", ""),
        ("lot_2", ""),
        ("lot_12", ""),
        ("colour", ""),
        ("x" * 97 + "lot", "x" * 97),
        ("x" * 97 + "lots", ""),
    ],
)
def test_a_slip_is_told_from_another_number(name: str, field: str) -> None:
    assert KnownFields(["pallet", "lot_1", "x" * 97]).nearest(name) == field
