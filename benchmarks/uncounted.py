"""The portal without counting scans, for gunicorn: what the public page is compared with."""

from __future__ import annotations

from portal.wsgi import application  # noqa: F401  # gunicorn asks for it
from workorders.scans import public_page


def count_nothing(company: int, identifier: str, client: str) -> None:
    """Count no scan."""


public_page.note_scan = count_nothing  # type: ignore[attr-defined]  # the page's own import
