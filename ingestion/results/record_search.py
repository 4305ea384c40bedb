"""What a search for ingestion records finds, by page and by API."""

from __future__ import annotations

from functools import reduce
from operator import or_

from django.db.models import Q

from ingestion.errors.kinds import KINDS
from ingestion.services import records_for
from portal.models import Company, User
from workorders.codes.lookup import find_codes, parse_id
from workorders.models import Code

MOST_NAMED = 20  # codes of one id, in as many companies, that a search names
MOST_HOLDERS = 10_000  # refused files with one id that a search finds, the newest


def codes_in_sight(user: User, query: str) -> list[Code]:
    """The codes whose id `query` is, in the companies that the person may look into; at most one each."""
    whose = user.may("company_view_all")
    if not query or not (whose or user.brand):
        return []
    companies = Company.objects.all() if whose else Company.objects.filter(pk=user.company_id or 0)
    return list(find_codes(parse_id(query), companies).select_related("company", "workorder")[:MOST_NAMED])


def fitting(user: User, query: str, codes: list[Code]) -> Q:
    """What a search finds: by key, file name or uploader, and by an id that became a code or that was wrong."""
    return (
        Q(key=query.lower())
        | Q(file_name__icontains=query)
        | Q(created_by__email__icontains=query)
        | Q(workorder__in=[code.workorder_id for code in codes])
        | Q(pk__in=_refused_for(user, parse_id(query)))
    )


def _refused_for(user: User, identifier: str) -> list[int]:
    """The newest of the person's records that were refused for this id, named in their results; found by an index."""
    holds = reduce(or_, (Q(result_data__contains={"errors": [{kind: [identifier]}]}) for kind in KINDS))
    return list(records_for(user).filter(holds).order_by("-pk").values_list("pk", flat=True)[:MOST_HOLDERS])
