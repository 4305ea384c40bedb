"""Sentences about what is wrong, stored in English and read in the language of the page."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest
from django.utils import translation

from portal.values.problems import CONTEXT, PLACE, in_language, marked_sentences, read_sentences, say_problem
from portal.values.words import number
from tests.support.example_files import EXPECTED
from tests.support.messages import FUNCTIONS, LANGUAGES, PROBLEMS, collect_messages
from tests.support.paths import CHECKOUT

ODD = (
    'it\'s "odd" {braces} {0} 100% %s %(x)s \\1 a\\b',
    "two\nlines\tand a tab",
    "上海，中国",
    "The row. It has no id: name it, or delete it",
    "`x` should be `y`",
    "…",
)
SENTENCES = sorted(each.single for each in collect_messages() if each.context == CONTEXT)
READ_ALONE = [each for each in SENTENCES if each.endswith((".", "?", ":"))]
BUILT_IN = (  # where details of errors and warnings come from
    *(f"ingestion/{name}" for name in ("rules", "readers", "stages", "products", "errors/log.py", "engine.py")),
    *(
        f"workorders/{name}"
        for name in ("identifiers", "codes/fields.py", "codes/field_types.py", "codes/scm_fields.py")
    ),
    *(
        "workorders/changes/keys.py",
        "workorders/secure/uploads.py",
        "workorders/domains",
        "workorders/exports/limits.py",
    ),
)


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    """A language other than English, in which pages are read."""
    code = str(request.param).lower().replace("_", "-")
    with translation.override(code):
        yield code


def _values(sentence: str, odd: str) -> dict[str, str | int]:
    phrases = [each for each in SENTENCES if each not in READ_ALONE and not PLACE.search(each)]
    forms: dict[str | None, str | int] = {None: odd, ":,": 1234567, ":s": phrases[len(sentence) % len(phrases)]}
    return {place[1]: forms[place[2]] for place in PLACE.finditer(sentence)}


def _in_english(sentence: str, values: dict[str, str | int]) -> str:
    with translation.override("en"):
        return say_problem(sentence, **values)


def test_every_sentence_is_read_with_its_values_as_they_are(language: str) -> None:
    wrong = []
    for place, (sentence, odd) in enumerate(product(READ_ALONE, ODD)):
        if language != "de" and place % 5:
            continue  # in German all of them
        values = _values(sentence, odd)
        stored = _in_english(sentence, values)
        phrases = {place[1] for place in PLACE.finditer(sentence) if place[2] == ":s"}
        said = {name: say_problem(str(value)) if name in phrases else value for name, value in values.items()}
        read = in_language(stored)
        if read != say_problem(sentence, **said) or read == stored:
            wrong.append((stored, read))
        if any(value not in read for value in said.values() if isinstance(value, str)):
            wrong.append((stored, read))
    assert wrong == []


def test_sentences_behind_one_another_are_read_one_by_one(language: str) -> None:
    pairs = [*product(READ_ALONE[::19], READ_ALONE[::17])]
    wrong = []
    for pair in pairs:
        stored = " ".join(_in_english(each, _values(each, "lot_1")) for each in pair)
        parts = [in_language(_in_english(each, _values(each, "lot_1"))) for each in pair]
        if in_language(stored) != " ".join(parts):
            wrong.append((stored, in_language(stored)))
    assert wrong == []


@pytest.mark.parametrize(
    ("stored", "german"),
    [
        ("", ""),
        ("It has 1,234 characters.", "Er hat 1.234 Zeichen."),
        ("Nobody marked this. It has 7 characters. Nor this", "Nobody marked this. Er hat 7 Zeichen. Nor this"),
        (
            "It is declared as one of a list. There are `a`, `b. It is empty` and `c`.",
            "Es ist als Wert einer Liste deklariert. Es gibt `a`, `b. It is empty` und `c`.",
        ),
        (
            "It is the field's name that is wrong. It looks like `lot`. Character 2 is no-break space (U+00A0).",
            "Der Name des Feldes ist falsch. Es sieht wie `lot` aus. Zeichen 2 ist geschütztes Leerzeichen (U+00A0).",
        ),
        (
            "The reason 3 goes with activation status 2 (blacklisted) alone, but the status is 1 (active).",
            "Der Grund 3 passt nur zum Aktivierungsstatus 2 (gesperrt), aber der Status ist 1 (aktiv).",
        ),
    ],
)
def test_what_is_stored_is_read_in_german(stored: str, german: str) -> None:
    with translation.override("de"):
        assert in_language(stored) == german
    with translation.override("en"):
        assert in_language(stored) == stored


def test_what_is_said_now_is_said_in_the_language_of_the_page() -> None:
    with translation.override("de"):
        assert say_problem("It has {count:,} characters.", count=1234) == "Er hat 1.234 Zeichen."
        assert number(1234) == "1.234"


def test_many_sentences_are_read_at_once() -> None:
    """A value made of what ends sentences does not make reading take long."""
    text = "It looks like `" + "a. b: c? " * 100 + "`. It looks like `" + "x. " * 100
    with translation.override("de"):
        assert in_language(text).startswith("Es sieht wie `a. b: c? ")


def test_what_files_are_refused_for_is_known() -> None:
    """`says` of the manifest is the detail that was stored of each file."""
    said = [str(expected["says"]) for expected in EXPECTED.values() if "says" in expected]
    assert len(said) > 50
    unknown = [(detail, part) for detail in said for part in read_sentences(detail, "de") if isinstance(part, str)]
    assert unknown == []


def test_no_detail_is_built_without_being_marked() -> None:
    found = []
    for name in BUILT_IN:
        path = CHECKOUT / name
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            found += [(str(file.relative_to(CHECKOUT)), text) for text in _sentences_beside(file)]
    assert found == []


def _sentences_beside(file: Path) -> Iterator[str]:
    """Yield the literals of a module that are sentences, and neither marked nor docstrings."""
    tree = ast.parse(file.read_text())
    known = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        if is_call and node.func.id in (*FUNCTIONS, *PROBLEMS):  # type: ignore[attr-defined]  # it is a Name
            known |= {id(arg) for arg in node.args}  # type: ignore[attr-defined]  # it is a Call
        if isinstance(node, ast.JoinedStr):
            known |= {id(part) for part in node.values}
    for node in ast.walk(tree):
        if id(node) in known or not isinstance(node, ast.JoinedStr | ast.Constant):
            continue
        parts = node.values if isinstance(node, ast.JoinedStr) else [node]
        text = "".join(str(part.value) for part in parts if isinstance(part, ast.Constant))
        if isinstance(getattr(node, "value", ""), str) and re.search(r"[a-z]{2,} .*[a-z]{2,}[.?]$", text, re.DOTALL):
            yield text


def test_every_catalogue_knows_the_same_sentences() -> None:
    known = {name: marked_sentences(name.lower().replace("_", "-")) for name in LANGUAGES}
    read = {name: {each.english for group in groups for each in group} for name, groups in known.items()}
    assert {name: sorted(each) for name, each in read.items()} == dict.fromkeys(LANGUAGES, SENTENCES)
