"""Codes that are uploaded into an SSC workorder: whether it takes them, and how many it has."""

from __future__ import annotations

from typing import Final

from django.db import connection, transaction
from django.db.models import F, QuerySet

from portal.models import User
from portal.values.problems import say_problem
from workorders import jobs
from workorders.models import Job, Workorder
from workorders.secure.workflow import note_upload

State = Workorder.State

STATES_THAT_TAKE_CODES: Final = (State.NEW, State.READY_TO_PRINT, State.PRINTED, State.COMPLETED)
"""In the first, codes come before they are printed; in the others they are printed already."""


class NotTaken(Exception):  # noqa: N818  # an event, not a fault
    """The workorder does not take these codes. The message says why."""


def open_for_upload(workorders: QuerySet[Workorder]) -> QuerySet[Workorder]:
    """Keep the workorders into which codes can be uploaded now."""
    room = workorders.filter(uploaded_quantity__lt=F("quantity"))
    return room.filter(type=Workorder.Type.SSC, state__in=STATES_THAT_TAKE_CODES)


def upload_refusal(workorder: Workorder, count: int = 1) -> str:
    """Say why the workorder does not take `count` more codes; empty when it does."""
    if workorder.type != Workorder.Type.SSC:
        return say_problem(
            "The workorder is one of serialized identifiers; codes are uploaded only into one of secure codes (SSC)."
        )
    if workorder.state not in STATES_THAT_TAKE_CODES:
        return say_problem("The workorder was cancelled, so it takes no codes.")
    room = workorder.quantity - workorder.uploaded_quantity
    if count <= room:
        return ""
    has, quantity = workorder.uploaded_quantity, workorder.quantity
    if not room:
        return say_problem(
            "The workorder has {has:,} of {quantity:,} codes, so it takes no more.", has=has, quantity=quantity
        )
    return say_problem(
        "The workorder has {has:,} of {quantity:,} codes; there is room for {room:,} more, and the file has {count:,}.",
        has=has,
        quantity=quantity,
        room=room,
        count=count,
    )


def lock_for_upload(workorder_id: int) -> Workorder:
    """Lock the workorder against other uploads until the caller's transaction ends, and return it.

    Its row stays free meanwhile, for those who confirm or cancel it.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"upload into {workorder_id}"])
    return Workorder.objects.get(pk=workorder_id)


def are_active_at_once(workorder: Workorder) -> bool:
    """Say whether codes that join the workorder are active where their file does not say otherwise."""
    return workorder.state == State.COMPLETED and workorder.activate_on_complete


def count_uploaded_codes(begun: Workorder, count: int, by: User, upload: str, *, are_active: bool) -> None:
    """Count the codes that were loaded since `lock_for_upload` by the upload of that key; raise NotTaken.

    `are_active` says that they were loaded as `are_active_at_once`. If that became true only now, a job makes it so.
    """
    with transaction.atomic():
        workorder = Workorder.objects.select_for_update().get(pk=begun.pk)
        if reason := upload_refusal(workorder, count):
            raise NotTaken(reason)
        before = workorder.uploaded_quantity
        workorder.uploaded_quantity += count
        workorder.save(update_fields=["uploaded_quantity"])
        note_upload(workorder, by, count, upload)
        jobs.start(workorder, Job.What.ARCHIVE, {"codes": workorder.uploaded_quantity}, by)
        if are_active_at_once(workorder) and not are_active:
            codes = {"after": before, "until": workorder.uploaded_quantity}
            jobs.start(workorder, Job.What.ACTIVATE, codes, by)
