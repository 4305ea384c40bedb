"""`manage.py ingest FILE --company SLUG`: one file of new codes, or of changes, processed in the foreground."""

from __future__ import annotations

import json
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

from django.core.files import File
from django.core.management.base import CommandError, CommandParser
from django.db.models import QuerySet
from rest_framework.exceptions import ValidationError

from ingestion import engine, services
from ingestion.management.progress_bar import ProgressBar
from ingestion.models import IngestionRecord
from ingestion.options.change_serializer import ChangeFileSerializer
from ingestion.options.file_serializer import ProcessSerializer
from ingestion.options.templates import fill_in, template_named
from ingestion.readers.encoding import ENCODINGS
from ingestion.rules.changes import REMOVES
from portal.management.own_command import OwnCommand
from portal.models import Company, User
from portal.storage.base import storage
from portal.values.whole_numbers import whole_argument

Type = IngestionRecord.Type
FORMS: dict[str, type[ProcessSerializer | ChangeFileSerializer]] = {
    Type.CODE: ProcessSerializer,
    Type.SCM: ChangeFileSerializer,
}
OPTIONS_OF: dict[str, tuple[str, ...]] = {
    Type.CODE: ("template", "url_prefix", "allow_posted_duplicates", "workorder", "reference"),
    Type.SCM: ("data_key", "many", "empty_marker"),
}
PERMISSIONS: dict[str, str] = {Type.CODE: "ingestion_code_create", Type.SCM: "scm_bulk_edit"}
DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|"}


class Command(OwnCommand):
    help = "Uploads FILE for a company and processes it here and now; prints the record key. Exit code 1: refused."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--company", required=True, metavar="SLUG")
        parser.add_argument(
            "--filetype", choices=IngestionRecord.Filetype.values, help="by the file's ending if not said"
        )
        parser.add_argument(
            "--type", choices=Type.values, default=Type.CODE, help="new codes, or changes of codes that exist"
        )
        parser.add_argument(
            "--template", metavar="NAME", default="", help="whose options count where none is said here"
        )
        parser.add_argument("--default-scm-data", metavar="JSON", default="{}")
        parser.add_argument("--allow-posted-duplicates", action="store_true")
        parser.add_argument(
            "--workorder", type=whole_argument, metavar="ID", help="the workorder of secure codes they are for"
        )
        parser.add_argument("--by", metavar="EMAIL", help="in whose name, and who gets the mail about its end")
        parser.add_argument("--url-prefix", metavar="PREFIX", default="")
        parser.add_argument("--reference", metavar="NAME", default="", help="of the workorder, if not the file's name")
        parser.add_argument("--columns", metavar="JSON", default="{}", help="new names by the file's, as in the API")
        parser.add_argument("--delimiter", default="", help=f"of a CSV file: {', '.join(DELIMITERS)}, or itself")
        parser.add_argument("--encoding", default="", help=f"of a CSV file: {', '.join(ENCODINGS)}")
        parser.add_argument(
            "--header-row", type=whole_argument, metavar="ROW", help="the row of the columns' names, from 1"
        )
        parser.add_argument("--sheet", metavar="NAME", default="", help="the sheet of a workbook, if not the first")
        parser.add_argument(
            "--shown-digits", action="store_true", help="take numbers in a workbook's ids as the digits it shows"
        )
        parser.add_argument("--id-format", choices=IngestionRecord.IdFormat.values, default="")

        changes = parser.add_argument_group("with --type scm")
        changes.add_argument(
            "--data-key", metavar="KEY", default="", help="what names the codes, if not the first column"
        )
        changes.add_argument("--many", action="store_true", help="a key may name several codes")
        changes.add_argument("--empty-marker", action="store_true", help=f"a cell {REMOVES} removes its SCM field")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        company = _named(Company.objects.filter(kind=Company.Kind.BRAND_OWNER), "slug", options["company"])
        if not path.is_file():
            raise CommandError(f"There is no regular file {path}.")
        filetype = options["filetype"] or services.filetype_of(path.name)
        if filetype not in IngestionRecord.Filetype.values:
            raise CommandError(
                f"Say with --filetype what {path.name} is: {', '.join(IngestionRecord.Filetype.values)}."
            )
        _refuse_of_other_type(options)
        user, signs = _uploader(company, options["by"], PERMISSIONS[options["type"]]), bool(options["by"])
        record = services.start_upload(
            user,
            company,
            filetype=filetype,
            mode=IngestionRecord.Mode.API,
            type=options["type"],
            file_name=path.name,
            by_command=True,
            signs=signs,
        )
        parameters = _parameters(company, record, options)
        with path.open("rb") as file:
            storage().save(record.incoming_path, File(file))
        services.queue(record, parameters, user if signs else None)
        self.stdout.write(record.key)
        self._run(record)

    def _run(self, record: IngestionRecord) -> None:
        with ProgressBar(record.pk):
            try:
                engine.run(record.pk)
            except KeyboardInterrupt:
                services.cancel(record, record.created_by)
                raise CommandError("Cancelled; nothing was stored.", returncode=130) from None
        record.refresh_from_db()
        for found in record.warnings:
            self.stderr.write(_warned(found), self.style.WARNING)
        if record.status != IngestionRecord.Status.COMPLETED:
            lines = [_told(record, kind, count) for kind, count in record.error_counts.items()]
            raise CommandError("\n".join([f"The upload ended as {record.status}; nothing was stored.", *lines]))


