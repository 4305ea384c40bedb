"""Delete archives of SSC workorders that nobody can fetch any more."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from portal.background.progress import Status
from portal.storage.base import swept
from workorders.archives.names import zip_name
from workorders.deliveries.delivery import delivery_name
from workorders.models import Job, Workorder

SETTLED = timedelta(hours=1)  # after its end; a download that found the name before has long begun by then
LATELY = timedelta(days=1)  # what ended earlier was looked at again and again
DRAWN_FOR = (Workorder.State.NEW, Workorder.State.READY_TO_PRINT, Workorder.State.PRINTED)


def delete_stale_archives() -> None:
    """Delete archives of fewer codes than their workorder has by now, and secure codes that nobody can fetch.

    An archive may be published after more codes came, or after its job was cancelled; a deletion may have met a storage
    that did not answer.
    """
    ended = Job.objects.exclude(status__in=Job.OPEN)
    ended = ended.filter(status_updated_at__range=(Now() - LATELY, Now() - SETTLED))
    for name in (*_stale_archives(ended), *_stale_deliveries(ended)):
        swept(name)


def _stale_archives(ended: QuerySet[Job]) -> Iterator[str]:
    """Find the archives of SSC workorders that hold fewer codes than the workorder has by now."""
    jobs = Job.objects.filter(
        what=Job.What.ARCHIVE, workorder__type=Workorder.Type.SSC, workorder__in=ended.values("workorder")
    )
    columns = ("workorder__company_id", "workorder_id", "parameters__codes", "workorder__uploaded_quantity")
    for company, workorder, codes, has in jobs.values_list(*columns).distinct():
        for kind in ("archive", "serial-numbers") if codes not in (None, has) else ():
            yield zip_name(company, workorder, f"{kind}-{codes}")


def _stale_deliveries(ended: QuerySet[Job]) -> Iterator[str]:
    gone = ~Q(workorder__state__in=DRAWN_FOR) | ~Q(status=Status.COMPLETED)
    for job in ended.filter(gone, what=Job.What.SECURE).select_related("workorder"):
        yield delivery_name(job)
