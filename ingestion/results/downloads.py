"""The files about a refused upload, as downloads."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import Http404, StreamingHttpResponse
from django.utils import translation
from django.utils.http import content_disposition_header

from ingestion.models import IngestionRecord
from ingestion.results import errors_csv
from ingestion.results.rows_with_errors import has_rows_with_errors, rows_with_errors_name, stream_rows_with_errors
from ingestion.services import CONTENT_TYPES
from portal.http.not_found import NoMore
from portal.timeline import note
from portal.values.words import gettext_lazy

CSV = "text/csv; charset=utf-8"
TYPES = CONTENT_TYPES | {"csv": CSV}  # whatever the encoding of the file was


NOT_KEPT = gettext_lazy(
    "The file and the list of its problems are not kept any more. Upload the file again to see what is wrong with it."
)


class Emptied(NoMore):
    """The file and the errors of a refused upload have been kept long enough."""

    def __init__(self) -> None:
        super().__init__(NOT_KEPT)


def refuse_emptied(record: IngestionRecord) -> None:
    """Raise Emptied where the errors of a refused upload are not kept any more."""
    if record.status == IngestionRecord.Status.ERROR and record.is_emptied:
        raise Emptied


def rows_with_errors_response(request: Any, record: IngestionRecord) -> StreamingHttpResponse:
    """Return the rows with their errors as a download; Http404 where the record has none, or they are not kept."""
    refuse_emptied(record)
    if not has_rows_with_errors(record):
        raise Http404
    _note_download(request, record, "rows")
    written = _in_this_language(stream_rows_with_errors(record))
    response = StreamingHttpResponse(written, content_type=TYPES[record.filetype])
    name = rows_with_errors_name(record)
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    return response


def _note_download(request: Any, record: IngestionRecord, file: str) -> None:
    if request.method == "GET":
        note(record, "downloaded", request.user, file=file)


def _in_this_language(parts: Iterator[str] | Iterator[bytes]) -> Iterator[str | bytes]:
    """Have parts, which are made while they are sent, written in the language of the moment."""
    language = translation.get_language()

    def write() -> Iterator[str | bytes]:
        while True:
            with translation.override(language):
                part = next(parts, None)
            if part is None:
                return
            yield part

    return write()


def errors_csv_response(request: Any, record: IngestionRecord) -> StreamingHttpResponse:
    """Return the record's errors as the download `errors.csv`. Raise Emptied where they are not kept any more."""
    refuse_emptied(record)
    _note_download(request, record, "errors")
    response = StreamingHttpResponse(_in_this_language(errors_csv.errors_csv(record)), content_type=CSV)
    response["Content-Disposition"] = f'attachment; filename="errors-{record.key}.csv"'
    return response
