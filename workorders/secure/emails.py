"""Mail at each hand-over of a workorder of secure codes: to the printing partner's people, or to who ordered it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext

from portal.accounts import letters
from portal.models import Event, Letter, User
from portal.pages.languages import written_for
from portal.values.words import gettext_lazy, number
from workorders.models import Workorder

State = Workorder.State


@dataclass(frozen=True)
class HandOverEmail:
    """The e-mail about a line of the timeline: who reads it, the result, and what comes next."""

    to_partner: bool
    result: str
    next: str


HAND_OVER_EMAILS: Final = {
    "uploaded": HandOverEmail(True, gettext_lazy("codes uploaded: {codes}"), "{arrived}"),
    "confirmed": HandOverEmail(
        False,
        gettext_lazy("confirmed by {partner}"),
        gettext_lazy("It is ready to print. You are told when it is printed."),
    ),
    "printed": HandOverEmail(
        False,
        gettext_lazy("{printed} printed, {wasted} wasted"),
        gettext_lazy("Check the quality, then complete it or reject."),
    ),
    "completed": HandOverEmail(
        True,
        gettext_lazy("completed"),
        gettext_lazy("Nothing is left to do. Delete the secure codes that you downloaded."),
    ),
    "rejected": HandOverEmail(
        True, gettext_lazy("rejected"), gettext_lazy("It is ready to print again. What {owner} says: {reason}")
    ),
    "cancelled": HandOverEmail(
        True, gettext_lazy("cancelled"), gettext_lazy("Print nothing more of it, and destroy what is printed.")
    ),
    "download_allowed": HandOverEmail(
        True, gettext_lazy("one more download"), gettext_lazy("The secure codes can be downloaded one more time.")
    ),
}
"""By the name of the line; other lines send no e-mail."""

ARRIVED: Final[dict[str, str]] = {
    State.NEW: gettext_lazy("Confirm equipment and substrate, then generate the codes."),
    State.READY_TO_PRINT: gettext_lazy(
        "Unless they are printed already, generate the codes again: earlier zips lack these."
    ),
}
"""The partner's next step with codes that arrived, by the state of the workorder. Other states have none."""


def queue_emails(event: Event) -> None:
    """Queue an e-mail to each person whom a line of a workorder's timeline concerns and who wants mail.

    Their letters are written in the caller's transaction, one for each, so that none gets one twice.
    """
    workorder = Workorder.objects.get(pk=event.subject_id)
    for person in _readers(workorder, HAND_OVER_EMAILS[event.what]):
        letters.write(Letter.Kind.HAND_OVER, person.email, event=event.pk, person=person.pk)


def _hand_over(letter: Letter) -> list[EmailMessage]:
    """The mail, if its reader still can sign in and wants it."""
    person = (
        User.objects.select_related("company")
        .filter(pk=letter.detail["person"], is_active=True, wants_mail=True)
        .first()
    )
    if person is None:
        return []
    event = Event.objects.get(pk=letter.detail["event"])
    workorder = Workorder.objects.select_related("company", "printing_partner").get(pk=event.subject_id)
    with written_for(person):
        return [_write(event, workorder, person.email)]


def _write(event: Event, workorder: Workorder, email: str) -> EmailMultiAlternatives:
    notice = HAND_OVER_EMAILS[event.what]
    words = {
        **{name: number(value) if type(value) is int else value for name, value in event.detail.items()},
        "owner": workorder.company,
        "partner": workorder.printing_partner,
        "arrived": ARRIVED.get(workorder.state, gettext("Nothing is left to do: they count as printed.")),
    }
    context = {
        "name": " ".join(workorder.reference.split()),
        "result": notice.result.format(**words),
        "next": notice.next.format(**words),
        "workorder": workorder,
        "to_partner": notice.to_partner,
        "workorder_url": settings.PUBLIC_URL + reverse("workorder-detail", args=[workorder.pk]),
        "account_url": settings.PUBLIC_URL + reverse("account"),
    }
    text, html = (render_to_string(f"workorders/mail.{kind}", context) for kind in ("txt", "html"))
    message = EmailMultiAlternatives(f"{context['name']}: {context['result']}", text, None, [email])
    message.attach_alternative(html, "text/html")
    return message


letters.MAKERS[Letter.Kind.HAND_OVER] = _hand_over


def _readers(workorder: Workorder, notice: HandOverEmail) -> list[User]:
    """Return the partner's printers, or whoever ordered, if they can sign in and want mail."""
    readers = User.objects.filter(is_active=True, wants_mail=True)
    if notice.to_partner:
        return list(readers.filter(company=workorder.printing_partner, groups__name="printer"))
    return list(readers.filter(pk=workorder.created_by_id))
