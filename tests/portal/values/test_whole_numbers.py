"""Whole numbers: pages understand separators of thousands, API and commands take digits alone."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import CommandError, call_command
from rest_framework import serializers

from portal.values.whole_numbers import WholeNumberField, WholeNumberFormField
from tests.support.demo import Demo
from tests.support.equipment import form as equipment
from tests.support.pages import as_
from tests.support.secure import a_secure_order
from tests.support.tokens import client_of
from workorders.models import Equipment, Workorder

A_THOUSAND = ["1.000", "1,000", "1 000", "1'000", "1’000", "1\u00a0000", "1\u202f000", "１０００", "１，０００"]  # noqa: RUF001
DECIMAL = ["1.5", "1,5", "1,00", "1.0", "1 0", "0.500", "0,001", "1,000.000", "1,00,000", "1000,000", "12,3456"]
NONSENSE = ["1e3", "+5", "0x10", "", "-", "½", "²", "٣", "1_000", "1,", ",000", "1,,000", "1" * 19, "1" * 5000]
WORDS = "in the digits 0 to 9 alone, without separators, signs or decimals."
NOT_TYPED = "Enter a whole number in digits, such as 1000 or 1,000."
MAY_BE_DECIMAL = "A whole number has no decimals, and a separator only before each group of three digits"


class Typed(serializers.Serializer[Any]):
    number = WholeNumberField()


def typed_into(text: str) -> Any:
    """Return the number of a page's text by the rules that it shares with the API."""
    form = Typed(data={"number": text}, context={"typed": True})
    form.is_valid(raise_exception=True)
    return form.validated_data["number"]


@pytest.mark.parametrize("typed", [*A_THOUSAND, *DECIMAL, *NONSENSE])
def test_outside_of_pages_digits_alone_are_a_number(typed: str) -> None:
    with pytest.raises(Exception) as refused:  # the framework's own
        WholeNumberField().run_validation(typed)
    assert WORDS in str(refused.value) or typed == ""


@pytest.mark.parametrize(("typed", "number"), [*((text, 1000) for text in A_THOUSAND), ("12.345.678", 12345678)])
def test_pages_understand_separators_of_thousands(typed: str, number: int) -> None:
    assert (typed_into(typed), WholeNumberFormField().clean(f" {typed} ")) == (number, number)


@pytest.mark.parametrize(("words", "texts"), [(MAY_BE_DECIMAL, DECIMAL), (NOT_TYPED, NONSENSE)])
def test_pages_refuse_what_may_be_another_number_and_say_why(words: str, texts: list[str]) -> None:
    for text in texts:
        for run in (typed_into, WholeNumberFormField().clean):
            with pytest.raises(Exception) as refused:  # either framework's own
                run(text)
            assert words in str(refused.value) or text == ""


@pytest.mark.parametrize(("typed", "number"), [("5", 5), (" 5 ", 5), ("007", 7), ("-5", -5), ("0", 0), ("\t12\n", 12)])
def test_digits_alone_are_the_number_they_say(typed: str, number: int) -> None:
    assert WholeNumberField().run_validation(typed) == number
    assert WholeNumberFormField().clean(typed) == number


@pytest.mark.parametrize("said", [True, 1.5, None, [], {}, float("nan"), float("inf")])
def test_numbers_of_json_are_whole_or_refused(said: Any) -> None:
    with pytest.raises(Exception):  # noqa: B017  # the framework's own
        WholeNumberField().run_validation(said)
    assert WholeNumberField().run_validation(1000.0) == 1000


