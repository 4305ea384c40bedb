"""The services of exports, which pages and calls use: start, delete what is old.

They do not ask whether the person may do so: the caller does.
"""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models.functions import Now

from portal import timeline
from portal.background.broker import wake
from portal.background.leases import REMINDER
from portal.background.progress import Status
from portal.models import Company, User
from portal.storage.base import swept
from workorders.codes.filters import CodeFilter
from workorders.exports.limits import refuse_too_many_codes
from workorders.models import Export

MOST_DELETED = 500  # files in one sweep
LATELY = timedelta(hours=3)  # what ended without a file since; the sweep runs much more often


def start_export(
    user: User,
    company: Company,
    codes: CodeFilter,
    form: str,
    *,
    gzip: bool = False,
    neutralise_formulas: bool = False,
) -> Export:
    """Queue an export of the company's codes that the filter means. Raise Refused where they are known to be too many.

    The filter is applied when a worker begins, to the codes of that moment.
    """
    expected = codes.count(company)
    refuse_too_many_codes(form, expected or 0)
    with transaction.atomic():
        export = Export.objects.create(
            company=company,
            created_by=user,
            filters=codes.as_json(),
            format=form,
            is_gzipped=gzip,
            neutralises_formulas=neutralise_formulas,
            expected=expected,
            lease_until=Now() + REMINDER,
        )
        timeline.note(export, "created", user)
        transaction.on_commit(lambda: wake(export.TASK, export.pk))
    return export


def delete_old_files() -> None:
    """Delete the files of exports that were completed KEPT ago, and what lost attempts stored of others."""
    completed = Export.objects.filter(status=Status.COMPLETED, file_deleted_at=None)
    for export in completed.filter(status_updated_at__lt=Now() - Export.KEPT).order_by("pk")[:MOST_DELETED]:
        if swept(export.file_path):
            Export.objects.filter(pk=export.pk).update(file_deleted_at=Now())
    without = Export.objects.filter(status__in=(Status.CANCELLED, Status.ERROR), status_updated_at__gt=Now() - LATELY)
    for export in without.order_by("-pk")[:MOST_DELETED]:
        swept(export.file_path)
