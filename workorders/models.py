"""Products, workorders and their codes."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_noop

from portal.background.leases import Leased
from portal.background.progress import Status
from portal.models import Company
from portal.values.texts import Visible
from portal.values.words import gettext_lazy
from workorders.identifiers import gs1

FIRST_CODES = 20  # of a workorder, which its page shows
LONGEST_REFERENCE = 100  # characters
LONGEST_PREFIX = 200
NO_CONTROL_CHARACTERS = Visible()


class ActivationStatus(models.IntegerChoices):
    INACTIVE = 0, gettext_lazy("inactive")
    ACTIVE = 1, gettext_lazy("active")
    BLACKLISTED = 2, gettext_lazy("blacklisted")


class BlacklistReason(models.IntegerChoices):
    NONE = 0, gettext_lazy("none")
    COUNTERFEITS_DETECTED = 1, gettext_lazy("counterfeits detected")
    LOW_QUALITY = 2, gettext_lazy("low quality")
    OVERPRINT = 3, gettext_lazy("overprint")
    STOLEN = 4, gettext_lazy("stolen")
    DAMAGE = 5, gettext_lazy("damage")
    LOST = 6, gettext_lazy("lost")
    MISPRINT = 7, gettext_lazy("misprint")
    NOT_SOLD = 8, gettext_lazy("not sold")
    WORKORDER_CANCELLED = 9, gettext_lazy("workorder cancelled")
    MAXIMUM_SCAN_COUNT_EXCEEDED = 10, gettext_lazy("maximum scan count exceeded")


class DeclaredField(models.Model):
    """An SCM field that a company declares: which values it takes, and whether every new code needs one.

    Files and calls are held to it from then on. What codes have already stays as it is.
    """

    class Type(models.TextChoices):
        TEXT = "text", gettext_lazy("Text")
        WHOLE_NUMBER = "whole_number", gettext_lazy("Whole number")
        DECIMAL = "decimal", gettext_lazy("Decimal number")
        DATE = "date", gettext_lazy("Date")
        CHOICE = "choice", gettext_lazy("One of a list")

    company = models.ForeignKey(Company, models.CASCADE, related_name="declared_fields")
    key = models.CharField(max_length=64)
    label = models.CharField(max_length=100, blank=True, validators=[NO_CONTROL_CHARACTERS])
    type = models.CharField(max_length=20, choices=Type, default=Type.TEXT)
    is_required = models.BooleanField("required", default=False)
    choices = models.JSONField(default=list, blank=True, help_text="The list's values.")

    class Meta:
        ordering = ["key"]
        constraints = [models.UniqueConstraint("company", "key", name="declared_field_of_company")]

    def __str__(self) -> str:
        return self.key


class Product(models.Model):
    """The product that a code is put on. Hidden, never deleted: codes point to it, and files name it by its SKU."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="products")
    sku = models.CharField("SKU", max_length=100, validators=[NO_CONTROL_CHARACTERS])
    name = models.CharField(max_length=200, blank=True, validators=[NO_CONTROL_CHARACTERS])
    is_archived = models.BooleanField("archived", default=False)
    links = models.JSONField(
        default=list, db_default=[], editable=False, help_text="Where its codes lead, as `workorders.links` stores it."
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["sku"]
        constraints = [models.UniqueConstraint("company", "sku", name="product_sku_of_company")]
        permissions = [
            ("product_view", gettext_noop("Can see products")),
            ("product_edit", gettext_noop("Can create and edit products")),
        ]

    def __str__(self) -> str:
        return self.sku


class UrlPrefix(models.Model):
    """A URL prefix and the company whose codes begin with it. Prefixes that begin alike belong to one company."""

    prefix = models.CharField(max_length=200, unique=True)
    company = models.ForeignKey(Company, models.PROTECT, related_name="url_prefixes")

    class Meta:
        verbose_name = "URL prefix"
        verbose_name_plural = "URL prefixes"

    def __str__(self) -> str:
        return self.prefix


class DomainProof(models.Model):
    """The host of URL prefixes, and whether it is proven that it is the company's."""

    class Way(models.TextChoices):
        DNS = "dns", "DNS"
        FILE = "file", gettext_lazy("a file there")

    company = models.ForeignKey(Company, models.PROTECT, related_name="domains")
    host = models.CharField(max_length=253)
    way = models.CharField(max_length=4, choices=Way, blank=True)
    proven_at = models.DateTimeField(null=True)
    asked_at = models.DateTimeField(null=True, help_text="When a check was asked for that a worker has not done yet.")
    checked_at = models.DateTimeField(null=True)
    problem = models.TextField(blank=True, help_text="What the last check found instead.")

    class Meta:
        ordering = ["host"]
        verbose_name = "domain"
        constraints = [models.UniqueConstraint("company", "host", name="domain_of_company")]

    def __str__(self) -> str:
        return self.host


class Calibrated(models.Model):
    """Equipment or a substrate of a printing partner, with its calibration. It is hidden, never deleted."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="%(class)ss")
    name = models.CharField(max_length=100)
    calibrated_on = models.DateField()
    calibrated_until = models.DateField(help_text="The last day on which it may be chosen for a workorder.")
    is_archived = models.BooleanField("archived", default=False)

    class Meta:
        abstract = True
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_usable(self) -> bool:
        """Say whether it may be chosen for a workorder today, in UTC."""
        return self.state == "calibrated"

    @property
    def state(self) -> str:
        """Return `calibrated` when it may be chosen for a workorder, otherwise `archived` or `expired`."""
        if self.is_archived:
            return gettext_noop("archived")
        return (
            gettext_noop("calibrated")
            if self.calibrated_on <= timezone.now().date() <= self.calibrated_until
            else gettext_noop("expired")
        )


class Equipment(Calibrated):
    """A printing machine with its native resolution."""

    dpi = models.PositiveSmallIntegerField("resolution", help_text="Dots an inch, the printer's own: 600 to 2400.")

    class Meta(Calibrated.Meta):
        verbose_name_plural = "equipment"
        constraints = [models.UniqueConstraint("company", "name", name="equipment_name_of_company")]


class Substrate(Calibrated):
    """A material that is printed on."""

    class Meta(Calibrated.Meta):
        constraints = [models.UniqueConstraint("company", "name", name="substrate_name_of_company")]


class Layout(models.TextChoices):
    """The place of the secure graphic of an SSC workorder. `secure_graphic.LAYOUTS` has its measures."""

    INSIDE = "inside", gettext_lazy("inside the QR code")
    OUTSIDE = "outside", gettext_lazy("beside the QR code")
    INSIDE_HYBRID = "inside_hybrid", gettext_lazy("inside, hybrid")
    OUTSIDE_HYBRID = "outside_hybrid", gettext_lazy("beside, hybrid")


class WorkorderTemplate(models.Model):
    """Settings that SSC workorders of a brand owner have in common, under a name."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="workorder_templates")
    name = models.CharField(max_length=100)
    layout = models.CharField(max_length=14, choices=Layout, default=Layout.INSIDE)
    printing_partner = models.ForeignKey(Company, models.PROTECT, related_name="+")
    url_prefix = models.CharField(max_length=LONGEST_PREFIX, blank=True)
    use_serial_number = models.BooleanField(default=False)
    activate_on_complete = models.BooleanField(default=False)
    download_once = models.BooleanField(default=False)
    is_archived = models.BooleanField("archived", default=False)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint("company", "name", name="workorder_template_name_of_company")]

    def __str__(self) -> str:
        return self.name


