"""A password validator for what Django's own validators let pass."""

from __future__ import annotations

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
