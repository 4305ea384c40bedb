"""Hints: who does what one says gets what was meant, or is refused again, and never something else."""

from __future__ import annotations

import json
import re

import pytest

from ingestion.errors.kinds import KINDS
from ingestion.rules.identifiers import RULES
from ingestion.rules.suggestions import Suggestions, meant_id, meant_name, meant_status
from tests.support.demo import Demo
from tests.support.uploads import ingested
from workorders.codes.fields import OWN_COLUMNS, SCM_KEY
from workorders.identifiers import gs1

GTIN = "09520123456788"
BASE = f"01/{GTIN}"


def told(text: str) -> str:
    with pytest.raises(ValueError, match=r"[A-Z]") as refused:
        gs1.canonical(text)
    return str(refused.value)


def obeyed(text: str, hint: str) -> str | None:
    """The id that somebody gets who does literally what the hint says, if it is one."""
    if encoding := re.search(r"write (%[0-9A-F]{2}) for (.),", hint):
        text = text.replace(encoding[2], encoding[1])
    elif "leave the query out" in hint:
        text = text.partition("?")[0]
    elif "no slash follows" in hint:
        text = text.rstrip("/")
    elif "leave out what stands before /01/" in hint:
        text = text[text.index("/01/") :]
    elif "a percent sign itself is %25" in hint:
        text = re.sub("%(?![0-9A-F]{2})", "%25", text)
    elif "itself is %2F" in hint:
        beginning, _, serial = text.partition("/21/")
        text = f"{beginning}/21/{serial.replace('/', '%2F')}"
    try:
        return gs1.canonical(text)
    except ValueError:
        return None


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (f"/{BASE}/21/12345?17=201225", f"{BASE}/21/12345"),
        (f"/{BASE}/10/B7/21/12345?17=201225&3103=000195", f"{BASE}/10/B7/21/12345"),
        (f"/{BASE}/21/12345?linkType=gs1:pip", f"{BASE}/21/12345"),
        (f"https://id.gs1.org/{BASE}/21/12345", f"{BASE}/21/12345"),
        (f"/{BASE}/21/a(b", f"{BASE}/21/a%28b"),
        (f"/{BASE}/21/a?b", f"{BASE}/21/a%3Fb"),
        (f"/{BASE}/21/a/b", f"{BASE}/21/a%2Fb"),
        (f"/{BASE}/21/50%", f"{BASE}/21/50%25"),
        (f"/{BASE}/21/12345/", f"{BASE}/21/12345"),
        (f"/{BASE}/21/12345/17/201225", None),
        (f"/{BASE}/21/12345/10/B7", None),
        (f"/{BASE}/22/x/21/12345", None),
        (f"/{BASE}/235/x", None),
        (f"/{BASE}/21/12345#top", None),
        (f"https://id.gs1.org/{BASE}/21/12345?17=201225", None),
    ],
)
def test_a_hint_at_a_gs1_id_gives_what_was_meant_or_is_refused(written: str, meant: str | None) -> None:
    assert obeyed(written, told(written)) == meant


def test_a_query_and_what_is_not_kept_are_named() -> None:
    assert told(f"/{BASE}/21/12345?17=201225") == (
        "It has a query, which begins with ?; leave the query out, its attributes are not kept."
    )
    assert "%" not in told(f"/{BASE}/21/12345/17/201225")
    assert "it has 01, 21, 17." in told(f"/{BASE}/21/12345/17/201225")
    assert "If a query begins there, leave it out instead" in told(f"/{BASE}/21/a?b")
    assert RULES["gs1"].fault(f"/{BASE}/21/1?17=2").startswith("It has a query")


def test_a_check_digit_is_no_advice_to_change_it() -> None:
    assert "Any of its digits may be the wrong one" in told("/01/09520123456789/21/12345")


@pytest.mark.parametrize("value", ["yes", "No", " TRUE ", "inactive", "1.0", "2.0", "Blacklisted", "maybe", "3", ""])
def test_a_status_is_hinted_at_in_its_own_meaning(value: str) -> None:
    meanings = {"yes": "1", "no": "0", "true": "1", "inactive": "0", "1.0": "1", "2.0": "2", "blacklisted": "2"}
    hint = meant_status(value)
    meant = meanings.get(value.strip().casefold())
    assert hint == (f"Write {meant} instead." if meant else "")


