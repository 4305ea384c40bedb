"""Where the codes of a file go: a SID workorder of the upload's own, or the SSC workorder that was named."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from django.core.exceptions import ValidationError
from django.db import connection

from ingestion.models import IngestionRecord
from workorders import jobs
from workorders.codes.bulk_load import CodeSpool
from workorders.codes.url_prefixes import check_url_prefix, claim_url_prefix, longest_id
from workorders.models import Job, Workorder
from workorders.secure import uploads as receiving

Tick = Callable[[int], None]


class Target(Protocol):
    """A workorder that is, or will be; `longest_id` is how many characters of id fit its URLs.

    `error` is the kind of error where it does not take the codes, `url_prefix` what stands before them in their URLs.
    `are_active`: codes are active where neither their rows nor the upload's defaults say otherwise.
    """

    workorder_id: int
    longest_id: int
    error: str
    url_prefix: str
    are_active: bool

    def refusal(self, count: int) -> str:
        """Why it does not take `count` codes; empty when it does."""

    def receive(self, spool: CodeSpool, tick: Tick) -> Workorder:
        """Load the codes in the caller's transaction. IntegrityError when an id is taken, NotTaken as `refusal`."""


def target_of(record: IngestionRecord) -> Target:
    """Where the codes of the record's file go."""
    into = record.parameters.get("workorder")
    return OwnWorkorder(record) if into is None else SecureWorkorder(record, record.company.workorders.get(pk=into))


class OwnWorkorder:
    """A new SID workorder, made with its codes, which claims the URL prefix."""

    error = "url_prefix_error"
    are_active = False

    def __init__(self, record: IngestionRecord) -> None:
        self.record = record
        self.url_prefix: str = record.parameters["url_prefix"] or record.company.url_prefix
        self.longest_id = longest_id(self.url_prefix)
        self.workorder_id = _next_workorder_id()

    def refusal(self, count: int) -> str:
        """What has taken the URL prefix since `process` looked."""
        try:
            check_url_prefix(self.record.company, self.url_prefix)
        except ValidationError as taken:
            return " ".join(taken.messages)
        return ""

    def receive(self, spool: CodeSpool, tick: Tick) -> Workorder:
        """The workorder with its codes. The prefix is claimed last, as others wait for that until the commit."""
        workorder = Workorder.objects.create(
            pk=self.workorder_id,
            company=self.record.company,
            reference=self._reference(),
            quantity=spool.count,
            url_prefix=self.url_prefix,
            longest_id=spool.longest,
            use_serial_number=self.record.parameters["use_serial_number"],
            created_by_id=self.record.created_by_id,
        )
        spool.load(tick)
        jobs.start(workorder, Job.What.ARCHIVE, {}, self.record.created_by)
        try:
            claim_url_prefix(self.record.company, self.url_prefix)
        except ValidationError as taken:
            raise receiving.NotTaken(" ".join(taken.messages)) from None
        return workorder

    def _reference(self) -> str:
        """A reference that tells the record and that no workorder of the company has been given."""
        name = plain = f"Upload {self.record.key}"
        taken = {
            *self.record.company.workorders.filter(reference__startswith=plain).values_list("reference", flat=True)
        }
        for number in range(2, len(taken) + 2):
            if name not in taken:
                break
            name = f"{plain} ({number})"
        return name


class SecureWorkorder:
    """An SSC workorder, which was ordered before; its codes go on where they ended."""

    error = "workorder_error"

    def __init__(self, record: IngestionRecord, workorder: Workorder) -> None:
        self.record = record
        self.workorder_id = workorder.pk
        self.longest_id, self.url_prefix = workorder.longest_id, workorder.url_prefix
        self.are_active = receiving.are_active_at_once(workorder)

    def refusal(self, count: int) -> str:
        """As the workorder is now."""
        return receiving.upload_refusal(Workorder.objects.get(pk=self.workorder_id), count)

    def receive(self, spool: CodeSpool, tick: Tick) -> Workorder:
        """The workorder with its new codes."""
        workorder = receiving.lock_for_upload(self.workorder_id)
        if reason := receiving.upload_refusal(workorder, spool.count):  # rather before the load than after it
            raise receiving.NotTaken(reason)
        spool.load(tick, after=workorder.uploaded_quantity)
        by, key = self.record.created_by, self.record.key
        receiving.count_uploaded_codes(workorder, spool.count, by, key, are_active=self.are_active)
        return workorder


def _next_workorder_id() -> int:
    """An id that no other workorder will have; one that goes unused is no loss."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('workorders_workorder', 'id'))")
        (value,) = cursor.fetchone()
        return int(value)