@pytest.mark.parametrize("typed", ["1.5", "1,00", "1e3"])
@pytest.mark.parametrize("entry", ["create", "create-secure"])
def test_an_order_is_refused_and_keeps_what_was_typed(demo: Demo, entry: str, typed: str) -> None:
    more = {"layout": "outside", "printing_partner": "printco"} if entry == "create-secure" else {}
    posted = {"reference": "A", "quantity": typed, **more}
    page = as_(demo.staff).post(f"/workorders/{entry}/", posted).content.decode()
    assert (NOT_TYPED if typed == "1e3" else MAY_BE_DECIMAL) in page
    assert f'value="{typed}"' in page
    path = "/api/v2/workorders/create-ssc/" if more else "/api/v2/workorders/create-sid/"
    answer = client_of(demo.staff).post(path, posted, format="json")
    assert (answer.status_code, [*answer.json()]) == (400, ["quantity"])
    answer = client_of(demo.staff).post(path, posted | {"quantity": "1,000"}, format="json")
    assert answer.json() == {"quantity": [f"A valid integer is required. Write it {WORDS}"]}
    assert not Workorder.objects.exists()
    assert as_(demo.staff).post(f"/workorders/{entry}/", posted | {"quantity": " 1.000 "}).status_code == 302
    assert Workorder.objects.get().quantity == 1000


def test_so_do_calibration_prints_images_and_options(demo: Demo) -> None:
    page = as_(demo.printer).post("/equipment/create/", equipment(dpi="1.20")).content.decode()
    assert (MAY_BE_DECIMAL in page, Equipment.objects.exists()) == (True, False)
    workorder = a_secure_order(demo)
    Workorder.objects.filter(pk=workorder.pk).update(state="ready_to_print", quantity=2000)
    said = {"printed": "1.00", "wasted": "1,0"}
    page = as_(demo.printer).post(f"/workorders/{workorder.pk}/printed/", said).content.decode()
    assert page.count(MAY_BE_DECIMAL) == 2
    answer = client_of(demo.printer).post(f"/api/v2/workorders/{workorder.pk}/printed/", said, format="json")
    assert {*answer.json()} == {"printed", "wasted"}
    workorder.refresh_from_db()
    assert workorder.state == "ready_to_print"
    Workorder.objects.filter(pk=workorder.pk).update(type="SID")
    query = "images=png&module=1.0&quiet_zone=1,0&version=%EF%BC%91"
    answer = client_of(demo.staff).get(f"/api/v2/workorders/{workorder.pk}/download/?{query}")
    assert {*answer.json()} == {"module", "quiet_zone", "version"}


@pytest.mark.parametrize("days", ["1.000", "1_000", "１０", "1e1", "+5"])  # noqa: RUF001
def test_so_do_commands(demo: Demo, days: str) -> None:
    with pytest.raises(CommandError, match=r"argument --days: .*digits 0 to 9 alone"):
        call_command("create_token", "staff@demo.example", f"--days={days}")


# The button says the number


def test_without_scripts_the_button_says_the_number_before_anything_is_ordered(demo: Demo) -> None:
    client, posted = as_(demo.staff), {"reference": "A", "quantity": "1000", "sure_of": ""}
    assert (
        '<noscript><input type="hidden" name="sure_of" value=""></noscript>'
        in client.get("/workorders/create/").content.decode()
    )
    page = client.post("/workorders/create/", posted).content.decode()
    assert ">Make 1,000 codes</button>" in page
    assert '<input type="hidden" name="sure_of" value="1000">' in page
    page = client.post("/workorders/create/", posted | {"quantity": "10000", "sure_of": "1000"}).content.decode()
    assert ">Make 10,000 codes</button>" in page
    assert not Workorder.objects.exists()
    assert client.post("/workorders/create/", posted | {"sure_of": "1000"}).status_code == 302
    assert Workorder.objects.get().quantity == 1000


def test_one_code_is_one_code(demo: Demo) -> None:
    more = {"layout": "outside", "printing_partner": "printco"}
    posted = {"reference": "A", "quantity": "1", "sure_of": "", **more}
    page = as_(demo.staff).post("/workorders/create-secure/", posted).content.decode()
    assert ">Order 1 secure code</button>" in page
