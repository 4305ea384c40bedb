"""Reading the values of a change as calls, pages and records have them, and writing them so again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from django.core.exceptions import ValidationError

from portal.models import Company
from portal.values.problems import say_problem
from portal.values.suggestions import hint
from workorders.changes.values import NewValues
from workorders.codes.fields import (
    ATTRIBUTES,
    MEANT,
    MOST_SCM_FIELDS,
    OF_CODEPORT,
    REASONS,
    STATUSES,
    as_sentence,
    contradict,
    contradiction,
    fault_of_name,
    fault_of_value,
    reserved,
)
from workorders.codes.scm_fields import faults_of_declared, known_fields
from workorders.models import Code, Product
from workorders.products.services import usable_products

CANNOT_BE_REMOVED = "It cannot be removed; leave it out to keep it as it is."
NOTHING_TO_CHANGE = "It changes nothing: name at least one value."
SIMILARITY = 0.8  # of a name to one of ours, from which on it is taken for a slip
NEVER = ("id", "extended_id", "scm_data")  # names of codes that no SCM field of a change has
UNLIKE = (*NEVER, "serial_number", "workorder")  # names that are no value of a change


def parse_values(data: Mapping[str, Any], company_id: int, before: Code | None = None) -> NewValues:
    """Return the values that `data` names: `product` (an SKU), `activation_status`, `blacklist_reason`, SCM fields.

    An empty text leaves a value alone, None removes an SCM field. Raises ValidationError with everything that is wrong,
    by field, or with NOTHING_TO_CHANGE. `before` is the one code that is changed, which may keep what it has.
    """
    if len(data) > MOST_SCM_FIELDS:
        raise ValidationError(
            say_problem("It has {count:,} fields; {most:,} at most.", count=len(data), most=MOST_SCM_FIELDS)
        )
    wrong = {name: fault for name, value in data.items() if (fault := _fault(name, value))}
    wrong |= doubts_of_names({name: value for name, value in data.items() if name not in wrong}, company_id)
    texts = {name: _text(value) for name, value in data.items() if value is not None and name not in wrong}
    wrong |= {name: as_sentence(fault) for name, text in texts.items() if (fault := fault_of_value(name, text))}
    scm = {name: texts.get(name) for name in data if name not in (*ATTRIBUTES, *wrong) and texts.get(name) != ""}
    wrong |= faults_of_declared(scm, company_id)
    products = usable_products(company_id) if texts.get("product") else {}
    if texts.get("product") and before is not None and before.product is not None:
        products[before.product.sku] = before.product.pk  # archived meanwhile, perhaps
    if (sku := texts.get("product")) and sku not in products:
        said = say_problem("No product of the company has this SKU, or it is hidden.")
        wrong["product"] = f"{said} {hint(sku, products)}".rstrip()
    status, reason = STATUSES.get(texts.get("activation_status", "")), REASONS.get(texts.get("blacklist_reason", ""))
    if status is not None and contradict(status, reason or 0):
        wrong["blacklist_reason"] = contradiction(status, reason or 0)
    elif reason in OF_CODEPORT and (before is None or reason != before.blacklist_reason):
        wrong["blacklist_reason"] = reserved(reason)
    if wrong:
        raise ValidationError({name: [fault] for name, fault in wrong.items()})
    values = NewValues(status, reason, products.get(texts.get("product", "")), scm)
    if values.is_empty:
        raise ValidationError(NOTHING_TO_CHANGE)
    return values


def values_as_json(values: NewValues) -> dict[str, Any]:
    """Return the values as `parse_values` takes them."""
    sku = Product.objects.get(pk=values.product_id).sku if values.product_id is not None else None
    own = {"activation_status": values.status, "blacklist_reason": values.reason, "product": sku}
    return {name: value for name, value in own.items() if value is not None} | dict(values.scm)


def doubts_of_names(data: Mapping[str, Any], company_id: int) -> dict[str, str]:
    """Return the names in `data` that mean something else than an SCM field, each with what is wrong with it.

    A field that codes of the company have may be named so, and any but an id may be removed.
    """
    doubts = {name: doubt for name, value in data.items() if (doubt := _doubt(name, value))}
    fields = known_fields(Company.objects.get(pk=company_id)) - {*NEVER} if doubts else set()
    return {name: doubt for name, doubt in doubts.items() if name not in fields}


def _doubt(name: str, value: Any) -> str:
    if name in UNLIKE:
        return say_problem("No change gives codes another one.")
    if value is None or name in ATTRIBUTES:
        return ""
    close = [MEANT[name]] if name in MEANT else get_close_matches(name, ATTRIBUTES, 1, SIMILARITY)
    return say_problem("There is no such field; the nearest is `{name}`.", name=close[0]) if close else ""


def _fault(name: str, value: Any) -> str:
    """Say why a field of this name and type is none that can be changed so; or nothing."""
    if fault := fault_of_name(name, value):
        return "" if name in UNLIKE else as_sentence(fault)
    return CANNOT_BE_REMOVED if name in ATTRIBUTES and value is None else ""


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
