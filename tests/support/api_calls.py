"""All calls of the API, by what they need."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from ingestion import services
from ingestion.models import IngestionRecord
from ingestion.options.templates import keep_template
from portal.models import User
from tests.support.demo import Demo
from tests.support.webhooks import a_webhook
from workorders.models import Code, Equipment, Export, Substrate, Webhook, WebhookDelivery, Workorder, WorkorderTemplate

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")

ANY_TOKEN = "any token"
OPEN = "nothing"
READING_CODES = "codes_view or workorder_view"


# What each call needs. A new route or method fails the tests until it stands here.
NEEDS = {
    "POST api/v2/ingestion/codes/upload/get-post-data/": "ingestion_code_create",
    "POST api/v2/ingestion/codes/upload/process/": "ingestion_code_create",
    "POST api/v2/ingestion/codes/add-sids/": "ingestion_code_create",
    "POST api/v2/ingestion/codes/process-from-file/": "ingestion_code_create",
    "POST api/v2/ingestion/codes/create-from-template/": "ingestion_code_create",
    "GET api/v2/ingestion/templates/": "ingestion_code_create",
    "POST api/v2/ingestion/templates/": "ingestion_code_create",
    "GET api/v2/ingestion/templates/<int:pk>/": "ingestion_code_create",
    "PATCH api/v2/ingestion/templates/<int:pk>/": "ingestion_code_create",
    "DELETE api/v2/ingestion/templates/<int:pk>/": "ingestion_code_create",
    "GET api/v2/ingestion/": "ingestion_view",
    "GET api/v2/ingestion/<slug:key>/": "ingestion_view",
    "GET api/v2/ingestion/<slug:key>/errors/": "ingestion_view",
    "GET api/v2/ingestion/<slug:key>/errors.csv": "ingestion_view",
    "GET api/v2/ingestion/<slug:key>/rows-with-errors/": "ingestion_view",
    "POST api/v2/ingestion/<slug:key>/cancel/": "ingestion_cancel or ingestion_code_create",
    "GET api/v2/ingestion/<slug:key>/withdraw/": "ingestion_withdraw",
    "POST api/v2/ingestion/<slug:key>/withdraw/": "ingestion_withdraw",
    "GET api/v2/ingestion/<slug:key>/undo/": "scm_undo",
    "POST api/v2/ingestion/<slug:key>/undo/": "scm_undo",
    "POST api/v2/ingestion/scm/upload/get-post-data/": "scm_bulk_edit",
    "POST api/v2/ingestion/scm/upload/process/": "scm_bulk_edit",
    "POST api/v2/scm/upload/": "scm_bulk_edit",
    "POST api/v2/scm/upload/async/": "scm_bulk_edit",
    "GET api/v2/scm/tasks/<slug:key>/": "scm_bulk_edit or ingestion_view",
    "GET api/v2/codes/": READING_CODES,
    "GET api/v2/codes/<any_id:id>/": READING_CODES,
    "PATCH api/v2/codes/<any_id:id>/": "scm_code_edit",
    "GET api/v2/codes/<code_id:id>/image/": READING_CODES,
    "GET api/v2/codes/<code_id:id>/history/": READING_CODES,
    "GET api/v2/codes/download/": READING_CODES,
    "POST api/v2/codes/download/": "codes_view",
    "GET api/v2/codes/download/<int:pk>/": "codes_view",
    "DELETE api/v2/codes/download/<int:pk>/": "codes_view",
    "GET api/v2/scans/": "codes_view",
    "GET api/v2/workorders/": "workorder_view",
    "GET api/v2/workorders/<int:pk>/": "workorder_view",
    "POST api/v2/workorders/<int:pk>/archive/": "workorder_archive",
    "POST api/v2/workorders/<int:pk>/allow-download/": "workorder_create",
    "GET api/v2/workorders/<int:pk>/timeline/": "workorder_view",
    "GET api/v2/workorders/<int:pk>/download/": "workorder_download",
    "DELETE api/v2/workorders/<int:pk>/download/": "workorder_download",
    "GET api/v2/workorders/<int:pk>/serial-numbers/": "workorder_sid_download",
    "POST api/v2/workorders/create-sid/": "workorder_create",
    "POST api/v2/workorders/create-ssc/": "workorder_create",
    "GET api/v2/workorder-templates/": "workorder_create",
    "POST api/v2/workorder-templates/": "workorder_create",
    "GET api/v2/workorder-templates/<int:pk>/": "workorder_create",
    "PATCH api/v2/workorder-templates/<int:pk>/": "workorder_create",
    "POST api/v2/workorder-templates/<int:pk>/archive/": "workorder_archive",
    **{
        f"{method} api/v2/{kind}/{more}": "workorder_print"
        for kind in ("equipment", "substrates")
        for method, more in (
            ("GET", ""),
            ("POST", ""),
            ("GET", "<int:pk>/"),
            ("PATCH", "<int:pk>/"),
            ("POST", "<int:pk>/archive/"),
        )
    },
    "POST api/v2/workorders/<int:pk>/confirm/": "workorder_print",
    "GET api/v2/workorders/<int:pk>/secure-codes/": "workorder_print",
    "POST api/v2/workorders/<int:pk>/printed/": "workorder_print",
    "POST api/v2/workorders/<int:pk>/complete/": "workorder_create",
    "POST api/v2/workorders/<int:pk>/reject/": "workorder_create",
    "POST api/v2/workorders/<int:pk>/cancel/": "workorder_cancel",
    "GET api/v2/products/": "product_view",
    "POST api/v2/products/": "product_edit",
    "GET api/v2/products/<int:pk>/": "product_view",
    "PATCH api/v2/products/<int:pk>/": "product_edit",
    **{
        f"{method} api/v2/company/webhooks/{more}": "company_settings"
        for method, more in (
            ("GET", ""),
            ("POST", ""),
            ("GET", "<int:pk>/"),
            ("PATCH", "<int:pk>/"),
            ("DELETE", "<int:pk>/"),
            ("POST", "<int:pk>/renew-secret/"),
            ("POST", "<int:webhook>/test/"),
            ("GET", "<int:webhook>/deliveries/"),
            ("POST", "<int:webhook>/deliveries/replay-failed/"),
            ("POST", "<int:webhook>/deliveries/<int:pk>/replay/"),
        )
    },
    "GET api/v2/products/<int:pk>/links/": "company_settings",
    "PUT api/v2/products/<int:pk>/links/": "company_settings",
    "GET api/v2/company/links/": "company_settings",
    "PUT api/v2/company/links/": "company_settings",
    "GET api/v2/me/": ANY_TOKEN,
    "GET api/schema/": OPEN,
    "GET api/docs/": OPEN,
}


def routes(patterns: list[Any] | None = None, before: str = "") -> Iterator[tuple[str, Any]]:
    """Every route of the API in the URL configuration, with its view."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern) and route.startswith("api/"):
            yield route, pattern.callback


