"""What a link may be. Pages and calls ask the same rules.

Where a code leads is for the company to say and never for who asks: the target is stored, of http or https, and the id
stands in its path, query or fragment alone, so that no id makes another host of it.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext

from workorders.links.link import ID

MOST_LINKS = 50  # of a product or a company
LONGEST_URL = 1000  # characters
LONGEST_TITLE = 100
MOST_LANGUAGES = 20
LANGUAGE = re.compile(r"[a-z]{2}(-[A-Z]{2})?")  # of BCP 47, what GS1's schema of linksets takes
PLACE = re.compile(r"\{[^}]*\}?|\}")
is_url = URLValidator(schemes=["http", "https"])


def check_target(url: str) -> None:
    """Raise ValidationError with what is wrong with the URL that a link leads to."""
    if strange := [each for each in PLACE.findall(url) if each != ID]:
        raise ValidationError(
            gettext("{place} means nothing here; {id} stands for the code's id.").format(place=strange[0], id=ID)
        )
    try:
        is_url(url.replace(ID, "abc12345"))
        parts = urlsplit(url)
    except (ValueError, ValidationError):
        parts = None
    if parts is None or not url.isprintable():
        raise ValidationError(gettext("It must be a whole address, like https://www.example.com/product."))
    if ID in parts.netloc:
        raise ValidationError(gettext("{id} stands behind the host, in the path or the query.").format(id=ID))
    if "@" in parts.netloc:
        raise ValidationError(gettext("An address of a link has no name or password."))
    ours = [urlsplit(url).netloc.lower() for url in (settings.PUBLIC_URL, *settings.FORMER_PUBLIC_URLS)]
    if parts.netloc.lower() in ours and parts.path.startswith("/c/"):
        raise ValidationError(gettext("It leads to a code's page, which would lead here again."))


def check_language(language: str) -> None:
    """Raise ValidationError where the text is no language tag."""
    if not LANGUAGE.fullmatch(language):
        raise ValidationError(
            gettext("{language} is no language tag; it looks like en or fr-BE.").format(language=language[:40])
        )