@pytest.mark.parametrize(
    "name", ["prodcut", "Product", "Pallet Number", "ID", "pallet-nr", "blacklist", "Größe", "1st", ""]
)
def test_a_name_is_hinted_at_by_its_own_letters_alone(name: str) -> None:
    for meant in re.findall("`([^`]+)`", meant_name(name)):
        assert meant in OWN_COLUMNS or SCM_KEY.fullmatch(meant)
        letters = set(re.sub("[^a-z0-9]", "", name.casefold()))
        assert len(letters ^ set(meant.replace("_", ""))) <= 1, (name, meant)


@pytest.mark.parametrize(
    ("name", "beside", "right"),
    [
        ("Note", {"note"}, "note"),
        ("pallet nr", {"pallet_nr", "note"}, "pallet_nr"),
        ("Product", {"product"}, "product"),
        ("prodcut", {"id", "product"}, "product"),
        ("ID", {"id"}, "id"),
    ],
)
def test_no_name_is_hinted_at_that_another_column_has(name: str, beside: set[str], right: str) -> None:
    said = f"Another column is `{right}` too: leave one of the two out, or give this one another name."
    assert meant_name(name, beside) == said
    assert f"`{right}`" in meant_name(name, {"other"})
    assert "Another column" not in meant_name(right, {right})


@pytest.mark.parametrize(
    ("header", "wrong"),
    [
        ("id,note,Note", ["Note"]),
        ("id,Note,note", ["Note"]),
        ("id,NOTE,Note", ["NOTE", "Note"]),
        ("id,ID", ["ID"]),
        ("id,product,Product", ["Product"]),
    ],
)
def test_a_header_given_twice_but_for_its_case_is_told(committed_demo: Demo, header: str, wrong: list[str]) -> None:
    names = header.split(",")
    row = ["abc12345", "sku1", "sku1"][: len(names)]
    record = dict(zip(names, row, strict=True))
    for content, filetype in ((f"{header}\n{','.join(row)}\n", "csv"), (json.dumps([record]), "json")):
        errors = ingested(committed_demo.staff, content, filetype).errors.order_by("pk")
        assert [(error.error, error.value) for error in errors] == [("invalid_scm_field_error", each) for each in wrong]
        for error in errors:
            assert f"Another column is `{error.value.lower()}` too: leave one of the two out" in error.detail


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("no\u200bte", "`note` would be right."),
        ("\ufeffPallet\u00ad Number", "`pallet_number` would be right."),
        ("p\u0430llet", ""),  # a Cyrillic letter
        ("Größe", ""),
        ("café", ""),
        ("日本 1", ""),
        ("pallet\u00a0no.", "`pallet_no` would be right."),
    ],
)
def test_a_name_is_never_hinted_at_with_a_gap_where_people_see_none(name: str, hint: str) -> None:
    assert meant_name(name) == hint


def test_a_product_is_hinted_at_as_what_it_looks_like_and_never_taken() -> None:
    near = Suggestions(["sku1", "sku2", "SKU-10"])
    assert near.suggest("sku3") in ("", "It looks like `sku1`.", "It looks like `sku2`.")
    assert near.suggest("sku1 ") == "It has a space too many; the one that exists is `sku1`."
    assert near.suggest("sku-1O").startswith("It looks like `SKU-10`")


def test_so_long_and_so_many_values_are_compared_letter_by_letter() -> None:
    known = "x" * 99
    assert Suggestions([known]).suggest("x" * 98 + "yz") == f"It looks like `{known}`."
    assert Suggestions([known]).suggest("x" * 98 + "yzz") == ""
    near = Suggestions([f"sku-{number:06d}" for number in range(500)])
    near._compared = 499_500  # as after 999 values
    assert near.suggest("sku_000001").startswith("It looks like")
    assert near.suggest("sku_000001") == ""


def test_no_hint_at_an_id_names_another_id() -> None:
    for spoilt in ("1.23457E+11", "123", "12345678"):
        hint = meant_id(spoilt)
        assert not re.search("[0-9]", hint)
    for value in ("abc 1234", "abc12345 ", "ABC", "é2345678"):
        hint = RULES["default"].fault(value)
        assert all(
            len(word) < 8 or not re.fullmatch("[A-Za-z0-9_-]*[0-9][A-Za-z0-9_-]*", word) for word in hint.split()
        )


def test_what_mends_a_long_url_does_not_cut_ids() -> None:
    assert "not the beginning of this one" in KINDS["url_too_long_error"].remedy
