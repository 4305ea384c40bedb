"""Sentences about what is wrong, which are stored in English and read in the language of the page.

They are written in the language of the moment, which is English in workers and for the API: what is stored is English.
`in_language` finds in a stored text the sentences that are marked here, and says them in the language of the page. So
records of any age are read, and checking a file costs nothing more. In a sentence, `{name}` stands for a value as it
is, `{count:,}` for a whole number with its separators, and `{what:s}` for a phrase that is marked too; a phrase is what
ends in no full stop or question mark, and stands only there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from operator import itemgetter
from typing import NamedTuple, cast

from django.utils import translation
from django.utils.functional import lazy
from django.utils.translation import gettext, pgettext, trans_real

from portal.values.words import number

CONTEXT = "problem"  # of these messages in the catalogues
SEPARATOR = "\x04"  # between context and message, as gettext has it
PLACE = re.compile(r"\{([a-z_0-9]+)(:[,s])?\}")
END = re.compile(r"(?<=[.?:])\s|\Z")  # of a sentence
WITHIN = re.compile(r"[.?:]\s")  # the same, where a text goes on behind it
PATTERNS = {None: "(.*?)", ":,": "([0-9][0-9,]*)", ":s": "(.+?)"}


def say_problem(sentence: str, /, **values: str | int) -> str:
    """Return a sentence, which is marked by this call, with its values in the language of the moment."""
    said, places = _parts(sentence, translation.get_language())
    for name, form, behind in places:
        value = values[name]
        said += f"{number(value) if form and isinstance(value, int) else value}{behind}"
    return said


@lru_cache(maxsize=1000)
def _parts(sentence: str, _language: str | None) -> tuple[str, list[tuple[str, bool, str]]]:
    """Return how a sentence begins in the language of the moment, and its places.

    Of each it returns the name, whether a number has separators there, and the text behind it. A million rows may say
    the same, and looking for its translation takes longer than all else.
    """
    beginning, *rest = PLACE.split(pgettext(CONTEXT, sentence))  # text, name, form, text, name, form, text
    return beginning, [(name, form == ":,", behind) for name, form, behind in zip(*[iter(rest)] * 3, strict=True)]


say_problem_lazy = cast("Callable[[str], str]", lazy(say_problem, str))
"""The same, where it is made before anybody asks."""


def in_language(text: str) -> str:
    """Return a stored text in the language of the page; what it does not know stays as it is."""
    language = translation.get_language() or "en"
    if not text or language.partition("-")[0] == "en":
        return text
    return " ".join(str(_say(said)) for said in read_sentences(text, language))


class Sentence(NamedTuple):
    """A marked sentence: its English, how it begins, what it looks like with its values, and the forms of these."""

    english: str
    beginning: str
    pattern: re.Pattern[str]
    places: tuple[tuple[str, str | None], ...]


class Label(str):
    """A word in a sentence, which has a translation of its own, as a status has, or none."""

    __slots__ = ()


Said = str | tuple[str, dict[str, "str | int | Said"]]
"""A part of a text that is not known, or a marked sentence and its values."""


def _say(said: Said | int) -> str | int:
    if isinstance(said, tuple):
        sentence, values = said
        return say_problem(sentence, **{name: _say(value) for name, value in values.items()})
    return gettext(said) if isinstance(said, Label) else said


@lru_cache(maxsize=10)
def marked_sentences(language: str) -> tuple[list[Sentence], list[Sentence]]:
    """Return the marked sentences and the marked phrases that a catalogue has, those that say the most first."""
    prefix = CONTEXT + SEPARATOR
    keys = trans_real.translation(language)._catalog.keys()  # type: ignore[attr-defined]  # as Django's views read it
    known = {key.removeprefix(prefix) for key in keys if isinstance(key, str) and key.startswith(prefix)}
    made = [_sentence(each) for each in sorted(known, key=lambda each: (-len(PLACE.sub("", each)), each))]
    sentences = [each for each in made if each.english.endswith((".", "?", ":"))]
    return sentences, [each for each in made if each not in sentences]


def _sentence(english: str) -> Sentence:
    parts = PLACE.split(english)  # text, name, form, text, name, form, text
    places = tuple(zip(parts[1::3], parts[2::3], strict=True))
    pattern = re.escape(parts[0])
    for (_name, form), behind in zip(places, parts[3::3], strict=True):
        pattern += PATTERNS[form] + re.escape(behind)
    return Sentence(english, parts[0], re.compile(pattern, re.DOTALL), places)


@lru_cache(maxsize=2000)
def read_sentences(text: str, language: str) -> tuple[Said, ...]:
    """Read a text as sentences, of which many rows have the same."""
    return _Reading(text, language).read()


class _Reading:
    """One text, as the row of marked sentences that it is."""

    def __init__(self, text: str, language: str) -> None:
        self._text = text
        self._sentences, self._phrases = marked_sentences(language)
        self._ends = [end.start() for end in END.finditer(text)]
        self._dead: set[int] = set()  # places from which the rest is no row of marked sentences

    def read(self) -> tuple[Said, ...]:
        """Return the sentences of the text; what is not known stays a text, up to the next end of a sentence."""
        said: list[Said] = []
        at = 0
        while at < len(self._text):
            if (rest := self._read_all(at)) is not None:
                return (*said, *rest)
            end, first = next(self._sentences_at(at), (0, ""))
            end = end or next(end for end in self._ends if end > at)
            said.append(first or self._text[at:end])
            at = end + 1
        return tuple(said)

    def _read_all(self, at: int) -> list[Said] | None:
        """Return the sentences from `at` on; None where not all of them are known."""
        if at in self._dead:
            return None
        for end, said in self._sentences_at(at):
            rest = [] if end >= len(self._text) else self._read_all(end + 1)
            if rest is not None:
                return [said, *rest]
        self._dead.add(at)
        return None

    def _sentences_at(self, at: int) -> Iterator[tuple[int, Said]]:
        """Yield where a sentence that begins at `at` may end, and the sentence.

        First come those of whose values none holds the end of a sentence, the one that says the most before one that
        ends earlier, as `It looks like {name}.` does; then the others, the nearest end first.
        """
        begun = [each for each in self._sentences if self._text.startswith(each.beginning, at)]
        in_doubt = []
        for sentence in begun:
            for end in self._ends:
                if end > at and (found := sentence.pattern.fullmatch(self._text, at, end)):
                    said = end, self._with_values(sentence, found)
                    if any(WITHIN.search(value) for value in found.groups()):
                        in_doubt.append(said)
                    else:
                        yield said
        yield from sorted(in_doubt, key=itemgetter(0))

    def _with_values(self, sentence: Sentence, found: re.Match[str]) -> Said:
        values: dict[str, str | int | Said] = {}
        for (name, form), value in zip(sentence.places, found.groups(), strict=True):
            if form == ":,":
                values[name] = int(value.replace(",", ""))
            else:
                values[name] = self._phrase(value) if form == ":s" else value
        return sentence.english, values

    def _phrase(self, text: str) -> Said:
        """Return the phrase that a value is; the value itself where none is like it."""
        for phrase in self._phrases:
            if text.startswith(phrase.beginning) and (found := phrase.pattern.fullmatch(text)):
                return self._with_values(phrase, found)
        return Label(text)
