"""The back office, and all kinds of things in it."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.admin.utils import quote

from ingestion.models import Drop, IngestionRecord, IngestionTemplate
from portal.models import Company, Event, IdentityProvider, User, UserAuthorizationToken
from tests.support.demo import Demo
from tests.support.pages import as_
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
