"""The values of a change: read, refused by name, and written again."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from tests.support.codes import some_codes
from tests.support.demo import Demo
from workorders.changes.parsing import NOTHING_TO_CHANGE, parse_values, values_as_json
from workorders.changes.values import NewValues
from workorders.codes.fields import as_sentence, scm_key_rule


def faults(demo: Demo, **data: Any) -> dict[str, list[str]]:
    with pytest.raises(ValidationError) as refused:
        parse_values(data, demo.company.pk)
    return refused.value.message_dict


def test_values_are_read_and_written_again(demo: Demo) -> None:
    product = demo.company.products.get(sku="sku1")
    given = {"activation_status": 2, "blacklist_reason": "4", "product": "sku1", "lot": "B7", "old": None, "n": 5}
    values = parse_values(given | {"empty": ""}, demo.company.pk)
    assert values == NewValues(2, 4, product.pk, {"lot": "B7", "old": None, "n": "5"})
    assert values_as_json(values) == given | {"blacklist_reason": 4, "n": "5"}
    assert parse_values(values_as_json(values), demo.company.pk) == values


@pytest.mark.parametrize("data", [{}, {"product": ""}, {"activation_status": "", "lot": ""}])
def test_values_that_change_nothing_are_refused(demo: Demo, data: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match=NOTHING_TO_CHANGE):
        parse_values(data, demo.company.pk)


def test_all_that_is_wrong_is_named(demo: Demo) -> None:
    assert faults(
        demo, activation_status=3, blacklist_reason=11, product="SKU1", Lot="x", size=["L"], long="x" * 1001
    ) == {
        "activation_status": ["It must be 0 (inactive), 1 (active) or 2 (blacklisted)."],
        "blacklist_reason": ["It must be a number from 0 to 10."],
        "product": ["No product of the company has this SKU, or it is hidden. The nearest is `sku1`."],
        "Lot": [f"{as_sentence(scm_key_rule())} `lot` would be right."],
        "size": ["It must be a text, a number, true or false, not a nested value."],
        "long": ["1,000 characters at most, this has 1,001."],
    }


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("activaton_status", "activation_status"),
        ("prodcut", "product"),
        ("blacklist_reasn", "blacklist_reason"),
        ("status", "activation_status"),
        ("sku", "product"),
        ("reason", "blacklist_reason"),
    ],
)
def test_a_name_that_looks_like_one_of_ours_is_refused_but_can_be_removed(demo: Demo, name: str, meant: str) -> None:
    assert faults(demo, **{name: "1"}) == {name: [f"There is no such field; the nearest is `{meant}`."]}
    assert parse_values({name: None}, demo.company.pk).scm == {name: None}


@pytest.mark.parametrize("name", ["status", "sku", "reason", "prodcut", "workorder", "serial_number"])
def test_a_field_that_codes_have_may_be_named_as_it_is(demo: Demo, name: str) -> None:
    some_codes(demo.other_staff, "bbb00001", scm_data={name: "x"})
    assert faults(demo, **{name: "1"}).keys() == {name}
    some_codes(demo.staff, "aaa00001", scm_data={name: "x"})
    assert parse_values({name: "1"}, demo.company.pk).scm == {name: "1"}


@pytest.mark.parametrize("name", ["id", "extended_id", "scm_data"])
def test_no_field_is_named_as_an_id(demo: Demo, name: str) -> None:
    some_codes(demo.staff, "aaa00001", scm_data={name: "x"})
    assert faults(demo, **{name: "1"}) == {name: ["No change gives codes another one."]}


def test_a_reason_needs_the_status_that_goes_with_it(demo: Demo) -> None:
    assert faults(demo, activation_status=1, blacklist_reason=4) == {
        "blacklist_reason": [
            "The reason 4 goes with activation status 2 (blacklisted) alone, but the status is 1 (active)."
        ]
    }
    assert parse_values({"blacklist_reason": 4}, demo.company.pk) == NewValues(reason=4)


def test_a_reason_in_words_is_told_its_number(demo: Demo) -> None:
    assert faults(demo, blacklist_reason="stolen") == {
        "blacklist_reason": ["It must be a number from 0 to 10. Write 4 for stolen."]
    }


def test_what_a_code_always_has_cannot_be_removed(demo: Demo) -> None:
    said = ["It cannot be removed; leave it out to keep it as it is."]
    assert faults(demo, activation_status=None, product=None) == {"activation_status": said, "product": said}
    assert faults(demo, id="abc12345", serial_number="1").keys() == {"id", "serial_number"}


def test_products_are_those_of_the_company_that_are_in_use(demo: Demo) -> None:
    demo.other.products.create(sku="theirs")
    demo.company.products.create(sku="gone", is_archived=True)
    assert list(faults(demo, product="theirs")) == list(faults(demo, product="gone")) == ["product"]
