"""The default values of an upload, and what is wrong with them."""

from __future__ import annotations

from typing import Any

import pytest

from ingestion.rules.defaults import LONGEST_DEFAULTS, Defaults, parse_defaults
from workorders.codes.fields import contradict, contradiction


def faults(data: dict[str, Any]) -> list[str]:
    """All that is wrong with the posted defaults."""
    with pytest.raises(ValueError) as refused:
        parse_defaults(data)
    found: list[str] = refused.value.args[0]
    return found


def test_nothing_posted_means_an_inactive_code_of_no_product() -> None:
    assert parse_defaults({}) == Defaults("", 0, 0, {})


def test_fields_of_codes_and_scm_fields_are_told_apart() -> None:
    data = {"product": "sku1", "activation_status": "1", "blacklist_reason": None, "pallet": "p1", "lot": 7}
    assert parse_defaults(data) == Defaults("sku1", 1, 0, {"pallet": "p1", "lot": "7"})


@pytest.mark.parametrize(
    ("value", "text"), [(True, "true"), (False, "false"), (1.5, "1.5"), (0, "0"), ("0", "0"), ("é", "é")]
)
def test_other_values_than_texts_become_their_json(value: object, text: str) -> None:
    assert parse_defaults({"field": value}).scm == {"field": text}


@pytest.mark.parametrize("value", ["", None])
def test_an_empty_value_sets_no_default(value: object) -> None:
    data = {"product": value, "activation_status": value, "blacklist_reason": value, "pallet": value}
    assert parse_defaults(data, status=1) == Defaults("", 1, 0, {})


def test_a_status_that_is_posted_counts_more_than_that_of_the_destination() -> None:
    assert parse_defaults({"activation_status": 0}, status=1).activation_status == 0


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"id": "abc12345"}, "id: every code has its own; it takes no default."),
        (
            {"Pallet": "x"},
            (
                "Pallet: a field's name begins with a small letter, then small letters, digits and _, 64 characters at"
                " most. `pallet` would be right."
            ),
        ),
        ({"pallet": ["x"]}, "pallet: it must be a text, a number, true or false, not a nested value."),
        ({"product": {"sku": "x"}}, "product: it must be a text, a number, true or false, not a nested value."),
        ({"pallet": "a\0b"}, "pallet: a NUL character cannot be stored."),
        ({"activation_status": 3}, "activation_status: it must be 0 (inactive), 1 (active) or 2 (blacklisted)."),
        ({"activation_status": "yes"}, "activation_status: it must be 0 (inactive), 1 (active) or 2 (blacklisted)."),
        ({"blacklist_reason": 11}, "blacklist_reason: it must be a number from 0 to 10."),
        ({"pallet": "x" * 1001}, "pallet: 1,000 characters at most, this has 1,001."),
    ],
)
def test_each_fault_is_said_with_its_field(data: dict[str, Any], said: str) -> None:
    assert faults(data) == [said]


def test_all_faults_are_told_at_once_those_of_names_first() -> None:
    data = {"blacklist_reason": "x", "Bad": 1, "activation_status": "x", "id": "y"}
    assert [said.partition(":")[0] for said in faults(data)] == ["Bad", "id", "blacklist_reason", "activation_status"]


def test_all_values_together_are_bounded() -> None:
    data = {f"field_{number}": "x" * 1000 for number in range(10)}
    assert parse_defaults(data).scm_size == LONGEST_DEFAULTS + sum(map(len, data))
    assert faults(data | {"one_more": "x"}) == [
        "The values hold 10,001 characters together; 10,000 at most, since every code gets them."
    ]


def test_fields_are_bounded() -> None:
    assert faults({f"f{number}": "" for number in range(10_001)}) == ["It has 10,001 fields; 10,000 at most."]


def test_the_size_counts_names_and_values() -> None:
    assert Defaults(scm={"ab": "cde", "f": ""}).scm_size == 6


@pytest.mark.parametrize(
    ("status", "reason", "wrong"),
    [(0, 0, False), (1, 0, False), (2, 0, False), (2, 10, False), (0, 1, True), (1, 9, True)],
)
def test_only_a_blacklisted_code_has_a_reason(status: int, reason: int, wrong: bool) -> None:
    assert contradict(status, reason) is wrong


def test_the_contradiction_is_said_with_both_values() -> None:
    assert contradiction(1, 7) == (
        "The reason 7 goes with activation status 2 (blacklisted) alone, but the status is 1 (active)."
    )
