"""A delivery: secure codes that are prepared for one person, and where their archive is stored."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Literal, Self

from portal.storage.base import storage
from workorders.models import Job

DeliveryFormat = Literal["tiff", "png", "pdf"]
DELIVERY_FORMATS: Final[tuple[DeliveryFormat, ...]] = ("tiff", "png", "pdf")


@dataclass(frozen=True)
class Delivery:
    """A request for secure codes, as a job keeps it: format, number of codes, person and address."""

    format: DeliveryFormat
    codes: int
    person: int
    address: str

    @property
    def parameters(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def of(cls, job: Job) -> Self:
        return cls(**job.parameters)


def delivery_name(job: Job) -> str:
    """Return the storage name of the archive that the job makes; no two jobs share one."""
    return f"workorders/{job.workorder.company_id}/{job.workorder_id}/secure-{job.pk}.zip"


def delete_deliveries(workorder_id: int) -> None:
    """Delete all prepared secure codes of the workorder from the storage."""
    for job in Job.objects.filter(workorder=workorder_id, what=Job.What.SECURE).select_related("workorder"):
        storage().delete(delivery_name(job))


def is_stored(job: Job) -> bool:
    """Say whether the archive that the job made is in the storage."""
    return storage().exists(delivery_name(job))


def publish_delivery(job: Job, draft: Path) -> None:
    """Move the finished archive into the storage."""
    storage().adopt(draft, delivery_name(job))