def address(call: str, there: dict[str, Any]) -> tuple[str, str]:
    """Method and path of a call about what is there."""
    method, _, route = call.partition(" ")
    parts = route.split("/")[2:]
    named = there.get("/".join(parts[:2]), there.get(parts[0]))
    return method, "/" + re.sub(r"<[^>]*>", lambda _: str(named), route)


def calls() -> list[str]:
    """Every method of every route, as NEEDS names it."""
    found = []
    for route, view in routes():
        view_class = getattr(view, "view_class", None)
        methods = [name for name in METHODS if hasattr(view_class, name.lower())] if view_class else ["GET"]
        found += [f"{method} {route}" for method in methods]
    return found


GUARDED = sorted(call for call in calls() if NEEDS.get(call) != OPEN)
ALIKE = {"GET api/v2/codes/download/"}  # one code's address, whose id is the name of another call


def one_of_each(demo: Demo) -> dict[str, Any]:
    """Create one row of everything that an address of the API can name, by the beginning of its route."""
    record = services.start_upload(demo.staff, demo.company, filetype="csv", mode="api")
    workorder = Workorder.objects.create(company=demo.company, reference="Spring", quantity=0, created_by=demo.staff)
    code = Code.objects.create(company=demo.company, workorder=workorder, identifier="abc12345", sequence=1)
    template = WorkorderTemplate.objects.create(company=demo.company, name="Jars", printing_partner=demo.printco)
    kept = keep_template(demo.company, "Rolls", {}, demo.staff)
    known: Any = {"company": demo.printco, "calibrated_on": "2026-01-01", "calibrated_until": "2099-12-31"}
    change = IngestionRecord.objects.create(
        company=demo.company, created_by=demo.staff, type="scm", ingestion_mode="api"
    )
    return {
        "ingestion": record.key,
        "ingestion/templates": kept.pk,
        "scm": change.key,
        "workorders": workorder.pk,
        "products": demo.company.products.earliest("pk").pk,
        "codes": code.identifier,
        "codes/download": Export.objects.create(company=demo.company, created_by=demo.staff, format="csv").pk,
        "workorder-templates": template.pk,
        "company": a_delivery(demo),
        "equipment": Equipment.objects.create(name="Press 1", dpi=1200, **known).pk,
        "substrates": Substrate.objects.create(name="Gloss", **known).pk,
    }


def a_delivery(demo: Demo) -> int:
    """Make an endpoint and a delivery to it that have the same id, which is returned."""
    same = 10**9  # which no other row comes to
    Webhook.objects.filter(pk=a_webhook(demo)[0].pk).update(id=same)
    WebhookDelivery.objects.create(pk=same, webhook_id=same, message_id="msg_1", type="record.completed")
    return same


def keeps(demo: Demo, call: str) -> User:
    """Return somebody of the company that owns what the call is about, with every permission."""
    return demo.printer if " api/v2/equipment/" in call or " api/v2/substrates/" in call else demo.admin
