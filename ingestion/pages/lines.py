"""Lines of records in lists and on the overview."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from django.db.models import QuerySet

from ingestion.models import IngestionRecord
from ingestion.pages.asked_change import describe_all_asked
from ingestion.services import records_for
from portal.models import User
from workorders.models import Change

Status, IdFormat = IngestionRecord.Status, IngestionRecord.IdFormat


def may_upload(user: User) -> bool:
    """Say whether the person can upload at all: codes belong to a brand owner, so someone of no company cannot."""
    return user.brand is not None and user.may("ingestion_code_create")


def may_change(user: User) -> bool:
    """Say whether the person can change many codes at once: those of the own company, if it is a brand owner."""
    return user.brand is not None and user.may("scm_bulk_edit")


def list_records(user: User) -> QuerySet[IngestionRecord]:
    """Return the records `user` may see, without their results, which can name thousands of ids each."""
    return records_for(user).select_related("company", "created_by").defer("result_data")


class Line(NamedTuple):
    """A record as a list shows it; `asked` tells changes without a file apart, which have no name of their own."""

    record: IngestionRecord
    codes: int
    problems: int
    asked: str = ""
    is_undone: bool = False


def build_lines(records: Iterable[IngestionRecord]) -> list[Line]:
    """Build the lines of `records`: one query for all their results, and three more where changes are among them."""
    shown = list(records)
    results = IngestionRecord.objects.filter(pk__in=[record.pk for record in shown]).values_list(
        "pk", "result_data__codes_created", "result_data__codes_affected", "result_data__error_counts"
    )
    known = {pk: (made or changed or 0, sum((counts or {}).values())) for pk, made, changed, counts in results}
    ended = {
        record.pk: known[record.pk][0] for record in shown if record.status == Status.COMPLETED and record.pk in known
    }
    asked = describe_all_asked(shown, ended)
    undone = _undone(record.key for record in shown if record.pk in ended and record.type == IngestionRecord.Type.SCM)
    return [
        Line(record, *known.get(record.pk, (0, 0)), asked.get(record.pk, ""), record.key in undone) for record in shown
    ]


def _undone(keys: Iterable[str]) -> set[str]:
    """Return the keys of those records whose change was undone."""
    if not (asked := list(keys)):
        return set()
    undone = Change.objects.filter(record_key__in=asked, undone_by__isnull=False)
    return set(undone.values_list("record_key", flat=True))


def is_moving(lines: list[Line]) -> bool:
    """Say whether a list of records will look different soon."""
    return any(line.record.status in (Status.QUEUED, Status.PROCESSING) for line in lines)
