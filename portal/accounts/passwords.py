"""Password validators for what Django's own validators let pass."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from django.conf import settings
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext

from portal.models import User

LEAST = 8  # characters that are left without the words that anybody would try here
WORDS = ("codeport",)


class ContextValidator:
    """Refuses a password that is mostly the name of the portal or of the person's company."""

    def validate(self, password: str, user: User | None = None) -> None:
        words = list(WORDS)
        if user is not None and user.company is not None:
            words += [user.company.slug, *user.company.name.split()]
        rest = password.casefold()
        for word in words:
            if len(word) > 2:
                rest = rest.replace(word.casefold(), "")
        if len(rest) < LEAST:
            raise ValidationError(
                gettext("This password is mostly a name that is known here."), code="password_of_the_place"
            )

    def get_help_text(self) -> str:
        return gettext("Your password can’t be made of the names of Codeport or your company.")


class KnownPasswordValidator(CommonPasswordValidator):
    """Refuses a password of Django's list of 20,000, or of the file BREACHED_PASSWORDS.

    The file is as Have I Been Pwned gives it: lines of SHA-1 and count, sorted.
    """

    def validate(self, password: str, user: User | None = None) -> None:
        super().validate(password, user)
        if settings.BREACHED_PASSWORDS and _has(settings.BREACHED_PASSWORDS, password):
            raise ValidationError(
                gettext("This password is known from a breach of another service."), code="password_breached"
            )


def _has(path: Path, password: str) -> bool:
    """Say whether the file has the password, by halving where it may stand: some 35 reads of forty gigabytes."""
    digest = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper().encode()  # that of the list
    with path.open("rb") as file:
        low, high = 0, os.fstat(file.fileno()).st_size
        while low < high:
            middle = (low + high) // 2
            file.seek(middle)
            if middle:
                file.readline()  # the rest of a line
            line = file.readline()[: len(digest)].upper()
            if line == digest:
                return True
            if line and line < digest:
                low = middle + 1
            else:
                high = middle
        file.seek(low)
        return file.readline()[: len(digest)].upper() == digest
