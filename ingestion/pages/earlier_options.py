"""The options of an earlier upload or of a template, for the form of the next."""

from __future__ import annotations

import json
from typing import Any

from django.shortcuts import get_object_or_404

from ingestion.models import IngestionRecord
from ingestion.rules.defaults import parse_defaults
from portal.pages.access import PersonRequest


def earlier_record(request: PersonRequest) -> IngestionRecord | None:
    """Return the record of the person's company that the URL names with `again`; None where it names none."""
    again = request.GET.get("again")
    return get_object_or_404(IngestionRecord, company=request.user.company, key=again) if again else None


def options_of(given: dict[str, Any]) -> dict[str, Any]:
    """Return the parameters of an upload as the form's fields take them, without those that are not set."""
    defaults = parse_defaults(given.get("default_scm_data", {}))
    reason = {"blacklist_reason": str(defaults.blacklist_reason)} if defaults.blacklist_reason else {}
    kept = {
        "product": defaults.product,
        "activation_status": defaults.activation_status,
        "scm": _json([*(reason | defaults.scm).items()]),
        "columns": _json(given.get("columns", {})),
        "reading": _json(
            {name: given[name] for name in ("encoding", "header_row", "sheet", "shown_digits") if name in given}
        ),
    }
    names = (
        "url_prefix",
        "allow_posted_duplicates",
        "delimiter",
        "id_format",
        "workorder",
        "reference",
        "data_key",
        "many",
        "empty_marker",
    )
    kept |= {name: given.get(name) for name in names}
    return {name: value for name, value in kept.items() if value}


def _json(values: dict[str, Any] | list[Any]) -> str:
    """Write `values` for the page's script; nothing when there are none."""
    return json.dumps(values) if values else ""
