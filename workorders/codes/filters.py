"""Which codes somebody means: a filter as addresses, calls, changes and exports spell it, and its query.

A filter is a plain condition on the rows of codes. What it asks of other tables stands in subqueries, never in joins,
so a change can take it as the condition of its update.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Exists, Max, Min, OuterRef, Q, QuerySet

from portal.database.planner import each_of
from portal.models import Company
from portal.values.moments import parse_moment
from portal.values.suggestions import nearest_of, none_such
from workorders.codes.fields import SCM_KEY
from workorders.codes.lookup import AFTER_EVERY_ID, parse_id, start_of_url, starts_of_others
from workorders.codes.search import GATHERED as MOST_GATHERED
from workorders.codes.search import MOST_LOOKED_AT, Conditions, Found, count_along_key, count_gathered
from workorders.models import ActivationStatus, BlacklistReason, Code, CodeScans
from workorders.visibility import count_codes

SCM = "scm_"
SCM_NAME = re.compile(SCM + SCM_KEY.pattern)
WHOLE = re.compile("[0-9]{1,18}")
SERIAL_NUMBER = re.compile(r"[0-9]{1,10}")
MOST_IDS = 1000  # that are named one by one
MOST_COUNTED = 10_000  # codes that are looked at to count them
PLACE = ("workorder", "sequence_from", "sequence_to", "batch")
NOTHING = Q(identifier__in=())  # by which the server knows without a look at any code
LARGEST = 2**31 - 1  # of a sequence
NEEDS_WORKORDER = "Name the workorder as well: sequences count within one."


class IdInUrl(str):
    """An id that somebody gave as the end of a URL."""

    __slots__ = ("url",)
    url: str

    def __new__(cls, identifier: str, url: str) -> IdInUrl:
        made = super().__new__(cls, identifier)
        made.url = url
        return made


@dataclass(frozen=True)
class CodeFilter:
    """Which codes of a company are meant: those for which all that is not None holds, and every field of `scm`.

    A code is as old as its workorder, and was updated by the last change of it: `_after` is inclusive, `_before` not.
    """

    search: str | None = None
    """How the ids begin."""
    extended_id: str | None = None
    serial_number: str | None = None
    product: str | None = None
    """The SKU."""
    workorder: int | None = None
    activation_status: int | None = None
    blacklist_reason: int | None = None
    created_after: datetime | None = None
    created_before: datetime | None = None
    updated_after: datetime | None = None
    updated_before: datetime | None = None
    sequence_from: int | None = None
    sequence_to: int | None = None
    batch: int | None = None
    scanned: bool | None = None
    """Whether its public page was ever opened."""
    ids: tuple[str, ...] | None = None
    """Each whole, at most MOST_IDS."""
    scm: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Say whether it means all codes."""
        return not self.as_json()

    def as_json(self) -> dict[str, Any]:
        """Return the filter as `parse_filter` takes it, to be kept as JSON."""
        given = {each.name: getattr(self, each.name) for each in fields(self) if each.name != "scm"}
        kept = {name: _as_text(value) for name, value in given.items() if value is not None}
        return kept | {f"{SCM}{key}": value for key, value in self.scm.items()}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> CodeFilter:
        """Return the filter that `as_json` has kept; raise ValidationError where it would not mean the same."""
        found = parse_filter(kept)
        if found.as_json() != kept:
            raise ValidationError("The filter means something else by now.")
        return found

    @classmethod
    def if_known(cls, kept: Mapping[str, Any]) -> CodeFilter | None:
        """Return the filter that another version of Codeport may have kept; None where this one does not know it."""
        try:
            return cls.from_json(kept)
        except ValidationError:
            return None

    def codes(self, company: Company) -> QuerySet[Code]:
        """Return the company's codes that it means: filtered, and nothing more."""
        return Code.objects.filter(*self.conditions(company))

    def conditions(self, company: Company) -> Conditions:
        """Return what must hold of the company's codes, sorted by what finds them.

        Where no workorder, product or change can have such codes, nothing is left to look for.
        """
        known, rest = self._values(), self._place()
        place = Q(company=company) & self._ids(company)
        if self.scm:
            rest &= Q(scm_data__contains=dict(self.scm))
        if self.scanned is not None:
            of_code = CodeScans.objects.filter(company=OuterRef("company"), identifier=OuterRef("identifier"))
            rest &= Q(Exists(of_code) if self.scanned else ~Exists(of_code))
        if self.serial_number is not None:
            rest &= Q(sequence=int(self.serial_number))
        if self.product is not None:
            product = company.products.filter(sku=self.product).values_list("pk", flat=True).first()
            place, known = place if product else place & NOTHING, known & Q(product=product or 0)
        if self.workorder is not None and not company.workorders.filter(pk=self.workorder).exists():
            place &= NOTHING
        for name, rows in self._sources(company):
            ends = rows.aggregate(first=Min("pk"), last=Max("pk"))
            if ends["first"] is None:
                place &= NOTHING
            elif known or name != "workorder" or self.serial_number is None or count_codes(rows) <= MOST_LOOKED_AT:
                known &= Q(**{f"{name}__gte": ends["first"], f"{name}__lte": ends["last"]})
            rest &= _one_of(name, rows)
        return Conditions(place, known, rest)

    def _sources(self, company: Company) -> Iterator[tuple[str, QuerySet[Any]]]:
        """Yield the relations of the code that have to point at one of some rows, with these rows."""
        if self.created_after or self.created_before:
            yield "workorder", company.workorders.filter(within("created_at", self.created_after, self.created_before))
        if self.serial_number is not None:
            sequence = int(self.serial_number)
            yield "workorder", company.workorders.filter(use_serial_number=True, quantity__gte=sequence)
        if self.updated_after or self.updated_before:
            yield "last_change", company.changes.filter(within("created_at", self.updated_after, self.updated_before))

    def count(self, company: Company, found: Found | None = None) -> int | None:
        """Count the company's codes that it means. None where more than a few thousand would have to be looked at.

        What a search for them has `found` is not looked for again.
        """
        if found and found.total is not None:
            return found.total
        names = {*self.as_json()}
        of_company = count_codes(company.workorders.all())
        if names <= {"created_after", "created_before", *PLACE}:
            made = company.workorders.filter(within("created_at", self.created_after, self.created_before))
            of_it = count_codes(made if self.workorder is None else made.filter(pk=self.workorder))
            return self._count_place(of_it)
        asked = self.conditions(company)
        if self.search is not None or self.ids is not None or of_company <= MOST_COUNTED:
            counted = count_along_key(asked, MOST_COUNTED)
            if counted is not None or not asked.known:
                return counted
        if self.workorder is not None and count_codes(company.workorders.filter(pk=self.workorder)) <= MOST_COUNTED:
            its_codes = Q(workorder=self.workorder)
            return count_gathered(
                Conditions(asked.place, its_codes, asked.known & asked.rest), MOST_COUNTED, of_company
            )
        if not asked.known or (found and found.is_counted):
            return None
        return count_gathered(asked, MOST_GATHERED, of_company)

    def _count_place(self, codes: int) -> int:
        """Count the sequences that it means of a workorder with so many codes, which have no gaps."""
        if self.workorder is None:
            return codes
        first, last = self.sequence_from or 1, codes if self.sequence_to is None else min(codes, self.sequence_to)
        if self.batch is not None:
            first, last = max(first, (self.batch - 1) * Code.BATCH + 1), min(last, self.batch * Code.BATCH)
        return max(0, last - max(first, 1) + 1)

    def _ids(self, company: Company) -> Q:
        """Return the condition on the id. The URL of another company's code, which is no id, names no code."""
        given = [text for text in (self.search, self.extended_id, *(self.ids or ())) if isinstance(text, IdInUrl)]
        others = starts_of_others({start_of_url(text.url) for text in given}, company) if given else set()

        def named(text: str) -> str:
            return text.url if isinstance(text, IdInUrl) and start_of_url(text.url) in others else str(text)

        found = Q()
        if self.search is not None:
            begins = named(self.search)
            found &= Q(identifier__gte=begins, identifier__lt=begins + AFTER_EVERY_ID)
        if self.extended_id is not None:
            found &= Q(identifier=named(self.extended_id))
        return found if self.ids is None else found & Q(identifier__in=each_of(map(named, self.ids), "text"))

    def _place(self) -> Q:
        """Return the condition on the place in the workorder."""
        found = Q()
        if self.sequence_from is not None:
            found &= Q(sequence__gte=self.sequence_from)
        if self.sequence_to is not None:
            found &= Q(sequence__lte=self.sequence_to)
        if self.batch is not None:
            last = self.batch * Code.BATCH
            found &= Q(sequence__gt=last - Code.BATCH, sequence__lte=last)
        return found

    def _values(self) -> Q:
        """Return the condition on the columns of the BRIN index, but for the product."""
        found = Q()
        if self.workorder is not None:
            found &= Q(workorder=self.workorder)
        if self.activation_status is not None:
            found &= Q(activation_status=self.activation_status)
        if self.blacklist_reason is not None:
            found &= Q(blacklist_reason=self.blacklist_reason)
        return found


