"""Identifiers that are GS1 Digital Link paths: `01/<GTIN>/10/<batch>/21/<serial>`, of which the batch may be left out.

One spelling of each is kept, after the GS1 Digital Link Standard: URI Syntax (release 1.4): the GTIN has 14 digits, the
AIs stand in the order of section 4.9, and a character is percent-encoded, in capitals, exactly when section 4.2 wants
it. So two ids are equal as texts when they are equal as GS1 data, and the text is the end of a URL as it stands. The
slash in front belongs to the URL prefix and is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from urllib.parse import quote, unquote

from portal.values.characters import beyond_ascii, named
from portal.values.problems import say_problem

GTIN_LENGTHS = (8, 12, 13, 14)
LONGEST_VALUE = 20  # characters of a batch or a serial, not encoded: AI (10) and AI (21), GenSpecs 3.4.1 and 3.5.2
LONGEST = len("01//10//21/") + 14 + 2 * 3 * LONGEST_VALUE  # characters of an id whose every character is encoded
NOT_IN_SET_82 = re.compile(r"""[^!"%&'()*+,./0-9:;<=>?A-Z_a-z-]""")  # GenSpecs figure 7.11-1
SHAPE = "/01/<GTIN>/10/<batch>/21/<serial>"
VALUE = r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,19}"  # with nothing encoded, and no dot that could be a step in a path
PLAIN = re.compile(rf"/?01/([0-9]{{8,14}})(?:/10/({VALUE}))?/21/({VALUE})")
UNENCODED = re.compile(r"[^A-Za-z0-9._%-]")
QUERY = re.compile(r"\?[^/?]*=")
AI = re.compile("[0-9]{2,4}")
BROKEN_ENCODING = re.compile(r"%(?![0-9A-Fa-f]{2})")
VARIANT = f"(?:/22/(?P<variant>.{{1,{LONGEST_VALUE}}}?))?"  # a consumer product variant, AI (22): no id has one
DECODED = re.compile(f"01/(?P<gtin>[0-9]{{8,14}}){VARIANT}/(?P<key>10|21)/(?P<rest>.+)", re.DOTALL)
DECODED_CLASS = re.compile(
    f"01/(?P<gtin>[0-9]{{8,14}}){VARIANT}(?:/10/(?P<batch>.{{1,{LONGEST_VALUE}}}))?/*", re.DOTALL
)
LONGEST_ADDRESS = LONGEST + len("/22/") + LONGEST_VALUE
ITEM = len("01/") + 14  # characters before the batch or the serial number of an id


def canonical(text: str) -> str:
    """The one spelling of the id `text`, which may begin with a slash. ValueError says what is wrong with it."""
    plain = PLAIN.fullmatch(text)
    gtin, batch, serial = plain.groups() if plain else _values(text)
    return _path(gtin14(gtin), batch, serial)


def respelled(text: str) -> str:
    """`text` as it is kept if it is a GS1 id, and as it is if not."""
    try:
        return canonical(text)
    except ValueError:
        return text


def of_address(decoded: str) -> list[str]:
    """The ids whose URLs end in `decoded`, as servers hand it on: percent-decoded.

    That is one or none, unless /21/ stands in a batch or a serial: it looks then as if the serial began there. The GTIN
    may have 8, 12 or 13 digits, and a variant (22), which is no part of an id, may stand behind it.
    """
    ids = []
    for gtin, batch, serial in _readings(decoded) if len(decoded) <= LONGEST_ADDRESS else ():
        with suppress(ValueError):
            ids.append(canonical(_path(gtin, quote(batch, safe=""), quote(serial, safe=""))))
    return ids


def class_of_address(decoded: str) -> str:
    """The GTIN, in 14 digits, of an address that ends at a GTIN, a variant or a batch; empty where it is none such."""
    found = DECODED_CLASS.fullmatch(decoded)
    if found is not None:
        with suppress(ValueError):
            return gtin14(found["gtin"])
    return ""


def variant_of_address(decoded: str) -> str:
    """The consumer product variant, AI (22), that an address tells; empty where it has none."""
    found = DECODED.fullmatch(decoded) or DECODED_CLASS.fullmatch(decoded)
    variant = (found and found["variant"]) or ""
    return "" if NOT_IN_SET_82.search(variant) else variant


def is_gs1(identifier: str) -> bool:
    """Say whether an id that is kept is of GS1: no other holds a slash."""
    return "/" in identifier


def gtin_of(identifier: str) -> str:
    """The GTIN of an id that is kept, in 14 digits."""
    return identifier[len("01/") : ITEM]


def item_of(identifier: str) -> str:
    """GTIN and serial number of an id that is kept, as the path of an id without a batch."""
    return identifier[:ITEM] + identifier[identifier.index("/21/") :]


def _readings(decoded: str) -> Iterator[tuple[str, str, str]]:
    """Yield the values that GTIN, batch and serial may have."""
    found = DECODED.fullmatch(decoded)
    if found is not None and found["key"] == "21":
        yield found["gtin"], "", found["rest"]
    elif found is not None:
        for serial in re.finditer(r"(?=/21/)", found["rest"]):
            yield found["gtin"], found["rest"][: serial.start()], found["rest"][serial.start() + 4 :]


