"""One upload and what was wrong with it; templates of the options of uploads."""

from __future__ import annotations

import secrets
import string
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop

from ingestion.errors.change_kinds import CHANGE_KINDS
from ingestion.errors.kinds import GS1_KINDS, KINDS, Kind, in_full
from ingestion.errors.warning_kinds import in_words
from portal.background.leases import Leased
from portal.models import Company
from portal.storage.base import INCOMING
from portal.values.words import gettext_lazy
from workorders.models import Workorder

KEY_ALPHABET = string.ascii_lowercase + string.digits


LONGEST_KEY = 12


def new_key() -> str:
    """Return an unguessable record key of 12 small letters and digits, 62 bits."""
    return "".join(secrets.choice(KEY_ALPHABET) for _ in range(LONGEST_KEY))


class IngestionRecord(Leased):
    """One upload, from the form for its file to its end.

    | from | to | by |
    |---|---|---|
    | uploading | queued | `process`, when the file has arrived |
    | queued | processing | the worker that claims it, for a lease that it renews |
    | processing | queued | the sweep, when the lease has run out; the worker, without a service, or with a large file |
    | processing | completed, error | the worker that holds the lease, together with the codes or the errors |
    | uploading, queued, processing | cancelled | `cancel` |
    | error | queued | `retry`, when the error was ours; `check_again`, when a person asks for it |
    | uploading | cancelled | the sweep, when it was not processed within a day; `result_data` says so |
    """

    class Status(models.TextChoices):
        UPLOADING = "uploading", gettext_lazy("uploading")
        QUEUED = "queued", gettext_lazy("queued")
        PROCESSING = "processing", gettext_lazy("processing")
        COMPLETED = "completed", gettext_lazy("completed")
        ERROR = "error", gettext_lazy("error")
        CANCELLED = "cancelled", gettext_lazy("cancelled")

    class Type(models.TextChoices):
        CODE = "code", gettext_lazy("new codes")
        SCM = "scm", gettext_lazy("changes of codes")

    EXPIRED = "upload_expired"  # the `reason` in the result of an upload that the sweep ended

    OPEN = (Status.UPLOADING, Status.QUEUED, Status.PROCESSING)
    TASK = "ingestion.tasks.run"
    NEEDS = ("company", "created_by")
    LONG = models.Q(file_size__gt=1024 * 1024) | models.Q(is_long=True)  # bytes, some 30,000 rows
    CHECKED = (Status.COMPLETED, Status.ERROR)  # the ends after which the file is kept for a while

    class Mode(models.TextChoices):
        API = "api", "API"
        PORTAL = "portal", gettext_lazy("portal")

    class Filetype(models.TextChoices):
        CSV = "csv", "CSV"
        JSON = "json", "JSON"
        XLSX = "xlsx", gettext_lazy("Excel")

    class IdFormat(models.TextChoices):
        DEFAULT = "default", gettext_lazy("Letters, digits, - and _")
        GS1 = "gs1", gettext_lazy("GS1 Digital Link")

    class Phase(models.TextChoices):
        WAITING = "waiting", gettext_lazy("waiting")
        CHECKING = "checking", gettext_lazy("checking rows")
        SORTING = "sorting", gettext_lazy("looking for repeated ids")
        CREATING = "creating", gettext_lazy("creating codes")
        COMPARING = "comparing", gettext_lazy("comparing with the codes")
        CHANGING = "changing", gettext_lazy("changing codes")
        REPORTING = "reporting", gettext_lazy("listing the errors")
        ENDED = "ended", gettext_lazy("ended")

    SHARES: ClassVar[dict[str, tuple[float, float]]] = {
        Phase.CHECKING: (0, 0.6),
        Phase.SORTING: (0.6, 0.05),
        Phase.CREATING: (0.65, 0.35),
    }

    key = models.CharField(max_length=LONGEST_KEY, unique=True, default=new_key, editable=False)
    company = models.ForeignKey(Company, models.PROTECT, related_name="ingestions")
    description = models.CharField(max_length=100, default=gettext_noop("Code ingestion file upload"))
    type = models.CharField(max_length=20, choices=Type, default=Type.CODE)
    ingestion_mode = models.CharField(max_length=10, choices=Mode)
    by_command = models.BooleanField(default=False, db_default=False, help_text="Uploaded by `manage.py ingest`.")
    filetype = models.CharField(
        max_length=4, choices=Filetype, blank=True, help_text="Empty for a change of selected codes, and for an undo."
    )
    file_name = models.CharField(max_length=255, blank=True)
    file_size = models.BigIntegerField(null=True)
    is_long = models.BooleanField(
        db_default=False, editable=False, help_text="It unpacked to much, though it is small."
    )
    status = models.CharField(max_length=10, choices=Status, default=Status.UPLOADING)
    created_at = models.DateTimeField(db_default=Now())
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="ingestions")
    parameters = models.JSONField(default=dict)
    result_data = models.JSONField(default=dict)
    warnings = models.JSONField(default=list)
    file_facts = models.JSONField(default=dict)
    phase = models.CharField(max_length=10, choices=Phase, default=Phase.WAITING)
    workorder = models.ForeignKey(Workorder, models.PROTECT, null=True, related_name="ingestions")
    file_deleted_at = models.DateTimeField(
        null=True, help_text="When its file and its errors had been kept long enough."
    )

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["company", "-id"], name="ingestion_of_company"),
            models.Index(
                fields=["status_updated_at"],
                name="ingestion_kept",
                condition=models.Q(status__in=("completed", "error"), file_deleted_at=None),
            ),
            models.Index(fields=["id"], name="ingestion_open", condition=models.Q(status__in=("queued", "processing"))),
            # an id is looked for in what all refused files came to; an index on a million errors would cost too much
            GinIndex(fields=["result_data"], opclasses=["jsonb_path_ops"], name="ingestion_result"),
        ]
        permissions = [
            ("ingestion_code_create", gettext_noop("Can upload codes")),
            ("ingestion_view", gettext_noop("Can see ingestion records")),
            ("ingestion_cancel", gettext_noop("Can cancel ingestions")),
            ("ingestion_withdraw", gettext_noop("Can withdraw uploads")),
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def title(self) -> str:
        """What people call it: its file, what it does where it has none, or its key."""
        return self.file_name or (self.asked_for if self.type == self.Type.SCM else self.key)

    @property
    def asked_for(self) -> str:
        """The description in the language of the page."""
        undone = self.parameters.get("undoes")
        return gettext("Undo of {key}").format(key=undone) if undone else gettext(self.description)

    @property
    def told_warnings(self) -> list[dict[str, Any]]:
        """The warnings as pages show them."""
        return [warning | {"message": in_words(warning)} for warning in self.warnings]

    @property
    def spool_name(self) -> str:
        return self.key

    @classmethod
    def has_spool_name(cls, name: str) -> bool:
        return cls.objects.filter(key=name).exists()

    @property
    def has_file(self) -> bool:
        """Say whether it came as a file, and not as constraints or as the undo of another record."""
        return bool(self.filetype)

    @property
    def file_kept_until(self) -> datetime | None:
        """Return when its file and its errors are deleted; None before it ends, and where they are kept for ever."""
        if self.status not in self.CHECKED or not settings.UPLOAD_DAYS:
            return None
        return self.status_updated_at + timedelta(days=settings.UPLOAD_DAYS)

    @property
    def is_emptied(self) -> bool:
        """Say whether its file and its errors are deleted, or their time has come: nobody is given them any more."""
        until = self.file_kept_until
        return self.file_deleted_at is not None or (until is not None and until <= timezone.now())

    @property
    def incoming_path(self) -> str:
        """The path where the signed form puts the file."""
        return f"{INCOMING}/{self.key}"

    @property
    def file_path(self) -> str:
        """The path of the file once it is to be processed, out of reach of the form."""
        return f"uploads/{self.key}"

    @property
    def id_format(self) -> str:
        """The format of the file's ids."""
        return str(self.parameters.get("id_format", self.IdFormat.DEFAULT))

    @property
    def kinds(self) -> dict[str, Kind]:
        """The kinds of errors, as they apply to this file."""
        if self.type == self.Type.SCM:
            return CHANGE_KINDS
        return GS1_KINDS if self.id_format == self.IdFormat.GS1 else KINDS

    @property
    def has_expired(self) -> bool:
        """Say whether the upload ended because nobody processed it."""
        return bool(self.result_data.get("reason") == self.EXPIRED)

    @property
    def error_counts(self) -> dict[str, int]:
        """Errors by kind, of a record that ended in error."""
        counts: dict[str, int] = self.result_data.get("error_counts", {})
        return counts


class IngestionTemplate(models.Model):
    """Options of uploads of new codes that a company keeps under a name.

    `parameters` are those that a record would have, without what is not set. `declared` names the SCM fields among them
    that the company declared when they were kept.
    """

    company = models.ForeignKey(Company, models.PROTECT, related_name="ingestion_templates")
    name = models.CharField(max_length=100)
    parameters = models.JSONField(default=dict)
    declared = models.JSONField(default=list)
    created_at = models.DateTimeField(db_default=Now())
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint("company", "name", name="ingestion_template_name_of_company")]

    def __str__(self) -> str:
        return self.name