class Workorder(models.Model):
    """A batch of codes made together, with a downloadable archive.

    A SID workorder goes from new to completed by itself, once its archive is published. An SSC workorder goes by the
    hands of the printing partner and the brand owner:

    | from | to | by |
    |---|---|---|
    | new | ready to print | the partner, who confirms equipment and substrate |
    | ready to print | printed | the partner, with what was printed and wasted |
    | printed | completed | the brand owner, after the quality check |
    | printed | ready to print | the brand owner, who rejects what was printed |
    | new, ready to print, printed | cancelled | the brand owner; its codes are blacklisted |

    A SID workorder is cancelled with its minting, or when its upload is withdrawn.
    """

    class Type(models.TextChoices):
        SID = "SID", gettext_lazy("serialized identifiers")
        SSC = "SSC", gettext_lazy("secure codes")

    class State(models.TextChoices):
        NEW = "new", gettext_lazy("new")
        READY_TO_PRINT = "ready_to_print", gettext_lazy("ready to print")
        PRINTED = "printed", gettext_lazy("printed")
        COMPLETED = "completed", gettext_lazy("completed")
        CANCELLED = "cancelled", gettext_lazy("cancelled")

    company = models.ForeignKey(Company, models.PROTECT, related_name="workorders")
    reference = models.CharField(max_length=LONGEST_REFERENCE)
    type = models.CharField(max_length=3, choices=Type, default=Type.SID)
    state = models.CharField(max_length=14, choices=State, default=State.NEW)
    quantity = models.PositiveIntegerField()
    url_prefix = models.CharField(max_length=LONGEST_PREFIX)
    longest_id = models.PositiveSmallIntegerField(default=100, help_text="Characters of its longest id, at most.")
    use_serial_number = models.BooleanField(default=False)
    layout = models.CharField(max_length=14, choices=Layout, blank=True, help_text="Of the secure graphic of an SSC.")
    printing_partner = models.ForeignKey(Company, models.PROTECT, null=True, related_name="print_workorders")
    activate_on_complete = models.BooleanField(default=False)
    download_once = models.BooleanField(default=False, help_text="Secure codes can be downloaded a single time.")
    secret = models.BinaryField(default=bytes, help_text="Of the secure graphic, encrypted.")
    equipment = models.ForeignKey(Equipment, models.PROTECT, null=True, related_name="+")
    substrate = models.ForeignKey(Substrate, models.PROTECT, null=True, related_name="+")
    uploaded_quantity = models.PositiveIntegerField(
        default=0, help_text="Codes that an SSC has got so far; their sequences go from 1 to this."
    )
    printed_quantity = models.PositiveIntegerField(null=True)
    wasted_quantity = models.PositiveIntegerField(null=True)
    remarks = models.TextField(blank=True)
    is_archived = models.BooleanField(default=False)
    downloaded_at = models.DateTimeField(null=True, help_text="When codes of a SID were downloaded first.")
    notes_downloads = models.BooleanField(
        default=True, db_default=True, help_text="False if its codes may have been downloaded without a note."
    )
    files_at = models.DateTimeField(
        null=True, db_default=Now(), editable=False, help_text="When the last archive was stored, if any is kept."
    )
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint("company", "reference", name="workorder_reference_of_company")]
        indexes = [
            models.Index(fields=["company", "url_prefix"], name="workorder_of_url_prefix"),
            models.Index(fields=["files_at"], name="workorder_kept", condition=models.Q(files_at__isnull=False)),
        ]
        permissions = [
            ("workorder_view", gettext_noop("Can see workorders")),
            ("workorder_download", gettext_noop("Can download a workorder's archive")),
            ("workorder_sid_download", gettext_noop("Can download a workorder's serial numbers")),
            ("workorder_create", gettext_noop("Can create workorders")),
            ("workorder_cancel", gettext_noop("Can cancel workorders of secure codes")),
            ("workorder_archive", gettext_noop("Can archive workorders and products")),
            ("workorder_print", gettext_noop("Can print workorders as a printing partner")),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def codes_count(self) -> int:
        """The number of its codes, once they are not being minted any more."""
        return self.uploaded_quantity if self.type == self.Type.SSC else self.quantity

    @property
    def has_codes(self) -> bool:
        """Say whether there are codes: not only to be minted or uploaded yet."""
        return bool(self.codes_count) if self.type == self.Type.SSC else not self.minting

    @property
    def minting(self) -> Job | None:
        """Return the job that makes the codes, or ended without them, or None when the codes are there."""
        if self.state == self.State.COMPLETED:  # with its archive
            return None
        return self.jobs.filter(Job.WITHOUT_CODES).order_by("-id").first()

    @property
    def making(self) -> Job | None:
        """The job without which the workorder is not complete: its minting, or its archive."""
        unfinished = Job.WITHOUT_CODES | models.Q(what=Job.What.ARCHIVE, status__in=Job.OPEN)
        return self.jobs.filter(unfinished).order_by("id").last()


class Job(Leased):
    """Work on a workorder that takes long: a worker does it, once for each set of parameters.

    A mint job makes all codes of a new workorder, an archive job the zip without which no SID workorder is completed,
    an images job a zip with an image of every code, a secure job the zip that a printing partner prints from. An
    activate job and a blacklist job change the codes of an SSC workorder that was completed or cancelled.
    `workorders.jobs` starts and cancels them, a worker runs them by `workorders.job_runner`.
    """

    class What(models.TextChoices):
        MINT = "mint", gettext_lazy("minting")
        ARCHIVE = "archive", gettext_lazy("archive")
        IMAGES = "images", gettext_lazy("images")
        SECURE = "secure", gettext_lazy("secure codes")
        ACTIVATE = "activate", gettext_lazy("activation")
        BLACKLIST = "blacklist", gettext_lazy("blacklisting")

    class Phase(models.TextChoices):
        WAITING = "waiting", gettext_lazy("waiting")
        CREATING = "creating", gettext_lazy("creating codes")
        PACKING = "packing", gettext_lazy("packing the archive")
        DRAWING = "drawing", gettext_lazy("drawing images")
        UPDATING = "updating", gettext_lazy("changing codes")
        ENDED = "ended", gettext_lazy("ended")

    SHARES: ClassVar[dict[str, tuple[float, float]]] = dict.fromkeys(
        (Phase.CREATING, Phase.PACKING, Phase.DRAWING), (0, 1)
    )
    LASTING: ClassVar[tuple[str, ...]] = (*Leased.OPEN, Status.COMPLETED)
    TASK = "workorders.tasks.run_job"
    COMPANY = "workorder__company"
    NEEDS = ("workorder__company",)
    MOST_SHORT = 20_000  # codes
    LONG = models.Q(workorder__quantity__gt=MOST_SHORT)
    WITHOUT_CODES: ClassVar[models.Q] = models.Q(what=What.MINT) & ~models.Q(status=Status.COMPLETED)

    workorder = models.ForeignKey(Workorder, models.PROTECT, related_name="jobs")
    what = models.CharField(max_length=10, choices=What)
    phase = models.CharField(max_length=10, choices=Phase, default=Phase.WAITING)
    parameters = models.JSONField(default=dict)
    detail = models.TextField(blank=True, help_text="Why it was given up, or what of labels is not as it was meant.")
    created_at = models.DateTimeField(db_default=Now())
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["workorder", "what", "parameters"],
                condition=models.Q(status__in=(*Leased.OPEN, Status.COMPLETED)),
                name="job_asked_for_once",
            ),
        ]
        indexes = [
            models.Index(fields=["id"], name="job_open", condition=models.Q(status__in=Leased.OPEN)),
        ]

    def __str__(self) -> str:
        return f"{self.get_what_display()} of workorder {self.workorder_id}"

    @property
    def spool_name(self) -> str:
        return f"job-{self.pk}"

    @classmethod
    def has_spool_name(cls, name: str) -> bool:
        return name.startswith("job-")