def _told(record: IngestionRecord, kind: str, count: int) -> str:
    """Describe one kind of error: its number, its first case, and how to mend it."""
    first = record.errors.filter(error=kind).order_by("row", "pk")[0]
    where = "" if first.row is None else f"Row {first.row:,}, {first.column or 'whole row'}: "
    return f"{kind} ({count:,}): {where}{first.message} {record.kinds[kind].remedy}"


def _warned(found: dict[str, Any]) -> str:
    """Describe one kind of warning: its number, its first case, and what may not be meant."""
    row, column = found["row"], found["column"]
    where = f"Row {row:,}, {column or 'whole row'}: " if row is not None else f"Column {column}: " if column else ""
    return f"{found['warning']} ({found['count']:,}): {where}{found['message']}"


Named = TypeVar("Named", Company, User)


def _named(rows: QuerySet[Named], field: str, value: str) -> Named:
    """The one of `rows` whose `field` is `value`; CommandError with the nearest that there is."""
    known = {str(getattr(row, field)).casefold(): row for row in rows}
    if found := known.get(value.casefold()):
        return found
    what = {"slug": "brand owner has the slug", "email": "active person of the company has the e-mail"}[field]
    near = get_close_matches(value.casefold(), known, 1)
    hint = f" Did you mean {getattr(known[near[0]], field)}?" if near else ""
    raise CommandError(f"No {what} {value}.{hint}")


def _refuse_of_other_type(options: dict[str, Any]) -> None:
    """Raise CommandError for an option that says nothing of files of this type."""
    for name in OPTIONS_OF[Type.CODE if options["type"] == Type.SCM else Type.SCM]:
        if options[name]:
            what = "new codes" if options["type"] == Type.SCM else "changes"
            raise CommandError(f"--{name.replace('_', '-')} is for files of {what} alone; leave it out.")


def _uploader(company: Company, by: str | None, permission: str) -> User:
    """Return the uploader: the person named, or else the first active person of the company who may upload."""
    what = "upload codes" if permission == PERMISSIONS[Type.CODE] else "change codes"
    people = company.people.filter(is_active=True).order_by("pk")
    if by:
        user = _named(people, "email", by)
        if not user.may(permission):
            raise CommandError(f"{user} may not {what}.")
        return user
    for user in people:
        if user.may(permission):
            return user
    raise CommandError(f"{company.name} has no active person who may {what}.")


def _parameters(company: Company, record: IngestionRecord, options: dict[str, Any]) -> dict[str, Any]:
    """The parameters, checked as the API checks them; a record of which they are wrong is cancelled."""
    posted = {
        "record": record.key,
        "default_scm_data": _json(record, "--default-scm-data", options["default_scm_data"]),
        "columns": _json(record, "--columns", options["columns"]),
        "delimiter": _delimiter(record, options["delimiter"]),
        "encoding": options["encoding"],
        "header_row": options["header_row"],
        "sheet": options["sheet"],
        "shown_digits": options["shown_digits"],
        "id_format": options["id_format"],
    }
    posted |= {name: options[name] for name in OPTIONS_OF[options["type"]]}
    said = {name: value for name, value in posted.items() if value is not False and value not in ("", None, {})}
    try:
        if template := said.pop("template", None):
            said = fill_in(template_named(template, company), said, record.filetype)
        form = FORMS[options["type"]](data=said, context={"company": company, "record": record})
        form.is_valid(raise_exception=True)
    except ValidationError as error:
        services.cancel(record, record.created_by)
        wrong: Any = error.detail
        raise CommandError("\n".join(f"{name}: {text}" for name, texts in wrong.items() for text in texts)) from None
    return form.parameters()


def _json(record: IngestionRecord, name: str, text: str) -> Any:
    try:
        data = json.loads(text)
        json.dumps(data, ensure_ascii=False).encode()  # half of a surrogate pair cannot be stored
        return data
    except (ValueError, RecursionError):
        services.cancel(record, record.created_by)
        raise CommandError(f"{name} is not JSON.") from None


def _delimiter(record: IngestionRecord, said: str) -> str:
    """The character that is meant by its name, by itself, or as shells write it."""
    meant = DELIMITERS.get(said.lower().removesuffix("s"), said.replace("\\t", "\t"))
    if meant not in ("", *DELIMITERS.values()):
        services.cancel(record, record.created_by)
        near = get_close_matches(said.lower(), DELIMITERS, 1)
        hint = f" Did you mean {near[0]}?" if near else ""
        raise CommandError(f"--delimiter {said!r} is none of {', '.join(DELIMITERS)}.{hint}")
    return meant
