"""Every text of pages, scripts, e-mails and printed READMEs is translated into every language, and says the same."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from html import unescape
from itertools import product

import pytest
from django.conf import settings
from django.test import Client
from django.utils.translation import to_locale, trans_real

from portal.models import User
from portal.values import problems
from portal.values.problems import SEPARATOR
from tests.support.demo import Demo
from tests.support.messages import (
    ENGLISH_TEMPLATES,
    LANGUAGES,
    LOCALE,
    collect_messages,
    compiled,
    read_catalog,
    translations_of,
)
from tests.support.pages import as_
from tests.support.paths import CHECKOUT
from tests.support.site import Shown, pages

PART = re.compile(r"%\(\w+\)s|\{\w*(?::[,s])?\}|</?\w[^>]*>|`[^`]*`")
"""What a translation has as its source has it: places to be filled in, tags, and what is typed as it stands."""

IN_ENGLISH = {"api-docs", "style", "public-page"}  # or with texts of its own
NAMES = re.compile(r'<select[^>]* name="(?:time_zone|link_type|media_type)".*?</select>', re.DOTALL)
MOST_BYTES = 100_000

TAG = re.compile(r"<(script|svg|style|code|textarea)\b.*?</\1>|<[^>]*>", re.DOTALL)
SPOKEN = re.compile(r'\b(?:aria-label|placeholder|title|alt|data-label|data-single|data-several)="([^"]*)"')
WORD = re.compile(r"[A-Za-z]{3,}")

DATA = re.compile(
    r"\S+@\S+|https?://\S+|\S+\.(?:csv|xlsx|jsonl|gz|zip)\b|\w*[_0-9]\w*"  # addresses, files, ids
    r"|Codeport|API|CSV|JSON|PDF|PNG|SVG|TIFF|SCM|SID|SKU|SSC|URL|UTC|UTF-|NICK"
    r"|(?:Demo|Other) Brands|PrintCo|Adam Admin|Stella Staff|Rolls of line|Best before|Lemonade(?: without sugar)?"
    r"|\b(?:Autumn|Bottles|Coated|Gloss|Line|North|Press|Serial No|South|Spring|Vintage|Codes)\b"
    r"|Product \w*\d|codes\.example\.com|English|Français|Deutsch|Nederlands"
    r"|\b(?:lot|name|product|sku|line|codes|test|abc|short)\b"  # columns, and names of other things
)


def test_every_language_that_is_offered_has_a_catalogue() -> None:
    assert {to_locale(code) for code, _ in settings.LANGUAGES} == {"en", *LANGUAGES}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_translated(language: str) -> None:
    """`python -m tests.support.messages` puts new texts into the catalogues."""
    catalog = read_catalog(language)
    known = translations_of(catalog)
    wanted = collect_messages()
    assert wanted.keys() - known.keys() == set(), "run `python -m tests.support.messages`, then translate what is new"
    assert known.keys() - wanted.keys() == set(), "run `python -m tests.support.messages`"
    assert [message for message, texts in known.items() if not all(texts)] == [], "not translated"
    assert [each.id for each in catalog if each.id and each.fuzzy] == [], "not certain"
    assert not catalog.obsolete
    forms = {"zh_Hans": 1}.get(language, 2)
    assert [message for message, texts in known.items() if len(texts) != (forms if message.plural else 1)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_has_the_parts_of_its_source(language: str) -> None:
    wrong = [
        (message.single, text)
        for message, texts in translations_of(read_catalog(language)).items()
        for text in texts
        if not any(_parts(text) == _parts(source) for source in (message.single, message.plural) if source)
        or _ends(text) not in (_ends(message.single), _ends(message.plural))
        or (text.count('"') and not message.single.count('"'))
    ]
    assert wrong == []


def _parts(text: str) -> Counter[str]:
    return Counter(PART.findall(text))


def _ends(text: str) -> tuple[bool, bool]:
    """Say whether the text begins and ends a line, which a catalogue insists on."""
    return text.startswith("\n"), text.endswith("\n")


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_read_is_what_is_written(language: str) -> None:
    """Django reads the `.mo`, people the `.po`; the bare machine has nothing that makes the one of the other."""
    made = compiled(read_catalog(language))
    assert made == (LOCALE / language / "LC_MESSAGES" / "django.mo").read_bytes(), (
        "run `python -m tests.support.messages`"
    )


TAGS = re.compile(
    r"{%\s*blocktranslate.*?endblocktranslate\s*%}|{%\s*comment.*?endcomment\s*%}|{#.*?#}|{%.*?%}|{{.*?}}", re.DOTALL
)
NO_WORDS = {"Codeport", "API", "SVG", "PNG", "PDF", "URL", "SKU", "errors.csv"}  # names, in every language


def test_templates_have_no_text_that_is_not_marked() -> None:
    found = []
    for path in sorted((CHECKOUT / "templates").rglob("*.html")):
        if str(path.relative_to(CHECKOUT / "templates")).startswith(ENGLISH_TEMPLATES):
            continue
        text = TAGS.sub("", path.read_text())
        seen = [*TAG.sub("|", text).split("|"), *SPOKEN.findall(text)]
        words = [each.strip(" \n·.").removeprefix("Codeport · ") for each in seen]
        found += [(path.name, each) for each in words if WORD.search(each) and not _is_data(each)]
    assert found == []


def _is_data(text: str) -> bool:
    data = r"\w*[_0-9]\w*|sku|product|lot|name|lot=B7|Lemonade( without sugar)?"
    return text in NO_WORDS or re.fullmatch(data, text) is not None


@pytest.fixture
def not_kept() -> Iterator[None]:
    """What a test puts in the place of translations is not kept for the next."""
    yield
    problems._parts.cache_clear()


def test_pages_have_no_text_that_is_not_marked(
    committed_demo: Demo, not_kept: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where every text that is marked reads ■, what other words a page has are data."""
    shown = [page for page in pages(committed_demo) if page.name not in IN_ENGLISH]
    # French is the longest.
    for page, language in product(shown, ("fr", "zh_Hans")):
        code = language.replace("_", "-")
        text = _page(page, code)
        assert f'<html lang="{code}"' in text, page.name
        assert len(text.encode()) <= MOST_BYTES, (page.name, code)
    problems._parts.cache_clear()
    german = trans_real.translation("de")
    monkeypatch.setattr(german, "gettext", _masked)
    monkeypatch.setattr(german, "ngettext", lambda single, plural, number: _masked(single if number == 1 else plural))
    found = {(page.name, word) for page in shown for word in _words(_page(page, "de")) & _words_of_sources()}
    assert found == set()


