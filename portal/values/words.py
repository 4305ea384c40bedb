"""Words and numbers in the language of whoever reads them.

What a module or a class says is made before anybody asks, so it is lazy: it becomes a text when it is shown.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from django.utils import text, translation
from django.utils.formats import number_format
from django.utils.functional import lazy
from django.utils.translation import ngettext

gettext_lazy = cast("Callable[[str], str]", translation.gettext_lazy)
"""Django's, typed as the text that it becomes."""

format_lazy = cast("Callable[..., str]", text.format_lazy)
"""Django's, likewise."""


def number(of: int) -> str:
    """Write a whole number with the separators of thousands of the language."""
    if translation.get_language() == "en":  # as it is most of the time, where a million rows may have one
        return f"{of:,}"
    return number_format(of, force_grouping=True)


def codes(count: int) -> str:
    """Write a number of codes in words."""
    return ngettext("{number} code", "{number} codes", count).format(number=number(count))


def _capitalize(words: str) -> str:
    return str(words)[:1].upper() + str(words)[1:]


number_lazy = cast("Callable[[int], str]", lazy(number, str))
capitalize_lazy = cast("Callable[[str], str]", lazy(_capitalize, str))
