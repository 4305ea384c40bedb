"""Uploading without JavaScript, in two pages: the form stores the files, and a page shows the first rows of each.

What the script keeps in the browser, the second page keeps in hidden fields: the options, and the records that wait.
Default SCM data is typed there.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse, HttpResponseBadRequest, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from ingestion import services
from ingestion.models import IngestionRecord
from ingestion.options.change_serializer import ChangeFileSerializer
from ingestion.options.file_serializer import READING, ProcessSerializer
from ingestion.pages.upload_preview import TYPES, context_of, look_at, options_of_preview
from ingestion.preview import Preview
from portal.models import Company
from portal.pages.access import PersonRequest, page
from portal.storage.base import storage
from workorders.codes.fields import SCM_KEY
from workorders.codes.scm_fields import declared_fields
from workorders.models import ActivationStatus

Type, Filetype = IngestionRecord.Type, IngestionRecord.Filetype
MOST_FILES = 20
ENDINGS = {".json": Filetype.JSON, ".json.gz": Filetype.JSON, ".xlsx": Filetype.XLSX}  # all others are CSV
TEXTS = ("url_prefix", "reference", "delimiter", "id_format", "data_key")
FLAGS = ("allow_posted_duplicates", "many", "empty_marker")
OWN = ("product", "activation_status")  # default values that have fields of their own
EMPTY_PAIRS = 3
FORMS: dict[str, Any] = {Type.CODE: ProcessSerializer, Type.SCM: ChangeFileSerializer}


@page()
@require_POST
def upload_look(request: PersonRequest) -> HttpResponse:
    """Store the files of the form, or take the choices of the page before; show the first rows, or have all checked."""
    kind = request.POST.get("kind", "")
    type_, may = TYPES.get(kind, (None, None))
    if type_ is None or may is None:
        return HttpResponseBadRequest(gettext("The kind is new or changes."))
    company = request.user.company
    if not may(request.user) or company is None:
        raise PermissionDenied(gettext("Codes belong to a brand owner; only its people can upload them."))
    keys = request.POST.getlist("record") or _store(request, company, type_)
    if not keys:
        messages.error(request, gettext("Choose a file first."))
        return redirect("upload" if kind == "new" else "upload-changes")
    waiting = company.ingestions.filter(type=type_, status=IngestionRecord.Status.UPLOADING, created_by=request.user)
    record = waiting.filter(key=keys[0]).first()
    if record is None:
        messages.error(request, gettext("This file does not wait to be checked any more."))
        return redirect("record-list")
    options = _posted_options(request.POST, type_)
    typed = _typed_pairs(request.POST)
    wrong: dict[str, Any] = {"default_scm_data": faults} if (faults := [*_faults_of(typed)]) else {}
    if "go" in request.POST and not wrong:
        wrong = _process(record, options, request)
        if not wrong and len(keys) == 1:
            return redirect("record-detail", record.key)
        if not wrong:
            defaults = {name: options[name] for name in ("default_scm_data",) if name in options}
            keys, options = keys[1:], _kept(request.POST, "first_options") | defaults
            record = waiting.filter(key=keys[0]).first() or record
    seen = _look(record, options, company, with_names="offer-names" in request.POST)
    first = _kept(request.POST, "first_options") or options
    context = {
        **context_of(record, seen, record.file_name, request.user),
        "plain": True,
        "kind": kind,
        "records": keys,
        "options": json.dumps(options),
        "first_options": json.dumps(first),
        "wrong": [(name, " ".join(map(str, texts))) for name, texts in wrong.items()],
        "scm_rows": _scm_rows(company, options, typed) if type_ == Type.CODE else [],
    }
    return render(request, "ingestion/upload_look.html", context)


def _store(request: PersonRequest, company: Company, type_: str) -> list[str]:
    """Store each file of the form for a record of its own, and return the keys of those."""
    files = [file for file in request.FILES.getlist("file") if file.size][:MOST_FILES]
    keys = []
    for file in files:
        name = (file.name or "")[-255:]
        record = services.start_upload(
            request.user,
            company,
            filetype=_filetype_of(name),
            mode=IngestionRecord.Mode.PORTAL,
            type=type_,
            file_name=name,
        )
        _save(record, file)
        keys.append(record.key)
    return keys


def _save(record: IngestionRecord, file: UploadedFile[bytes]) -> None:
    file.content_type = services.CONTENT_TYPES[record.filetype]
    storage().save(record.incoming_path, file)


def _filetype_of(name: str) -> str:
    lower = name.casefold()
    return next((filetype for ending, filetype in ENDINGS.items() if lower.endswith(ending)), Filetype.CSV)


def _posted_options(posted: QueryDict, type_: str) -> dict[str, Any]:
    """Return the options, in the words of the API: those of the form, then what the second page changes of them."""
    if "options" not in posted:
        return _options_of_form(posted, type_)
    options = _kept(posted, "options")
    for name in READING:
        if value := posted.get(f"offer-{name}") or posted.get(name):
            options[name] = int(value) if name == "header_row" and value.isdecimal() else value
    names = zip(posted.getlist("key"), posted.getlist("was"), posted.getlist("name"), strict=False)
    used = {*posted.getlist("use")} - {posted.get("offer-leave")}
    new = {key: name.strip() if key in used else "" for key, was, name in names if key not in used or name != was}
    if "scm_key" in posted:
        own = {name: value for name, value in options.get("default_scm_data", {}).items() if name in OWN}
        typed = {name: value for name, value in _typed_pairs(posted) if value and SCM_KEY.fullmatch(name)}
        options["default_scm_data"] = typed | own
    return options | ({"columns": new} if "key" in posted else {})


def _typed_pairs(posted: QueryDict) -> list[tuple[str, str]]:
    """Return the names and values of default SCM data that were typed, but pairs of nothing."""
    pairs = zip(posted.getlist("scm_key"), posted.getlist("scm_value"), strict=False)
    return [(name.strip(), value.strip()) for name, value in pairs if name.strip() or value.strip()]


def _faults_of(typed: list[tuple[str, str]]) -> Iterator[str]:
    """Yield what is wrong with the names of typed default SCM data, as the script of the upload page says it."""
    names = [*OWN, "id"]
    for name, value in typed:
        if not value:
            continue
        if not SCM_KEY.fullmatch(name):
            yield gettext("Begin with a small letter, then use small letters, digits and _ only.")
        elif name in names:
            yield gettext("{key} is given already.").format(key=name)
        names.append(name)


def _scm_rows(company: Company, options: dict[str, Any], typed: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the names and values to type: what was typed, else what is kept, then declared fields and empty pairs."""
    kept = [(name, str(value)) for name, value in options.get("default_scm_data", {}).items() if name not in OWN]
    shown = typed or kept
    named = {name for name, _value in shown}
    declared = [(key, "") for key in declared_fields(company.pk) if key not in named]
    return [*shown, *declared, *[("", "")] * EMPTY_PAIRS]


