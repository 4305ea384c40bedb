"""Paths of the repository that tests use."""

from __future__ import annotations

from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
FILES = CHECKOUT / "tests" / "files"  # as people have them; `manifest.toml` says what comes of each
