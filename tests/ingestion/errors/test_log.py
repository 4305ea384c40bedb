"""The log of what was found wrong with a file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from ingestion import services
from ingestion.errors import log as module
from ingestion.errors.log import ErrorLog, RowLog, warning
from ingestion.errors.text import shown
from ingestion.errors.unreadable import UnreadableFile
from tests.support.demo import Demo


@pytest.fixture
def log(tmp_path: Path) -> Iterator[ErrorLog]:
    """A log of the record 1."""
    with closing(ErrorLog(1, tmp_path)) as opened:
        yield opened


def test_errors_are_counted_by_kind_and_name_their_ids(log: ErrorLog) -> None:
    log.add("invalid_id_error", 2, "id", "short", id="short")
    log.add("missing_id_error", 3, "id", "")
    log.add("invalid_id_error", 4, "id", "a\0", id="a\0")
    assert log.result_data == {
        "errors": [{"invalid_id_error": ["short", "a\\x00"]}, {"missing_id_error": []}],
        "error_counts": {"invalid_id_error": 2, "missing_id_error": 1},
    }


@pytest.mark.parametrize("most", [1000, 12])
def test_many_rows_with_few_faults_are_noted_as_one_by_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(module, "IDS_PER_KIND", 3)
    monkeypatch.setattr(module, "MOST_ERRORS", most)
    product = ("product_not_found_error", "product", "sku\\3\t", "It looks like `sku3`.")
    status = ("invalid_activation_status_error", "activation_status", "ä" * 201, "")
    faults = [[], [status], [product], [product, status], [("product_not_found_error", "product", "x", "")]]
    ids = ["abc00001", "", *(f"abc{number:05d}" for number in range(2, 10))]
    seen = []
    for name, add in (("many", ErrorLog.add_rows), ("each", RowLog.add_rows)):
        (tmp_path / name).mkdir()
        with closing(ErrorLog(7, tmp_path / name)) as log:
            log.add("missing_id_error", 2, "id", "")
            said = ""
            try:
                add(log, 3, faults, np.array([0, 2, 3, 0, 1, 4, 4, 3, 3, 0], np.int32), ids)
                add(log, 13, faults, np.array([1, 1], np.int32), ["abc00010", "abc00011"])
            except UnreadableFile as problem:
                said = str(problem)
            log.spool.flush()
            seen.append((log.path.read_bytes(), list(log.counts.items()), log.result_data, said))
    assert seen[0] == seen[1]
    assert seen[0][0].splitlines()[1:3] == [
        b"7\t4\tproduct\tsku\\\\3\\\\t\tproduct_not_found_error\tIt looks like `sku3`.",
        b"7\t5\tproduct\tsku\\\\3\\\\t\tproduct_not_found_error\tIt looks like `sku3`.",
    ]
    assert bool(seen[0][3]) is (most == 12)


def test_so_many_ids_are_named_and_all_errors_counted(log: ErrorLog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "IDS_PER_KIND", 2)
    for number in range(5):
        log.add("invalid_id_error", number, "id", "x", id=f"id-{number}")
    assert log.result_data["errors"] == [{"invalid_id_error": ["id-0", "id-1"]}]
    assert log.counts == {"invalid_id_error": 5}


def test_too_many_errors_end_the_reading(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_ERRORS", 2)
    with closing(ErrorLog(1, tmp_path)) as log:
        for row in (2, 3):
            log.add("missing_id_error", row, "id", "")
        with pytest.raises(UnreadableFile, match=r"^It has more than 2 errors; those that were found first are listed"):
            log.add("missing_id_error", 4, "id", "")
        log.add("invalid_file_error", None, "", "", detail="It has more than 2 errors.")
        assert log.counts == {"missing_id_error": 2, "invalid_file_error": 1}


def test_the_first_warning_of_a_kind_in_a_column_stands_for_the_others(log: ErrorLog) -> None:
    log.warn("shortened_number_warning", 2, "lot", "1E+12")
    log.warn("shortened_number_warning", 5, "lot", "2E+12")
    log.warn("shortened_number_warning", 5, "pallet", "3E+12")
    assert [(found["column"], found["row"], found["value"], found["count"]) for found in log.warnings] == [
        ("lot", 2, "1E+12", 2),
        ("pallet", 5, "3E+12", 1),
    ]


def test_warnings_about_no_row_are_told_apart_by_their_value(log: ErrorLog) -> None:
    for value in ("a", "b", "a"):
        log.warn("product_without_ids_warning", None, "product", value)
    assert [(found["value"], found["count"]) for found in log.warnings] == [("a", 2), ("b", 1)]


def test_warnings_are_bounded(log: ErrorLog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_WARNINGS", 2)
    for number in range(5):
        log.warn("unknown_column_warning", 1, f"c{number}", "")
    assert [found["column"] for found in log.warnings] == ["c0", "c1"]


def test_a_warning_says_its_kind_and_its_detail() -> None:
    assert warning("unknown_column_warning", 1, "a\0", "v\n", "It looks like `id`.") == {
        "warning": "unknown_column_warning",
        "row": 1,
        "column": "a\\x00",
        "value": "v\\n",
        "count": 1,
        "message": (
            "The column is none that Codeport knows, so it is stored as an SCM field of each code. It looks like `id`."
        ),
    }


@pytest.mark.parametrize("value", ["plain", "tab\there", "back\\slash", "new\nline", "\\N", "nul\0", "x" * 300])
def test_errors_are_stored_as_they_can_be_shown(demo: Demo, tmp_path: Path, value: str) -> None:
    record = services.start_upload(demo.staff, demo.company, filetype="csv", mode="api")
    ticks: list[int] = []
    with closing(ErrorLog(record.pk, tmp_path)) as log:
        log.add("invalid_id_error", 2, "id", value, detail="Why.", id=value)
        log.add("invalid_file_error", None, "", "", detail="It broke.")
        log.store(ticks.append)
    first, second = record.errors.order_by("pk")
    assert (first.row, first.column, first.value, first.error, first.detail) == (
        2,
        "id",
        shown(value),
        "invalid_id_error",
        "Why.",
    )
    assert (second.row, second.value, second.message) == (None, "", "The file as a whole cannot be read. It broke.")
