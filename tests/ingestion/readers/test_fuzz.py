"""Files changed at random: whatever they become, they are read or refused with a reason, and nothing else happens.

`FUZZ=1000000 FUZZ_SEED=2 make test ARGS=tests/ingestion/readers/test_fuzz.py` tries a million, others than before.
"""

from __future__ import annotations

import gc
import io
import os
import random
import sys
import time
from collections.abc import Callable
from contextlib import closing
from itertools import islice
from pathlib import Path

import pytest
from django.conf import settings

from ingestion.errors.log import ErrorLog
from ingestion.errors.unreadable import UnreadableFile
from ingestion.models import IngestionRecord
from ingestion.preview import FIRST_LOOK, piece_of, preview
from ingestion.products.problems import ProblemLog
from ingestion.products.product_file import read_products
from ingestion.readers.options import ReadOptions
from ingestion.rules.file import FileRules
from tests.support.change_files import changed_by_file
from tests.support.changed_files import ChangedFile, changed_files, kept_files
from tests.support.demo import Demo
from tests.support.reading import read, rules_of_changes, rules_of_codes
from tests.support.uploads import ingested
from workorders.models import Code

INPUTS = int(os.environ.get("FUZZ", "5000"))
SEED = int(os.environ.get("FUZZ_SEED", "20261124"))
LONGEST = 10  # seconds of the processor's time for one file
MOST_MORE = 300_000  # blocks of memory that are kept after all files, and were not after a tenth of them


def taken_as_codes(file: ChangedFile, log: ErrorLog) -> None:
    given = file.options
    _read(
        file, log, rules_of_codes(log, given.get("id_format", "default"), shown_digits=bool(given.get("shown_digits")))
    )


def taken_as_changes(file: ChangedFile, log: ErrorLog) -> None:
    _read(file, log, rules_of_changes(log, file.options))


def _read(file: ChangedFile, log: ErrorLog, rules: FileRules) -> None:
    options, columns = ReadOptions.of(file.options), file.options.get("columns", {})
    read(file.filetype, io.BytesIO(file.data), log, options=options, columns=columns, rules=rules)


def taken_as_products(file: ChangedFile, _log: ErrorLog) -> None:
    found = ProblemLog()
    names = read_products(io.BytesIO(file.data.replace(b"id", b"sku", 1)), found)
    assert found.count or names
    if any(problem.row is None for problem in found.problems):
        raise UnreadableFile(found.problems[-1].message)


PLAIN = {"default_scm_data": {}, "use_serial_number": False, "url_prefix": "", "allow_posted_duplicates": False}
WAYS = (taken_as_codes, taken_as_codes, taken_as_changes, taken_as_products)


@pytest.mark.parametrize("way", [taken_as_codes, taken_as_changes, taken_as_products])
def test_every_file_of_the_corpus_is_read_or_refused(
    tmp_path: Path, way: Callable[[ChangedFile, ErrorLog], None]
) -> None:
    for number, file in enumerate(kept_files()):
        with closing(ErrorLog(1, tmp_path)) as log:
            try:
                way(file, log)
            except UnreadableFile as refusal:
                assert str(refusal)
            except Exception as error:
                raise AssertionError(f"{number}: {file}") from error


def test_a_changed_file_is_read_or_refused_with_a_reason(tmp_path: Path) -> None:
    chance, refused, kept = random.Random(SEED), 0, 0  # noqa: S311  # nothing secret
    for number, file in enumerate(islice(changed_files(chance), INPUTS)):
        way, began = chance.choice(WAYS), time.thread_time()
        told = f"FUZZ_SEED={SEED}, input {number}, {way.__name__}, {file}"
        with closing(ErrorLog(1, tmp_path)) as log:
            try:
                way(file, log)
            except UnreadableFile as refusal:
                assert str(refusal), told
                refused += 1
            except Exception as error:
                raise AssertionError(told) from error
        assert time.thread_time() - began < LONGEST, told
        if number == INPUTS // 10:
            gc.collect()
            kept = sys.getallocatedblocks()
    gc.collect()
    assert sys.getallocatedblocks() - kept < MOST_MORE
    assert {path.name for path in tmp_path.iterdir()} <= {"errors"}
    assert 0 < refused < INPUTS


@pytest.mark.parametrize("type_", ["code", "scm"])
def test_a_changed_file_can_be_looked_at(demo: Demo, type_: str) -> None:
    chance = random.Random(SEED + 1)  # noqa: S311  # nothing secret
    for number, file in enumerate(islice(changed_files(chance), INPUTS // 20)):
        record = IngestionRecord(
            company=demo.company, type=type_, filetype=file.filetype, parameters=PLAIN | file.options
        )
        is_all = chance.random() < 0.5
        try:
            if file.filetype == "xlsx":
                preview(record, io.BytesIO(file.data))
            else:
                size = chance.choice([FIRST_LOOK, chance.randint(0, len(file.data))])
                preview(record, piece_of(file.data[:size], is_all=is_all))
        except UnreadableFile as refusal:
            assert str(refusal)
        except Exception as error:
            raise AssertionError(f"FUZZ_SEED={SEED}, input {number}, {is_all=}, {file}") from error


def test_a_changed_file_ends_its_record_whole_or_with_errors(committed_demo: Demo) -> None:
    """From the upload to the stored codes or errors; no file is to blame for an error of ours, and nothing is left."""
    demo, chance, ends = committed_demo, random.Random(SEED + 2), set[str]()  # noqa: S311  # nothing secret
    for number, file in enumerate(islice(changed_files(chance), INPUTS // 50)):
        if number % 5 == 0:
            Code.objects.all().delete()
        take = chance.choice([ingested, changed_by_file])
        told = f"FUZZ_SEED={SEED}, input {number}, {take.__name__}, {file}"
        try:
            record = take(demo.staff, file.data, file.filetype, **file.options)
        except Exception as error:
            raise AssertionError(told) from error
        assert record.status in ("completed", "error"), told
        assert not record.errors.filter(error="internal_error").exists(), told
        assert record.errors.exists() == (record.status == "error"), told
        ends.add(record.status)
    assert [*settings.SPOOL_DIR.iterdir()] == []
    assert ends == {"completed", "error"}