def file_name(identifier: str) -> str:
    """The name, without an ending, of a file about an id of any format: with `~`, which no id has, for each slash."""
    return identifier.replace("/", "~")


@lru_cache(maxsize=4096)
def gtin14(digits: str) -> str:
    """The GTIN with zeros before it (GenSpecs 3.3.2). ValueError when its length or its check digit is wrong."""
    if len(digits) not in GTIN_LENGTHS:
        raise ValueError(say_problem("A GTIN has 8, 12, 13 or 14 digits, this has {count}.", count=len(digits)))
    padded = digits.zfill(14)
    right = check_digit(padded[:-1])
    if right != padded[-1]:
        raise ValueError(
            say_problem(
                "The GTIN {digits} ends in the check digit {check}, where {right} would be right. Any "
                "of its digits may be the wrong one, so compare it with where it comes from.",
                digits=digits,
                check=digits[-1],
                right=right,
            )
        )
    return padded


def check_digit(digits: str) -> str:
    """Return the check digit of `digits`: modulo 10, with weights 3 and 1 in turn from the right (GenSpecs 7.9.1)."""
    total = sum(int(digit) * (1 if place % 2 else 3) for place, digit in enumerate(reversed(digits)))
    return str(-total % 10)


def _path(gtin: str, batch: str | None, serial: str) -> str:
    return f"01/{gtin}/10/{batch}/21/{serial}" if batch else f"01/{gtin}/21/{serial}"


def _values(text: str) -> tuple[str, str | None, str]:
    """GTIN, batch and serial of an id in which something is encoded, or wrong."""
    if "://" in text:
        raise ValueError(say_problem("It is a whole URL; leave out what stands before /01/, which is the URL prefix."))
    if QUERY.search(text):
        raise ValueError(
            say_problem("It has a query, which begins with ?; leave the query out, its attributes are not kept.")
        )
    parts = text.removeprefix("/").split("/")
    keys = parts[::2]
    if len(parts) % 2 or keys not in (["01", "21"], ["01", "10", "21"]):
        raise ValueError(_wrong_shape(parts))
    gtin, *others = parts[1::2]
    if not re.fullmatch("[0-9]+", gtin):
        raise ValueError(f"{say_problem('A GTIN has nothing but digits.')} {beyond_ascii(gtin)}".rstrip())
    batch = _value(say_problem("batch"), others[0]) if len(others) > 1 else ""
    return gtin, quote(batch, safe=""), quote(_value(say_problem("serial number"), others[-1]), safe="")


def _wrong_shape(parts: list[str]) -> str:
    """Say what is wrong with the order of the parts. Following its hint never leads to another item than was meant."""
    keys = parts[::2]
    if keys in (["01"], ["01", "10"]):
        return say_problem("It has no serial number: /21/<serial> comes last.")
    if parts[-1] == "":
        return say_problem(
            "It must be {shape}, where /10/<batch> may be left out; no slash follows the serial number.", shape=SHAPE
        )
    if len(parts) % 2 == 0 and all(map(AI.fullmatch, keys)):
        return say_problem(
            "It must be {shape}, where /10/<batch> may be left out; in this order, and other "
            "application identifiers are not taken: it has {keys}.",
            shape=SHAPE,
            keys=", ".join(keys),
        )
    return say_problem(
        "It must be {shape}, where /10/<batch> may be left out; a slash that belongs to a batch "
        "or serial number itself is %2F.",
        shape=SHAPE,
    )


def _shown(character: str) -> str:
    """Show a character so that people can tell it from others. A byte that is no character stays a number."""
    return repr(character) if character.isascii() or "\ud800" <= character <= "\udfff" else named(character)


def _value(name: str, encoded: str) -> str:
    """Return the characters of a batch or serial. Raise ValueError with the one that is wrong."""
    if BROKEN_ENCODING.search(encoded):
        raise ValueError(
            say_problem(
                "In the {name:s} two hexadecimal digits must follow each %; a percent sign itself is %25.", name=name
            )
        )
    raw = UNENCODED.search(encoded)
    value = unquote(encoded, errors="surrogateescape")
    strange = NOT_IN_SET_82.search(value)
    if strange:
        raise ValueError(
            say_problem(
                "The {name:s} has the character {character:s}, which the GS1 character set 82 has not.",
                name=name,
                character=_shown(strange[0]),
            )
        )
    if raw:
        said = say_problem(
            "In the {name:s} write {encoded} for {character}, which URLs reserve.",
            name=name,
            encoded=f"%{ord(raw[0]):02X}",
            character=raw[0],
        )
        if raw[0] == "?":
            query = say_problem("If a query begins there, leave it out instead: attributes are not kept.")
            said = f"{said} {query}"
        raise ValueError(said)
    if not 1 <= len(value) <= LONGEST_VALUE:
        raise ValueError(
            say_problem(
                "The {name:s} has {count:,} characters; 1 to {most} are allowed.",
                name=name,
                count=len(value),
                most=LONGEST_VALUE,
            )
        )
    if value in (".", ".."):
        raise ValueError(
            say_problem(
                "The {name:s} cannot be {value}, which browsers take out of a URL as a step in its path.",
                name=name,
                value=value,
            )
        )
    return value
