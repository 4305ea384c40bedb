"""The API's calls that make products and change them."""

from __future__ import annotations

from typing import Any

import pytest

from portal.models import User
from tests.support.demo import Demo
from tests.support.tokens import client_of
from workorders.models import Product

PATH = "/api/v2/products/"
TOO_LONG = {"sku": ["Ensure this field has no more than 100 characters."]}
ARCHIVED = "The company has a hidden product of this SKU already; show that one again, or choose another SKU."
NO_CONTROLS = "No control characters. Character 2 is {}, which nobody sees."


def at(demo: Demo, sku: str = "sku1") -> str:
    """The address of a product of demo's."""
    return f"{PATH}{Product.objects.get(company=demo.company, sku=sku).pk}/"


def test_a_product_is_made_and_listed(demo: Demo) -> None:
    client = client_of(demo.staff)
    made = client.post(PATH, {"sku": "tea-1", "name": "Green tea"}, format="json")
    assert made.status_code == 201
    body = made.json()
    assert body | {"id": 0, "created_at": ""} == {
        "id": 0,
        "sku": "tea-1",
        "name": "Green tea",
        "is_archived": False,
        "created_at": "",
    }
    assert client.get(f"{PATH}{body['id']}/").json() == body
    assert client.get(PATH, {"sku__exact": "tea-1"}).json()["results"] == [body]
    assert client.post(PATH, {"sku": "tea-2"}, format="json").json()["name"] == ""
    assert Product.objects.get(sku="tea-2").company == demo.company


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({}, {"sku": ["This field is required."]}),
        ({"sku": ""}, {"sku": ["This field may not be blank."]}),
        ({"sku": "s" * 101}, TOO_LONG),
        (
            {"sku": "a\tb", "name": "a\nb"},
            {"sku": [NO_CONTROLS.format("U+0009")], "name": [NO_CONTROLS.format("U+000A")]},
        ),
        ({"sku": "tea", "name": None}, {"name": ["This field may not be null."]}),
        ({"sku": "tea", "is_archived": "perhaps"}, {"is_archived": ["Must be a valid boolean."]}),
        (
            {"sku": "sku1"},
            {"sku": ["The company has a product of this SKU already; use that one, or choose another SKU."]},
        ),
        ({"sku": "sku2"}, {"sku": [ARCHIVED]}),
        ([], {"non_field_errors": ["The body must be a JSON object, like {}, and not a list."]}),
    ],
)
def test_a_wrong_product_is_refused_by_field(demo: Demo, body: Any, said: dict[str, list[str]]) -> None:
    Product.objects.filter(company=demo.company, sku="sku2").update(is_archived=True)
    refused = client_of(demo.staff).post(PATH, body, format="json")
    assert (refused.status_code, refused.json()) == (400, said)
    assert Product.objects.filter(company=demo.company).count() == 6


def test_a_product_is_made_once_for_a_key(demo: Demo) -> None:
    client = client_of(demo.staff)
    first, again = (
        client.post(PATH, {"sku": "tea-1"}, format="json", headers={"Idempotency-Key": "k1"}) for _ in range(2)
    )
    assert (first.status_code, again.status_code, again["Idempotency-Replayed"]) == (201, 201, "true")
    assert again.json() == first.json()
    assert client.post(PATH, {"sku": "tea-1"}, format="json").status_code == 400


def test_a_product_is_renamed_and_its_sku_stays(demo: Demo) -> None:
    client = client_of(demo.staff)
    whole = client.get(at(demo)).json()
    renamed = client.patch(at(demo), whole | {"name": "Lemonade"}, format="json")
    assert (renamed.status_code, renamed.json()) == (200, whole | {"name": "Lemonade"})
    assert client.get(at(demo)).json() == renamed.json()
    assert client.patch(at(demo), {"name": ""}, format="json").json()["name"] == ""
    refused = client.patch(at(demo), {"sku": "sku9", "name": "x"}, format="json")
    assert refused.status_code == 400
    assert list(refused.json()) == ["sku"]
    assert refused.json()["sku"][0].startswith("An SKU stays as it is")
    assert client.get(at(demo)).json()["name"] == ""


def test_archiving_needs_its_own_permission_of_person_and_token(demo: Demo) -> None:
    needed = "Archiving products and bringing them back needs the permission workorder_archive."
    for client in (client_of(demo.staff), client_of(demo.admin, "product_edit")):
        refused = client.patch(at(demo), {"is_archived": True}, format="json")
        assert (refused.status_code, refused.json()) == (403, {"detail": needed})
        refused = client.post(PATH, {"sku": "tea", "is_archived": True}, format="json")
        assert (refused.status_code, refused.json()) == (403, {"detail": needed})
    client = client_of(demo.admin, "product_edit", "workorder_archive")
    assert client.patch(at(demo), {"is_archived": True}, format="json").json()["is_archived"] is True
    assert client_of(demo.staff).patch(at(demo), {"name": "Old"}, format="json").json()["is_archived"] is True
    assert client.patch(at(demo), {"is_archived": False}, format="json").json()["is_archived"] is False


def test_only_a_brand_owner_has_products(demo: Demo) -> None:
    for user, status in ((demo.printer, 404), (demo.support, 403)):  # whose role is that of a brand owner's admin
        user.groups.clear()
        User.groups.through.objects.create(user=user, group=demo.admin.groups.get())
        assert client_of(user).post(PATH, {"sku": "tea"}, format="json").status_code == 403
        assert client_of(user).patch(at(demo), {"name": "x"}, format="json").status_code == status
