"""Exports of codes, written here and now."""

from __future__ import annotations

import csv
import gzip
import io
import json
from typing import Any

from portal.models import User
from portal.storage.base import storage
from workorders.codes.filters import parse_filter
from workorders.exports import builder
from workorders.exports.services import start_export
from workorders.models import Export


def started(user: User, form: str = "csv", filters: dict[str, Any] | None = None, **options: bool) -> Export:
    """An export of the user's company that waits for a worker."""
    assert user.company is not None
    return start_export(user, user.company, parse_filter(filters or {}), form, **options)


def exported(user: User, form: str = "csv", filters: dict[str, Any] | None = None, **options: bool) -> Export:
    """An export that a worker has dealt with."""
    export = started(user, form, filters, **options)
    builder.run(export.pk)
    export.refresh_from_db()
    return export


def content(export: Export) -> bytes:
    """The bytes of the file, unpacked."""
    assert export.has_file, (export.status, export.detail, export.refusal)
    with storage().open(export.file_path) as file:
        data = file.read()
    return gzip.decompress(data) if export.is_gzipped else data


def table(export: Export) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    return list(csv.DictReader(io.StringIO(content(export).decode("utf-8-sig"), newline="")))


def objects(export: Export) -> list[dict[str, Any]]:
    """The objects of a JSON lines file."""
    return [json.loads(line) for line in content(export).decode().splitlines()]
