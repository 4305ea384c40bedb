"""Fixtures of the tests of drops."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_django import Settings

from tests.support.demo import Demo


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, settings: Settings) -> None:
    settings.DROP_DIR = tmp_path / "drop"


@pytest.fixture
def demo(committed_demo: Demo) -> Demo:
    """The cast, which the threads of the engine see, too."""
    return committed_demo
