"""Mail, which a worker sends: whoever asks for it waits for no mail server, and learns nothing from one.

A letter is a row until it is sent, so neither an outage of the broker nor of the mail server loses it. It holds who
shall get what; the keys of its links are made when it is sent, and are never stored.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models.functions import Now
from django.db.transaction import on_commit

from portal.accounts.security_log import tell
from portal.background.broker import wake
from portal.models import Letter, User
from portal.pages.languages import written_for

Kind = Letter.Kind

LONGEST_LIFE = timedelta(days=1)  # a letter that could not be sent for so long is given up
FIRST_PAUSE, LONGEST_PAUSE = 30, 3600  # seconds between two tries
AT_ONCE = 500  # letters that one sweep sends again

logger = logging.getLogger(__name__)


def write(kind: str, email: str, **detail: object) -> None:
    """Have a letter sent once the current transaction is committed."""
    letter = Letter.objects.create(kind=kind, email=email, detail=detail)
    on_commit(lambda: _wake(letter.pk))


def _wake(letter_id: int) -> None:
    wake("portal.tasks.send_letter", letter_id)


def send(letter_id: int) -> None:
    """Send a letter that is due, and delete it. After a failure it waits, longer each time."""
    with transaction.atomic():
        letter = Letter.objects.select_for_update(skip_locked=True).filter(pk=letter_id, due_at__lte=Now()).first()
        if letter is None:
            return
        try:
            with transaction.atomic():  # what is noted of a letter that does not go is not kept
                for message in MAKERS[letter.kind](letter):
                    message.send()
        except Exception:
            logger.exception("The letter %s (%s) could not be sent", letter.pk, letter.kind)
            _put_off(letter)
        else:
            letter.delete()


def _put_off(letter: Letter) -> None:
    pause = timedelta(seconds=min(FIRST_PAUSE * 2**letter.attempts, LONGEST_PAUSE))
    Letter.objects.filter(pk=letter.pk).update(attempts=letter.attempts + 1, due_at=Now() + pause)


def sweep() -> None:
    """Wake for letters whose time has come, and give up those that are too old."""
    for letter in Letter.objects.filter(created_at__lt=Now() - LONGEST_LIFE):
        logger.error("The letter %s (%s) was given up", letter.pk, letter.kind)
        letter.delete()
    for letter_id in Letter.objects.filter(due_at__lte=Now()).values_list("pk", flat=True)[:AT_ONCE]:
        _wake(letter_id)


def _reset(letter: Letter) -> list[EmailMessage]:
    """Return the mail with the link to a new password, or no mail where the address has no account."""
    return [
        _reset_of(user)
        for user in User.objects.select_related("company").filter(email__iexact=letter.email, is_active=True)
    ]


def _reset_of(user: User) -> EmailMessage:
    tell("password_reset_sent", of=user)
    key = f"{user_pk_to_url_str(user)}-{default_token_generator.make_token(user)}"
    url = get_adapter().get_reset_password_from_key_url(key)
    with written_for(user):
        return _rendered("account/email/password_reset_key", user.email, {"user": user, "password_reset_url": url})


def _notice(letter: Letter) -> list[EmailMessage]:
    """Return the mail about a change to how the person signs in."""
    context = {name: value for name, value in letter.detail.items() if name != "template"}
    with written_for(User.objects.select_related("company").filter(email__iexact=letter.email).first()):
        return [_rendered(letter.detail["template"], letter.email, context)]


MAKERS: dict[str, Callable[[Letter], list[EmailMessage]]] = {
    Kind.RESET: _reset,
    Kind.NOTICE: _notice,
}
"""The function that makes the mails of a letter, by the letter's kind. Other modules add theirs.

A letter with one mail sends none twice.
"""


def _rendered(template: str, email: str, context: dict[str, Any]) -> EmailMessage:
    """Render one of allauth's own mails."""
    site = {"name": "Codeport", "domain": settings.PUBLIC_URL}
    message: EmailMessage = get_adapter().render_mail(template, email, {"current_site": site, "email": email} | context)
    return message
