"""The back office, and all kinds of things in it."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.admin.utils import quote

from ingestion.models import Drop, IngestionRecord, IngestionTemplate
from ingestion.options.templates import keep_template
from portal.models import Company, Event, IdentityProvider, User, UserAuthorizationToken
from portal.timeline import note
from tests.support.demo import Demo
from tests.support.equipment import a_paper, a_press
from tests.support.identity_providers import a_provider
from tests.support.pages import a_record, as_
from tests.support.tokens import issue
from workorders.models import DomainProof, Equipment, Export, Job, OfficeCode, Product, Substrate, UrlPrefix, Workorder

KINDS = {
    IngestionRecord: "ingestion/ingestionrecord",
    IngestionTemplate: "ingestion/ingestiontemplate",
    Drop: "ingestion/drop",
    Workorder: "workorders/workorder",
    Product: "workorders/product",
    OfficeCode: "workorders/officecode",
    Job: "workorders/job",
    Export: "workorders/export",
    UrlPrefix: "workorders/urlprefix",
    DomainProof: "workorders/domainproof",
    Equipment: "workorders/equipment",
    Substrate: "workorders/substrate",
    Company: "portal/company",
    IdentityProvider: "portal/identityprovider",
    User: "portal/user",
    Event: "portal/event",
    UserAuthorizationToken: "portal/userauthorizationtoken",
}
every_kind = pytest.mark.parametrize("model", KINDS, ids=[model.__name__ for model in KINDS])


def key_of(row: Any) -> str:
    """What stands in the address of a row's page."""
    return quote(f"{row.company_id} {row.pk}") if isinstance(row, OfficeCode) else str(row.pk)


def do(demo: Demo, action: str, *rows: Any) -> str:
    """Let the superuser run an action on rows of one kind; what the page then says."""
    fields = {"action": action, "_selected_action": [row.pk for row in rows]}
    response = as_(demo.root).post(f"/admin/{KINDS[type(rows[0])]}/", fields, follow=True)
    (said,) = (str(message) for message in response.context["messages"])
    return said


def everything(demo: Demo) -> None:
    """One of each kind of row."""
    record = a_record(demo.staff)
    Job.objects.create(workorder_id=record.workorder_id or 0, what=Job.What.ARCHIVE, created_by=demo.staff)
    Export.objects.create(company=demo.company, created_by=demo.staff, format="csv")
    kept = keep_template(demo.company, "Rolls", {"encoding": "windows-1252"}, demo.staff)
    Drop.objects.create(company=demo.company, template=kept, folder="rolls", owner=demo.staff)
    UrlPrefix.objects.create(prefix="codes.example.com/", company=demo.company)
    DomainProof.objects.create(host="codes.example.com", company=demo.company)
    issue(demo.staff, name="line 4")
    a_press(demo)
    a_paper(demo)
    a_provider(demo.company, "https://login.demo.example", "demo.example")
    note(demo.company, "founded", demo.staff, address="203.0.113.7")
