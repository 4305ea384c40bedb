"""The files in `tests/files/`, and what comes of each."""

from __future__ import annotations

import tomllib
from typing import Any

from ingestion.models import IngestionRecord
from tests.support.demo import Demo
from tests.support.paths import FILES
from tests.support.uploads import ingested

EXPECTED: dict[str, dict[str, Any]] = tomllib.loads((FILES / "manifest.toml").read_text())


def upload(demo: Demo, name: str, **parameters: Any) -> IngestionRecord:
    """The record of one of the files, processed to its end."""
    filetype = name.removesuffix(".gz").rpartition(".")[2]
    return ingested(demo.staff, (FILES / name).read_bytes(), filetype, **parameters)
