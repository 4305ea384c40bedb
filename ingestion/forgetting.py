"""Forgetting a company or a person, for the command: what goes, what stays, and doing it.

A company is closed first, in one transaction: nobody of it can sign in, and nothing new begins. Then everything that
belongs to it is deleted in steps, and what is left at last is a row with its number and its slug, which is in the URLs
of codes that are out in the world. A run that was killed is begun again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import Final

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import QuerySet, Sum

from ingestion.models import (
    Drop,
    DroppedFile,
    IngestionError,
    IngestionRecord,
    IngestionTemplate,
    RememberedName,
    Withdrawal,
)
from portal.accounts import forgetting as portal_part
from portal.accounts.forgetting import Counts
from portal.accounts.security_log import tell
from portal.models import Company, Event, IdentityProvider, Invitation, User, UserAuthorizationToken
from portal.storage.base import storage
from portal.trail.hashes import GONE
from workorders import forgetting as workorders_part

FORMER: Final = "a former company"  # the name of all that are gone
STEP: Final = 10_000  # errors in one statement

Tick = Callable[[str], None]


class UnderWay(Exception):  # noqa: N818  # an event, not a fault
    """Work has to end first. The message says which."""


def tell_person(user: User) -> tuple[Counts, Counts]:
    """Count what forgetting the person deletes, and what stays without the name."""
    return portal_part.tell_person(user)


def forget_person(user: User) -> None:
    """Forget the person. Raise LastAdmin or LastOperator where nobody would be left who looks after the rest."""
    with transaction.atomic():
        portal_part.forget_person(user)
        workorders_part.delete_deliveries_of(user)


def tell_company(company: Company) -> tuple[Counts, Counts]:
    """Count what goes with the company, and what of it stays."""
    goes, stays = workorders_part.tell_company(company)
    records, people = IngestionRecord.objects.filter(company=company), company.people.all()
    uploads = records.exclude(filetype="").filter(file_deleted_at=None, file_size__isnull=False)
    sizes = [*_sizes(workorders_part.files_of(company))]
    goes += [
        ("ingestion records", records.count()),
        ("errors of uploads", IngestionError.objects.filter(record__company=company).count()),
        ("files", uploads.count() + len(sizes)),
        ("bytes of files", (uploads.aggregate(total=Sum("file_size"))["total"] or 0) + sum(sizes)),
        ("people", people.filter(forgotten_at=None).count()),
        ("tokens", UserAuthorizationToken.objects.filter(user__company=company).count()),
        ("invitations", Invitation.objects.filter(company=company).count()),
    ]
    return goes, stays


def _sizes(names: Iterable[str]) -> Iterator[int]:
    """Yield the sizes of the files that are there; a run that was killed, or a sweep, may have deleted others."""
    for name in names:
        with suppress(FileNotFoundError):
            yield storage().size(name)


def work_under_way(company: Company) -> list[str]:
    """Count what has to end before the company can go; nothing where nothing has."""
    records = IngestionRecord.objects.filter(company=company, status__in=("queued", "processing"))
    withdrawals = Withdrawal.objects.filter(record__company=company, status__in=Withdrawal.OPEN)
    return workorders_part.work_under_way(
        company, {"uploads and changes under way": records, "withdrawals under way": withdrawals}
    )


def forget_company(company: Company, tick: Tick = lambda done: None) -> None:
    """Delete the company with everything that belongs to it. Raise UnderWay where work has to end first."""
    _close(company)
    tick("It is closed.")
    workorders_part.delete_codes(company)
    tick("Its codes, their history and scans are deleted.")
    _delete_records(IngestionRecord.objects.filter(company=company))
    tick("Its records, their errors and files are deleted.")
    workorders_part.delete_workorders(company)
    tick("Its workorders, archives and exports are deleted.")
    workorders_part.delete_with_lines(DroppedFile.objects.filter(drop__company=company))
    for model in (Drop, IngestionTemplate, RememberedName, Invitation, IdentityProvider):
        workorders_part.delete_with_lines(model._default_manager.filter(company=company))
    for user in company.people.filter(forgotten_at=None):
        workorders_part.delete_deliveries_of(user)
        portal_part.forget(user)
        tell("person_forgotten", of=User.objects.get(pk=user.pk))
    tick("Its people are forgotten.")
    _refuse_work(company)
    workorders_part.delete_codes(company)  # of what was scanned meanwhile
    _leave_the_slug(company)


def _close(company: Company) -> None:
    """Let nothing new begin: who is about to begin something waits for this transaction, or is seen by it."""
    with transaction.atomic():
        Company.objects.select_for_update().get(pk=company.pk)
        _refuse_work(company)
        Company.objects.filter(pk=company.pk).update(kind=Company.Kind.FORMER, scan_limit=None)
        company.people.update(is_active=False)
        company.identity_providers.update(is_active=False)
        Drop.objects.filter(company=company).update(is_watched=False)
        User.groups.through.objects.filter(user__company=company).delete()


def _refuse_work(company: Company) -> None:
    if reasons := work_under_way(company):
        raise UnderWay(f"It is not all gone: {'; '.join(reasons)}.")


def _delete_records(records: QuerySet[IngestionRecord]) -> None:
    for record in records.order_by("pk").iterator():
        while IngestionError.objects.filter(
            pk__in=IngestionError.objects.filter(record=record).order_by("row", "id").values("pk")[:STEP]
        ).delete()[0]:
            pass
        for name in (record.incoming_path, record.file_path):
            storage().delete(name)
    workorders_part.delete_with_lines(DroppedFile.objects.filter(record__in=records))
    workorders_part.delete_with_lines(Withdrawal.objects.filter(record__in=records))
    workorders_part.delete_with_lines(records)


def _leave_the_slug(company: Company) -> None:
    """Take everything out of the company's row but its number and its slug, and its name out of timelines."""
    with transaction.atomic():
        Event.objects.filter(subject="company", subject_id=company.pk).update(address=None, detail={}, **GONE)
        about = ContentType.objects.get_for_model(Company)
        LogEntry.objects.filter(content_type=about, object_id=str(company.pk)).update(
            object_repr=FORMER, change_message=""
        )
        empty = Company(pk=company.pk, name=FORMER, slug=company.slug, kind=Company.Kind.FORMER)
        empty.created_at = company.created_at
        empty.save(force_update=True)
        tell("company_forgotten", of=empty)


def companies() -> Iterable[Company]:
    """Return the companies that are there, those included that are being deleted."""
    return Company.objects.exclude(kind=Company.Kind.FORMER, name=FORMER)
