"""The names that a company gave to columns of its uploads, to be suggested the next time."""

from __future__ import annotations

import re
from collections.abc import Mapping

from django.db import transaction

from ingestion.models import RememberedName
from ingestion.rules.column_mapping import PLACE
from ingestion.rules.header_matching import LONGEST_NAME, folded

MOST_REMEMBERED = 500  # names of a company; the ones used last
STAND_IN = re.compile("column_[0-9]+")  # the name of a place, which says nothing of another file


def recall_names(company_id: int) -> dict[str, str]:
    """Return the remembered names of the company, by the folded name of the column."""
    return dict(RememberedName.objects.filter(company=company_id).values_list("name", "new_name"))


def remember_names(company_id: int, columns: Mapping[str, str]) -> None:
    """Remember the new names of an upload's `columns`, but for those that are the column's own in other letters.

    A column that was told by its place, named after it, or left out, has no name to be remembered.
    """
    found = {
        name: new
        for old, new in columns.items()
        if new
        and not STAND_IN.fullmatch(new)
        and not PLACE.fullmatch(old)
        and 0 < len(name := folded(old)) <= LONGEST_NAME
        and name != new
    }
    if not found:
        return
    rows = [RememberedName(company_id=company_id, name=name, new_name=found[name]) for name in sorted(found)]
    of_company = RememberedName.objects.filter(company=company_id)
    with transaction.atomic():
        RememberedName.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["company", "name"], update_fields=["new_name", "used_at"]
        )
        oldest = of_company.order_by("-used_at", "-pk")[MOST_REMEMBERED:].values("pk")
        of_company.filter(pk__in=oldest).delete()
