"""The right name that was probably meant by a wrong one."""

from __future__ import annotations

import pytest

from portal.values.suggestions import hint, listed, nearest, nearest_of, none_such

NAMES = ("created_at_after", "created_at_before", "status", "url_prefix", "reference")


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("Status", "status"),
        ("statu", "status"),
        ("URL-Prefix", "url_prefix"),
        ("urlprefix", "url_prefix"),
        ("created_at__gt", "created_at_after"),
        ("created_at__lte", "created_at_before"),
        ("refer", "reference"),
        ("re", ""),
        ("quantity", ""),
        ("", ""),
        ("___", ""),
        ("x" * 100_000, ""),
    ],
)
def test_the_nearest_name_is_found_whatever_its_case_and_separators(wrong: str, right: str) -> None:
    assert nearest(wrong, NAMES) == right


@pytest.mark.parametrize(
    ("names", "said"),
    [(["a"], "`a`"), (["a", "b"], "`a` and `b`"), (["a", "b", "c"], "`a`, `b` and `c`")],
)
def test_names_are_listed_as_in_a_sentence(names: list[str], said: str) -> None:
    assert listed(names) == said
    assert listed(name for name in names) == said


def test_a_wrong_name_is_told_the_nearest_or_all_that_there_are() -> None:
    assert none_such("filter", "statu", NAMES) == "There is no such filter; the nearest is `status`."
    assert none_such("field", "zzz", ["a", "b"]) == "There is no such field; there are `a` and `b`."
    assert none_such("parameter", "zzz", []) == "There is no such parameter; this call takes none."


def test_a_wrong_choice_is_told_all_choices_and_the_nearest() -> None:
    assert (
        nearest_of("queud", ["queued", "error"]) == "It must be one of `queued` and `error`. The nearest is `queued`."
    )
    assert nearest_of("zzz", ["queued", "error"]) == "It must be one of `queued` and `error`."
    assert nearest_of("1", [10, 600]) == "It must be one of `10` and `600`. The nearest is `10`."
    assert hint("zzz", NAMES) == ""
    assert hint("STATUS", NAMES) == "The nearest is `status`."
