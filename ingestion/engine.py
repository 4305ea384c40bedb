"""One ingestion from claim to end: read, check, merge, load, and commit everything at once or nothing.

A crash at any moment leaves nothing behind but a lease that runs out; the record then goes back to the queue and the
ingestion begins anew. The attempt's number guards the commit, so that a worker taken for dead cannot end the record.
"""

from __future__ import annotations

import gc
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from ingestion.destinations import target_of
from ingestion.errors.kinds import ALIKE_WARNING, PREFIX_WARNING
from ingestion.errors.log import ErrorLog
from ingestion.errors.unreadable import UnreadableFile
from ingestion.fields import parse_defaults
from ingestion.models import IngestionRecord
from ingestion.readers.json_reader import JsonReader
from ingestion.readers.open import open_reader
from ingestion.readers.unpack import Budget, check_digest
from ingestion.results.emails import announce_end
from ingestion.rules.column_mapping import renamed, renamed_batches
from ingestion.rules.identifiers import RULES
from ingestion.rules.rows import FileRules, Limits
from portal.background.leases import ClaimLost
from portal.background.pulse import Pulse, perform
from portal.background.spool import path_of_attempt
from portal.background.worker_slots import take_slot
from portal.database.constraints import Violation, savepoint
from portal.storage.base import storage
from workorders.codes.bulk_load import CodeSpool
from workorders.codes.taken_ids import CODE_TAKEN
from workorders.codes.url_prefixes import warn_of_prefix
from workorders.codes.warnings import find_alike_ids
from workorders.models import ActivationStatus
from workorders.products.services import usable_products
from workorders.secure.uploads import NotTaken

MOST_BLANK_ROWS = 2_000_000  # besides one for each code, as line ends that were written twice make them

Status, Phase = IngestionRecord.Status, IngestionRecord.Phase
MOST_COMPARED = 100_000  # codes of a workorder whose ids are compared without case; of more, images tell


def run(record_id: int) -> None:
    """Process a queued record to its end. Nothing happens when it is not queued, so a message may come twice."""
    record = IngestionRecord.claim(record_id, Phase.CHECKING)
    if record is not None:
        perform(record, lambda pulse: _process(record, pulse), lambda _reason: _give_up(record))


def _process(record: IngestionRecord, pulse: Pulse) -> None:
    with _folder(record) as folder, _uncollected():
        _Ingestion(record, pulse, folder).run()


@contextmanager
def _folder(record: IngestionRecord) -> Iterator[Path]:
    """A folder for this attempt's spools; what an attempt before left is removed."""
    folder = path_of_attempt(record)
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without the collector of cycles: rows form none, and its visits to them would take longer than all else."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _give_up(record: IngestionRecord) -> None:
    """End the record as one that Codeport could not process, if this attempt still holds it."""
    kind = "internal_error"
    with suppress(ClaimLost), transaction.atomic():
        record.errors.create(error=kind)
        record.end(status=Status.ERROR, what="failed", result_data={"errors": [{kind: []}], "error_counts": {kind: 1}})
        announce_end(record)


def _refuse_heap(blank_rows: int, codes: int, size_of_defaults: int) -> None:
    """Refuse a file whose rows become far more, or far less, than they look. UnreadableFile says which."""
    if blank_rows > MOST_BLANK_ROWS + codes:
        raise UnreadableFile(f"{blank_rows:,} of its rows are blank; delete those.")
    if size_of_defaults > settings.MAX_UNPACKED_BYTES:
        most = f"{settings.MAX_UNPACKED_BYTES:,} bytes"
        raise UnreadableFile(f"With its default values it becomes larger than {most}; upload it in parts.")


