"""The ways that `make bench` compares ours with: each makes the codes of a file, as long as models change."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchmarks import figures, others
from benchmarks.measure import Measured
from tests.support.demo import Demo
from workorders.models import Code

WAYS = [
    *(others.best_import_export, others.blind_import_export, others.import_export),
    *(others.bulk_create, others.clean_fields, others.full_clean),
    *(figures.ingest, figures.raw_copy, figures.sort_and_copy, figures.checked_by_sql),
]


@pytest.mark.parametrize("way", WAYS)
def test_each_way_makes_the_codes_of_a_file(
    committed_demo: Demo,
    monkeypatch: pytest.MonkeyPatch,
    settings: Any,
    tmp_path: Path,
    way: Callable[[Path], Measured],
) -> None:
    def here(work: Callable[[], object]) -> Measured:
        work()
        return 0.0, 0.0

    settings.SPOOL_DIR = tmp_path  # where the files of a run stay
    monkeypatch.setattr(others, "apart", here)
    monkeypatch.setattr(figures, "apart", here)
    table, prepared = figures.rows(50, "fifty")
    way(prepared if way in figures.PREPARED else table)
    assert Code.objects.filter(company=committed_demo.company, scm_data__pallet_number="pal0").count() == 50
