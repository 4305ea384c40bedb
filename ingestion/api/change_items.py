"""The call that changes up to a thousand codes by their items, answered at once."""

from __future__ import annotations

from typing import Any

from django.db import OperationalError, transaction
from psycopg.errors import LockNotAvailable, QueryCanceled
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from ingestion.api.rows_parser import RowsParser
from ingestion.api.uploads import Refused, company_of
from ingestion.options.change_serializer import ChangeFileSerializer
from ingestion.readers.json_writer import json_text
from ingestion.rules.keys import ID, WORKORDER, names_of
from ingestion.stages import in_call
from portal.api.authentication import person
from portal.api.calls import Call
from portal.api.idempotency import idempotent
from workorders.changes.api import Busy
from workorders.changes.history import changed_fields, codes_of, skus_of

MOST_ITEMS = 1000  # in one call; more of them travel better as a file
NO_WORKORDER = (
    "It is `extended_id`, `serial_number` or an SCM field. A workorder names all of its codes, which"
    " `scm/upload/async/` changes by its constraint `workorder`, and a file by its first column."
)
TOO_LONG = "Finding the codes took too long. Name them by extended_id, or change them by a file."


class ChangeItemsSerializer(serializers.Serializer[Any]):
    """Changes of codes, one an item. The context has the company."""

    data_key = serializers.CharField(
        max_length=64,
        default=ID,
        help_text="The key of the items that names their codes: `extended_id`, `serial_number` or an SCM field.",
    )
    items = serializers.JSONField()
    many = serializers.BooleanField(  # type: ignore[assignment]  # the field, not the argument of a serializer
        default=False, help_text="A serial number or an SCM field may name several codes, which all change."
    )

    def validate_data_key(self, value: str) -> str:
        if value == WORKORDER:
            raise serializers.ValidationError(NO_WORKORDER)
        return ChangeFileSerializer(context=self.context).validate_data_key(value)

    def validate_items(self, value: Any) -> list[dict[str, Any]]:
        if not isinstance(value, list) or not value or not all(isinstance(item, dict) for item in value):
            example = '[{"extended_id": "abc12345", "activation_status": 1}]'
            raise serializers.ValidationError(f"It must be a list of objects, like {example}.")
        if len(value) > MOST_ITEMS:
            said = f"One call takes {MOST_ITEMS:,} items, these are {len(value):,}"
            raise serializers.ValidationError(f"{said}; send them by several calls, or as a file.")
        return value


class ChangeItems(Call):
    permission = "scm_bulk_edit"
    takes = ChangeItemsSerializer
    parser_classes = (RowsParser,)

    @idempotent
    def post(self, request: Request) -> Response:
        """Change the codes of all items, or none, and say what became of each."""
        company = company_of(request, "change codes")
        form = ChangeItemsSerializer(data=request.data, context={"company": company})
        form.is_valid(raise_exception=True)
        items, key = form.validated_data["items"], form.validated_data["data_key"] or ID
        parameters = {"data_key": key, "many": form.validated_data["many"]}
        try:
            with transaction.atomic():
                done = in_call.change_by_rows(person(request), company, json_text(items), parameters)
                return Response(_told(done, items, key))
        except in_call.Refused as refused:
            return Response(_refusal(refused.faults), 400)
        except OperationalError as error:
            if isinstance(error.__cause__, LockNotAvailable):
                raise Busy from error
            if isinstance(error.__cause__, QueryCanceled):
                raise Refused(TOO_LONG) from error
            raise


def _told(done: in_call.Done, items: list[dict[str, Any]], key: str) -> dict[str, Any]:
    """Return what was changed: code by code, and the names of the changed fields by the key of each item."""
    rows = list(codes_of(done.change))
    skus = skus_of(rows)
    changes = {row.identifier: changed_fields(row, skus) for row in rows}
    of_items: dict[str, list[str]] = {}
    for number, item in enumerate(items, 1):
        named = next((str(item[name]) for name in names_of(key) if name in item), "")
        of_items[named] = sorted({name for code in done.codes.get(number, ()) for name in changes.get(code, ())})
    return {
        "codes_affected": len(changes),
        "total_updates": sum(map(len, changes.values())),
        "changes": [{"id": identifier, "changes": fields} for identifier, fields in changes.items()],
        "items": of_items,
        "record_key": done.record.key,
    }


def _refusal(faults: list[dict[str, Any]]) -> dict[str, Any]:
    wrong = len({fault["row"] for fault in faults if fault["row"] is not None})
    which = f"{wrong:,} item{' is' if wrong == 1 else 's are'} wrong" if wrong else "the items cannot be taken"
    ordered = sorted(faults, key=lambda fault: fault["row"] or 0)
    return {"detail": f"Nothing was changed: {which}.", "errors": ordered}
