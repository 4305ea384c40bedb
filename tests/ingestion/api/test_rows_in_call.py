"""Rows that come in a call itself, checked by the rules of files."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ingestion.api import rows_in_call
from ingestion.api.rows_in_call import list_problems
from ingestion.api.rows_parser import RowsParser
from ingestion.readers.cells import Number
from tests.support.demo import Demo

OPTIONS: dict[str, Any] = {"default_scm_data": {}, "url_prefix": "", "id_format": "default"}


def problems(demo: Demo, rows: Any, **options: Any) -> list[str]:
    """What is wrong with rows of the demo company."""
    text = rows if isinstance(rows, str) else json.dumps(rows)
    return list_problems(text, demo.company, OPTIONS | options)


def test_rows_that_are_right_have_no_problems(demo: Demo) -> None:
    assert problems(demo, [{"id": "abc12345", "product": "sku1"}, {"id": "abc12346", "lot": "L1"}]) == []


def test_each_problem_names_row_field_and_value(demo: Demo) -> None:
    rows = [{"id": "abc12345", "product": "none"}, {"lot": "L1"}, {"id": "short"}]
    first, second, third = problems(demo, rows)
    assert first.startswith("Row 1, product `none`: No product of the company has this SKU")
    assert second == "Row 2, id: The row has no id."
    assert third.startswith("Row 3, id `short`: An id has 8 to 100 characters")


def test_ids_that_stand_twice_are_told_when_the_codes_are_made(demo: Demo) -> None:
    assert problems(demo, [{"id": "abc12345"}, {"id": "abc12345"}]) == []


def test_ids_of_the_other_format_are_held_against_its_rules(demo: Demo) -> None:
    rows = [{"id": "/01/09506000134352/21/A1"}, {"id": "abc12345"}]
    (said,) = problems(demo, rows, id_format="gs1")
    assert said.startswith("Row 2, id `abc12345`: A GS1 id is a path")


def test_the_prefix_of_the_call_decides_how_long_an_id_may_be(demo: Demo) -> None:
    (said,) = problems(demo, [{"id": "a" * 20}], url_prefix="https://codes.example.com/" + "x" * 178)
    assert said.endswith("The longest id that fits has 9 characters, this has 20.")


def test_a_number_as_an_id_is_told_with_its_digits(demo: Demo) -> None:
    (said,) = problems(demo, '[{"id": 12345678901234567890}]')
    assert "`12345678901234567890`" in said
    assert said.endswith("It is a number; write it in quotes, so that no digit of it is lost.")


def test_what_cannot_be_read_as_a_whole_is_one_problem(demo: Demo) -> None:
    assert problems(demo, "[]") == ["Its array is empty."]


def test_only_so_many_problems_are_said(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows_in_call, "MOST_SAID", 2)
    assert problems(demo, [{"lot": "x"}] * 5) == [
        "Row 1, id: The row has no id.",
        "Row 2, id: The row has no id.",
        "There are 3 problems more.",
    ]


def test_numbers_of_a_call_keep_their_digits() -> None:
    data = RowsParser().load('{"codes": [{"n": 1.50}]}')
    assert data == {"codes": [{"n": "1.50"}]}
    assert isinstance(data["codes"][0]["n"], Number)
    assert RowsParser().dump(data) == '{"codes": [{"n": 1.50}]}'


def test_a_key_that_stands_twice_in_a_call_is_refused() -> None:
    with pytest.raises(ValueError, match=r'^an object has the key "mode" more than once\.$'):
        RowsParser().load('{"mode": "api", "mode": "file"}')