def _options_of_form(posted: QueryDict, type_: str) -> dict[str, Any]:
    known = FORMS[type_]().fields
    options: dict[str, Any] = {name: posted.get(name, "").strip() for name in TEXTS if name in known}
    options |= {name: name in posted for name in FLAGS if name in known}
    if not options["id_format"]:
        del options["id_format"]
    if type_ == Type.CODE:
        status = posted.get("activation_status", "")
        chosen = int(status) if status in map(str, ActivationStatus.values) else 0
        defaults = {"product": posted.get("product", "").strip(), "activation_status": chosen}
        scm = _kept(posted, "scm")
        options["default_scm_data"] = scm | {name: value for name, value in defaults.items() if value}
        options["columns"] = _kept(posted, "columns")
        options["workorder"] = posted.get("workorder") or None
    return options


def _kept(posted: QueryDict, name: str) -> dict[str, Any]:
    """Return what a hidden field keeps as JSON, an object or a list of pairs; nothing where it is neither."""
    try:
        return {str(key): value for key, value in dict(json.loads(posted.get(name, "{}"))).items()}
    except (ValueError, TypeError, RecursionError):
        return {}


def _look(record: IngestionRecord, options: dict[str, Any], company: Company, *, with_names: bool) -> Preview:
    """Look at the file as the options say; `with_names`, its columns get the names that are suggested, in `options`."""
    record.parameters = options_of_preview(json.dumps(options), company, record.type)
    seen = look_at(record)
    if with_names and seen.suggested:
        columns = options.get("columns", {}) | {column.key: column.suggested for column in seen.suggested}
        options["columns"] = columns
        return _look(record, options, company, with_names=False)
    return seen


def _process(record: IngestionRecord, options: dict[str, Any], request: PersonRequest) -> dict[str, Any]:
    """Have the file checked; return what is wrong with the options, by their names."""
    context = {"company": record.company, "record": record}
    form = FORMS[record.type](data={**options, "record": record.key}, context=context)
    if not form.is_valid():
        return dict(form.errors)
    try:
        services.process(record, form.parameters(), request.user)
    except (services.Unprocessable, services.Unacceptable) as reason:
        return {"file": [str(reason)]}
    return {}
