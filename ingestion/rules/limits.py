"""The limits of one file: defaults, products, and the format of its ids."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ingestion.models import IngestionRecord
from ingestion.rules.defaults import Defaults, parse_defaults
from ingestion.rules.identifiers import RULES, IdRules
from ingestion.rules.remembered_names import recall_names
from workorders.codes.field_types import FieldRule
from workorders.codes.scm_fields import declared_fields
from workorders.models import ActivationStatus
from workorders.products.services import usable_products


@dataclass(frozen=True)
class Limits:
    """The limits that the rows of one file are checked against.

    `products` gives the id of each SKU that may be used; `longest_id` is how many characters of id fit the URL. With
    `empty_marker`, a cell may say that it removes a field. `declared` holds the SCM fields that the company declares,
    `remembered` the names that it gave to columns, by their folded names.
    `company_id` is 0 where codes of the company are not to be looked at.
    With `shown_digits`, ids that a workbook holds as numbers are the digits that it shows. `kept_products` are those
    that a code may keep but not get.
    """

    defaults: Defaults
    products: Mapping[str, int]
    longest_id: int
    ids: IdRules
    empty_marker: bool = False
    declared: Mapping[str, FieldRule] = field(default_factory=dict)
    shown_digits: bool = False
    remembered: Mapping[str, str] = field(default_factory=dict)
    company_id: int = 0
    kept_products: Mapping[str, int] = field(default_factory=dict)


def limits_for(company_id: int, options: Mapping[str, Any], longest_id: int, *, are_active: bool = False) -> Limits:
    """Return the limits for a company's upload with these options.

    `are_active` tells whether codes are active where neither their rows nor the options set a status.
    """
    status = ActivationStatus.ACTIVE if are_active else ActivationStatus.INACTIVE
    ids = RULES[options.get("id_format", IngestionRecord.IdFormat.DEFAULT)]
    defaults = parse_defaults(options["default_scm_data"], status=status)
    return Limits(
        defaults,
        usable_products(company_id),
        longest_id,
        ids,
        declared=declared_fields(company_id),
        shown_digits=bool(options.get("shown_digits")),
        remembered=recall_names(company_id),
        company_id=company_id,
    )
