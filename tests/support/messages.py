"""The messages of the sources and their translations. `python -m tests.support.messages` updates the catalogues.

It needs no GNU gettext. Messages are taken from templates as `makemessages` takes them, from calls of gettext's
functions in Python, and from calls of `say` in scripts.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

from portal.pages.script_words import SAID
from portal.values.problems import CONTEXT
from tests.support.paths import CHECKOUT

LOCALE = CHECKOUT / "portal" / "locale"
PLURALS = {"de": "2; plural=(n != 1)", "fr": "2; plural=(n > 1)", "nl": "2; plural=(n != 1)", "zh_Hans": "1; plural=0"}
LANGUAGES = tuple(PLURALS)
ENGLISH_TEMPLATES = ("admin/", "portal/style.html", "portal/api_docs.html", "portal/_api", "workorders/public.html")
NO_DATE = datetime(2026, 11, 29, tzinfo=UTC)  # that would be another one each time
FUNCTIONS = {"gettext": 1, "gettext_lazy": 1, "gettext_noop": 1, "_": 1, "ngettext": 2, "pgettext": 2, "npgettext": 3}
PROBLEMS = ("say_problem", "say_problem_lazy")  # whose context is theirs
CALL = re.compile(r"\b(?:n?p?gettext|_)\((?:[^()\"']|u?\"(?:[^\"\\]|\\.)*\"|u?'(?:[^'\\]|\\.)*')*\)")


class Message(NamedTuple):
    """A text to be translated, with its plural where it has one, and its context where it needs one."""

    single: str
    plural: str = ""
    context: str = ""


def collect_messages() -> dict[Message, set[str]]:
    """Return the messages of the sources, each with the files that have it."""
    found: dict[Message, set[str]] = {}
    for path, messages in _by_file():
        for message in messages:
            found.setdefault(message, set()).add(str(path.relative_to(CHECKOUT)))
    for message in [each for each in found if each.plural]:  # which also is the one without it
        found[message] |= found.pop(message._replace(plural=""), set())
    return found


def _by_file() -> Iterator[tuple[Path, Iterator[Message]]]:
    for app in ("ingestion", "portal", "workorders"):
        for path in sorted((CHECKOUT / app).rglob("*.py")):
            yield path, messages_in_python(path.read_text())
    for path in sorted((CHECKOUT / "templates").rglob("*.*")):
        if not str(path.relative_to(CHECKOUT / "templates")).startswith(ENGLISH_TEMPLATES):
            yield path, messages_in_template(path.read_text())
    for path in sorted((CHECKOUT / "static" / "js").glob("*.js")):
        yield path, messages_in_script(path.read_text())


def messages_in_python(source: str) -> Iterator[Message]:
    """Yield the messages of the calls of gettext's functions, and of `say_problem`."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            texts = [arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
            if node.func.id in PROBLEMS and texts:
                yield Message(texts[0], context=CONTEXT)
            elif len(texts) >= FUNCTIONS.get(node.func.id, len(texts) + 1):
                yield _message(node.func.id, texts)


def _message(function: str, texts: list[str]) -> Message:
    context = texts.pop(0) if "pgettext" in function else ""
    return Message(texts[0], texts[1] if function.startswith("n") and function != "gettext_noop" else "", context)


def messages_in_template(source: str) -> Iterator[Message]:
    """Yield the messages of the tags that translate."""
    for call in CALL.findall(templatize(source)):
        yield from messages_in_python(call)


def messages_in_script(source: str) -> Iterator[Message]:
    """Yield the messages of the calls of `say`."""
    for literal in SAID.findall(source):
        yield Message(json.loads(literal))


def read_catalog(language: str) -> Catalog:
    """Return the catalogue of a language as it is in the repository."""
    with (LOCALE / language / "LC_MESSAGES" / "django.po").open("rb") as file:
        return read_po(file, locale=language, domain="django")


def translations_of(catalog: Catalog) -> dict[Message, list[str]]:
    """Return the translations of a catalogue, of which a text that has a plural has one for each form."""
    return {_key(message): _strings(message.string) for message in catalog if message.id}


def compiled(catalog: Catalog) -> bytes:
    """Return the catalogue as Django reads it."""
    made = BytesIO()
    write_mo(made, catalog)
    return made.getvalue()


def update(language: str, translations: dict[Message, list[str]] | None = None) -> None:
    """Write both files of a language: the messages of the sources, with the translations that are there or given."""
    path = LOCALE / language / "LC_MESSAGES" / "django.po"
    known = translations_of(read_catalog(language)) if path.exists() else {}
    known |= translations or {}
    catalog = Catalog(language, "django", project="Codeport", version="1", creation_date=NO_DATE, fuzzy=False)
    catalog.mime_headers = [("Plural-Forms", f"nplurals={PLURALS[language]};")]
    catalog.header_comment = f"# {catalog.locale.english_name if catalog.locale else language}: see docs/languages.md."
    for message, files in sorted(collect_messages().items()):
        strings = known.get(message, [])
        ids = (message.single, message.plural) if message.plural else message.single
        string = tuple(strings) if message.plural else "".join(strings[:1])
        catalog.add(
            ids, string or None, context=message.context or None, locations=[(name, 0) for name in sorted(files)]
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalog, width=0, sort_output=False, include_lineno=False, omit_header=False)
    path.with_suffix(".mo").write_bytes(compiled(read_catalog(language)))


def _key(message: object) -> Message:
    ids, context = message.id, message.context or ""  # type: ignore[attr-defined]  # of Babel
    single, plural = ids if isinstance(ids, tuple) else (ids, "")
    return Message(single, plural, context)


def _strings(string: object) -> list[str]:
    return [str(each) for each in string] if isinstance(string, tuple | list) else [str(string)]


if __name__ == "__main__":
    for name in LANGUAGES:
        update(name)
