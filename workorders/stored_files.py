"""The files in the storage that rows of workorders and exports name."""

from __future__ import annotations

from collections.abc import Iterator

from portal.background.progress import Status
from portal.storage.base import storage
from workorders.archives.names import folder_of
from workorders.deliveries.delivery import delivery_name
from workorders.models import Export, Job, Workorder


def stored_names() -> Iterator[str]:
    """Yield the names of stored files that belong to workorders and exports as this transaction sees them.

    What is made of codes that this transaction does not see is none of them: an archive is found by its name, and would
    be that of other codes.
    """
    for workorder in Workorder.objects.exclude(state=Workorder.State.CANCELLED).order_by("pk").iterator():
        if workorder.has_codes:
            yield from _of(workorder)
    completed = Export.objects.filter(status=Status.COMPLETED, file_deleted_at=None)
    for export in completed.order_by("pk").iterator():
        yield export.file_path


def _of(workorder: Workorder) -> Iterator[str]:
    """Yield the archives of all its codes, and the secure codes that were prepared."""
    secure = Job.objects.filter(workorder=workorder, what=Job.What.SECURE, status=Status.COMPLETED)
    prepared = {delivery_name(job) for job in secure.select_related("workorder")}
    ending = f"-{workorder.codes_count}.zip" if workorder.type == Workorder.Type.SSC else ".zip"
    folder = folder_of(workorder)
    for name, _written in storage().listed(folder):
        if name in prepared or (name.endswith(ending) and not name.startswith(f"{folder}/secure-")):
            yield name
