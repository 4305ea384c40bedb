"""Searching ingestion records, for the page and the API."""

from __future__ import annotations

from functools import reduce
from operator import or_

from django.db.models import Q

from ingestion.errors.kinds import KINDS
from ingestion.services import records_for
from portal.models import Company, User
from workorders.codes import lookup
from workorders.models import Code

MOST_NAMED = 20  # codes of one id, in as many companies, that a search names
MOST_HOLDERS = 10_000  # refused files with one id that a search finds, the newest


def find_codes(user: User, query: str) -> list[Code]:
    """Return the codes with the id `query`, in the companies that the person may look into; at most one each."""
    whose = user.may("company_view_all")
    if not query or not (whose or user.brand):
        return []
    if user.brand and not whose and lookup.is_of_another(query, user.brand):
        return []
    companies = Company.objects.all() if whose else Company.objects.filter(pk=user.company_id or 0)
    return list(
        lookup.find_codes(lookup.parse_id(query), companies).select_related("company", "workorder")[:MOST_NAMED]
    )


def matching_records(user: User, query: str, codes: list[Code]) -> Q:
    """Return the condition of a search: key, file name, uploader, and an id that became a code or was refused."""
    return (
        Q(key=query.lower())
        | Q(file_name__icontains=query)
        | Q(created_by__email__icontains=query)
        | Q(workorder__in=[code.workorder_id for code in codes])
        | Q(pk__in=_find_refused(user, lookup.parse_id(query)))
    )


def _find_refused(user: User, identifier: str) -> list[int]:
    """Return the newest of the person's records that were refused for this id; an index on their results finds them."""
    holds = reduce(or_, (Q(result_data__contains={"errors": [{kind: [identifier]}]}) for kind in KINDS))
    return list(records_for(user).filter(holds).order_by("-pk").values_list("pk", flat=True)[:MOST_HOLDERS])
