"""Pages as people see them, and records and workorders to be seen."""

from __future__ import annotations

import re
from typing import Any

from django.test import Client

from ingestion.models import IngestionError, IngestionRecord
from portal.models import User
from workorders.models import Code, Product, Workorder

POLL = {"HX-Request": "true"}


def as_(user: User) -> Client:
    """A browser in which `user` is signed in."""
    client = Client()
    client.force_login(user)
    return client


def seen(user: User, path: str, **headers: str) -> str:
    """The page at `path` as `user` sees it, with spaces as a browser shows them."""
    response = as_(user).get(path, headers=headers)
    assert response.status_code == 200, path
    return re.sub(r"\s+", " ", response.content.decode())


def a_record(user: User, status: str = "completed", **fields: Any) -> IngestionRecord:
    """A record of the user's company; a completed one has the workorder of `a_workorder`."""
    if status == "completed" and "workorder" not in fields:
        fields |= {"workorder": a_workorder(user), "result_data": {"codes_created": 2, "duplicates_ignored": 0}}
    assert user.company is not None
    phase = "ended" if status not in IngestionRecord.OPEN else "waiting"
    defaults = {"file_name": "codes.csv", "filetype": "csv", "ingestion_mode": "portal", "phase": phase}
    return IngestionRecord.objects.create(company=user.company, created_by=user, status=status, **(defaults | fields))


def a_refusal(user: User, kinds: dict[str, int], **fields: Any) -> IngestionRecord:
    """A record that ended in error, with so many errors of each kind, row after row."""
    record = a_record(user, "error", result_data={"errors": [], "error_counts": kinds}, **fields)
    each = [kind for kind, number in kinds.items() for _ in range(number)]
    IngestionError.objects.bulk_create(
        IngestionError(record=record, row=row, column="id", value=f"value{row}x", error=kind)
        for row, kind in enumerate(each, 2)
    )
    return record


def a_workorder(user: User, **fields: Any) -> Workorder:
    """A finished workorder of the user's company, with two codes."""
    assert user.company is not None
    number = Workorder.objects.count()
    defaults = {"reference": f"Order {number}", "quantity": 2, "url_prefix": user.company.url_prefix}
    defaults |= {"state": "completed"}
    workorder = Workorder.objects.create(company=user.company, created_by=user, **(defaults | fields))
    product = Product.objects.filter(company=user.company).first()
    Code.objects.bulk_create(
        Code(
            identifier=f"code-{number}-{place}",
            company=user.company,
            workorder=workorder,
            sequence=place,
            product=product,
            scm_data={"pallet_number": f"pal{place}"},
        )
        for place in (1, 2)
    )
    return workorder
