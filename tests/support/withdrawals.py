"""Uploads that are withdrawn, by the API and a worker."""

from __future__ import annotations

from typing import Any

from rest_framework.test import APIClient

from ingestion import withdrawing
from ingestion.models import IngestionRecord, Withdrawal
from portal.models import User
from tests.support.uploads import ingested
from workorders import job_runner
from workorders.models import Job, Workorder


def an_upload(user: User, *identifiers: str, **parameters: Any) -> IngestionRecord:
    """A completed upload of codes of these ids, whose archive waits to be made."""
    record = ingested(user, "id\n" + "".join(f"{each}\n" for each in identifiers), **parameters)
    assert record.status == "completed", record.result_data
    return record


def workorder_of(record: IngestionRecord) -> Workorder:
    """The upload's workorder, as it is now."""
    return Workorder.objects.get(ingestions=record)


def make_archive(record: IngestionRecord) -> None:
    """Do the job that makes the archive of the upload's workorder."""
    job_runner.run(Job.objects.get(workorder=record.workorder_id, what="archive").pk)


def address(record: IngestionRecord) -> str:
    return f"/api/v2/ingestion/{record.key}/withdraw/"


def ask(client: APIClient, record: IngestionRecord, **more: Any) -> Any:
    """Ask for the withdrawal of an upload."""
    return client.post(address(record), {"reason": "The wrong file."} | more, format="json")


def withdraw_whole(client: APIClient, record: IngestionRecord, **more: Any) -> dict[str, Any]:
    """Withdraw an upload to the end, here and now, and return its record as the API gives it."""
    answer = ask(client, record, **more)
    assert answer.status_code == 200, answer.json()
    withdrawing.run(Withdrawal.objects.get(record=record).pk)
    found: dict[str, Any] = client.get(f"/api/v2/ingestion/{record.key}/").json()
    return found
