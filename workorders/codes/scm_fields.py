"""The SCM fields that a company's codes have, and those that it declares."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import connection

from portal.models import Company
from portal.values.problems import say_problem
from workorders.codes.field_types import FieldRule
from workorders.codes.fields import SCM_KEY
from workorders.models import FIRST_CODES, DeclaredField, Workorder

LATEST = 200  # workorders of which the first codes are looked at
REQUIRED = say_problem("The company requires it of every code, so it cannot be removed.")
FIELDS = """
    SELECT DISTINCT jsonb_object_keys(first.scm_data) FROM unnest(%s::bigint[]) AS latest (workorder_id)
    CROSS JOIN LATERAL (
        SELECT scm_data FROM workorders_code WHERE workorder_id = latest.workorder_id AND sequence <= %s LIMIT %s
    ) AS first"""
"""One workorder after the other by the index `code_first_of_workorder`, as `codes_in` finds them."""


def fields_in_use(company_id: int) -> set[str]:
    """Return the SCM fields of the first codes of the latest workorders, which are those that people use now."""
    latest = Workorder.objects.filter(company=company_id).order_by("-pk")
    workorders = list(latest.values_list("pk", flat=True)[:LATEST])
    with connection.cursor() as cursor:
        cursor.execute(FIELDS, [workorders, FIRST_CODES, FIRST_CODES])
        return {field for (field,) in cursor.fetchall()}


def known_fields(company: Company) -> set[str]:
    """Return the SCM fields that people of the company may mean: those in use, and those that it declares."""
    return fields_in_use(company.pk) | {*company.declared_fields.values_list("key", flat=True)}


def declared_fields(company_id: int) -> dict[str, FieldRule]:
    """Return what each declared SCM field of the company takes, by its key; nothing where it declares none."""
    return {field.key: FieldRule.of(field) for field in DeclaredField.objects.filter(company=company_id)}


def faults_of_declared(scm: Mapping[str, str | None], company_id: int) -> dict[str, str]:
    """Return what is wrong with each of these SCM fields, as the company declares them; None removes a field."""
    keys = [key for key in scm if SCM_KEY.fullmatch(key)]
    declared = DeclaredField.objects.filter(company=company_id, key__in=keys) if keys else ()
    faults = {}
    for rule in map(FieldRule.of, declared):
        value = scm[rule.key]
        if value is None:
            faults[rule.key] = REQUIRED if rule.is_required else ""
        elif value:
            faults[rule.key] = rule.fault(value)
    return {key: fault for key, fault in faults.items() if fault}
