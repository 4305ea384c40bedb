"""Products: their list, the pages that make, rename and archive them, and who may."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portal.models import User
from tests.support.demo import Demo
from tests.support.pages import as_, seen
from tests.support.products import told, wrongs
from tests.support.uploads import ingested
from workorders.models import Code, Product


def a_product(demo: Demo, sku: str, **fields: Any) -> Product:
    """A product of the demo company."""
    return Product.objects.create(company=demo.company, sku=sku, **fields)


def listed(user: User, query: str = "") -> list[str]:
    """The SKUs in the list, in its order."""
    return re.findall(r'<a href="/products/\d+/">([^<]*)</a></th>', seen(user, f"/products/{query}"))


def only_looks(user: User) -> None:
    """Leave the person nothing but to see products."""
    user.groups.clear()
    user.user_permissions.set([Permission.objects.get(codename="product_view")])


# The list


@pytest.mark.parametrize(
    ("query", "skus"),
    [
        ("", ["NICK1", "a-1", "b-2", "sku1", "sku2", "sku3", "sku4", "sku5"]),
        ("?sort=newest&q=-", ["b-2", "a-1"]),
        ("?sort=oldest&q=-", ["a-1", "b-2"]),
        ("?sort=name&q=-", ["b-2", "a-1"]),
        ("?sort=nonsense&q=-", ["a-1", "b-2"]),
        ("?q=LEMON", ["b-2"]),
        ("?q=A-1", ["a-1"]),
        ("?q=nothing", []),
        ("?state=archived", ["c-3"]),
        ("?state=archived&q=a-", []),
    ],
)
def test_the_list_is_filtered_and_ordered_by_url(demo: Demo, query: str, skus: list[str]) -> None:
    a_product(demo, "a-1", name="Tea")
    a_product(demo, "b-2", name="Lemonade")
    a_product(demo, "c-3", name="Lemonade of last year", is_archived=True)
    found = listed(demo.staff, query)
    assert (found if "q=" in query else sorted(found)) == skus
    assert ("Nothing fits this filter" in seen(demo.staff, f"/products/{query}")) == (not skus)


def test_a_longer_list_takes_no_more_queries(demo: Demo, django_assert_num_queries: Any) -> None:
    client, path = as_(demo.admin), "/products/?sort=name&q=s"
    with CaptureQueriesContext(connection) as few:
        client.get(path)
    for number in range(15):
        a_product(demo, f"sort-{number}")
    with django_assert_num_queries(len(few)):
        assert client.get(path).content.decode().count('name="product"') == 20


def test_an_empty_list_teaches_and_offers_what_the_person_may_do(demo: Demo) -> None:
    Product.objects.filter(company=demo.company).delete()
    page = seen(demo.staff, "/products/")
    assert "No products yet" in page
    assert 'href="/products/create/"' in page
    demo.staff.groups.clear()
    demo.staff.user_permissions.set(
        [p for p in demo.admin.groups.get().permissions.all() if p.codename == "product_view"]
    )
    assert 'href="/products/create/"' not in seen(demo.staff, "/products/")


# Create


def test_a_product_is_created_and_can_be_named_at_once(committed_demo: Demo) -> None:
    demo = committed_demo
    page = as_(demo.staff).post("/products/create/", {"sku": " tea-1 ", "name": "Green tea"}, follow=True)
    product = Product.objects.get(sku="tea-1")
    assert (product.company, product.name, product.is_archived) == (demo.company, "Green tea", False)
    assert page.redirect_chain == [(f"/products/{product.pk}/", 302)]
    assert told(page) == ["tea-1 is created. Uploads and orders can name it now."]
    assert ingested(demo.staff, "id,product\nabc12345,tea-1\n").status == "completed"


@pytest.mark.parametrize(
    ("sku", "name", "said"),
    [
        ("", "Tea", ["This field is required."]),
        ("sku1", "Tea", ["The company has a product of this SKU already; use that one, or choose another SKU."]),
        (
            "old",
            "Tea",
            ["The company has a hidden product of this SKU already; show that one again, or choose another"],
        ),
        ("s" * 101, "Tea", ["Ensure this value has at most 100 characters (it has 101)."]),
        ("a\tb", "Tea", ["No control characters."]),
        ("tea", "n" * 201, ["Ensure this value has at most 200 characters (it has 201)."]),
        ("tea", "a\x07b", ["No control characters."]),
    ],
)
def test_a_wrong_product_is_shown_again_as_typed(demo: Demo, sku: str, name: str, said: list[str]) -> None:
    a_product(demo, "old", is_archived=True)
    page = as_(demo.staff).post("/products/create/", {"sku": sku, "name": name})
    assert [wrong[: len(each)] for wrong, each in zip(wrongs(page), said, strict=False)] == said
    assert f'name="name" value="{name}"' in page.content.decode()
    assert "Nothing was created yet." in page.content.decode()
    assert Product.objects.filter(company=demo.company).count() == 7


def test_another_companys_sku_is_free(demo: Demo) -> None:
    as_(demo.other_staff).post("/products/create/", {"sku": "sku2"})
    assert Product.objects.get(company=demo.other, sku="sku2").name == ""


# Rename


def test_the_name_is_changed_and_the_sku_stays(demo: Demo) -> None:
    product = Product.objects.get(company=demo.company, sku="sku1")
    path = f"/products/{product.pk}/"
    assert "An SKU stays as it is" in seen(demo.staff, path)
    page = as_(demo.staff).post(path, {"name": "Sour lemonade", "sku": "sku9"}, follow=True)
    assert (page.redirect_chain, told(page)) == ([(path, 302)], ["The name is saved."])
    product.refresh_from_db()
    assert (product.sku, product.name) == ("sku1", "Sour lemonade")
    refused = as_(demo.staff).post(path, {"name": "n" * 201})
    assert wrongs(refused) == ["Ensure this value has at most 200 characters (it has 201)."]
    assert f'value="{"n" * 201}"' in refused.content.decode()
    assert "<h1>sku1</h1>" in refused.content.decode()


# Archive


def test_archiving_asks_first_and_uploads_refuse_the_product_then(committed_demo: Demo) -> None:
    demo = committed_demo
    product = Product.objects.get(company=demo.company, sku="sku1")
    assert ingested(demo.staff, "id,product\nabc12345,sku1\n").status == "completed"
    question = f"/products/archive/?product={product.pk}"
    assert f'href="{question}"' in seen(demo.admin, f"/products/{product.pk}/")
    page = seen(demo.admin, question)
    assert "Hide this product?" in page
    assert "sku1" in listed(demo.admin)
    done = as_(demo.admin).post(question, follow=True)
    assert (done.redirect_chain, told(done)) == ([("/products/", 302)], ["sku1 is hidden."])
    assert "sku1" not in listed(demo.admin)
    refused = ingested(demo.staff, "id,product\nabc12346,sku1\n")
    assert refused.error_counts == {"product_not_found_error": 1}
    leads = f'<a href="/products/create/?sku=sku1&amp;next=/ingestions/{refused.key}/">Create sku1</a>'
    for user, times in ((demo.staff, 1), (demo.support, 0)):
        assert seen(user, f"/ingestions/{refused.key}/").count(leads) == times
    assert Code.objects.get().product_id == product.pk
    assert ">Show again</button>" in seen(demo.admin, f"/products/{product.pk}/")
    back = as_(demo.admin).post("/products/bring-back/", {"product": product.pk}, follow=True)
    assert told(back) == ["sku1 is in use again."]
    assert ingested(demo.staff, "id,product\nabc12346,sku1\n").status == "completed"


def test_several_are_archived_from_the_list_which_keeps_its_filter(demo: Demo) -> None:
    keys = dict(Product.objects.filter(company=demo.company).values_list("sku", "pk"))
    page = seen(demo.admin, "/products/?q=sku&sort=newest")
    assert f'name="product" value="{keys["sku1"]}"' in page
    assert '<input type="hidden" name="q" value="sku"><input type="hidden" name="sort" value="newest">' in page
    question = f"/products/archive/?q=sku&sort=newest&product={keys['sku1']}&product={keys['sku3']}"
    assert "Hide these products?" in seen(demo.admin, question)
    client = as_(demo.admin)
    done = client.post(question, follow=True)
    assert done.redirect_chain == [("/products/?q=sku&sort=newest", 302)]
    assert told(done) == ["2 products are hidden."]
    assert listed(demo.admin, "?q=sku&sort=newest") == ["sku5", "sku4", "sku2"]
    assert ">Show the chosen again</button>" in seen(demo.admin, "/products/?state=archived")
    back = client.post("/products/bring-back/?state=archived", {"product": [keys["sku1"], keys["sku3"]]}, follow=True)
    assert (back.redirect_chain, told(back)) == ([("/products/?state=archived", 302)], ["2 products are in use again."])
    assert listed(demo.admin, "?state=archived") == []
    assert told(client.get("/products/archive/?q=x", follow=True)) == ["No product was chosen."]
    assert told(client.post("/products/bring-back/", follow=True)) == ["No product was chosen."]


# Who may


def test_staff_edit_and_only_admins_archive(demo: Demo) -> None:
    product = Product.objects.get(company=demo.company, sku="sku1")
    archive, path = f"/products/archive/?product={product.pk}", f"/products/{product.pk}/"
    for client in (as_(demo.staff), as_(demo.other_staff), as_(demo.support), as_(demo.printer)):
        assert client.get(archive).status_code == client.post(archive).status_code == 403
        assert client.post("/products/bring-back/", {"product": product.pk}).status_code == 403
    for client in (as_(demo.support), as_(demo.printer)):
        for each in ("/products/", "/products/create/", path):
            assert client.get(each).status_code == client.post(each).status_code == 403, each
    for words in (archive, 'name="product"', "the chosen"):
        assert words not in seen(demo.staff, "/products/") + seen(demo.staff, path)
    assert Client().post(path).headers["Location"] == f"/accounts/login/?next={path}"
    assert 'href="/products/create/"' in seen(demo.staff, "/products/")
    demo.staff.groups.clear()
    demo.staff.user_permissions.set(
        [p for p in demo.admin.groups.get().permissions.all() if p.codename == "product_view"]
    )
    looking = as_(demo.staff)
    assert ">Save the name</button>" not in looking.get(path).content.decode()
    assert looking.post(path, {"name": "x"}).status_code == looking.get("/products/create/").status_code == 403
    product.refresh_from_db()
    assert (product.name, product.is_archived) == ("Product sku1", False)


def test_a_printing_partners_admin_makes_no_products(demo: Demo) -> None:
    demo.printer.groups.set(demo.admin.groups.all())
    assert "Products belong to brand owners" in seen(demo.printer, "/products/")
    assert as_(demo.printer).post("/products/create/", {"sku": "x"}).status_code == 403
    assert not Product.objects.filter(company=demo.printco).exists()


def test_another_companys_product_does_not_exist(demo: Demo) -> None:
    foreign = Product.objects.get(company=demo.other)
    own = Product.objects.filter(company=demo.company).earliest("pk")
    client = as_(demo.admin)
    both = f"?product={own.pk}&product={foreign.pk}"
    assert client.get(f"/products/{foreign.pk}/").status_code == 404
    assert client.post(f"/products/{foreign.pk}/", {"name": "Mine"}).status_code == 404
    assert (
        client.get(f"/products/archive/{both}").status_code
        == client.post(f"/products/archive/{both}").status_code
        == 404
    )
    assert client.post("/products/bring-back/", {"product": [own.pk, foreign.pk]}).status_code == 404
    for wrong in ("x", "", "9" * 30, "-1"):
        assert client.get(f"/products/archive/?product={wrong}").status_code == 404, wrong
    assert not Product.objects.filter(is_archived=True).exists()


def test_hidden_products_are_brought_back_by_one_click(demo: Demo) -> None:
    client, product = as_(demo.admin), demo.company.products.earliest("pk")
    page = client.post(f"/products/archive/?product={product.pk}", follow=True).content.decode()
    form = page.partition('<form class="undo" method="post" action="/products/bring-back/">')[2].partition("</form>")[0]
    assert f'<input type="hidden" name="product" value="{product.pk}">' in form
    client.post("/products/bring-back/", {"product": product.pk})
    product.refresh_from_db()
    assert product.is_archived is False
