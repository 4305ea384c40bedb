"""What a company sets for itself: settings of uploads and orders, and the SCM fields that it declares."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext

from portal.accounts.security_log import tell
from portal.database.constraints import Violation, savepoint
from portal.models import Company
from portal.values.words import number
from workorders.codes.fields import MOST_SCM_FIELDS
from workorders.models import DeclaredField

SETTINGS = ("custom_url_prefix", "label_sheet", "label_text", "upload_mail", "language", "time_zone")


class FieldTaken(Exception):  # noqa: N818  # an event, not a fault
    """The company declares an SCM field of this name already. The message says so."""


class TooManyFields(Exception):  # noqa: N818  # an event, not a fault
    """The company declares as many SCM fields as a code can have. The message says so."""


def change_settings(company: Company, values: dict[str, Any]) -> bool:
    """Store those of the `SETTINGS` in `values` that differ from what the company has; False where none does."""
    changed = {name: values[name] for name in SETTINGS if name in values and values[name] != getattr(company, name)}
    if not changed:
        return False
    before = {name: getattr(company, name) for name in changed}
    for name, value in changed.items():
        setattr(company, name, value)
    with transaction.atomic():
        company.save(update_fields=[*changed])
        tell("company_changed", of=company, company_name=company.name, changed=[*changed], before=before, **changed)
    return True


def declare_field(company: Company, field: DeclaredField) -> None:
    """Have the company declare a new SCM field. Raises FieldTaken, or TooManyFields."""
    if company.declared_fields.count() >= MOST_SCM_FIELDS:
        raise TooManyFields(
            gettext("The company declares {most} fields already; more no code can have.").format(
                most=number(MOST_SCM_FIELDS)
            )
        )
    field.company = company
    try:
        with savepoint("declared_field_of_company"):
            field.save(force_insert=True)
            _tell(field, "field_declared")
    except Violation:
        raise FieldTaken(gettext("The company declares a field of this name already; change that one.")) from None


def change_field(field: DeclaredField) -> None:
    """Store what was changed of a declared SCM field. Codes keep what they have."""
    with transaction.atomic():
        field.save(force_update=True)
        _tell(field, "field_changed")


def remove_field(field: DeclaredField) -> None:
    """Declare an SCM field no more. Codes keep what they have."""
    with transaction.atomic():
        field.delete()
        _tell(field, "field_removed")


def _tell(field: DeclaredField, what: str) -> None:
    company = field.company
    tell("company_changed", of=company, company_name=company.name, changed=[what], field=field.key, type=field.type)
