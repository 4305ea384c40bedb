"""The destination of an upload's codes: a new SID workorder, or the SSC workorder that the upload names."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Protocol

from django.core.exceptions import ValidationError
from django.db import connection

from ingestion.models import IngestionRecord
from portal.database.constraints import Violation, savepoint
from portal.values.texts import seen
from workorders import jobs
from workorders.codes.bulk_load import CodeSpool
from workorders.codes.url_prefixes import check_url_prefix, claim_url_prefix, longest_id
from workorders.models import LONGEST_REFERENCE, Workorder
from workorders.secure import uploads

Tick = Callable[[int], None]

POWERS = [2**power for power in range(32)]  # numbers behind a name that are asked about first
ENDING = re.compile(r"(?:\.(?:csv|tsv|txt|json|xlsx))?(?:\.gz)?\Z", re.IGNORECASE)


class Destination(Protocol):
    """The workorder that gets the codes of a file.

    `longest_id` is the number of characters of id that fit its URLs, `url_prefix` what stands before the ids there.
    `error` is the kind of error that is reported when it does not take the codes. `are_active` tells whether codes are
    active where neither their rows nor the upload's defaults set a status.
    """

    workorder_id: int
    longest_id: int
    error: str
    url_prefix: str
    are_active: bool

    def refusal(self, count: int) -> str:
        """Give the reason why it does not take `count` codes, or an empty text."""

    def load(self, spool: CodeSpool, tick: Tick) -> Workorder:
        """Load the codes in the caller's transaction.

        Raises IntegrityError when an id is taken, and NotTaken with the reason that `refusal` gives.
        """


def destination_of(record: IngestionRecord) -> Destination:
    """Return the destination that the upload's parameters name."""
    into = record.parameters.get("workorder")
    return NewWorkorder(record) if into is None else SecureWorkorder(record, record.company.workorders.get(pk=into))


class NewWorkorder:
    """A new SID workorder, created together with its codes, which claims the URL prefix."""

    error = "url_prefix_error"
    are_active = False

    def __init__(self, record: IngestionRecord) -> None:
        self.record = record
        self.url_prefix: str = record.parameters["url_prefix"] or record.company.default_url_prefix
        self.longest_id = longest_id(self.url_prefix)
        self.workorder_id = _next_workorder_id()

    def refusal(self, count: int) -> str:
        """Check the URL prefix again: another company may have claimed it since the upload was queued."""
        try:
            check_url_prefix(self.record.company, self.url_prefix)
        except ValidationError as taken:
            return " ".join(taken.messages)
        return ""

    def load(self, spool: CodeSpool, tick: Tick) -> Workorder:
        """Create the workorder with its codes.

        It gets its reference and the URL prefix last, since others who want one of them wait until the commit.
        """
        workorder = Workorder.objects.create(
            pk=self.workorder_id,
            company=self.record.company,
            reference=self._free(f"Upload {self.record.key}"),
            quantity=spool.count,
            url_prefix=self.url_prefix,
            longest_id=spool.longest,
            use_serial_number=self.record.parameters["use_serial_number"],
            created_by_id=self.record.created_by_id,
        )
        spool.load(tick, archive_follows=True)
        jobs.start_first_archive(workorder, self.record.created_by)
        self._name(workorder)
        try:
            claim_url_prefix(self.record.company, self.url_prefix)
        except ValidationError as taken:
            raise uploads.NotTaken(" ".join(taken.messages)) from None
        return workorder

    def _name(self, workorder: Workorder) -> None:
        """Give the workorder the reference asked for, or else its file's name, with a number if that is taken."""
        wanted = self.record.parameters.get("reference") or name_of_file(self.record.file_name)
        while wanted:
            try:
                with savepoint("workorder_reference_of_company"):
                    workorder.reference = self._free(wanted)
                    workorder.save(update_fields=["reference"])
            except Violation:  # another upload got it meanwhile
                continue
            break

    def _free(self, plain: str) -> str:
        """Return `plain`, or with a number behind it, as no workorder of the company is called.

        Thousands of files may have one name: powers of two tell about how many, and halving finds a number.
        """

        def taken(*numbers: int) -> set[int]:
            names = {_numbered(plain, number): number for number in numbers}
            found = self.record.company.workorders.filter(reference__in=names)
            return {names[name] for name in found.values_list("reference", flat=True)}

        used = taken(*POWERS)
        free = next(number for number in POWERS if number not in used)
        below = free // 2
        while free - below > 1:
            middle = (below + free) // 2
            below, free = (middle, free) if taken(middle) else (below, middle)
        return _numbered(plain, free)


class SecureWorkorder:
    """An SSC workorder that was ordered before. The new codes follow those that it has."""

    error = "workorder_error"

    def __init__(self, record: IngestionRecord, workorder: Workorder) -> None:
        self.record = record
        self.workorder_id = workorder.pk
        self.longest_id, self.url_prefix = workorder.longest_id, workorder.url_prefix
        self.are_active = uploads.are_active_at_once(workorder)

    def refusal(self, count: int) -> str:
        """Ask the workorder as it is now."""
        return uploads.upload_refusal(Workorder.objects.get(pk=self.workorder_id), count)

    def load(self, spool: CodeSpool, tick: Tick) -> Workorder:
        """Add the codes to the workorder."""
        workorder = uploads.lock_for_upload(self.workorder_id)
        if reason := uploads.upload_refusal(workorder, spool.count):  # before the load, which may take minutes
            raise uploads.NotTaken(reason)
        spool.load(tick, after=workorder.uploaded_quantity)
        by, key = self.record.created_by, self.record.key
        uploads.count_uploaded_codes(workorder, spool.count, by, key, are_active=self.are_active)
        workorder.refresh_from_db(fields=["uploaded_quantity"])
        return workorder


def _numbered(plain: str, number: int) -> str:
    """Return the name with a number behind it, shortened as a reference has to be; the first has none."""
    end = f" ({number})" if number > 1 else ""
    return plain[: LONGEST_REFERENCE - len(end)] + end


def name_of_file(file_name: str) -> str:
    """Return the name of a file without its folder and its ending, as far as people see it and a reference goes."""
    bare = ENDING.sub("", seen(re.split(r"[/\\]", file_name)[-1]))
    return bare.strip()[:LONGEST_REFERENCE].strip()


def _next_workorder_id() -> int:
    """Reserve an id for a workorder; an id that stays unused does no harm."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('workorders_workorder', 'id'))")
        (value,) = cursor.fetchone()
        return int(value)