class Export(Leased):
    """A file of the codes that a filter finds: a worker writes it, and it is kept for KEPT.

    `workorders.exports` starts, writes, serves and deletes them.
    """

    class Format(models.TextChoices):
        CSV = "csv", "CSV"
        JSONL = "jsonl", gettext_lazy("JSON lines")
        XLSX = "xlsx", gettext_lazy("Excel")
        EPCIS = "epcis", gettext_lazy("EPCIS events")

    class Phase(models.TextChoices):
        WAITING = "waiting", gettext_lazy("waiting")
        COUNTING = "counting", gettext_lazy("counting codes")
        WRITING = "writing", gettext_lazy("writing codes")
        ENDED = "ended", gettext_lazy("ended")

    KEPT: ClassVar[timedelta] = timedelta(days=7)  # for which its file can be fetched
    SHARES: ClassVar[dict[str, tuple[float, float]]] = {Phase.WRITING: (0.15, 0.85)}
    TASK = "workorders.tasks.run_export"
    LONG = models.Q(expected__gt=20_000) | models.Q(expected=None)

    company = models.ForeignKey(Company, models.PROTECT, related_name="exports")
    created_at = models.DateTimeField(db_default=Now())
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    filters = models.JSONField(default=dict, help_text="As `workorders.codes.filters` keeps them.")
    format = models.CharField(max_length=5, choices=Format)
    is_gzipped = models.BooleanField(default=False)
    neutralises_formulas = models.BooleanField(default=False)
    phase = models.CharField(max_length=10, choices=Phase, default=Phase.WAITING)
    expected = models.PositiveBigIntegerField(null=True, help_text="Codes, where that was known when it was asked for.")
    size = models.PositiveBigIntegerField(null=True, help_text="Bytes of the file.")
    refusal = models.TextField(blank=True, help_text="Why these codes cannot be exported so, for the person.")
    detail = models.TextField(blank=True, help_text="Why it was given up.")
    file_deleted_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["id"], name="export_open", condition=models.Q(status__in=Leased.OPEN)),
            models.Index(fields=["company", "-id"], name="export_of_company"),
        ]

    def __str__(self) -> str:
        return f"export {self.pk}"

    @property
    def spool_name(self) -> str:
        return f"export-{self.pk}"

    @classmethod
    def has_spool_name(cls, name: str) -> bool:
        return name.startswith("export-")

    @property
    def ending(self) -> str:
        """The ending of the file's name."""
        kind = "jsonld" if self.format == self.Format.EPCIS else self.format
        return f".{kind}.gz" if self.is_gzipped else f".{kind}"

    @property
    def file_path(self) -> str:
        """The storage name of the file, once it is whole."""
        return f"exports/{self.pk}{self.ending}"

    @property
    def has_file(self) -> bool:
        """Say whether the file can be fetched."""
        return self.status == Status.COMPLETED and self.file_deleted_at is None

    @property
    def expires_at(self) -> datetime | None:
        """Return when the file will be deleted, or None where there is none."""
        return self.status_updated_at + self.KEPT if self.has_file else None


