"""Changes of codes as records, brought to their end here and now."""

from __future__ import annotations

from typing import Any

from ingestion import changes, engine
from ingestion.models import IngestionRecord
from portal.models import User
from workorders.changes.parsing import parse_values
from workorders.codes.filters import parse_filter
from workorders.models import Code


def ended(record: IngestionRecord) -> IngestionRecord:
    """The record, after a worker has brought it to its end."""
    engine.run(record.pk)
    record.refresh_from_db()
    return record


def changed(user: User, constraints: dict[str, Any], mode: str = "api", **values: Any) -> IngestionRecord:
    """Change the codes of the user's company that meet the constraints, and return the record."""
    assert user.company is not None
    parsed = parse_values(values, user.company.pk)
    return ended(changes.start_selected(user, user.company, parse_filter(constraints), parsed, mode))


def undone(user: User, record: IngestionRecord) -> IngestionRecord:
    """Undo what a record changed, and return the record of the undo."""
    return ended(changes.start_undo(user, record, "api"))


def values_of(identifier: str) -> tuple[Any, ...]:
    """SKU, status, reason and SCM fields of a code."""
    code = Code.objects.select_related("product").get(identifier=identifier)
    sku = code.product.sku if code.product else None
    return sku, code.activation_status, code.blacklist_reason, code.scm_data