def _masked(text: str) -> str:
    text = text.rpartition(SEPARATOR)[2]  # without its context
    parts = re.split(r"(%\(\w+\)[sd]|%[sd]|\{\w*(?::[,s])?\}|<[^>]*>|&\w+;)", text)
    return "".join(WORD.sub("■", part) if place % 2 == 0 else part for place, part in enumerate(parts))


@cache
def _words_of_sources() -> set[str]:
    """Return every word in templates, Python and scripts: ids that are drawn by lot have none of them."""
    files = [*(CHECKOUT / "templates").rglob("*.*"), *(CHECKOUT / "static" / "js").glob("*.js")]
    files += [path for app in ("ingestion", "portal", "workorders") for path in (CHECKOUT / app).rglob("*.py")]
    return {word for path in files for word in WORD.findall(path.read_text())}


def _words(page: str) -> set[str]:
    body = NAMES.sub("", page[page.index("<title>") :])
    texts = [unescape(text) for text in (TAG.sub(" ", body), *SPOKEN.findall(body))]
    return {word for text in texts for word in WORD.findall(DATA.sub(" ", " ".join(text.split())))}


def _page(page: Shown, language: str) -> str:
    client = as_(User.objects.get(email=page.email)) if page.email else Client()
    answer = client.get(page.path, headers={"Accept-Language": language}, follow=True)
    assert answer.status_code == 200, page.name
    return answer.content.decode()
