"""The services of uploads, which pages, API and command call: from the start of a record to another try at it.

They do not ask whether the person may do so: the caller does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils import translation
from django.utils.translation import gettext_noop

from ingestion.errors.log import warning
from ingestion.errors.warning_kinds import PREFIX_WARNING
from ingestion.models import DroppedFile, IngestionRecord
from ingestion.webhooks import publish_end
from portal import timeline
from portal.background.broker import wake
from portal.background.leases import REMINDER
from portal.models import Company, User
from portal.storage.base import INCOMING, storage
from portal.values.problems import say_problem
from workorders.codes.url_prefixes import warn_of_prefix

CONTENT_TYPES = {
    "csv": "text/csv",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

Status = IngestionRecord.Status
DESCRIPTIONS: dict[str, str] = {
    IngestionRecord.Type.CODE: "Code ingestion file upload",
    IngestionRecord.Type.SCM: gettext_noop("SCM ingestion file upload"),
}
WRONG_STATE = "Only {} ingestion records of type S3 in state 'uploading' can be processed."  # the spec's words


def filetype_of(name: str) -> str:
    """Return what the ending of a file's name says; tables of text are CSV, whatever separates their fields."""
    ending = name.lower().removesuffix(".gz").rpartition(".")[2]
    return IngestionRecord.Filetype.CSV if ending in ("tsv", "txt") else ending


class Unacceptable(Exception):  # noqa: N818  # says what is the matter with the file
    """The stored file is not what the signed form allows."""


class Unprocessable(Exception):  # noqa: N818  # the spec's word
    """The record cannot be processed. The message is the spec's."""


def records_for(user: User) -> QuerySet[IngestionRecord]:
    """Return the records `user` may see: the own company's, or all for those who may see every company's."""
    if user.may("company_view_all"):
        return IngestionRecord.objects.all()
    return IngestionRecord.objects.filter(company_id=user.company_id or 0)


def start_upload(
    user: User,
    company: Company,
    *,
    filetype: str,
    mode: str,
    type: str = IngestionRecord.Type.CODE,  # noqa: A002  # the field's word
    file_name: str = "",
    parameters: dict[str, Any] | None = None,
    by_command: bool = False,
    signs: bool = True,
    dropped: str = "",
) -> IngestionRecord:
    """Create a record of `company` that waits for its file; `parameters` are those that are known by now.

    A command may upload for `user` without the person's knowledge, who then does not sign in the timeline.
    `dropped` is the place and name of a file that was dropped for it.
    """
    with transaction.atomic():
        record = IngestionRecord.objects.create(
            company=company,
            created_by=user,
            type=type,
            description=DESCRIPTIONS[type],
            filetype=filetype,
            ingestion_mode=mode,
            file_name=file_name,
            parameters=parameters or {},
            by_command=by_command,
        )
        origin = {"dropped": dropped} if dropped else _origin(record)
        timeline.note(record, "created", user if signs else None, **origin)
    return record


def upload_rows(user: User, company: Company, rows: str, parameters: dict[str, Any], *, mode: str) -> IngestionRecord:
    """Create a queued record of `company` whose file is the JSON array `rows`, and wake a worker."""
    with transaction.atomic():
        record = start_upload(user, company, filetype=IngestionRecord.Filetype.JSON, mode=mode)
        storage().save(record.incoming_path, ContentFile(rows.encode()))
        queue(record, parameters, user)
        transaction.on_commit(lambda: wake(record.TASK, record.pk))
    return record


@contextmanager
def while_awaited(name: str) -> Iterator[bool]:
    """Hold the upload whose file is to be stored as `name`, and tell whether it waits for one.

    `process` and `cancel` wait until the file is stored, so that none arrives behind what they did.
    """
    waiting = IngestionRecord.objects.filter(key=name.removeprefix(f"{INCOMING}/"), status=Status.UPLOADING)
    with transaction.atomic():
        yield waiting.select_for_update(no_key=True).first() is not None


def process(record: IngestionRecord, parameters: dict[str, Any], by: User) -> None:
    """Queue the uploaded file with `parameters` and wake a worker.

    Unprocessable as `queue` says, Unacceptable when the file did not come by the form.
    """
    with transaction.atomic():
        queue(record, parameters, by)
        _check_arrival(record)
        transaction.on_commit(lambda: wake(record.TASK, record.pk))


def _origin(record: IngestionRecord) -> dict[str, Any]:
    """Return what the timeline keeps of how the upload came."""
    return {"command": True} if record.by_command else {}


def queue(record: IngestionRecord, parameters: dict[str, Any], by: User | None) -> None:
    """Queue the uploaded file with `parameters`; Unprocessable when there is none or the state is wrong.

    The file moves out of the signed form's reach first: what was posted is what is processed.
    """
    with transaction.atomic():
        locked = IngestionRecord.objects.select_for_update().filter(pk=record.pk)
        if locked.values_list("status", flat=True).get() != Status.UPLOADING:
            raise Unprocessable(WRONG_STATE.format(record.type))
        try:
            storage().move(record.incoming_path, record.file_path)
        except FileNotFoundError:
            if not storage().exists(record.file_path):
                raise Unprocessable(say_problem("Uploaded file not found.")) from None
        IngestionRecord.objects.filter(pk=record.pk).update(
            status=Status.QUEUED,
            status_updated_at=Now(),
            lease_until=Now() + REMINDER,
            parameters=parameters,
            warnings=_warnings(parameters),
            file_size=storage().size(record.file_path),
        )
        timeline.note(record, "queued", by, **_origin(record))


