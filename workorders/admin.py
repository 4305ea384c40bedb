"""Products, workorders, codes and jobs in the back office."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import quote
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.urls import reverse

from portal.accounts.security_log import tell, told_of
from portal.back_office.admin import BackOffice, Counter, Office, ReadOnly, estimated_rows, person
from portal.back_office.lists import Rows, RowsPage, typed
from portal.database.planner import each_of
from portal.models import Company
from workorders import jobs
from workorders.codes import url_prefixes
from workorders.codes.url_prefixes import release_url_prefix
from workorders.models import (
    Code,
    DomainProof,
    Equipment,
    Export,
    Job,
    OfficeCode,
    Product,
    Substrate,
    UrlPrefix,
    Workorder,
)
from workorders.visibility import set_hidden

OF_COMPANY = typed("company__slug", "company", "Slug")


class Hideable(Office):
    """Rows that can be hidden and shown again."""

    actions = ["archive", "bring_back"]

    @admin.action(description="Hide", permissions=["act"])
    def archive(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        self.act(request, rows, lambda row: _hide(row, True), "Hidden")

    @admin.action(description="Show again", permissions=["act"])
    def bring_back(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        self.act(request, rows, lambda row: _hide(row, False), "Shown again")


def _hide(row: Product | Workorder, hidden: bool) -> bool:
    """Hide the row or show it again. Return False when it is so already."""
    if row.is_archived == hidden:
        return False
    set_hidden(type(row)._default_manager.filter(pk=row.pk), hidden)
    return True


@admin.register(Product)
class ProductOffice(Hideable):
    list_display = ["sku", "name", "company", "is_archived", "created_at"]
    list_filter = ["is_archived", OF_COMPANY]
    list_select_related = ["company"]
    search_fields = ["sku", "name"]
    autocomplete_fields = ["company"]

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        """Codes point at the product, files name it by its SKU."""
        return ["company", "sku", "created_at"] if obj else ["created_at"]

    def save_model(self, request: HttpRequest, obj: Product, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        tell("product_changed" if change else "product_made", of=obj, sku=obj.sku, **told_of(form))


class PrefixPage(RowsPage):
    """A page of URL prefixes that counts what is under those it shows."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list = list(self.result_list)
        found = url_prefixes.count_uses(self.result_list)
        for prefix in self.result_list:
            prefix.use = _use(*found.get(prefix.pk, (0, 0)))


def _use(workorders: int, codes: int) -> str:
    """In words, what is under a prefix."""
    return f"{workorders:,} workorder{'s' * (workorders > 1)}, {codes:,} codes" if workorders else "unused"


@admin.register(UrlPrefix)
class UrlPrefixOffice(ReadOnly):
    operators_may = ("act",)
    list_display = ["prefix", "company", "use"]
    list_filter = [OF_COMPANY]
    list_select_related = ["company"]
    search_fields = ["prefix"]
    fields = ["prefix", "company", "use"]
    actions = ["release"]

    def get_changelist(self, request: HttpRequest, **options: Any) -> type[RowsPage]:
        return PrefixPage

    @admin.display
    def use(self, prefix: Any) -> str:
        known: str | None = getattr(prefix, "use", None)
        return known or _use(*url_prefixes.count_uses([prefix]).get(prefix.pk, (0, 0)))

    @admin.action(description="Release what is unused", permissions=["act"])
    def release(self, request: HttpRequest, rows: QuerySet[UrlPrefix]) -> None:
        self.act(request, rows, _release, "Released, if unused")


def _release(row: UrlPrefix) -> bool:
    with transaction.atomic():
        is_released = release_url_prefix(row.company_id, row.prefix)
        if is_released:
            tell("company_changed", of=row.company, changed=["prefix_released"], prefix=row.prefix)
    return is_released


def _forget_proof(row: DomainProof) -> bool:
    with transaction.atomic():
        is_forgotten = row.delete()[0] > 0
        if is_forgotten:
            tell("company_changed", of=row.company, changed=["domain_forgotten"], host=row.host)
    return is_forgotten


@admin.register(DomainProof)
class DomainOffice(ReadOnly):
    list_display = ["host", "company", "way", "proven_at", "checked_at", "problem"]
    list_filter = ["way", OF_COMPANY]
    list_select_related = ["company"]
    search_fields = ["host"]
    actions = ["forget"]

    @admin.action(description="Forget the proof", permissions=["act"])
    def forget(self, request: HttpRequest, rows: QuerySet[DomainProof]) -> None:
        self.act(request, rows, _forget_proof, "Forgotten")


