"""Codes that were made while the portal had another address are told of, until a setting names it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.codes import some_codes
from tests.support.demo import Demo
from workorders.codes.address_checks import check_addresses
from workorders.models import Workorder

TOLD = "Codes were made under https://old.example/c/demo/, where this portal knows none of them."


@pytest.mark.parametrize(
    ("prefix", "former", "told"),
    [
        ("https://old.example/c/demo/", [], [TOLD]),
        ("https://old.example/c/demo/", ["https://older.example"], [TOLD]),
        ("https://old.example/c/demo/", ["http://old.example"], []),  # http and https reach the same page
        ("https://127.0.0.1:8000/c/demo/", [], []),
        ("https://old.example/c/other/", [], []),  # a prefix of the company's own, which never led here
    ],
)
def test_an_address_that_no_setting_knows_is_named(
    demo: Demo, settings: Any, prefix: str, former: list[str], told: list[str]
) -> None:
    some_codes(demo.staff, "aaa00001")
    assert check_addresses(databases=["default"]) == []
    Workorder.objects.update(url_prefix=prefix)
    settings.FORMER_PUBLIC_URLS = former
    found = check_addresses(databases=["default"])
    assert [message.msg for message in found] == told
    assert all("https://old.example before, add that to FORMER_PUBLIC_URLS" in str(message.hint) for message in found)
