"""The first download of codes of a SID workorder, which decides whether a withdrawal of their upload may delete them.

It is noted before the first byte of a file that codes can be printed from: an archive, images, the image of one code,
an export. Who withdraws holds the workorder's row, so a download that begins at the same moment is either noted before,
or finds the workorder cancelled.
"""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext

from portal.http.not_found import NoMore
from portal.values.words import gettext_lazy
from workorders.models import Workorder

WITHDRAWN = gettext_lazy("The upload of these codes was withdrawn, so they are handed out no more.")


class Withdrawn(NoMore):
    """The upload of the codes was withdrawn: nothing of them is handed out any more."""

    def __init__(self) -> None:
        super().__init__(WITHDRAWN)


def note_download(workorder: Workorder) -> None:
    """Note that codes of the workorder are downloaded, if it is the first time. Raise Withdrawn if they may not be.

    What is known already costs no query. Downloads of secure codes stand in the timeline of their workorder instead.
    """
    refuse_withdrawn(workorder)
    if workorder.type != Workorder.Type.SID or workorder.downloaded_at is not None:
        return
    there = Workorder.objects.filter(~Q(state=Workorder.State.CANCELLED), pk=workorder.pk)
    if not (there.filter(downloaded_at=None).update(downloaded_at=Now()) or there.exists()):
        raise Withdrawn


def note_downloads(workorders: Collection[int]) -> set[int]:
    """Note the same for several workorders, before a file of them can be fetched, and return those that are gone.

    Codes that a withdrawal has blacklisted may stand in it, as in every list.
    """
    there = Workorder.objects.filter(pk__in=workorders)
    there.filter(type=Workorder.Type.SID, downloaded_at=None).update(downloaded_at=Now())
    return {*workorders} - {*there.values_list("pk", flat=True)}


def refuse_withdrawn(workorder: Workorder) -> None:
    """Raise Withdrawn if nothing of the workorder may be handed out any more."""
    if workorder.type == Workorder.Type.SID and workorder.state == Workorder.State.CANCELLED:
        raise Withdrawn


def hold_against_withdrawal(workorder: Workorder) -> None:
    """Let no withdrawal begin until the caller's transaction ends; raise Withdrawn if one was faster."""
    now = Workorder.objects.select_for_update(no_key=True).filter(pk=workorder.pk).first()
    if now is None:
        raise Withdrawn
    refuse_withdrawn(now)


def tell_download(workorder: Workorder) -> str:
    """Say that codes of the workorder were downloaded, or may have been; empty when they were not."""
    if workorder.downloaded_at is not None:
        day = date_format(timezone.localtime(workorder.downloaded_at), "j F Y, H:i e")
        return gettext("Codes of it were first downloaded on {day}.").format(day=day)
    if not workorder.notes_downloads:
        return gettext("It is older than Codeport's notes of downloads, so its codes count as downloaded.")
    return ""
