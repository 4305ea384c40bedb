"""Lists on pages: what is looked for, the page of it that is shown, and the rows that are chosen from it."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, TypeVar

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db.models import Model, Q, QuerySet
from django.http import Http404, HttpRequest
from django.utils.dateparse import parse_date
from django.utils.functional import cached_property
from django.utils.translation import gettext

from portal.values.moments import beginning_of
from portal.values.suggestions import nearest_of, none_such
from portal.values.words import number

ROWS_A_PAGE = 25
MOST_COUNTED = 10_000  # rows of a list, which ends there: what lies behind is found by a filter or a search
MOST_OFFERED = 100  # rows that a filter offers to choose from; of more, one is typed
MOST_CHOICES = 20  # that are said of a filter
MOST_SAID = 5  # parts of one URL that are left out
LONGEST_SAID = 100  # characters of such a part
LOOKED_AT = "_filters_looked_at"  # of a request: what is wrong with each filter that the page has

Row = TypeVar("Row", bound=Model)


def asked(request: HttpRequest, name: str, wrong: Callable[[str], str] = lambda _: "") -> str:
    """Return the value of the filter `name` in the URL, or nothing where `wrong` has a reason against it.

    A page that looked at all its filters so says by `say_what_is_left_out` which parts of its URL mean nothing.
    """
    value = request.GET.get(name, "")
    reason = wrong(value) if value else ""
    request.__dict__.setdefault(LOOKED_AT, {})[name] = reason
    return "" if reason else value


def say_what_is_left_out(request: HttpRequest) -> None:
    """Tell the person which filters of the URL there are not, or not with such a value, and what was perhaps meant."""
    known: dict[str, str] = request.__dict__.get(LOOKED_AT, {})
    reasons = {name: known[name] if name in known else none_such("filter", name, known) for name in request.GET}
    if "HX-Request" in request.headers:
        return  # a part of a page that has said so
    for name in [name for name, reason in reasons.items() if reason][:MOST_SAID]:
        said = f"{name}={request.GET[name]}"
        left_out = gettext("The filter {filter} is left out.").format(filter=said[:LONGEST_SAID])
        messages.error(request, f"{left_out} {reasons[name]}")


def searched(request: HttpRequest) -> str:
    """Return the text that the person searches for."""
    return asked(request, "q").strip()


def picked(request: HttpRequest, name: str, known: Collection[str]) -> str:
    """Return the one of the `known` values that the URL names, or nothing."""

    def wrong(value: str) -> str:
        if value in known:
            return ""
        return nearest_of(value, known) if 0 < len(known) <= MOST_CHOICES else gettext("There is no such choice.")

    return asked(request, name, wrong)


def ordered(
    request: HttpRequest, rows: QuerySet[Row], orders: Mapping[str, tuple[str, Sequence[Any]]], usual: str
) -> tuple[QuerySet[Row], tuple[Any, ...]]:
    """`rows` in the order that the URL asks for, and the filter's choice of it.

    `orders` has what people read and the fields, by what stands in the URL; `usual` names the order that `rows` have.
    """
    chosen = picked(request, "sort", orders)
    choices = [(name, said) for name, (said, _) in orders.items()]
    return rows.order_by(*orders[chosen][1]) if chosen else rows, ("sort", gettext("Order"), usual, choices, chosen)


def day(request: HttpRequest, name: str) -> date | None:
    """The day that the URL names, if it does."""
    found = asked(request, name, lambda value: "" if _day(value) else gettext("It must look like 2026-11-23."))
    return _day(found)


def _day(value: str) -> date | None:
    try:
        return parse_date(value) if value.isascii() else None
    except ValueError:
        return None


def between(first: date | None, last: date | None, field: str = "created_at") -> Q:
    """Return the condition for the days from `first` to `last` where known. An index on `field` serves it.

    Days are those of the reader's time zone.
    """
    begin = Q(**{f"{field}__gte": beginning_of(first)}) if first else Q()
    beyond = last + timedelta(days=1) if last and last < date.max else None
    return begin & Q(**{f"{field}__lt": beginning_of(beyond)}) if beyond else begin


def page_of(request: HttpRequest, rows: QuerySet[Row]) -> Page[Row]:
    """The page of `rows` that the URL asks for, the nearest one when there is no such page."""
    number = asked(request, "page")
    say_what_is_left_out(request)
    return Counted(rows, ROWS_A_PAGE).get_page(number)


class Counted(Paginator):  # type: ignore[type-arg]  # not generic at run time
    """The pages of a list, which is counted and shown as far as MOST_COUNTED."""

    @cached_property
    def counted(self) -> int:
        return int(self.object_list.order_by()[: MOST_COUNTED + 1].count())  # type: ignore[attr-defined]  # of a table

    @cached_property
    def count(self) -> int:
        return min(self.counted, MOST_COUNTED)

    @property
    def goes_on(self) -> bool:
        """Say whether there are more rows than `count` says."""
        return self.counted > MOST_COUNTED


Filter = tuple[str, str, str, list[tuple[str, str]] | None, str]
"""Name, label, what stands for none or how to type one, the choices or None where one is typed, and the chosen one."""


def one_of(
    request: HttpRequest, name: str, label: str, rows: QuerySet[Any], *, none: str, said: str, typed: str, hint: str
) -> tuple[Filter, str]:
    """The filter by one of `rows`, which people know by the field `said`, and the key of the chosen one, or nothing.

    Where there are more than MOST_OFFERED, the person types the value of the field `typed`, as `hint` says.
    """
    offered = [(str(key), text) for key, text in rows.values_list("pk", said)[: MOST_OFFERED + 1]]
    if len(offered) <= MOST_OFFERED:
        chosen = picked(request, name, dict(offered))
        return (name, label, none, offered, chosen), chosen
    text = request.GET.get(name, "").strip()
    found = _typed(rows, text, typed)
    value = asked(request, name, lambda _: "" if found else gettext("There is none like this."))
    if not found:
        return (name, label, hint, None, value), ""
    # What the form shows is sent with its next change, and must then mean the same row.
    shown = found[1] if _typed(rows, found[1], typed) == found else str(found[0])
    return (name, label, hint, None, shown), str(found[0])


def _typed(rows: QuerySet[Any], text: str, typed: str) -> tuple[int, str] | None:
    """Return key and name of the one of `rows` that somebody typed: its key, or the value of the field `typed`."""
    # Links have the key, and a name may consist of digits too.
    ways = [{"pk": text}] if re.fullmatch(r"[0-9]{1,18}", text) else []
    ways += [{typed: text}, {f"{typed}__iexact": text}] if text else []
    return next((row for way in ways if (row := rows.filter(**way).values_list("pk", typed).first())), None)


def chosen(keys: Collection[str], rows: QuerySet[Row]) -> QuerySet[Row]:
    """Those of `rows` that a form's boxes name; Http404 when one of them is not there."""
    wanted = set(keys)
    if not all(re.fullmatch(r"[0-9]{1,18}", key) for key in wanted):
        raise Http404
    found = rows.filter(pk__in=wanted)
    if len(found) != len(wanted):
        raise Http404
    return found


def said_of(rows: QuerySet[Row], one: str, several: str) -> str:
    """`one` with the name of the only one of `rows`, or `several` with their number."""
    return one.format(name=rows[0]) if len(rows) == 1 else several.format(number=number(len(rows)))
