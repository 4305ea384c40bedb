"""Texts with invisible characters are refused at every entry point, and pages take only the methods they name."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import NoReverseMatch, get_resolver, reverse

from ingestion.models import IngestionRecord
from portal.models import Company, UserAuthorizationToken
from portal.values.texts import PRINTABLE, Visible, seen, unseen
from tests.support.demo import Demo
from tests.support.equipment import form as equipment
from tests.support.pages import as_
from tests.support.secure import a_secure_order, brought_to
from tests.support.tokens import client_of
from workorders.models import Equipment, Product, Workorder, WorkorderTemplate

HIDDEN = {
    "\u202e": "U+202E (right-to-left override)",
    "\ufeff": "U+FEFF (zero width no-break space)",
    "\u200b": "U+200B (zero width space)",
    "\u2066": "U+2066 (left-to-right isolate)",
    "\u061c": "U+061C (arabic letter mark)",
    "\u00ad": "U+00AD (soft hyphen)",
    "\u2028": "U+2028 (line separator)",
    "\x1b": "U+001B",
    "\x85": "U+0085",
    "\u3164": "U+3164 (hangul filler)",
    "\u2800": "U+2800 (braille pattern blank)",
    "\U000e0041": "U+E0041 (tag latin capital letter a)",
    "\ue000": "U+E000",
    "\u200d": "U+200D (zero width joiner)",
    "\ufe0f": "U+FE0F (variation selector-16)",
}


@pytest.mark.parametrize("character", HIDDEN)
def test_what_nobody_sees_is_named(character: str) -> None:
    assert unseen(f"ab{character}c") == f"Character 3 is {HIDDEN[character]}, which nobody sees."
    for text in (f"{character}ab", f"ab{character}"):
        with pytest.raises(ValidationError):
            PRINTABLE(text)
    assert seen(f"a{character}b") == "ab"


@pytest.mark.parametrize(
    "text",
    [
        *("Thé vert, 100 g", "Thé\u00a0: 5\u202fg", "お茶\u3000緑", "\u0645\u06cc\u200c\u062e", "❤\ufe0f"),
        *("👩\u200d🔬", "क्\u200dष", "עברית", "e\u0301"),
    ],
)  # fmt: skip
def test_what_people_write_passes(text: str) -> None:
    assert unseen(text) == ""


def test_lines_are_for_remarks_alone() -> None:
    Visible(lines=True)("one\r\ntwo\tthree")
    for text in ("one\ntwo", "one\ttwo"):
        with pytest.raises(ValidationError):
            Visible()(text)
    with pytest.raises(ValidationError):
        Visible(lines=True)("one\n\u202etwo")


@pytest.mark.parametrize("character", ["\u202e", "\ufeff", "\u200b"])
def test_every_door_refuses_them(demo: Demo, character: str) -> None:
    name, code = f"a{character}b", f"U+{ord(character):04X}"
    staff, partner = as_(demo.admin), as_(demo.printer)
    workorder = brought_to(a_secure_order(demo), "printed", demo)
    template = {"name": name, "layout": "outside", "printing_partner": demo.printco.pk}
    pages = [
        (staff, "/products/create/", {"sku": name}),
        (staff, "/products/create/", {"sku": "x1", "name": name}),
        (staff, "/workorders/create/", {"reference": name, "quantity": "1"}),
        (staff, "/workorders/create/", {"reference": "A", "quantity": "1", "remarks": name}),
        (staff, "/workorder-templates/create/", template),
        (staff, f"/workorders/{workorder.pk}/reject/", {"reason": name}),
        (staff, "/tokens/create/", {"name": name, "valid": "90"}),
        (partner, "/equipment/create/", equipment(name=name)),
        (as_(demo.root), "/admin/portal/company/add/", {"name": name, "slug": "new", "kind": "brand_owner"}),
        (as_(demo.root), f"/admin/portal/user/{demo.staff.pk}/change/", {"email": demo.staff.email, "name": name}),
        (as_(demo.root), "/admin/workorders/product/add/", {"sku": name, "company": demo.company.pk}),
    ]
    for client, path, posted in pages:
        response = client.post(path, posted)
        assert (response.status_code, code in response.content.decode()) == (200, True), path
    calls: list[tuple[str, dict[str, Any], str]] = [
        ("products/", {"sku": name}, "sku"),
        ("products/", {"sku": "x1", "name": name}, "name"),
        ("workorders/create-sid/", {"reference": name, "quantity": 1}, "reference"),
        ("workorders/create-sid/", {"reference": "A", "quantity": 1, "remarks": name}, "remarks"),
        (f"workorders/{workorder.pk}/reject/", {"reason": name}, "reason"),
    ]
    for path, body, field in calls:
        answer = client_of(demo.admin).post(f"/api/v2/{path}", body, format="json")
        assert (answer.status_code, [*answer.json()]) == (400, [field]), path
    with pytest.raises(CommandError):
        call_command("create_token", "staff@demo.example", "--name", name)
    for model in (Equipment, WorkorderTemplate, UserAuthorizationToken, Product, Workorder, Company):
        label = "reference" if model is Workorder else "name"
        assert not model._default_manager.filter(**{f"{label}__contains": character}).exists()


def test_the_name_of_a_file_is_kept_without_them(demo: Demo) -> None:
    sent = {"filetype": "csv", "file_name": "codes\u202evsc.exe"}
    client_of(demo.staff).post("/api/v2/ingestion/codes/upload/get-post-data/", sent, format="json")
    assert IngestionRecord.objects.get().file_name == "codesvsc.exe"


def plain_paths() -> list[str]:
    """The addresses of all pages that need no argument."""
    paths = []
    for name in filter(lambda key: isinstance(key, str), get_resolver().reverse_dict):
        with suppress(NoReverseMatch):
            paths.append(reverse(name))
    return [path for path in paths if not path.startswith(("/api/", "/storage/"))]


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"])
def test_no_page_has_other_methods(demo: Demo, method: str) -> None:
    workorder = a_secure_order(demo)
    paths = [*plain_paths(), f"/workorders/{workorder.pk}/", "/admin/", "/admin/portal/user/", "/healthz", "/nowhere/"]
    for client in (as_(demo.root), as_(demo.staff), Client(enforce_csrf_checks=True)):
        for path in paths:
            response = client.generic(method, path)
            assert (response.status_code, response.headers["Allow"]) == (405, "GET, HEAD, POST"), path
    if method != "OPTIONS":
        assert client_of(demo.staff).generic(method, "/api/v2/workorders/").headers["Allow"] == "GET, HEAD, OPTIONS"
