"""The system check that finds codes made while the portal had another address, at which they are unknown now.

It runs with `manage.py migrate`, `manage.py up` and `manage.py check --database default`, and changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core import checks
from django.db import ProgrammingError
from django.db.models import F, Q, Value
from django.db.models.functions import Concat

from workorders.models import Workorder

HINT = "If the portal was at {base} before, add that to FORMER_PUBLIC_URLS, and its host to ALLOWED_HOSTS."


@checks.register(checks.Tags.database)
def check_addresses(databases: Sequence[str] | None = None, **_: Any) -> list[checks.CheckMessage]:
    """Name one former address of the portal that no setting knows; a code's page answers `Unknown` there."""
    if not databases:  # a command that needs none
        return []
    served = Q()
    for url in (settings.PUBLIC_URL, *settings.FORMER_PUBLIC_URLS):
        served |= Q(url_prefix__endswith=Concat(Value(f"://{url.partition('://')[2]}"), F("path")))
    here = Workorder.objects.annotate(path=Concat(Value("/c/"), F("company__slug"), Value("/")))
    elsewhere = here.filter(url_prefix__endswith=F("path")).exclude(served).order_by()
    try:
        found = elsewhere.values_list("url_prefix", "path").first()
    except ProgrammingError:  # as before the first migration
        return []
    if found is None:
        return []
    prefix, path = found
    said = f"Codes were made under {prefix}, where this portal knows none of them."
    return [checks.Warning(said, hint=HINT.format(base=prefix.removesuffix(path)), id="workorders.W001")]
