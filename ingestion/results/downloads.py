"""The files about a refused upload, as downloads."""

from __future__ import annotations

from django.http import Http404, StreamingHttpResponse
from django.utils.http import content_disposition_header

from ingestion.models import IngestionRecord
from ingestion.results import errors_csv
from ingestion.results.rows_with_errors import has_rows_with_errors, rows_with_errors_name, stream_rows_with_errors
from ingestion.services import CONTENT_TYPES

CSV = "text/csv; charset=utf-8"
TYPES = CONTENT_TYPES | {"csv": CSV}  # whatever the encoding of the file was


def rows_with_errors_response(record: IngestionRecord) -> StreamingHttpResponse:
    """Return the rows with their errors as a download; Http404 where the record has none."""
    if not has_rows_with_errors(record):
        raise Http404
    response = StreamingHttpResponse(stream_rows_with_errors(record), content_type=TYPES[record.filetype])
    name = rows_with_errors_name(record)
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    return response


def errors_csv_response(record: IngestionRecord) -> StreamingHttpResponse:
    """Return the record's errors as the download `errors.csv`."""
    response = StreamingHttpResponse(errors_csv.errors_csv(record), content_type=CSV)
    response["Content-Disposition"] = f'attachment; filename="errors-{record.key}.csv"'
    return response
