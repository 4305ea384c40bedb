"""Warnings of a workorder: what is no error, yet may be a mistake."""

from __future__ import annotations

from typing import TypedDict

from django.db import connection
from django.utils.translation import gettext

from portal.timeline import events_of
from portal.values.words import number
from workorders.codes import url_prefixes
from workorders.models import Workorder

NAMED = 20  # groups of such ids that are told
ALIKE = """
    SELECT array_agg(identifier ORDER BY sequence), count(*) OVER ()
    FROM workorders_code WHERE workorder_id = %s
    GROUP BY lower(identifier COLLATE "C") HAVING count(*) > 1
    ORDER BY min(sequence) LIMIT %s
"""


class WorkorderWarning(TypedDict):
    """One of them: its name, and what to look at."""

    warning: str
    message: str


def list_warnings(workorder: Workorder) -> list[WorkorderWarning]:
    """List the warnings of a workorder, for its page and the API."""
    said = {
        "url_prefix_warning": url_prefixes.warn_of_prefix(workorder.url_prefix),
        "not_activated_warning": _warn_of_inactive_codes(workorder),
        "alike_ids_warning": _warn_of_alike_ids(workorder),
    }
    return [WorkorderWarning(warning=name, message=message) for name, message in said.items() if message]


def _warn_of_inactive_codes(workorder: Workorder) -> str:
    """Say that completion did not activate the codes although that was ordered."""
    if workorder.type != Workorder.Type.SSC or workorder.state != Workorder.State.COMPLETED:
        return ""
    if not events_of(workorder).filter(what="completed", detail__activated=False).exists():
        return ""
    printed = workorder.printed_quantity or 0
    return gettext("Its codes were not activated: {printed} were printed, and which of them is not known.").format(
        printed=number(printed)
    )


def _warn_of_alike_ids(workorder: Workorder) -> str:
    """Repeat what the last upload into it found of ids that differ in letter case alone."""
    found = workorder.ingestions.filter(warnings__contains=[{"warning": "alike_ids_warning"}]).order_by("-pk").first()
    said = [warning for warning in found.warnings if warning["warning"] == "alike_ids_warning"] if found else []
    return str(said[0]["message"]) if said else ""


def find_alike_ids(workorder: Workorder) -> str:
    """Name the first ids that differ in letter case alone, and how many more there are; empty when there are none.

    PostgreSQL sorts all ids for it, on disk where they are many: about a second for a million.
    """
    with connection.cursor() as cursor:
        cursor.execute(ALIKE, [workorder.pk, NAMED])
        found: list[tuple[list[str], int]] = cursor.fetchall()
    said = "; ".join(" and ".join(identifiers) for identifiers, _total in found)
    more = found[0][1] - len(found) if found else 0
    return said + (gettext("; and {more} more").format(more=number(more)) if more else "")
