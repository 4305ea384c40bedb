"""Ingestion records and templates in the back office."""

from __future__ import annotations

from collections.abc import Iterator

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import mark_safe

from ingestion.models import Drop, IngestionRecord, IngestionTemplate
from ingestion.results.timeline import history_of
from ingestion.services import cancel, retry
from portal.back_office.admin import BackOffice, Counter, ReadOnly, person
from portal.back_office.lists import typed

LONG = ("result_data", "warnings")  # can name thousands of ids each

Status = IngestionRecord.Status


@admin.register(IngestionRecord)
class RecordOffice(ReadOnly):
    operators_may = ("act",)
    list_display = ["key", "company", "file_name", "status", "phase", "rows_done", "created_by", "created_at"]
    list_filter = ["status", "ingestion_mode", "filetype", "created_at", typed("company__slug", "company", "Slug")]
    list_select_related = ["company", "created_by"]
    search_fields = ["=key", "file_name", "created_by__email", "=workorder__reference"]
    fields = [
        *("key", "company", "created_by", "created_at", "ingestion_mode", "file_name", "filetype", "file_size"),
        *("status", "status_updated_at", "phase", "rows_done", "rows_total", "attempts", "lease_until"),
        *("workorder", "parameters", "file_facts", "problems", "history"),
    ]
    readonly_fields = ["problems", "history"]
    actions = ["cancel", "retry"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[IngestionRecord]:
        return super().get_queryset(request).defer(*LONG)

    def view_on_site(self, obj: IngestionRecord) -> str:
        return reverse("record-detail", args=[obj.key])

    @admin.display
    def problems(self, record: IngestionRecord) -> str:
        return ", ".join(f"{number:,} {kind}" for kind, number in record.error_counts.items())

    @admin.display
    def history(self, record: IngestionRecord) -> str:
        lines = ((f"{event.at:%Y-%m-%d %H:%M:%S}", said, event.by or "") for said, event in history_of(record))
        return format_html_join(mark_safe("<br>"), "{} {} {}", lines)

    @admin.action(description="Cancel", permissions=["act"])
    def cancel(self, request: HttpRequest, rows: QuerySet[IngestionRecord]) -> None:
        self.act(request, rows, lambda record: cancel(record, person(request)), "Cancelled")

    @admin.action(description="Retry what failed by our fault, or waits", permissions=["act"])
    def retry(self, request: HttpRequest, rows: QuerySet[IngestionRecord]) -> None:
        self.act(request, rows, lambda record: retry(record, person(request)), "Queued again")


@admin.register(IngestionTemplate)
class TemplateOffice(ReadOnly):
    list_display = ["name", "company", "created_by", "created_at"]
    list_filter = ["created_at", typed("company__slug", "company", "Slug")]
    list_select_related = ["company", "created_by"]
    search_fields = ["name"]
    fields = ["name", "company", "parameters", "declared", "created_by", "created_at"]


@admin.register(Drop)
class DropOffice(ReadOnly):
    list_display = ["__str__", "template", "owner", "is_watched", "problem", "visited_at"]
    list_filter = ["is_watched", typed("company__slug", "company", "Slug")]
    list_select_related = ["company", "template", "owner"]
    search_fields = ["folder"]
    fields = ["company", "folder", "template", "owner", "is_watched", "problem", "visited_at", "created_at"]


def _counters() -> Iterator[Counter]:
    today = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    found = IngestionRecord.objects.filter(created_at__gte=today).order_by().values_list("status").annotate(Count("pk"))
    numbers = dict(found)
    listed = reverse("admin:ingestion_ingestionrecord_changelist")
    for status in Status.values:
        url = f"{listed}?status__exact={status}"
        yield Counter(f"records today: {status}", numbers.get(status, 0), url)


BackOffice.counters.append(_counters)
