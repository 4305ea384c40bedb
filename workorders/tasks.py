"""Signatures for the worker: each takes an id and is safe to run twice."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from portal.broker import wake
from workorders import services
from workorders.models import Workorder

UNPREPARED_FOR = timedelta(seconds=30)


@shared_task
def prepare(workorder_id: int) -> None:
    services.prepare(workorder_id)


@shared_task
def sweep() -> None:
    """Remind the worker of SID workorders that should have been prepared by now."""
    late = timezone.now() - UNPREPARED_FOR
    for pk in Workorder.objects.filter(
        type=Workorder.Type.SID, state=Workorder.State.NEW, created_at__lt=late
    ).values_list("pk", flat=True)[:100]:
        wake(prepare, pk)