class Change(models.Model):
    """One change of existing codes: who made it, when and how. Its rows of `CodeChange` say what became of each code.

    Rows are only added. `record_key` names the ingestion record of type `scm` whose end it was, if there is one.
    """

    class Origin(models.TextChoices):
        PAGE = "page", gettext_lazy("page")
        FILE = "file", gettext_lazy("file")
        API = "api", "API"
        WORKORDER = "workorder", gettext_lazy("workorder")
        SCANS = "scans", gettext_lazy("scans")

    company = models.ForeignKey(Company, models.PROTECT, related_name="changes")
    origin = models.CharField(max_length=10, choices=Origin)
    record_key = models.CharField(max_length=12, blank=True)
    codes = models.PositiveBigIntegerField(default=0, help_text="How many codes it changed.")
    undoes = models.ForeignKey("self", models.PROTECT, null=True, related_name="undone_by")
    is_thinned = models.BooleanField(default=False, db_default=False, help_text="Its history has gone, or part of it.")
    created_at = models.DateTimeField(db_default=Now())
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["company", "-id"], name="change_of_company"),
            models.Index(fields=["record_key"], name="change_of_record", condition=~models.Q(record_key="")),
        ]

    def __str__(self) -> str:
        return f"change {self.pk}"


class CodeChange(models.Model):
    """What one change made of one code. A value that the change left alone is NULL on both sides.

    `old_scm` and `new_scm` have the SCM fields that changed, with null where there was none, or is none any more.
    `previous` is the change before, so that a code's history is a chain that begins at `Code.last_change`: the table
    needs one index, which grows at its end alone.
    """

    pk = models.CompositePrimaryKey("change", "identifier")
    change = models.ForeignKey(Change, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="rows")
    identifier = models.CharField(max_length=gs1.LONGEST, db_collation="C")
    previous = models.BigIntegerField(null=True)
    old_product = models.BigIntegerField(null=True)
    new_product = models.BigIntegerField(null=True)
    old_status = models.SmallIntegerField(choices=ActivationStatus, null=True)
    new_status = models.SmallIntegerField(choices=ActivationStatus, null=True)
    old_reason = models.SmallIntegerField(choices=BlacklistReason, null=True)
    new_reason = models.SmallIntegerField(choices=BlacklistReason, null=True)
    old_scm = models.JSONField(null=True)
    new_scm = models.JSONField(null=True)

    def __str__(self) -> str:
        return f"{self.identifier} in change {self.change_id}"