@admin.register(Workorder)
class WorkorderOffice(Hideable, ReadOnly):
    list_display = ["reference", "company", "type", "state", "quantity", "is_archived", "created_by", "created_at"]
    list_filter = ["state", "type", "is_archived", "created_at", OF_COMPANY]
    list_select_related = ["company", "created_by"]
    search_fields = ["reference", "remarks", "=url_prefix"]

    def view_on_site(self, obj: Workorder) -> str:
        return reverse("workorder-detail", args=[obj.pk])


@admin.register(Equipment, Substrate)
class CalibratedOffice(ReadOnly):
    list_display = ["name", "company", "calibrated_on", "calibrated_until", "is_archived"]
    list_filter = ["is_archived", "calibrated_until", OF_COMPANY]
    list_select_related = ["company"]
    search_fields = ["name"]


@admin.register(Job)
class JobOffice(ReadOnly):
    operators_may = ("act",)
    list_display = ["id", "what", "workorder", "company", "status", "phase", "percent", "attempts", "created_at"]
    list_filter = ["status", "what", "created_at", typed("workorder__company__slug", "company", "Slug")]
    list_select_related = ["workorder__company"]
    search_fields = ["workorder__reference", "created_by__email"]
    actions = ["cancel"]

    @admin.display
    def company(self, job: Job) -> Company:
        return job.workorder.company

    @admin.action(description="Cancel", permissions=["act"])
    def cancel(self, request: HttpRequest, rows: QuerySet[Job]) -> None:
        self.act(request, rows, lambda job: jobs.cancel(job, person(request)), "Cancelled")


@admin.register(Export)
class ExportOffice(ReadOnly):
    operators_may = ("act",)
    list_display = ["id", "company", "created_by", "format", "status", "phase", "percent", "attempts", "created_at"]
    list_filter = ["status", "format", "created_at", OF_COMPANY]
    list_select_related = ["company", "created_by"]
    search_fields = ["created_by__email"]
    actions = ["cancel"]

    @admin.action(description="Cancel", permissions=["act"])
    def cancel(self, request: HttpRequest, rows: QuerySet[Export]) -> None:
        self.act(request, rows, lambda export: export.cancel(person(request)), "Cancelled")


class CodePage(RowsPage):
    """A page of codes, each under an address that names company and id."""

    def url_for_result(self, result: Model) -> str:
        assert isinstance(result, OfficeCode)  # noqa: S101  # tells the type checker
        return reverse("admin:workorders_officecode_change", args=[quote(f"{result.company_id} {result.identifier}")])


@admin.register(OfficeCode)
class CodeOffice(ReadOnly):
    list_display = ["identifier", "company", "workorder", "sequence", "product", "activation_status"]
    list_select_related = ["company", "workorder", "product"]
    search_fields = ["identifier"]
    search_help_text = "The whole id of a code. Without one, codes are listed by company and id."
    rows = Rows
    list_max_show_all = 0
    sortable_by = ()
    ordering = ["company_id", "identifier"]
    actions = None

    def get_changelist(self, request: HttpRequest, **options: Any) -> type[RowsPage]:
        return CodePage

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> OfficeCode | None:
        """Return the code that an address of `CodePage` names."""
        company, _space, identifier = object_id.partition(" ")
        if not (company.isascii() and company.isdecimal() and len(company) < 19):
            return None
        return self.get_queryset(request).filter(company_id=int(company), identifier=identifier).first()

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """None by the list's address: no index knows what could be asked for there."""
        return False

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[OfficeCode], search_term: str
    ) -> tuple[QuerySet[OfficeCode], bool]:
        """By exact id in each company, as the unique index finds them."""
        if not search_term:
            return queryset, False
        owners = Company.objects.filter(kind=Company.Kind.BRAND_OWNER).values_list("pk", flat=True)
        return queryset.filter(company_id__in=each_of(owners, "bigint"), identifier=search_term).order_by(
            "company_id"
        ), False

    def view_on_site(self, obj: OfficeCode) -> str:
        return reverse("code-detail", args=[obj.workorder_id, obj.identifier])


def _counters() -> Iterator[Counter]:
    yield Counter("codes, about", estimated_rows(Code), reverse("admin:workorders_officecode_changelist"))
    listed = reverse("admin:workorders_job_changelist")
    for status in Job.OPEN:
        yield Counter(f"jobs {status}", Job.objects.filter(status=status).count(), f"{listed}?status__exact={status}")


BackOffice.counters.append(_counters)
