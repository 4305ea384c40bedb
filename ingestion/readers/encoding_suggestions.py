"""Suggesting the encoding of a file by what its letters would be in each.

A cell has few letters, too few for detectors that count them. So each encoding is asked how unlikely its reading is:
what it costs, in powers of ten, that somebody wrote these characters beside each other.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice

from ingestion.errors.text import shown
from ingestion.readers.common_characters import HANGUL, JAPANESE, SIMPLIFIED, TRADITIONAL
from ingestion.readers.encoding import ENCODINGS, REPLACEMENT, UNDECODED, UTF_8, UTF_16, as_option, decoder_of
from portal.values.problems import say_problem

MOST_LINES = 100  # that are compared
LONGEST_LINE = 400  # bytes of a line that are compared
MOST_SUGGESTED = 4
MOST_SAMPLES = 3
LONGEST_SAMPLE = 200  # characters
UNDECODABLE = 10.0
MOST_COST = 3.45  # of each byte beyond ASCII, on the average; a reading that costs more is none
BEYOND_ASCII = re.compile(rb"[\x80-\xff]")
LINE_ENDS = re.compile(rb"[\r\n]+")
CUT = re.compile(rb"(?<=[\x00-\x7f])[\x80-\xff]+\Z")  # the end of what was sent of a file may be within a character


@dataclass(frozen=True)
class Suggestion:
    """An encoding that a file may be in, by its name in ENCODINGS, and how lines of the file read then."""

    encoding: str
    samples: tuple[str, ...]

    @property
    def label(self) -> str:
        """The encoding's name as people write it."""
        return ENCODINGS[self.encoding].label


def suggest_encodings(beginning: bytes) -> list[Suggestion]:
    """Return the encodings that a file with this beginning may be in, the most likely first.

    The samples of all are the same lines, up to three that hold more than ASCII. Encodings in which these read the same
    are told once. A file in ASCII is in UTF-8. The list is empty where no encoding gives anything that people write.
    """
    if beginning.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\0" in beginning[:2]:
        return [Suggestion(UTF_16, ())]
    is_marked = beginning.startswith(codecs.BOM_UTF8)
    lines = _telling_lines(beginning.removeprefix(codecs.BOM_UTF8))
    if is_marked or not lines:
        return [Suggestion(UTF_8, _samples([line.decode(errors="replace") for line in lines]))]
    most = MOST_COST * sum(len(BEYOND_ASCII.findall(line)) for line in lines)
    found: dict[tuple[str, ...], tuple[float, str]] = {}
    for name, (cost_of, prior) in READINGS.items():
        decode = decoder_of(ENCODINGS[name])
        texts = tuple(decode(line, True) for line in lines)
        cost = prior + sum(map(cost_of, texts))
        if cost <= most + prior and cost < found.get(texts, (cost + 1, ""))[0]:
            found[texts] = cost, name
    ranked = sorted((cost, name, texts) for texts, (cost, name) in found.items())
    return [Suggestion(name, _samples(texts)) for _cost, name, texts in ranked[:MOST_SUGGESTED]]


def advise_encoding(suggested: list[Suggestion], cell: str) -> str:
    """Say in which of the suggested encodings the file with `cell`, decoded as UTF-8, may be uploaded; or nothing."""
    if not suggested or suggested[0].encoding == UTF_8:
        return ""
    best = suggested[0]
    text = cell.encode(errors="surrogateescape").decode(ENCODINGS[best.encoding].codec, "replace")
    option = as_option(best.encoding)
    if REPLACEMENT in text:
        return say_problem(
            "The file seems to be in {label}: upload it again with {option}, or save it in UTF-8.",
            label=best.label,
            option=option,
        )
    return say_problem(
        "The file seems to be in {label}, where this is `{text}`: upload it again with {option}, or save it in UTF-8.",
        label=best.label,
        text=shown(text),
        option=option,
    )


def _telling_lines(beginning: bytes) -> list[bytes]:
    """Return lines that hold more than ASCII, none of them twice for what they hold beyond it."""
    if len(beginning) > LONGEST_LINE:
        beginning = CUT.sub(b"", beginning)
    seen: dict[bytes, bytes] = {}
    for line in LINE_ENDS.split(beginning):
        if not line.isascii():
            seen.setdefault(b"".join(BEYOND_ASCII.findall(line)), line[:LONGEST_LINE])
        if len(seen) == MOST_LINES:
            break
    return [*seen.values()]


def _samples(texts: list[str] | tuple[str, ...]) -> tuple[str, ...]:
    return tuple(UNDECODED.sub(REPLACEMENT, text[:LONGEST_SAMPLE]) for text in islice(texts, MOST_SAMPLES))


def _neighbours(text: str, at: int) -> tuple[str, str]:
    return text[at - 1 : at] if at else "", text[at + 1 : at + 2]


def _is_latin(character: str) -> bool:
    return character.isascii() and character.isalpha()


def _is_letter(character: str) -> bool:
    return character.isalpha()


LATIN = {
    **dict.fromkeys("éäöü", 1.0),
    **dict.fromkeys("èàçñóáíßåøãêâ", 1.3),
    **dict.fromkeys("úîôûëïæõÄÖÜÉÅØ", 1.7),
    **dict.fromkeys("œŒšŠžŽÈÀÇÑÓÁÍÊÂÆìòùý", 2.1),
}
SIGNS = {
    **dict.fromkeys("\u2019°€®™©\u2013“”„²³", 1.8),
    **dict.fromkeys("«»£µ½¼¾±§·\u00d7—…•º\u2018ª\u201a¿¡", 2.1),
}


