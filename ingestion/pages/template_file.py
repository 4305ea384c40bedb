"""The templates of files, made of the company's own products and SCM fields."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import UTC, datetime
from io import StringIO

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.views.decorators.http import require_safe

from ingestion.pages.lines import may_change, may_upload
from portal.models import Company
from portal.pages.access import PersonRequest, page
from portal.values.formulas import guarded
from workorders.codes.field_types import FieldRule, Type
from workorders.codes.scm_fields import declared_fields

IDS = ("abc12345", "def12345", "ghi12345")
USUAL = (FieldRule("pallet_number"),)  # where the company declares no field
EXAMPLES = {Type.TEXT: ("A1", "A1", "A2"), Type.WHOLE_NUMBER: ("1", "1", "2"), Type.DECIMAL: ("1.5", "1.5", "2")}


@page("ingestion_code_create")
@require_safe
def upload_template(request: PersonRequest) -> HttpResponse:
    """Answer with a file of new codes: the products and SCM fields are the company's."""
    company = request.user.brand
    if company is None or not may_upload(request.user):
        raise PermissionDenied
    skus = _skus_of(company)
    columns = {"id": IDS, **({"product": _three(skus)} if skus else {}), **_scm_columns(company)}
    return _as_file(columns, "codes.csv")


@page("scm_bulk_edit")
@require_safe
def change_template(request: PersonRequest) -> HttpResponse:
    """Answer with a file of changes, whose empty cells leave alone what the codes have."""
    company = request.user.brand
    if company is None or not may_change(request.user):
        raise PermissionDenied
    scm = {key: (values[0], "", values[2]) for key, values in _scm_columns(company).items()}
    return _as_file({"extended_id": IDS, "activation_status": ("1", "1", ""), **scm}, "changes.csv")


def _skus_of(company: Company) -> list[str]:
    """Return SKUs that a spreadsheet leaves as they are, one for each example where there are as many."""
    found = company.products.filter(is_archived=False).values_list("sku", flat=True)[:100]
    return [sku for sku in found if guarded(sku) == sku][: len(IDS)]


def _scm_columns(company: Company) -> dict[str, tuple[str, ...]]:
    rules = declared_fields(company.pk).values() or USUAL
    return {rule.key: _examples_of(rule) for rule in rules}


def _examples_of(rule: FieldRule) -> tuple[str, ...]:
    if rule.type == Type.CHOICE:
        plain = [choice for choice in rule.choices if guarded(choice) == choice]
        return _three(plain or [*rule.choices])
    if rule.type == Type.DATE:
        return (datetime.now(UTC).date().isoformat(),) * len(IDS)
    return EXAMPLES[Type(rule.type)]


def _three(values: list[str]) -> tuple[str, ...]:
    """Return a value for each example, the last one again where there are fewer."""
    return tuple((values + values[-1:] * len(IDS))[: len(IDS)])


def _as_file(columns: dict[str, tuple[str, ...]], name: str) -> HttpResponse:
    text = StringIO()
    rows: Iterator[tuple[str, ...]] = zip(*columns.values(), strict=True)
    csv.writer(text, lineterminator="\n").writerows([tuple(columns), *rows])
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(text.getvalue(), content_type="text/csv", headers=headers)
