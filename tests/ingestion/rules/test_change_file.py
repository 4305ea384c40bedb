"""What the rules of a file of changes learn from its header."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from ingestion.readers.base import Batch
from ingestion.readers.cells import NumericCell
from ingestion.rules.change_file import ChangeFileRules
from ingestion.rules.defaults import Defaults
from ingestion.rules.keys import ID, rules_of
from ingestion.rules.limits import Limits
from tests.support.row_logs import MemoryLog


def rules_of_a_file(**options: Any) -> ChangeFileRules:
    """The rules of a file of changes that takes shown digits for ids, of a company whose codes have `lot`."""
    key = options.get("data_key", ID)
    limits = Limits(Defaults(), {}, sys.maxsize, rules_of(key, options), shown_digits=True)
    return ChangeFileRules(limits, MemoryLog(), options, ["lot"])


def test_the_fields_that_rows_may_change_are_those_with_a_name() -> None:
    rules = rules_of_a_file()
    rules.check_header(("extended_id", "", "lot", "pallet"), 1)
    assert rules.scm_names == {"lot", "pallet"}
    rules = rules_of_a_file()
    rules.check(Batch(("extended_id", "", "lot"), 1, [["abc12345", "", "7"]]))
    assert rules.scm_names == {"lot"}


@pytest.mark.parametrize(("key", "is_text"), [("extended_id", False), ("id", False), ("serial_number", False)])
def test_numbers_and_ids_are_no_texts(key: str, is_text: bool) -> None:
    rules = rules_of_a_file()
    rules.check_header((key, "note"), 1)
    assert (rules._has_text_keys, rules.key_column) == (is_text, key)


def test_another_key_is_a_text_whose_digits_stay_as_they_are() -> None:
    rules = rules_of_a_file(data_key="lot")
    rules.check_header(("note", "lot"), 1)
    assert (rules._has_text_keys, rules.key, rules.key_column) == (True, "lot", "lot")
    codes = rules.check(Batch(("note", "lot"), 2, [["new", NumericCell.of("7", "7", "000")]]))
    assert [code[:2] for code in codes] == [("7", 2)]


def test_shown_digits_are_ids_in_files_of_changes_too() -> None:
    rules = rules_of_a_file()
    rules.check_header(("extended_id", "lot"), 1)
    cells = [NumericCell.of("1234567", "1234567", "00000000"), NumericCell.of("89", "89", "00000000")]
    codes = rules.check(Batch(("extended_id", "lot"), 2, [[cell, "7"] for cell in cells]))
    assert [code[:2] for code in codes] == [("01234567", 2), ("00000089", 3)]