def parse_filter(given: Mapping[str, Any]) -> CodeFilter:
    """Return the filter that `given` spells, as texts of an address or as values of JSON.

    Raises Django's ValidationError with a list of messages for each wrong name. A text that is empty asks for nothing.
    """
    parsed: dict[str, Any] = {}
    scm: dict[str, str] = {}
    wrong: dict[str, list[str]] = {}
    for name, value in given.items():
        try:
            if SCM_NAME.fullmatch(name):
                scm[name.removeprefix(SCM)] = _text(value)
            elif name not in PARSERS:
                raise ValueError(_unknown(name))
            elif value != "" or name not in MAY_BE_EMPTY:
                parsed[name] = PARSERS[name](value)
        except ValueError as error:
            wrong[name] = [str(error)]
    for name in ("sequence_from", "sequence_to", "batch"):
        if name in parsed and "workorder" not in parsed:
            wrong[name] = [NEEDS_WORKORDER]
    if wrong:
        raise ValidationError(wrong)
    return CodeFilter(**parsed, scm=scm)


def _unknown(name: str) -> str:
    if name.lower().startswith(SCM):
        near = re.sub(r"[\W]+", "_", name).lower()
        return f"An SCM field has small letters, digits and underscores; the nearest is `{near}`."
    return none_such("filter", name, [*PARSERS, "scm_<field>"])


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value or "\0" in value:
        raise ValueError("It must be a text.")
    return value


