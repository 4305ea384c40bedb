"""The texts of scripts in the language of the page, which brings them along."""

from __future__ import annotations

import json
import re
from functools import cache

from django import template
from django.conf import settings
from django.utils.html import json_script
from django.utils.translation import get_language, gettext

register = template.Library()

SAID = re.compile(r'\bsay\(("(?:[^"\\]|\\.)*")')  # the first argument of each call of `say`, of static/js/words.js


@cache
def texts_of(script: str) -> list[str]:
    """Return the English texts of a script."""
    source = (settings.BASE_DIR / "static" / "js" / f"{script}.js").read_text()
    return [json.loads(literal) for literal in SAID.findall(source)]


@register.simple_tag
def script_words(*scripts: str) -> str:
    """Bring the texts of scripts along; nothing where they are shown as they stand there, in English."""
    if get_language() == settings.LANGUAGE_CODE:
        return ""
    return json_script({text: gettext(text) for script in scripts for text in texts_of(script)}, "words")