class CodeColumns(models.Model):
    """The columns of a code. The relations carry no database constraint, whose triggers would cost more than the rows.

    So products are never deleted, and a workorder only together with its codes.
    """

    identifier = models.CharField(max_length=gs1.LONGEST, db_collation="C")
    company = models.ForeignKey(Company, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+")
    workorder = models.ForeignKey(Workorder, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+")
    sequence = models.PositiveIntegerField(help_text="Place in the uploaded file, the first code is 1.")
    product = models.ForeignKey(
        Product, models.DO_NOTHING, db_constraint=False, db_index=False, null=True, related_name="+"
    )
    activation_status = models.PositiveSmallIntegerField(choices=ActivationStatus, default=ActivationStatus.INACTIVE)
    blacklist_reason = models.PositiveSmallIntegerField(choices=BlacklistReason, default=BlacklistReason.NONE)
    scm_data = models.JSONField(default=dict)
    last_change = models.ForeignKey(
        Change, models.DO_NOTHING, db_constraint=False, db_index=False, null=True, related_name="+"
    )

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.identifier


BLOCKS_A_RANGE = 16  # of the table, of which the BRIN index knows one thing
BLOCK_VALUES = {  # columns that the BRIN index knows, and how
    "company": "int8_minmax_ops",
    "workorder": "int8_minmax_multi_ops",  # several ranges a block, which are reused for later workorders
    "product": "int8_minmax_multi_ops",
    "activation_status": "int2_minmax_multi_ops",  # the values themselves: one in between is known to be nowhere
    "blacklist_reason": "int2_minmax_multi_ops",
    "last_change": "int8_minmax_multi_ops",
    "identifier": "text_minmax_ops",
}


ITEM = "(left(%(expressions)s, 17) || substr(%(expressions)s, strpos(%(expressions)s, '/21/')))"
"""GTIN and serial number of a GS1 id, as `gs1.item_of` has them."""


class Code(CodeColumns):
    """One serialized identity. Its URL is the workorder's prefix followed by the identifier.

    Rows are created by `codes.bulk_load` alone, through COPY, and changed by `workorders.changes` alone, which writes
    their history.
    """

    BATCH: ClassVar[int] = 20_000  # codes in one batch of codes.csv, at most

    pk = models.CompositePrimaryKey("company", "identifier")
    workorder = models.ForeignKey(
        Workorder, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="codes"
    )

    class Meta:
        indexes = [
            BrinIndex(  # in which blocks of the table a value may stand; `search` finds rare ones by it
                fields=[*BLOCK_VALUES],
                opclasses=[*BLOCK_VALUES.values()],
                pages_per_range=BLOCKS_A_RANGE,
                name="code_blocks",
            ),
            models.Index(  # what a page shows of a workorder is found without a look at its million others
                fields=["workorder", "sequence"],
                condition=models.Q(sequence__lte=FIRST_CODES),
                name="code_first_of_workorder",
            ),
            models.Index(  # a GS1 id with a batch is found without it; other codes do not stand in it
                models.F("company"),
                models.Func(models.F("identifier"), template=ITEM, output_field=models.TextField()),
                condition=models.Q(identifier__contains="/10/"),
                name="code_item_without_batch",
            ),
        ]
        permissions = [
            ("codes_view", gettext_noop("Can see codes")),
            ("scm_code_edit", gettext_noop("Can change single codes")),
            ("scm_bulk_edit", gettext_noop("Can change many codes at once")),
            ("scm_undo", gettext_noop("Can undo changes of codes")),
        ]

    @property
    def serial_number(self) -> str | None:
        """The serial number in `codes.csv`, if the workorder has serial numbers."""
        return f"{self.sequence:010d}" if self.workorder.use_serial_number else None

    @property
    def batch(self) -> int:
        """Number of the code's batch in `codes.csv`, the first is 1."""
        return (self.sequence - 1) // self.BATCH + 1

    @property
    def url(self) -> str:
        """The URL in the code's QR symbol."""
        return self.workorder.url_prefix + self.identifier


class Summarized(models.Model):
    """How many blocks of the table the BRIN index `code_blocks` is known to reach: one row."""

    filenode = models.BigIntegerField()  # of the index: one that is built anew begins anew
    blocks = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.blocks} blocks"


class OfficeCode(CodeColumns):
    """A code as the back office reads it, since Django's admin takes no key of two columns."""

    identifier = models.CharField(max_length=gs1.LONGEST, db_collation="C", primary_key=True)

    class Meta:
        managed = False
        db_table = "workorders_code"
        verbose_name = "code"


class CodeScans(models.Model):
    """How often the public page of a code was opened.

    A row is written anew every few seconds, so it stands apart from the code, whose indexes would be written with it.
    """

    pk = models.CompositePrimaryKey("company", "identifier")
    company = models.ForeignKey(Company, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+")
    identifier = models.CharField(max_length=gs1.LONGEST, db_collation="C")
    count = models.PositiveBigIntegerField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    reached_limit = models.BooleanField(
        db_default=False, help_text="The limit of scans has blacklisted the code, which it does once."
    )

    def __str__(self) -> str:
        return f"scans of {self.identifier}"


class ScanLimitReached(models.Model):
    """A code that was scanned as often as its company allows, and has yet to be blacklisted."""

    pk = models.CompositePrimaryKey("company", "identifier")
    company = models.ForeignKey(Company, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+")
    identifier = models.CharField(max_length=gs1.LONGEST, db_collation="C")

    def __str__(self) -> str:
        return f"limit of scans of {self.identifier}"


class ScanDay(models.Model):
    """How many scans of a company's codes there were on one day, in UTC."""

    pk = models.CompositePrimaryKey("company", "day")
    company = models.ForeignKey(Company, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+")
    day = models.DateField()
    count = models.PositiveBigIntegerField()

    class Meta:
        ordering = ["day"]

    def __str__(self) -> str:
        return f"{self.count} on {self.day}"


class StoredScans(models.Model):
    """The name of counted scans that were stored, so that they are not stored twice."""

    name = models.CharField(max_length=60, primary_key=True)
    stored_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return self.name


class Webhook(models.Model):
    """An endpoint of a company: a URL of another system, which is told what happens.

    A worker sends what is due to one endpoint after the other. Whoever does holds the row until `lease_until`, and
    after a failure nothing is sent there before `due_at`.
    """

    class Stopped(models.TextChoices):
        BY_HAND = "by_hand", gettext_lazy("disabled")
        GONE = "gone", gettext_lazy("disabled, since it answered 410 (Gone)")
        FAILING = "failing", gettext_lazy("disabled, since it failed for 3 days")
        FULL = "full", gettext_lazy("disabled, since too much waits for it")

    company = models.ForeignKey(Company, models.PROTECT, related_name="webhooks")
    url = models.CharField("URL", max_length=500)
    description = models.CharField(max_length=200, blank=True)
    events = models.JSONField(default=list, help_text="The types of events that it is told.")
    secret = models.BinaryField(help_text="Encrypted.")
    old_secret = models.BinaryField(default=bytes, help_text="The secret before, encrypted.")
    old_secret_until = models.DateTimeField(null=True, help_text="Until then the old secret signs as well.")
    stopped = models.CharField(max_length=10, choices=Stopped, blank=True, help_text="Why nothing is sent.")
    stopped_at = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0, help_text="Attempts that failed since the last that did not.")
    failing_since = models.DateTimeField(null=True)
    due_at = models.DateTimeField(db_default=Now())
    lease_until = models.DateTimeField(null=True)
    woken_at = models.DateTimeField(null=True, help_text="When the sweep woke a worker for it.")
    is_deleted = models.BooleanField(default=False, help_text="It is gone for everybody, and a sweep deletes it.")
    created_at = models.DateTimeField(db_default=Now())
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.url


class WebhookDelivery(models.Model):
    """An event that is told to an endpoint, until it answered so or is given up, and how it answered last."""

    class Status(models.TextChoices):
        WAITING = "waiting", gettext_lazy("waiting")
        DELIVERED = "delivered", gettext_lazy("delivered")
        FAILED = "failed", gettext_lazy("failed")

    webhook = models.ForeignKey(Webhook, models.PROTECT, related_name="deliveries", db_index=False)
    message_id = models.CharField(max_length=40, help_text="The same for every attempt and every endpoint.")
    type = models.CharField(max_length=40)
    body = models.TextField(help_text="The JSON that is posted, byte for byte.")
    status = models.CharField(max_length=10, choices=Status, default=Status.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(db_default=Now())
    queued_at = models.DateTimeField(db_default=Now(), help_text="When it was made, or asked for again.")
    due_at = models.DateTimeField(db_default=Now())
    attempted_at = models.DateTimeField(null=True)
    answer_status = models.PositiveSmallIntegerField(null=True)
    answer = models.TextField(blank=True, help_text="The beginning of the answer's body.")
    problem = models.TextField(blank=True, help_text="Why there was no answer.")

    class Meta:
        ordering = ["-id"]
        verbose_name_plural = "webhook deliveries"
        indexes = [
            models.Index(fields=["webhook", "-id"], name="delivery_of_webhook"),
            models.Index(fields=["message_id"], name="delivery_of_message"),
            models.Index(fields=["webhook", "status", "-id"], name="delivery_by_status"),
            models.Index(fields=["webhook", "due_at", "id"], name="delivery_due", condition=models.Q(status="waiting")),
            models.Index(fields=["queued_at"], name="delivery_waiting", condition=models.Q(status="waiting")),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.message_id}"

    @property
    def next_attempt_at(self) -> datetime | None:
        """Return the moment before which it is not sent again; None if it ended, or its endpoint is disabled."""
        return self.due_at if self.status == self.Status.WAITING and not self.webhook.stopped else None