def _id(value: Any) -> str:
    if not (found := parse_id(_text(value))):
        raise ValueError("It holds no id.")
    return IdInUrl(found, value) if "://" in value and found != value else found


def _ids(value: Any) -> tuple[str, ...]:
    given = value.split(",") if isinstance(value, str) else value
    if not isinstance(given, list | tuple) or not 0 < len(given) <= MOST_IDS:
        raise ValueError(f"It must be 1 to {MOST_IDS:,} ids, as a list or with a comma between them.")
    return tuple(map(_id, given))


def _serial_number(value: Any) -> str:
    text = str(value) if isinstance(value, int) else _text(value)
    if not SERIAL_NUMBER.fullmatch(text):
        raise ValueError("It must be up to 10 digits.")
    return f"{int(text):010d}"


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not WHOLE.fullmatch(str(value)):
        raise ValueError("It must be a whole number.")
    return int(value)


def _place(value: Any) -> int:
    return min(_whole(value), LARGEST)


def _moment(value: Any) -> datetime:
    return parse_moment(_text(value))


def _flag(value: Any) -> bool:
    known = {"true": True, "1": True, "false": False, "0": False}
    if str(value).lower() not in known:
        raise ValueError("It must be true or false.")
    return known[str(value).lower()]


def _choice(values: list[int]) -> Callable[[Any], int]:
    def parse(value: Any) -> int:
        if str(value) not in map(str, values) or isinstance(value, bool):
            raise ValueError(nearest_of(str(value), values))
        return int(value)

    return parse


PARSERS: dict[str, Callable[[Any], Any]] = {
    "search": _id,
    "extended_id": _id,
    "serial_number": _serial_number,
    "product": _text,
    "workorder": _whole,
    "activation_status": _choice(ActivationStatus.values),
    "blacklist_reason": _choice(BlacklistReason.values),
    "created_after": _moment,
    "created_before": _moment,
    "updated_after": _moment,
    "updated_before": _moment,
    "sequence_from": _place,
    "sequence_to": _place,
    "batch": _place,
    "scanned": _flag,
    "ids": _ids,
}
MAY_BE_EMPTY = ("search", "extended_id", "serial_number", "product", "workorder")  # which asks for nothing then


def within(name: str, after: datetime | None, before: datetime | None) -> Q:
    """Return the condition for times from `after` on and before `before`, where they are said."""
    found = Q(**{f"{name}__gte": after}) if after else Q()
    return found & Q(**{f"{name}__lt": before}) if before else found


def _one_of(name: str, rows: QuerySet[Any]) -> Q:
    return Q(**{f"{name}__in": rows.order_by().values("pk")})


def _as_text(value: Any) -> Any:
    if isinstance(value, tuple):
        return [*map(_as_text, value)]
    if isinstance(value, IdInUrl):
        return value.url
    return value.isoformat() if isinstance(value, datetime) else value
