"""The tables of errors and warnings, and the page made from them."""

from __future__ import annotations

import io
from pathlib import Path

from django.conf import settings
from django.core.management import call_command

from ingestion.errors.kinds import KINDS
from ingestion.errors.warning_kinds import WARNINGS


def test_the_page_says_what_the_tables_say() -> None:
    page = io.StringIO()
    call_command("errors_page", stdout=page)
    kept = Path(settings.BASE_DIR, "docs/errors.md").read_text()
    assert kept == page.getvalue(), "Run: manage.py errors_page > docs/errors.md"


def test_every_kind_says_what_is_wrong_and_how_to_mend_it() -> None:
    for kind in [*KINDS.values(), *WARNINGS.values()]:
        assert kind.sentence.endswith(".")
        assert kind.remedy.endswith(".")
        assert kind.example or kind.kind == "internal_error"
