"""Values as people can read them."""

from __future__ import annotations

import pytest

from ingestion.errors.text import shown, visible


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("", ""),
        ("plain é 中", "plain é 中"),
        ("a\tb\n", "a\\tb\\n"),
        ("a\0b", "a\\x00b"),
        ("caf\udce9", "caf\\xe9"),
        ("\ud83d", "\\ud83d"),
        ("\u200b", "\\u200b"),
        ("a\u202eb", "a\\u202eb"),
    ],
)
def test_what_does_not_print_is_escaped(value: str, text: str) -> None:
    assert visible(value) == text
    assert shown(value) == text


def test_a_long_value_is_cut_before_it_is_escaped() -> None:
    assert shown("x" * 200) == "x" * 200
    assert shown("x" * 201) == "x" * 200 + "…"
    assert shown("\0" * 201) == "\\x00" * 200 + "…"
    assert visible("x" * 500) == "x" * 500