class _Ingestion:
    """One attempt at one record, whose files lie in `folder`."""

    def __init__(self, record: IngestionRecord, pulse: Pulse, folder: Path) -> None:
        self.record, self.pulse, self.folder = record, pulse, folder
        self.target = target_of(record)
        self.ignores_repeats = record.parameters["allow_posted_duplicates"]
        self.repeats = self.rows = 0
        self.facts: dict[str, str] = {}  # about the file
        self.log = ErrorLog(record.pk, folder)

    def run(self) -> None:
        """Read and check the whole file, then store its codes, or its errors."""
        with closing(self.log):
            try:
                spool = self._check()
                if not self.log.counts and self._store(spool):
                    return
                self._log_taken(spool)
            except UnreadableFile as problem:
                self.log.add("invalid_file_error", None, "", "", detail=str(problem))
            self._refuse()

    def _check(self) -> CodeSpool:
        """All rows of the file, read and checked; what is wrong stands in the log."""
        company_id = self.record.company_id
        limits = Limits(
            parse_defaults(
                self.record.parameters["default_scm_data"],
                status=ActivationStatus.ACTIVE if self.target.are_active else ActivationStatus.INACTIVE,
            ),
            usable_products(company_id),
            self.target.longest_id,
            RULES[self.record.id_format],
        )
        rules = FileRules(limits, self.log)
        size_of_defaults = sum(len(key) + len(value) for key, value in limits.defaults.scm.items())
        columns: dict[str, str] = self.record.parameters.get("columns", {})
        with storage().open(self.record.file_path) as file:
            self.pulse.enter(Phase.CHECKING, None)
            if digest := self.record.parameters.get("sha256"):
                check_digest(file, digest)
            delimiter = self.record.parameters.get("delimiter", "")
            budget, filetype = Budget(self._outgrow), self.record.filetype
            column = "" if filetype == IngestionRecord.Filetype.XLSX and "id" in columns.values() else "id"
            reader = open_reader(file, filetype, self.log, delimiter, column=column, budget=budget)
            self.facts = reader.facts
            self.pulse.enter(Phase.CHECKING, reader.rows_expected)
            if is_table := not isinstance(reader, JsonReader):
                rules.check_header(renamed(reader.header, columns), reader.header_row)
            spool = CodeSpool(
                self.folder,
                company_id=company_id,
                workorder_id=self.target.workorder_id,
                first_position=reader.first_row,
            )
            for batch in renamed_batches(reader, columns, is_table=is_table):
                spool.add(rules.check(batch))
                self.rows = batch.first + len(batch.rows) - reader.first_row
                budget.spend(len(batch.rows) * size_of_defaults)
                _refuse_heap(rules.blank_rows.count, spool.count, spool.count * size_of_defaults)
                self.pulse.tick(self.rows)
        rules.warn()
        if said := warn_of_prefix(self.target.url_prefix):
            self.log.warn(PREFIX_WARNING, None, "", self.target.url_prefix, detail=said)
        for row, count in rules.blank_rows.runs():
            spool.skip(row, count)
        self.pulse.enter(Phase.SORTING, spool.count)
        spool.find_repeats(lambda *repeat: self._repeat(spool, *repeat), self.pulse.tick)
        if not spool.count and not self.log.counts:
            raise UnreadableFile("It has a header and no rows.")
        self._note_refusal(self.target.refusal(spool.count))
        return spool

    def _outgrow(self) -> None:
        """Go on with a file that unpacks to much if a place for long work is free; else put it back into the queue."""
        if not take_slot():
            self.record.put_back(is_long=True)

    def _repeat(self, spool: CodeSpool, identifier: str, row: int, first_row: int) -> None:
        if self.ignores_repeats:
            self.repeats += 1
            spool.skip(row)
        else:
            detail = f"It stands in row {first_row:,} of the file."
            self.log.add("duplicate_id_error", row, "id", identifier, detail=detail, id=identifier)

    def _store(self, spool: CodeSpool) -> bool:
        """Commit the workorder, its codes and the record's end together; False when it cannot be."""
        if spool.sample_is_taken():
            return False
        self.pulse.enter(Phase.CREATING, spool.count)
        try:
            with savepoint(CODE_TAKEN):
                workorder = self.target.receive(spool, self.pulse.tick)
                if workorder.codes_count <= MOST_COMPARED and (alike := find_alike_ids(workorder)):
                    self.log.warn(ALIKE_WARNING, None, "id", "", detail=f"{alike}.")
                result = {"codes_created": spool.count, "duplicates_ignored": self.repeats}
                self._end(Status.COMPLETED, spool.count, workorder=workorder, result_data=result)
        except NotTaken as reason:
            self._note_refusal(str(reason))
        except Violation:
            return False
        return not self.log.counts

    def _note_refusal(self, reason: str) -> None:
        """Note that the workorder does not take the codes, or cannot be made, if there is a reason."""
        if reason:
            self.log.add(self.target.error, None, "", "", detail=reason)

    def _log_taken(self, spool: CodeSpool) -> None:
        """Name the rows whose ids the company has used before."""
        self.pulse.enter(Phase.SORTING, spool.count)
        with transaction.atomic():
            for identifier, row in spool.taken(self.pulse.tick):
                detail = "An earlier upload of the company used it."
                self.log.add("duplicate_id_error", row, "id", identifier, detail=detail, id=identifier)
                self.pulse.check()
        if not self.log.counts:
            raise RuntimeError("The database refused the codes, yet none of their ids is taken")

    def _refuse(self) -> None:
        """Commit the errors and the record's end together."""
        self.pulse.enter(Phase.REPORTING, self.log.counts.total())
        with transaction.atomic():
            self.log.store(self.pulse.tick)
            self._end(Status.ERROR, self.rows, result_data=self.log.result_data)

    def _end(self, status: str, rows: int, **fields: Any) -> None:
        fields |= {"warnings": self.log.warnings, "file_facts": self.facts}
        self.record.end(status=status, rows_done=rows, rows_total=rows, **fields)
        announce_end(self.record)
