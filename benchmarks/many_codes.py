"""Codes by the ten million, as loads and changes leave them: what `lists` asks for.

A company has five of six codes, another one the rest. Each workorder has a million, but for ten of a thousand.
"""

from __future__ import annotations

from datetime import timedelta

from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from portal.embedded.demo import create_demo_data
from portal.models import Company, User
from workorders.codes.block_index import summarize_blocks
from workorders.models import Change, Product, Workorder

A_WORKORDER, A_SMALL_ONE, SMALL_ONES = 1_000_000, 1_000, 10
FILL = """
    INSERT INTO workorders_code (identifier, sequence, company_id, workorder_id, product_id, activation_status,
        blacklist_reason, scm_data)
    SELECT made.id, n, %(company)s, %(workorder)s, %(product)s, 0, 0,
        jsonb_build_object('pallet_number', 'pal' || n / 100)
    FROM (SELECT left(translate(encode(sha256((%(workorder)s || '-' || n)::text::bytea), 'base64'), '+/=', '-_0'), 12)
              COLLATE "C" AS id, n FROM generate_series(1, %(codes)s) n) AS made
    ORDER BY made.id ON CONFLICT DO NOTHING"""
CHANGE = """
    UPDATE workorders_code
    SET activation_status = %(status)s, blacklist_reason = %(reason)s, last_change_id = %(change)s
    WHERE company_id = %(company)s AND workorder_id BETWEEN %(first)s AND %(last)s
        AND sequence %% %(each)s = 7 %% %(each)s"""
SCANS = """
    INSERT INTO workorders_codescans (company_id, identifier, count, first_at, last_at)
    SELECT company_id, identifier, 1, now(), now() FROM workorders_code
    WHERE workorder_id BETWEEN %(first)s AND %(last)s AND sequence %% %(each)s = 11"""


def fill(codes: int) -> None:
    """Make the demo company's workorders and the other's, so many codes in all, and change and scan some of them."""
    create_demo_data("correct horse battery")
    demo, other = Company.objects.get(slug="demo"), Company.objects.get(slug="other")
    staff = User.objects.get(email="staff@demo.example")
    Product.objects.bulk_create(Product(company=demo, sku=sku) for sku in ("rare", "none"))
    products = {(each.company_id, each.sku): each.pk for each in Product.objects.all()}
    begun, large = timezone.now(), codes // A_WORKORDER
    for number in range(large + SMALL_ONES):
        is_large = number < large
        company = other if is_large and number % 6 == 5 else demo
        quantity = A_WORKORDER if is_large else A_SMALL_ONE
        workorder = Workorder.objects.create(
            company=company,
            reference=f"w{number}",
            quantity=quantity,
            url_prefix=f"http://127.0.0.1:8000/c/{company.slug}/",
            created_by=staff,
            state=Workorder.State.COMPLETED,
            use_serial_number=number % 3 == 1,
        )
        Workorder.objects.filter(pk=workorder.pk).update(created_at=begun - timedelta(days=10 * (50 - number)))
        sku = "sku1" if company == other or number % 6 == 0 else "sku2" if is_large else "rare"
        product = products[company.pk, sku]
        with connection.cursor() as cursor:
            cursor.execute(
                FILL, {"company": company.pk, "workorder": workorder.pk, "product": product, "codes": quantity}
            )
        print(f"{workorder.reference}: {timezone.now() - begun}", flush=True)
    _change(demo, begun)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")
    summarize_blocks()


def _change(company: Company, begun: object) -> None:
    """Change codes of the company: all of one workorder, some of each, few of each, and scan some."""
    of_company = Workorder.objects.filter(company=company, quantity=A_WORKORDER).order_by("pk")
    first, last = of_company.values_list("pk", flat=True)[0], of_company.reverse().values_list("pk", flat=True)[0]
    middle = of_company.values_list("pk", flat=True)[len(of_company) // 2]
    asked = ((middle, middle, 1, 1, 0, 90), (first, last, 1_000, 2, 4, 30), (first, last, 100_000, 2, 7, 2))
    with connection.cursor() as cursor:
        for start, end, each, status, reason, days in asked:
            change = Change.objects.create(company=company, origin=Change.Origin.API)
            Change.objects.filter(pk=change.pk).update(created_at=timezone.now() - timedelta(days=days))
            given = {"company": company.pk, "first": start, "last": end, "each": each, "change": change.pk}
            cursor.execute(CHANGE, given | {"status": status, "reason": reason})
            Change.objects.filter(pk=change.pk).update(codes=cursor.rowcount)
            print(f"changed {cursor.rowcount:,}", flush=True)
        cursor.execute(SCANS, {"first": first, "last": last, "each": 1_000})


def make(codes: int) -> None:
    """Fill the database, unless it has codes already."""
    call_command("migrate", verbosity=0)
    if not Company.objects.exists():
        fill(codes)
