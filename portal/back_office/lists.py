"""Lists of the back office, which cost the same in a table of a hundred rows and in one of ten million.

A list shows a page of rows, and goes no further than LAST_PAGE: what lies behind is found by a filter or a search. So
nobody counts a table, nor walks through it. Filters that point at another table are typed, not chosen from all of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

from django.contrib.admin import SimpleListFilter
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ORDER_VAR, PAGE_VAR, ChangeList
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property

LAST_PAGE = 100
MOST_AT_ONCE = 200  # rows that "Show all" shows, and that an action is done to


class Rows(Paginator):  # type: ignore[type-arg]  # not generic at run time
    """The pages of a list that nobody counts: as far as the one that is asked for, and whether it goes on."""

    def __init__(self, request: HttpRequest, rows: QuerySet[Any], per_page: int) -> None:
        super().__init__(rows, per_page)
        self.rows = rows
        asked = request.GET.get(PAGE_VAR, "1")
        self.asked = min(int(asked), LAST_PAGE) if asked.isascii() and asked.isdecimal() and len(asked) < 10 else 1

    @cached_property
    def found(self) -> list[Any]:
        """The rows of the page that is asked for, and one more where the list goes on."""
        begin = (max(self.asked, 1) - 1) * self.per_page
        return list(self.rows[begin : begin + self.per_page + 1])

    @cached_property
    def count(self) -> int:
        before = (max(self.asked, 1) - 1) * self.per_page
        return min(before + len(self.found), LAST_PAGE * self.per_page)

    @property
    def goes_on(self) -> bool:
        """Say whether there are more rows than `count` says."""
        return len(self.found) > self.per_page

    @property
    def least(self) -> int:
        """A number that the rows are more than, where the list goes on."""
        return max(self.asked, 1) * self.per_page

    def page(self, number: Any) -> Page[Any]:
        number = self.validate_number(number)
        if number == self.asked:
            return Page(self.found[: self.per_page], number, self)
        return super().page(number)


class CountedRows(Rows):
    """The pages of a list that is counted as far as its last page."""

    @cached_property
    def counted(self) -> int:
        return self.rows.order_by()[: LAST_PAGE * self.per_page + 1].count()

    @cached_property
    def count(self) -> int:
        return min(self.counted, LAST_PAGE * self.per_page)

    @property
    def goes_on(self) -> bool:
        return self.counted > self.count

    @property
    def least(self) -> int:
        return self.count


class RowsPage(ChangeList):
    """One page of a list. Django's own shows all rows where it believes that they fit on one."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        if self.paginator.goes_on:
            self.full_result_count = self.result_count  # the form to search says no number then, that below does
        if self.multi_page and self.show_all and self.can_show_all:
            self.result_list = self.result_list[: self.list_max_show_all]
        else:
            self.result_list = self.paginator.page(self.page_num if self.multi_page else 1).object_list

    def get_filters(self, request: HttpRequest) -> Any:
        """Django's, and nothing besides: it hands any other parameter on to the database as it came."""
        found = super().get_filters(request)
        if others := found[2]:
            raise IncorrectLookupParameters(f"There is no filter {', '.join(others)}.")
        return found

    def get_ordering(self, request: HttpRequest, queryset: QuerySet[Any]) -> Any:
        """Django's, but for columns whose headers offer no order: then by the usual one."""
        asked = self.params.pop(ORDER_VAR, "")
        columns = [part.removeprefix("-") for part in asked.split(".")]
        sortable = self.list_display if self.sortable_by is None else self.sortable_by
        if all(c.isdecimal() and len(c) < 4 and self._column(int(c)) in sortable for c in columns):
            self.params[ORDER_VAR] = asked
        return super().get_ordering(request, queryset)

    def _column(self, number: int) -> Any:
        return self.list_display[number] if number < len(self.list_display) else None


class TypedFilter(SimpleListFilter):
    """A filter by the exact value of a field, which is typed, as there may be any number of values."""

    template = "admin/typed_filter.html"
    parameter_name: str
    hint: ClassVar[str]

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, str]]:
        return [("", "")]  # without any, Django takes the filter away

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        """One, for the form: what is typed in, what the address of the list says besides, and the address without."""
        name = self.parameter_name
        yield {
            "name": name,
            "value": self.value() or "",
            "hint": self.hint,
            "others": [(key, value) for key, value in changelist.params.items() if key != name],
            "query_string": changelist.get_query_string(remove=[name]),
        }

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = (self.value() or "").strip()
        return queryset.filter(**{self.parameter_name: value}) if value else queryset


def typed(field: str, name: str, words: str = "") -> type[TypedFilter]:
    """A filter called `name`, by the exact value of `field`; `words` tell what to type."""
    return type("Typed", (TypedFilter,), {"parameter_name": field, "title": name, "hint": words})