def _latin_cost(text: str) -> float:
    """Say how unlikely it is that somebody wrote `text` in a language of Western Europe."""
    cost = 0.0
    for at, character in enumerate(text):
        if character.isascii():
            continue
        before, after = _neighbours(text, at)
        if "\udc80" <= character <= "\udcff":
            cost += UNDECODABLE
        elif character.isalpha() and character not in "ªº":
            cost += 0.7 + LATIN.get(character, 2.7)
            if _is_letter(before):
                cost += 0 if before.isascii() else 1.2
                cost += 2 if character.isupper() and before.islower() else 0
            elif not _is_letter(after):
                cost += 0.7
        else:
            cost += 0.7 + SIGNS.get(character, 2.9)
            is_inside = _is_letter(before) and _is_letter(after)
            cost += 1.5 if is_inside and character not in "’·" else 0
            cost += 1 if character in "¼½¾" and _is_letter(after) else 0
            cost += 1 if not before.isascii() else 0
    return cost


HALF_WIDTH = frozenset(map(chr, range(0xFF61, 0xFFA0)))
COMMON_CYRILLIC = frozenset("абвгдежзийклмнопрстуфхцчшщъыьэюяАБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ")
CYRILLIC_SIGNS = frozenset("«»№\u2013—“”…°„’")


def _cyrillic_cost(text: str) -> float:
    """Say how unlikely it is that somebody wrote `text` in a language with Cyrillic letters."""
    cost = 0.0
    for at, character in enumerate(text):
        if character.isascii():
            continue
        before, after = _neighbours(text, at)
        if "\udc80" <= character <= "\udcff":
            cost += UNDECODABLE
        elif character.isalpha():
            cost += 1.2 if character in COMMON_CYRILLIC else 2.0
            cost += 3 * (_is_latin(before) + _is_latin(after))
            cost += 2 if character.isupper() and before.islower() else 0
            cost += 1.5 if character.islower() and text[max(0, at - 2) : at].isupper() and _is_letter(before) else 0
            cost += 0 if _is_letter(before) else 0.5
            cost += 0 if _is_letter(before) or _is_letter(after) else 1
        else:
            cost += 2.0 if character in CYRILLIC_SIGNS else 3.2
            cost += 1.5 if _is_letter(before) and _is_letter(after) else 0
    return cost


def _beside_others(text: str, at: int) -> float:
    """Say what it costs a character of East Asia to stand beside Latin letters, or one of half the width alone."""
    beside = _neighbours(text, at)
    cost = sum(1.2 if each.islower() else 0.3 for each in beside if _is_latin(each))
    return cost + (2 if text[at] in HALF_WIDTH and not {*beside} & HALF_WIDTH else 0)


def _east_asian_cost(cost_of: Callable[[str], float]) -> Callable[[str], float]:
    """Return what says how unlikely a text is, by the cost of each of its characters."""

    def cost_of_text(text: str) -> float:
        cost = 0.0
        for at, character in enumerate(text):
            if "\udc80" <= character <= "\udcff":
                cost += UNDECODABLE
            elif not character.isascii():
                cost += cost_of(character) + _beside_others(text, at)
        return cost

    return cost_of_text


def _gb18030_cost(character: str) -> float:
    code = character.encode("gb18030")
    if len(code) > 2 or code[1] < 0xA1 or code[0] < 0xA1:
        return 6.0
    if character in SIMPLIFIED:
        return 2.5
    if code[0] in (0xA1, 0xA3):
        return 2.8
    return 3.8 if 0xB0 <= code[0] <= 0xD7 else 5.0


def _big5_cost(character: str) -> float:
    lead = character.encode("cp950")[0]
    if character in TRADITIONAL:
        return 2.6
    if lead == 0xA1:
        return 2.8
    return 3.9 if 0xA2 <= lead <= 0xC6 else 5.2


def _euc_kr_cost(character: str) -> float:
    code = character.encode("cp949")
    if character in HANGUL:
        return 2.5
    if code[1] < 0xA1 or code[0] < 0xA1:
        return 5.5
    if code[0] == 0xA1:
        return 2.8
    return 3.8 if 0xB0 <= code[0] <= 0xC8 else 5.0


def _shift_jis_cost(character: str) -> float:
    code = character.encode("cp932", "replace")
    if len(code) == 1:
        return 2.3 if character >= "ｦ" else 3.3  # katakana of half the width, and their punctuation
    if "ぁ" <= character <= "ー":
        return 1.9
    if character in JAPANESE:
        return 2.7
    if code[0] in (0x81, 0x82, 0x87):
        return 3.0
    return 3.9 if 0x88 <= code[0] <= 0x98 else 5.2


def _utf8_cost(text: str) -> float:
    """Say how unlikely it is that `text` looks like UTF-8 by chance only."""
    return sum(
        UNDECODABLE if "\udc80" <= character <= "\udcff" else 2.0 for character in text if not character.isascii()
    )


READINGS: dict[str, tuple[Callable[[str], float], float]] = {  # how unlikely a text is, and how rare the encoding
    UTF_8: (_utf8_cost, 0),
    "windows-1252": (_latin_cost, 0),
    "iso-8859-15": (_latin_cost, 0.5),
    "windows-1251": (_cyrillic_cost, 0.3),
    "gb18030": (_east_asian_cost(_gb18030_cost), 0.2),
    "shift_jis": (_east_asian_cost(_shift_jis_cost), 0.3),
    "big5": (_east_asian_cost(_big5_cost), 0.3),
    "euc-kr": (_east_asian_cost(_euc_kr_cost), 0.3),
}
