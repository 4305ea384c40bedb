"""Deleting what a company has: codes with their history and scans, workorders, and all about them.

A company goes in steps that are committed one by one, so that nothing is locked for long and a run that was killed can
be begun again: what is left is found by the company alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.db.models import Model, QuerySet

from portal.accounts.forgetting import Counts
from portal.models import Company, Event, User
from portal.storage.base import storage
from portal.trail.hashes import GONE
from workorders.archives.names import folder_of
from workorders.changes.removal import remove_all_codes
from workorders.deliveries.delivery import delivery_name
from workorders.models import (
    Change,
    Code,
    DeclaredField,
    DomainProof,
    Equipment,
    Export,
    Job,
    Product,
    Substrate,
    UrlPrefix,
    Webhook,
    WebhookDelivery,
    Workorder,
    WorkorderTemplate,
)

STEP: Final = 10_000  # rows in one statement
FEW: Final = 500  # rows that have files, in one step

State = Workorder.State
UNFINISHED = (State.NEW, State.READY_TO_PRINT, State.PRINTED)


def work_under_way(company: Company, others: dict[str, QuerySet[Any]]) -> list[str]:
    """Count what has to end before the company can go, `others` first; nothing where nothing has."""
    secure = Workorder.objects.filter(type=Workorder.Type.SSC, state__in=UNFINISHED)
    counted = others | {
        "workorders of secure codes neither completed nor cancelled": secure.filter(company=company),
        "workorders of others that it has to print": secure.filter(printing_partner=company),
        "jobs of workorders under way": Job.objects.filter(workorder__company=company, status__in=Job.OPEN),
        "exports under way": Export.objects.filter(company=company, status__in=Export.OPEN),
    }
    return [f"{what}: {count:,}" for what, rows in counted.items() if (count := rows.count())]


def tell_company(company: Company) -> tuple[Counts, Counts]:
    """Count what goes with the company, and what of it stays."""
    goes: Counts = [
        (str(rows.model._meta.verbose_name_plural), rows.count())
        for rows in (
            Code.objects.filter(company=company),
            Workorder.objects.filter(company=company),
            Change.objects.filter(company=company),
            Product.objects.filter(company=company),
            Export.objects.filter(company=company),
            Webhook.objects.filter(company=company),
            WebhookDelivery.objects.filter(webhook__company=company),
        )
    ]
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(sum(count), 0) FROM workorders_codescans WHERE company_id = %s", [company.pk])
        goes.append(("scans", int(cursor.fetchone()[0])))
    stays = [
        ("workorders of others that it printed", Workorder.objects.filter(printing_partner=company).count()),
        ("URL prefixes, which no other company can have", UrlPrefix.objects.filter(company=company).count()),
    ]
    return goes, stays


def files_of(company: Company) -> Iterable[str]:
    """Yield the names of stored files that are made of the company's codes."""
    for workorder in Workorder.objects.filter(company=company, files_at__isnull=False).iterator():
        yield from (name for name, _written in storage().listed(folder_of(workorder)))
    for export in Export.objects.filter(company=company).iterator():
        if export.has_file:
            yield export.file_path


def delete_codes(company: Company) -> None:
    """Delete the company's codes with their scans and their history, in steps."""
    remove_all_codes(company)
    for table in ("codescans", "scanlimitreached", "scanday"):
        _delete_rows(f"workorders_{table}", "company_id", company.pk)
    changes = Change.objects.filter(company=company)
    for change in changes.order_by("pk").values_list("pk", flat=True).iterator():
        _delete_rows("workorders_codechange", "change_id", change)
    while newest := list(changes.order_by("-pk").values_list("pk", flat=True)[:FEW]):  # undone ones are older
        Change.objects.filter(pk__in=newest).delete()


def delete_workorders(company: Company) -> None:
    """Delete the company's workorders, whose codes and uploads are gone, and all that the company has besides."""
    for export in Export.objects.filter(company=company).iterator():
        storage().delete(export.file_path)
    delete_with_lines(Export.objects.filter(company=company))
    workorders = Workorder.objects.filter(company=company)
    while some := list(workorders.order_by("pk")[:FEW]):
        for workorder in some:
            for name, _written in list(storage().listed(folder_of(workorder))):
                storage().delete(name)
        delete_with_lines(Job.objects.filter(workorder__in=some))
        delete_with_lines(Workorder.objects.filter(pk__in=[workorder.pk for workorder in some]))
    _delete_in_steps(WebhookDelivery.objects.filter(webhook__company=company))
    delete_with_lines(Webhook.objects.filter(company=company))
    WorkorderTemplate.objects.filter(printing_partner=company).exclude(company=company).update(is_archived=True)
    for model in (WorkorderTemplate, Product, DeclaredField, DomainProof):
        delete_with_lines(model._default_manager.filter(company=company))
    # What workorders of others were printed with stays.
    delete_with_lines(Equipment.objects.filter(company=company).exclude(pk__in=_used("equipment", company)))
    delete_with_lines(Substrate.objects.filter(company=company).exclude(pk__in=_used("substrate", company)))
    Equipment.objects.filter(company=company).update(is_archived=True)
    Substrate.objects.filter(company=company).update(is_archived=True)


def delete_deliveries_of(user: User) -> None:
    """Delete secure codes that were prepared for the person and name them, and from where they were asked for."""
    for job in Job.objects.filter(what=Job.What.SECURE, created_by=user).select_related("workorder").iterator():
        storage().delete(delivery_name(job))
        Job.objects.filter(pk=job.pk).update(parameters=job.parameters | {"address": ""})


def delete_with_lines(rows: QuerySet[Model]) -> None:
    """Delete rows, a few at a time, and empty the lines of their timelines, which stay."""
    model = rows.model
    about = ContentType.objects.get_for_model(model)
    while keys := list(rows.order_by("pk").values_list("pk", flat=True)[:FEW]):
        with transaction.atomic():
            lines = Event.objects.filter(subject=model._meta.model_name, subject_id__in=keys)
            lines.update(address=None, detail={}, **GONE)
            LogEntry.objects.filter(content_type=about, object_id__in=map(str, keys)).delete()
            model._default_manager.filter(pk__in=keys).delete()


def _used(what: str, company: Company) -> list[int]:
    printed = Workorder.objects.filter(printing_partner=company).exclude(**{what: None})
    return list(printed.values_list(what, flat=True).distinct().order_by())


def _delete_in_steps(rows: QuerySet[Model]) -> None:
    while rows.model._default_manager.filter(pk__in=rows.values("pk")[:STEP]).delete()[0]:
        pass


def _delete_rows(table: str, column: str, value: int) -> None:
    """Delete the rows of a table whose key has two columns, in steps."""
    some = f"SELECT ctid FROM {table} WHERE {column} = %s LIMIT {STEP}"  # noqa: S608  # names of ours
    with connection.cursor() as cursor:
        deleted = STEP
        while deleted:
            cursor.execute(f"DELETE FROM {table} WHERE ctid = ANY(ARRAY({some}))", [value])  # noqa: S608
            deleted = cursor.rowcount
