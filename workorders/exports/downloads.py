"""Files of exports as downloads."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase

from portal.models import User
from portal.storage.downloads import download, is_fetched, is_rest
from portal.timeline import note
from workorders.models import Export

GZIP = "application/gzip"
CONTENT_TYPES = {
    Export.Format.CSV: "text/csv; charset=utf-8",
    Export.Format.JSONL: "application/jsonl",
    Export.Format.EPCIS: "application/ld+json",
    Export.Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def file_name(export: Export) -> str:
    """Return the name of the download."""
    return f"codes-{export.created_at:%Y-%m-%d}-{export.pk}{export.ending}"


def download_export(request: HttpRequest, export: Export, by: User) -> HttpResponseBase:
    """Answer with the file of a completed export, whole or in part, once it is noted who has it."""
    kind = GZIP if export.is_gzipped else CONTENT_TYPES[Export.Format(export.format)]
    response = download(request, export.file_path, file_name(export), kind)
    if is_fetched(request, response):
        note(export, "downloaded", by, resumed=is_rest(response))
    return response