def _warnings(parameters: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the warnings that need no look into the file."""
    prefix: str = parameters.get("url_prefix") or ""
    with translation.override("en"):  # as what is stored is written, whoever asks
        said = warn_of_prefix(prefix)
        return [warning(PREFIX_WARNING, None, "", prefix, said)] if said else []


def _check_arrival(record: IngestionRecord) -> None:
    """Measure the file again, now that the form cannot replace it: S3 may be written without the form.

    Unacceptable for what the form would have refused; the file is deleted then, and another may be posted.
    """
    size, most = storage().size(record.file_path), settings.MAX_UPLOAD_BYTES
    kind, expected = storage().content_type(record.file_path), CONTENT_TYPES[record.filetype]
    problem = ""
    if size > most:
        problem = say_problem(
            "The uploaded file has {size:,} bytes; at most {most:,} are allowed.", size=size, most=most
        )
    elif kind not in (None, expected):
        problem = say_problem(
            "The uploaded file is stored as {kind}; post it by the form, as {expected}.", kind=kind, expected=expected
        )
    if problem:
        storage().delete(record.file_path)
        raise Unacceptable(problem)


def discard(record: IngestionRecord) -> None:
    """Delete a record of the pages whose file was chosen and never sent to be checked, with that file.

    One that anything came of stays as it is.
    """
    with transaction.atomic():
        unsent = IngestionRecord.objects.filter(
            pk=record.pk, status=Status.UPLOADING, ingestion_mode=IngestionRecord.Mode.PORTAL
        )
        if not unsent.select_for_update().exists():
            return
        unsent.delete()
    storage().delete(record.incoming_path)  # where this fails, a sweep deletes it


def may_cancel(record: IngestionRecord, user: User, may: Callable[[str], bool]) -> bool:
    """Say whether `user`, who holds the permissions of which `may` says yes, may cancel the record.

    Everybody who uploads may cancel what they uploaded themselves.
    """
    return may("ingestion_cancel") or (record.created_by_id == user.pk and may("ingestion_code_create"))


def cancel(record: IngestionRecord, by: User) -> bool:
    """End an upload that has not ended; False when it had."""
    with transaction.atomic():
        if not record.cancel(by):
            return False
        publish_end(record, Status.CANCELLED)
    return True


def retry(record: IngestionRecord, by: User) -> bool:
    """Queue again what Codeport itself failed at, or remind the workers of what waits; False for any other."""
    failed = IngestionRecord.objects.filter(result_data__error_counts__has_key="internal_error")
    with transaction.atomic():
        if (not record.has_file or is_kept(record)) and _queue_again(failed, record):
            timeline.note(record, "retried", by)
        elif not IngestionRecord.objects.filter(pk=record.pk, status=Status.QUEUED).update(waits_for=""):
            return False
        transaction.on_commit(lambda: wake(record.TASK, record.pk))
    return True


def can_check_again(record: IngestionRecord) -> bool:
    """Say whether the record was refused and its file is kept."""
    return record.status == Status.ERROR and record.has_file and is_kept(record)


def is_kept(record: IngestionRecord) -> bool:
    """Say whether the record's file is there, and will not be deleted in a moment."""
    return not record.is_emptied and storage().exists(record.file_path)


def check_again(record: IngestionRecord, by: User) -> bool:
    """Queue a refused record again, with the same file and options; False where that cannot be.

    The errors of the check before are deleted: what was wrong may have been a product that exists by now.
    """
    if not can_check_again(record):
        return False
    with transaction.atomic():
        if not _queue_again(IngestionRecord.objects.all(), record):
            return False
        timeline.note(record, "asked_again", by)
        transaction.on_commit(lambda: wake(record.TASK, record.pk))
    return True


def _queue_again(those: QuerySet[IngestionRecord], record: IngestionRecord) -> bool:
    """Queue the record as if it was never tried, if it is one of `those` and ended in error."""
    queued = those.filter(pk=record.pk, status=Status.ERROR, file_deleted_at=None).update(
        status=Status.QUEUED,
        status_updated_at=Now(),
        phase=IngestionRecord.Phase.WAITING,
        rows_done=0,
        rows_total=None,
        lease_until=Now() + REMINDER,
        result_data={},
        **IngestionRecord.UNTRIED,
    )
    if queued:
        record.errors.all().delete()
        tell_again(record)
    return bool(queued)


def tell_again(record: IngestionRecord) -> None:
    """Have the result beside the record's file, if that was dropped, written anew, once the record has ended."""
    kept = (DroppedFile.State.TAKEN, DroppedFile.State.TOLD)
    DroppedFile.objects.filter(record=record, state__in=kept).update(state=DroppedFile.State.TAKEN, lease_until=None)


def requeue_stale() -> None:
    """Send again every record that waits for a worker in vain."""
    IngestionRecord.requeue_stale()