class Drop(models.Model):
    """A folder, or a prefix of the bucket, whose files are uploaded by a template, in the name of `owner`.

    The row outlives its template, as answers may still have to be written; `problem` says why nothing is taken now.
    """

    company = models.ForeignKey(Company, models.PROTECT, related_name="drops")
    template = models.OneToOneField(IngestionTemplate, models.SET_NULL, null=True, related_name="drop")
    folder = models.CharField(max_length=60)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    is_watched = models.BooleanField(default=True)
    problem = models.TextField(blank=True)
    visited_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company", "folder"], name="drop_folder_of_company")]

    def __str__(self) -> str:
        return f"{self.company.slug}/{self.folder}"


class DroppedFile(models.Model):
    """One version of a file that was dropped.

    | from | to | by |
    |---|---|---|
    | seen | (deleted) | the visit that finds the folder without it, or whoever has it watched no more |
    | seen | taken | the visit that finds it unchanged, with its record, or its `problem` if it is refused |
    | taken | told | the visit that has written its result, once its record has ended |
    | told | taken | whoever has the record checked again, or withdraws it |
    | told | gone | the visit that has deleted it with its result, UPLOAD_DAYS after its end |

    Who writes the result holds the row until `lease_until`.
    """

    class State(models.TextChoices):
        SEEN = "seen", gettext_lazy("seen, perhaps not complete yet")
        TAKEN = "taken", gettext_lazy("taken")
        TOLD = "told", gettext_lazy("result written")
        GONE = "gone", gettext_lazy("deleted with its result")

    drop = models.ForeignKey(Drop, models.PROTECT, related_name="files", db_index=False)
    name = models.CharField(max_length=200)
    version = models.CharField(max_length=200)
    state = models.CharField(max_length=5, choices=State, default=State.SEEN)
    seen_at = models.DateTimeField(db_default=Now())
    is_aside = models.BooleanField(default=False, help_text="It is not where it was dropped any more.")
    record = models.OneToOneField(IngestionRecord, models.PROTECT, null=True, related_name="dropped")
    problem = models.TextField(blank=True)
    lease_until = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["drop", "name"], condition=models.Q(state="seen"), name="dropped_file_seen_once"
            )
        ]
        indexes = [
            models.Index(fields=["drop", "id"], name="dropped_file_latest"),
            models.Index(fields=["drop", "name"], condition=models.Q(is_aside=False), name="dropped_file_there"),
            models.Index(fields=["drop", "id"], condition=models.Q(state="taken"), name="dropped_file_untold"),
            models.Index(fields=["drop", "seen_at"], condition=models.Q(state="told"), name="dropped_file_told"),
            models.Index(fields=["drop", "name", "id"], name="dropped_file_named"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def aside_name(self) -> str:
        """The name under which the file is kept once it was taken."""
        return f"{self.record.key if self.record else self.pk}-{self.name}"


class RememberedName(models.Model):
    """The name that a company last gave to columns of a name, which is kept as `folded` writes it."""

    company = models.ForeignKey(Company, models.CASCADE, related_name="remembered_names")
    name = models.CharField(max_length=100)
    new_name = models.CharField(max_length=64)
    used_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company", "name"], name="remembered_name_of_company")]

    def __str__(self) -> str:
        return f"{self.name}: {self.new_name}"


class Withdrawal(Leased):
    """The withdrawal of a completed upload of codes, which a worker does: its codes are deleted, or blacklisted.

    `deletes` says which of the two was asked for. The record stays `completed`, and its `result_data` tells the end.
    """

    class Phase(models.TextChoices):
        WAITING = "waiting", gettext_lazy("waiting")
        DELETING = "deleting", gettext_lazy("deleting codes")
        UPDATING = "updating", gettext_lazy("blacklisting codes")
        ENDED = "ended", gettext_lazy("ended")

    SHARES: ClassVar[dict[str, tuple[float, float]]] = {Phase.DELETING: (0, 1)}
    TASK = "ingestion.tasks.withdraw"
    COMPANY = "record__company"
    LONG = models.Q(record__workorder__quantity__gt=20_000)

    record = models.OneToOneField(IngestionRecord, models.PROTECT, related_name="withdrawal")
    reason = models.TextField()
    deletes = models.BooleanField()
    phase = models.CharField(max_length=10, choices=Phase, default=Phase.WAITING)
    created_at = models.DateTimeField(db_default=Now())
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        indexes = [
            models.Index(fields=["id"], name="withdrawal_open", condition=models.Q(status__in=Leased.OPEN)),
        ]

    def __str__(self) -> str:
        return f"of record {self.record_id}"

    @property
    def spool_name(self) -> str:
        return f"withdrawal-{self.pk}"

    @classmethod
    def has_spool_name(cls, name: str) -> bool:
        return name.startswith("withdrawal-")


class IngestionError(models.Model):
    """One thing wrong with an uploaded file. `row` is what a spreadsheet shows, or None for the file as a whole."""

    record = models.ForeignKey(
        IngestionRecord,
        models.CASCADE,
        db_constraint=False,  # its trigger would be asked for each of a million errors
        db_index=False,
        related_name="errors",
    )
    row = models.PositiveIntegerField(null=True)
    column = models.TextField(blank=True)
    value = models.TextField(blank=True)
    error = models.CharField(max_length=40)
    detail = models.TextField(blank=True)

    class Meta:
        ordering = ["row", "id"]
        indexes = [
            models.Index(fields=["record", "row", "id"], name="ingestion_error_of_record"),
        ]

    def __str__(self) -> str:
        return f"row {self.row}: {self.error}"

    @property
    def message(self) -> str:
        """The kind's sentence and the detail of this error."""
        return in_full(self.record.kinds[self.error], self.detail)
