"""Minting: a workorder's codes with ids of our own, loaded sorted by one transaction or not at all."""

from __future__ import annotations

import numpy as np
from django.db import IntegrityError, connection, transaction
from numpy.typing import NDArray

from portal.background.progress import Status
from portal.background.pulse import Pulse
from portal.database.constraints import constraint_of
from portal.database.postgres_copy import copy_blocks
from workorders import jobs
from workorders.codes.block_index import writing_codes
from workorders.codes.bulk_load import CODE_TAKEN, COLUMNS, NULL, find_taken_ids
from workorders.codes.statistics import tell_of_load
from workorders.identifiers.compact12 import LENGTH, Alphabet, Group, shuffled
from workorders.models import ActivationStatus, BlacklistReason, Code, Job

TAB, ZERO = 9, 48  # as bytes


def mint_codes(job: Job, pulse: Pulse) -> None:
    """Commit the workorder's codes and the job's end together.

    An id that the company has used already is next to impossible, so only the index is asked. Should it refuse one, all
    is done again with other ids, and each group of them is looked up before it is loaded.
    """
    try:
        _store(job, pulse, looks_up=False)
    except IntegrityError as error:
        if constraint_of(error) != CODE_TAKEN:
            raise
        _store(job, pulse, looks_up=True)


def _store(job: Job, pulse: Pulse, *, looks_up: bool) -> None:
    workorder, parameters = job.workorder, job.parameters
    count = workorder.quantity
    pulse.enter(Job.Phase.CREATING, count)
    product = NULL if parameters["product"] is None else parameters["product"]
    status = ActivationStatus.ACTIVE if parameters["activate_on_complete"] else ActivationStatus.INACTIVE
    rest = f"\t{workorder.company_id}\t{workorder.pk}\t{product}\t{status}\t{BlacklistReason.NONE}\t{{}}\n".encode()
    sequences = shuffled(count)  # the order of the codes tells nothing of their ids
    done = 0
    with transaction.atomic():
        with writing_codes(archive_follows=True), connection.cursor() as cursor:
            for group in Alphabet(avoid_lookalikes=parameters["avoid_lookalikes"]).draw(count):
                if looks_up:
                    _replace_taken(group, workorder.company_id)
                lines = _lines(group.identifiers(), sequences[done : done + group.count], rest)
                copy_blocks(cursor, Code._meta.db_table, COLUMNS, [lines])
                done += group.count
                pulse.tick(done)
        tell_of_load(workorder.company_id, count)
        job.end(status=Status.COMPLETED, rows_done=count, rows_total=count)
        jobs.start_first_archive(workorder, job.created_by)


def _replace_taken(group: Group, company_id: int) -> None:
    """Let none of the group's ids be one that the company has used."""
    while True:
        identifiers = group.identifiers().view(f"S{LENGTH}").ravel()
        asked = np.char.decode(identifiers, "ascii").tolist()
        used = find_taken_ids(company_id, asked)
        taken = np.isin(identifiers, np.array([identifier.encode() for identifier in used], identifiers.dtype))
        if not taken.any():
            return
        group.replace(taken)


def _lines(identifiers: NDArray[np.uint8], sequences: NDArray[np.uint32], rest: bytes) -> bytes:
    """Codes in COPY's text format; `rest` is what stands behind every sequence."""
    digits = len(str(sequences.max()))
    table = np.empty((len(identifiers), LENGTH + 1 + digits + len(rest)), np.uint8)
    table[:, :LENGTH] = identifiers
    table[:, LENGTH] = TAB
    for column in range(LENGTH + digits, LENGTH, -1):
        shorter = sequences // 10
        table[:, column] = sequences - shorter * 10 + ZERO
        sequences = shorter
    table[:, LENGTH + 1 + digits :] = np.frombuffer(rest, np.uint8)
    return table.tobytes()
