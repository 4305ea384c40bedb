"""Names of archives in the storage and of their downloads."""

from __future__ import annotations

from django.utils.text import slugify

from workorders.models import Workorder


def archive_name(workorder: Workorder, kind: str) -> str:
    """Return the storage name of the workorder's archive of that kind.

    An SSC workorder gets its codes in several uploads, so the name of its archive says how many it had by then.
    """
    made_of = f"-{workorder.codes_count}" if workorder.type == Workorder.Type.SSC else ""
    return zip_name(workorder.company_id, workorder.pk, f"{kind}{made_of}")


def zip_name(company_id: int, workorder_id: int, what: str) -> str:
    """Return the storage name of the zip `what` of a workorder."""
    return f"workorders/{company_id}/{workorder_id}/{what}.zip"


def file_name(workorder: Workorder) -> str:
    """Return the name of a workorder's downloads, without an ending."""
    return slugify(workorder.reference) or str(workorder.pk)


def folder_of(workorder: Workorder) -> str:
    """Return the folder in the storage that holds all that was made of a workorder."""
    return f"workorders/{workorder.company_id}/{workorder.pk}"
