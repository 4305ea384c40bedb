"""The preview of a file on the upload page, by the readers and rules of the check, and forgetting the file."""

from __future__ import annotations

import json
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from ingestion import services
from ingestion.errors.unreadable import UnreadableFile
from ingestion.models import IngestionRecord
from ingestion.pages.lines import may_change, may_upload
from ingestion.preview import FIRST_LOOK, Preview, piece_of, preview
from ingestion.readers.csv_reader import DELIMITER_NAMES
from ingestion.readers.encoding import ENCODINGS, is_utf8
from ingestion.readers.options import MOST_HEADER_ROW
from ingestion.rules.defaults import parse_defaults
from portal.models import Company, User
from portal.pages.access import PersonRequest, page
from portal.storage.base import storage

Type, Filetype, IdFormat = IngestionRecord.Type, IngestionRecord.Filetype, IngestionRecord.IdFormat
MOST_ASKED = 5  # columns of which is asked at a time
MOST_TOLD = 8  # problems in words
TYPES = {"new": (Type.CODE, may_upload), "changes": (Type.SCM, may_change)}
LONGEST_OPTION = 1000  # characters of a text


@page()
@require_POST
def upload_preview(request: PersonRequest) -> HttpResponse:
    """Show the first rows of a file as the check will see them.

    They come in the request, or are those of the file that `record` waits for. Options that no upload may have are
    told where the upload is sent; here they count as left out.
    """
    type_, may = TYPES.get(request.POST.get("kind", ""), (None, None))
    if type_ is None or may is None:
        return HttpResponseBadRequest(gettext("The kind is new or changes."))
    if not may(request.user) or request.user.company is None:
        raise PermissionDenied(gettext("Codes belong to a brand owner; only its people can upload them."))
    record = _record_of(request, request.user.company, type_)
    if record is None:
        return HttpResponseBadRequest(
            gettext("The filetype is csv, json or xlsx, and a record one that waits for its file.")
        )
    seen = _look(request, record)
    context = context_of(record, seen, request.POST.get("name", ""), request.user)
    return render(request, "ingestion/_preview.html", context)


def context_of(record: IngestionRecord, seen: Preview, name: str, user: User) -> dict[str, Any]:
    """Return what the template shows to the user of what was `seen` of the record's file."""
    most = MOST_TOLD
    if seen.is_misread:  # the rows will be others
        most = 1 if seen.offers[0].option == "encoding" else 0
    return {
        "seen": seen,
        "said": record.parameters,
        "filetype": record.filetype,
        "encodings": [(value, encoding.label) for value, encoding in ENCODINGS.items()],
        "asked": seen.asked[:MOST_ASKED],
        "not_asked": len(seen.asked[MOST_ASKED:]),
        "may_declare": user.may("company_settings"),
        "told": seen.told[:most],
        "more": len(seen.told) - most,
        "name": name[:LONGEST_OPTION],
        "delimiter": DELIMITER_NAMES.get(seen.facts.get("delimiter", "")),
    }


def look_at(record: IngestionRecord) -> Preview:
    """Look at the stored file of a record, as its parameters say."""
    try:
        with storage().open(record.incoming_path) as file:
            if record.filetype == Filetype.XLSX:
                return preview(record, file)
            head = file.read(FIRST_LOOK + 1)
        return preview(record, piece_of(head[:FIRST_LOOK], is_all=len(head) <= FIRST_LOOK))
    except UnreadableFile as error:
        return Preview(problem=str(error))
    except FileNotFoundError:
        return Preview(problem=gettext("The file has not arrived yet."))


@page()
@require_POST
def upload_discard(request: PersonRequest) -> HttpResponse:
    """Forget the upload that `record` names: its file was chosen, and then taken away or left behind."""
    key = request.POST.get("record", "")
    if record := request.user.ingestions.filter(key=key, company=request.user.company).first():
        services.discard(record)
    return HttpResponse(status=204)


def _record_of(request: PersonRequest, company: Company, type_: str) -> IngestionRecord | None:
    """Return the record that the file is for, with the options of the form; None where the request names none."""
    parameters = options_of_preview(request.POST.get("options", ""), company, type_)
    if key := request.POST.get("record", ""):
        waiting = company.ingestions.filter(type=type_, status=IngestionRecord.Status.UPLOADING)
        record = waiting.filter(key=key, filetype=Filetype.XLSX).first()  # of other files the beginning is enough
        if record is not None:
            record.parameters = parameters
        return record
    filetype = request.POST.get("filetype", "")
    if filetype not in (Filetype.CSV, Filetype.JSON) or "head" not in request.FILES:
        return None
    return IngestionRecord(company=company, type=type_, filetype=filetype, parameters=parameters)


def _look(request: PersonRequest, record: IngestionRecord) -> Preview:
    if record.pk:
        return look_at(record)
    try:
        head = request.FILES.get("head")
        content = head.read(FIRST_LOOK) if head else b""
        return preview(record, piece_of(content, is_all=request.POST.get("is_all") == "true"))
    except UnreadableFile as error:
        return Preview(problem=str(error))


def options_of_preview(text: str, company: Company, type_: str) -> dict[str, Any]:
    """Return those of the posted options that the check could be given."""
    try:
        given = json.loads(text or "{}")
    except (ValueError, RecursionError):
        given = {}
    given = given if isinstance(given, dict) else {}
    texts = {
        name: given[name] for name in ("delimiter", "url_prefix", "data_key", "sheet") if _is_text(given.get(name))
    }
    flags = {name: given.get(name) is True for name in ("allow_posted_duplicates", "many", "empty_marker")}
    flags["shown_digits"] = given.get("shown_digits") in (True, "true")  # which a button says as a text
    kept: dict[str, Any] = {**texts, **flags, "default_scm_data": _defaults_of(given.get("default_scm_data"))}
    if texts.get("delimiter") not in DELIMITER_NAMES:
        kept["delimiter"] = ""
    if given.get("encoding") in [*ENCODINGS]:
        kept["encoding"] = given["encoding"]
    row = given.get("header_row")
    if isinstance(row, int) and not isinstance(row, bool) and 0 < row <= MOST_HEADER_ROW:
        kept["header_row"] = row
    if given.get("id_format") in IdFormat.values:
        kept["id_format"] = given["id_format"]
    columns = given.get("columns")
    if isinstance(columns, dict):
        kept["columns"] = {old: new.strip() for old, new in columns.items() if _is_text(old) and _is_text(new)}
    into = given.get("workorder")
    if type_ == Type.CODE and isinstance(into, int) and company.workorders.filter(pk=into).exists():
        kept["workorder"] = into
    return kept


def _is_text(value: Any) -> bool:
    """Say whether an option is a text that can be stored and shown."""
    return isinstance(value, str) and len(value) <= LONGEST_OPTION and is_utf8(value) and "\0" not in value


def _defaults_of(given: Any) -> dict[str, Any]:
    try:
        parse_defaults(given or {})
    except (ValueError, AttributeError, TypeError):
        return {}
    return dict(given or {})
