"""What `docs/security.md` and the pages beside it say of security is there, and can be counted."""

from __future__ import annotations

import re
from collections import Counter

from django.conf import global_settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher

from tests.support.paths import CHECKOUT

PAGE = (CHECKOUT / "docs/security.md").read_text()
ROWS = re.findall(r"^\| (\d+\.\d+\.\d+) \| (.+?) \| (met|not applicable|missing) \| (.+) \|$", PAGE, re.MULTILINE)
OPERATIONS = (CHECKOUT / "docs/operations.md").read_text()
# How many requirements of levels 1 and 2 each section of ASVS 5.0 has; those of level 3 come behind them.
SECTIONS = {
    "1": (2, 9, 11, 3, 2),
    "2": (3, 3, 4, 1),
    "3": (0, 2, 4, 6, 5, 0, 2),
    "4": (3, 1, 2, 4),
    "5": (1, 3, 2, 3),
    "6": (3, 12, 4, 4, 5, 3, 0, 4),
    "7": (3, 4, 2, 5, 2, 2),
    "8": (2, 3, 1, 1),
    "9": (3, 4),
    "10": (2, 2, 4, 11, 5, 2, 3),
    "11": (2, 3, 3, 4, 1, 1),
    "12": (3, 2, 4),
    "13": (1, 5, 2, 5),
    "14": (2, 4, 3),
    "15": (3, 3, 7),
    "16": (1, 5, 4, 3, 3),
    "17": (1, 4, 2),
}


def test_each_requirement_has_its_row() -> None:
    asked = [
        f"{chapter}.{section}.{number}"
        for chapter, sections in SECTIONS.items()
        for section, most in enumerate(sections, 1)
        for number in range(1, most + 1)
    ]
    assert len(asked) == 253
    assert [number for number, *_rest in ROWS] == asked


def test_the_counts_are_those_of_the_table() -> None:
    said = re.search(r"\*\*(\d+) requirements: (\d+) met, (\d+) not applicable, (\d+) missing\.\*\*", PAGE)
    assert said is not None
    count = Counter(result for _number, _words, result, _how in ROWS)
    assert [int(number) for number in said.groups()] == [
        len(ROWS),
        *(count[result] for result in ("met", "not applicable", "missing")),
    ]


def test_what_is_missing_is_a_decision_and_little() -> None:
    missing = [how for _number, _words, result, how in ROWS if result == "missing"]
    assert len(missing) <= 5
    assert [how for how in missing if not re.search(r"\]\(decisions/01\d\d-[\w-]+\.md\)", how)] == []


def test_what_the_table_names_is_there() -> None:
    """A path, and behind `::` a test, a function, or a word of the file."""
    missing = []
    for number, _words, result, how in ROWS:
        named = re.findall(r"`([\w./-]*\w(?:\.\w+)?|\.\w+)(?:::([^`]+))?`", how)
        for path, name in ((path, name) for path, name in named if "/" in path or name or "." in path):
            file = CHECKOUT / path
            text = file.read_text() if file.is_file() else ""
            wanted = rf"^(?:async )?def {name}\(" if name.startswith("test_") else rf"(?<!\w){re.escape(name)}(?!\w)"
            if not text or not re.search(wanted, text, re.MULTILINE):
                missing.append(f"{number}: {path}::{name}")
        if result == "met" and not named and not re.search(r"\]\(#[\w-]+\)", how):
            missing.append(f"{number}: nothing is named")
    assert missing == []


def test_sections_that_are_referred_to_are_there() -> None:
    headings = {
        re.sub(r"[^\w -]", "", title).lower().replace(" ", "-")
        for title in re.findall(r"^#+ (.+)$", PAGE, re.MULTILINE)
    }
    assert set(re.findall(r"\]\(#([\w-]+)\)", PAGE)) <= headings


def test_whoever_found_a_fault_is_told_how_to_report_it() -> None:
    """In one of the places where hosts of repositories look for it."""
    page = (CHECKOUT / "docs/SECURITY.md").read_text()
    assert re.findall(r"\*\*(\w+)\*\*", page) == ["Say", "Expect", "Supported"]
    assert "docs/SECURITY.md" in (CHECKOUT / "README.md").read_text()


def test_the_proxy_speaks_tls_of_today() -> None:
    assert re.findall(r"^ +ssl_protocols (.+);$", OPERATIONS, re.MULTILINE) == ["TLSv1.2 TLSv1.3"]
    assert re.findall(r"^ +ssl_ciphers (.+);$", OPERATIONS, re.MULTILINE) == ["ECDHE+AESGCM:ECDHE+CHACHA20"]


def test_no_password_comes_along() -> None:
    compose = (CHECKOUT / "compose.yaml").read_text()
    assert set(re.findall(r"POSTGRES_PASSWORD[^\n}]*", compose)) == {
        "POSTGRES_PASSWORD:?set it in .env",
        "POSTGRES_PASSWORD: ${POSTGRES_PASSWORD:?set it in .env",
    }
    example = (CHECKOUT / ".env.example").read_text()
    secret = re.findall(r"^(\w*(?:PASSWORD|SECRET|TOKEN|KEY)\w*)=(.*)$", example, re.MULTILINE)
    assert secret
    assert [name for name, value in secret if value and not value.startswith("<")] == []


def test_passwords_are_hashed_slowly() -> None:
    """By what Django takes by default, which this portal leaves alone."""
    assert "PASSWORD_HASHERS" not in (CHECKOUT / "portal/settings.py").read_text()
    assert global_settings.PASSWORD_HASHERS[0] == "django.contrib.auth.hashers.PBKDF2PasswordHasher"
    assert PBKDF2PasswordHasher.iterations >= 1_000_000


def test_the_repository_is_out_of_reach() -> None:
    assert (CHECKOUT / ".containerignore").read_text().startswith("*\n")
    assert re.search(r"git clone .* && chmod 700 \.git$", OPERATIONS, re.MULTILINE)
