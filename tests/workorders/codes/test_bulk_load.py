"""Codes are spooled, searched for repeats, and loaded by one COPY."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from django.db import IntegrityError, transaction

from portal.models import User
from tests.support.demo import Demo
from workorders.codes import code_block
from workorders.codes import spool as spool_module
from workorders.codes.bulk_load import CodeSpool, NewCode, find_taken_ids
from workorders.codes.code_block import CodeBlock, sorted_lines
from workorders.models import Code, Workorder


def an_order(user: User, reference: str = "Bulk") -> Workorder:
    """A workorder without codes."""
    assert user.company is not None
    return Workorder.objects.create(
        company=user.company, reference=reference, quantity=9, url_prefix=user.company.url_prefix, created_by=user
    )


def a_spool(workorder: Workorder, folder: Path, first: int = 1) -> CodeSpool:
    return CodeSpool(folder, company_id=workorder.company_id, workorder_id=workorder.pk, first_position=first)


def new(identifier: str, position: int, scm: str = "{}", status: int = 0) -> NewCode:
    return identifier, position, (None, status, 0), scm


def block(first: int, *identifiers: str) -> CodeBlock:
    """Codes of rows that follow one another, of which every second is active."""
    kinds = np.arange(len(identifiers), dtype=np.int32) % 2
    ids = pa.array([each.encode() for each in identifiers], pa.binary())
    scm = pa.array([f'{{"place": "{first + at}"}}'.encode() for at in range(len(identifiers))], pa.binary())
    return CodeBlock(ids, np.arange(first, first + len(ids)), [(None, 0, 0), (None, 1, 0)], kinds, scm)


def loaded(workorder: Workorder) -> list[tuple[int, str]]:
    return list(workorder.codes.order_by("sequence").values_list("sequence", "identifier"))


def found_repeats(spool: CodeSpool) -> list[tuple[str, int, int]]:
    """What `find_repeats` tells."""
    repeats: list[tuple[str, int, int]] = []
    spool.find_repeats(lambda *repeat: repeats.append(repeat), lambda done: None)
    return repeats


def test_codes_keep_the_order_of_their_positions(demo: Demo, tmp_path: Path) -> None:
    workorder = an_order(demo.staff)
    spool = a_spool(workorder, tmp_path)
    spool.add([new("ccc00003", 1), new("aaa00001", 2)])
    spool.add([new("bbb00002", 3)])
    assert found_repeats(spool) == []
    spool.load(lambda done: None)
    assert (spool.count, spool.longest) == (3, 8)
    assert loaded(workorder) == [(1, "ccc00003"), (2, "aaa00001"), (3, "bbb00002")]


@pytest.mark.parametrize("run", [2, 3, 50])
def test_blocks_of_codes_are_loaded_among_others(
    demo: Demo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: int
) -> None:
    monkeypatch.setattr(spool_module, "RUN", run)
    workorder = an_order(demo.staff)
    spool = a_spool(workorder, tmp_path)
    spool.add([new("bbb00002", 1)])
    spool.add(block(2, "ddd00004", "aaa0000001", "ccc00003"))
    spool.add([new("eee00005", 5), new("ccc00003", 6)])
    spool.add(block(7, "fff00006", "bbb00002"))
    assert sorted(found_repeats(spool)) == [("bbb00002", 8, 1), ("ccc00003", 6, 4)]
    spool.skip(6)
    spool.skip(8)
    spool.load(lambda done: None)
    assert (spool.count, spool.longest) == (6, 10)
    assert list(workorder.codes.order_by("sequence").values_list("sequence", "identifier", "activation_status")) == [
        (1, "bbb00002", 0),
        (2, "ddd00004", 0),
        (3, "aaa0000001", 1),
        (4, "ccc00003", 0),
        (5, "eee00005", 0),
        (6, "fff00006", 0),
    ]
    assert workorder.codes.get(identifier="aaa0000001").scm_data == {"place": "3"}


def test_a_full_disk_beside_the_reading_is_raised(demo: Demo, tmp_path: Path) -> None:
    (tmp_path / "run-1").symlink_to("/dev/full")
    spool = a_spool(an_order(demo.staff), tmp_path)
    spool.add(block(1, "aaa00001"))
    with pytest.raises(OSError, match="No space left on device"):
        found_repeats(spool)


def test_nothing_comes_into_a_folder_that_is_removed_beside_the_writing(
    demo: Demo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spool_module, "RUN", 1)
    begin = threading.Event()

    def sorted_later(keys: pa.BinaryArray, lines: pa.BinaryArray) -> memoryview:
        begin.wait(30)
        return sorted_lines(keys, lines)

    monkeypatch.setattr(code_block, "sorted_lines", sorted_later)
    folder = tmp_path / "attempt"
    folder.mkdir()
    spool = a_spool(an_order(demo.staff), folder)
    spool.add(block(1, "aaa00001"))
    shutil.rmtree(folder)  # as when the upload is cancelled
    begin.set()
    spool._wait()
    assert not folder.exists()


def test_positions_may_begin_anywhere(demo: Demo, tmp_path: Path) -> None:
    workorder = an_order(demo.staff)
    spool = a_spool(workorder, tmp_path, first=2)  # as after a header
    spool.add([new("aaa00001", 2), new("bbb00002", 3)])
    found_repeats(spool)
    spool.load(lambda done: None)
    assert loaded(workorder) == [(1, "aaa00001"), (2, "bbb00002")]


def test_sequences_close_over_skipped_positions_and_go_on_after_others(demo: Demo, tmp_path: Path) -> None:
    workorder = an_order(demo.staff)
    spool = a_spool(workorder, tmp_path)
    spool.add([new("aaa00001", 1), new("bbb00002", 4), new("ccc00003", 8)])
    spool.skip(2, 2)
    spool.skip(5)
    spool.skip(6, 2)
    found_repeats(spool)
    spool.load(lambda done: None, after=100)
    assert loaded(workorder) == [(101, "aaa00001"), (102, "bbb00002"), (103, "ccc00003")]


@pytest.mark.parametrize("run", [1, 2, 50])
def test_the_first_of_each_id_is_kept_and_the_others_are_told(
    demo: Demo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: int
) -> None:
    monkeypatch.setattr(spool_module, "RUN", run)
    monkeypatch.setattr(spool_module, "FAN_IN", 2)
    spool = a_spool(an_order(demo.staff), tmp_path, first=2)
    for position, identifier in enumerate(["bbb00002", "aaa00001", "bbb00002", "ccc00003", "bbb00002"], 2):
        spool.add([new(identifier, position)])
    assert found_repeats(spool) == [("bbb00002", 4, 2), ("bbb00002", 6, 2)]
    assert spool.count == 3


def test_nothing_of_the_spool_stays_but_sorted_codes(demo: Demo, tmp_path: Path) -> None:
    spool = a_spool(an_order(demo.staff), tmp_path)
    spool.add([new("bbb00002", 1), new("aaa00001", 2)])
    found_repeats(spool)
    (left,) = tmp_path.iterdir()
    assert [line.split(b"\t")[0] for line in left.read_bytes().splitlines()] == [b"aaa00001", b"bbb00002"]


def test_backslashes_of_scm_data_arrive(demo: Demo, tmp_path: Path) -> None:
    workorder = an_order(demo.staff)
    spool = a_spool(workorder, tmp_path)
    spool.add([new("aaa00001", 1, '{"note": "a\\\\b\\t\\"c\\""}', status=1)])
    found_repeats(spool)
    spool.load(lambda done: None)
    code = workorder.codes.get()
    assert (code.scm_data, code.activation_status, code.product) == ({"note": 'a\\b\t"c"'}, 1, None)


def test_an_id_that_is_taken_breaks_the_load(demo: Demo, tmp_path: Path) -> None:
    first, second = an_order(demo.staff, "First"), an_order(demo.staff, "Second")
    Code.objects.create(identifier="aaa00001", company=demo.company, workorder=first, sequence=1)
    spool = a_spool(second, tmp_path)
    spool.add([new("aaa00001", 1)])
    found_repeats(spool)
    with pytest.raises(IntegrityError, match="code_identifier_of_company"), transaction.atomic():
        spool.load(lambda done: None)
    assert loaded(second) == []


def test_taken_ids_are_told_with_their_positions(demo: Demo, tmp_path: Path) -> None:
    first, second = an_order(demo.staff, "First"), an_order(demo.staff, "Second")
    Code.objects.create(identifier="bbb00002", company=demo.company, workorder=first, sequence=1)
    spool = a_spool(second, tmp_path, first=2)
    spool.add([new("aaa00001", 2), new("bbb00002", 3)])
    found_repeats(spool)
    assert spool.sample_is_taken() is True
    with transaction.atomic():
        assert list(spool.taken(lambda done: None)) == [("bbb00002", 3)]


def test_ids_of_another_company_are_free(demo: Demo, tmp_path: Path) -> None:
    theirs = an_order(demo.other_staff)
    Code.objects.create(identifier="aaa00001", company=demo.other, workorder=theirs, sequence=1)
    spool = a_spool(an_order(demo.staff), tmp_path)
    spool.add([new("aaa00001", 1)])
    found_repeats(spool)
    assert spool.sample_is_taken() is False
    with transaction.atomic():
        assert list(spool.taken(lambda done: None)) == []


def test_taken_ids_are_looked_up_byte_for_byte(demo: Demo) -> None:
    Code.objects.create(identifier="Abc-0001", company=demo.company, workorder=an_order(demo.staff), sequence=1)
    asked = ["abc-0001", "Abc-0001", "Abc-00011", "Abc-000"]
    assert find_taken_ids(demo.company.pk, asked) == ["Abc-0001"]
    assert find_taken_ids(demo.other.pk, asked) == []
    assert find_taken_ids(demo.company.pk, []) == []
