"""The codes of a page as the API answers them, made from plain columns: a page has up to a thousand."""

from __future__ import annotations

from typing import Any

from rest_framework.fields import DateTimeField

from portal.database.planner import each_of
from portal.models import Company
from workorders.models import Code, CodeScans, Product, Workorder

COLUMNS = (*("identifier", "workorder", "product", "activation_status", "blacklist_reason", "scm_data", "sequence"),)
UNSCANNED: dict[str, Any] = {"count": 0, "first_at": None, "last_at": None}
_moment = DateTimeField().to_representation


class Origin:
    """What codes of a workorder have in common: their prefix, whether they are numbered, and what brought them."""

    def __init__(self, workorder: Workorder) -> None:
        self.prefix, self.is_numbered = workorder.url_prefix, workorder.use_serial_number
        self._records: list[tuple[float, str]] = []  # the last sequence that each brought, and its key
        last = 0
        for record in sorted(workorder.ingestions.all(), key=lambda record: record.status_updated_at):
            last += record.result_data.get("codes_created", 0)
            self._records.append((float("inf") if workorder.type == Workorder.Type.SID else last, str(record.key)))

    def record(self, sequence: int) -> str | None:
        """Return the key of the ingestion record that brought the code of this sequence."""
        return next((key for last, key in self._records if sequence <= last), None)


def read_rows(company: Company, identifiers: list[str]) -> dict[str, dict[str, Any]]:
    """Return the company's codes of these ids as `CodeSerializer` shows each, without those whose workorder has gone.

    Of workorders, products and scans what is needed is read once, however many codes there are.
    """
    found = Code.objects.filter(company=company, identifier__in=each_of(identifiers, "text"))
    codes = list(found.values_list(*COLUMNS))
    of_codes = Workorder.objects.filter(pk__in={workorder for _, workorder, *_ in codes})
    origins = {each.pk: Origin(each) for each in of_codes.prefetch_related("ingestions")}
    skus = dict(Product.objects.filter(pk__in={each[2] for each in codes}).values_list("pk", "sku"))
    counted = CodeScans.objects.filter(company=company, identifier__in=identifiers)
    scans = {
        identifier: {"count": count, "first_at": _moment(first), "last_at": _moment(last)}
        for identifier, count, first, last in counted.values_list("identifier", "count", "first_at", "last_at")
    }
    rows = {}
    for identifier, workorder, product, status, reason, scm, sequence in codes:
        if (origin := origins.get(workorder)) is None:
            continue
        rows[identifier] = {
            "id": identifier,
            "url": origin.prefix + identifier,
            "workorder": workorder,
            "product": skus.get(product),
            "activation_status": status,
            "blacklist_reason": reason,
            "scm_data": scm,
            "serial_number": f"{sequence:010d}" if origin.is_numbered else None,
            "sequence": sequence,
            "batch": (sequence - 1) // Code.BATCH + 1,
            "record": origin.record(sequence),
            "scans": scans.get(identifier, UNSCANNED),
        }
    return rows
