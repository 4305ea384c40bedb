"""The history of one code in words, for its page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from django.utils.translation import gettext

from portal.values.words import gettext_lazy
from workorders.changes.history import history_of, skus_of
from workorders.models import ActivationStatus, BlacklistReason, Change, Code, CodeChange

MOST_LINES = 50  # changes of one code that its page shows, the latest
WAYS = {
    Change.Origin.PAGE: (gettext_lazy("Changed on a page"), gettext_lazy("Undone on a page")),
    Change.Origin.FILE: (gettext_lazy("Changed by a file"), gettext_lazy("Undone by a file")),
    Change.Origin.API: (gettext_lazy("Changed through the API"), gettext_lazy("Undone through the API")),
    Change.Origin.WORKORDER: (gettext_lazy("Changed with its workorder"), gettext_lazy("Undone with its workorder")),
    Change.Origin.SCANS: (
        gettext_lazy("Changed for the number of its scans"),
        gettext_lazy("Undone for the number of its scans"),
    ),
}


class Field(NamedTuple):
    """One value that a change replaced, in words; an empty text where there was or is none."""

    name: str
    old: str
    new: str
    is_scm: bool = False


class Line(NamedTuple):
    """One change of a code: what it is called, and the values that it replaced."""

    change: Change
    said: str
    fields: list[Field]


class History(NamedTuple):
    """The latest changes of a code. `is_cut` says that there were earlier ones."""

    lines: list[Line]
    is_cut: bool


def describe_history(code: Code) -> History:
    """Return the latest changes of a code in words, the latest first, with one query for all their products."""
    rows = history_of(code, MOST_LINES + 1)
    skus = skus_of(rows)
    lines = [Line(row.change, _headline(row.change), list(_fields(row, skus))) for row in rows[:MOST_LINES]]
    return History(lines, len(rows) > MOST_LINES)


def _headline(change: Change) -> str:
    changed, undone = WAYS[Change.Origin(change.origin)]
    return undone if change.undoes_id else changed


def _fields(row: CodeChange, skus: dict[int, str]) -> Iterator[Field]:
    """Yield what the change replaced: status, reason, product, then the SCM fields by name."""
    for name, labels, old, new in (
        (gettext("Activation status"), ActivationStatus, row.old_status, row.new_status),
        (gettext("Blacklisted for"), BlacklistReason, row.old_reason, row.new_reason),
    ):
        if old is not None and new is not None:
            yield Field(name, _label(labels, old), _label(labels, new))
    if row.old_product or row.new_product:
        yield Field(gettext("Product"), skus.get(row.old_product or 0, ""), skus.get(row.new_product or 0, ""))
    old_scm, new_scm = row.old_scm or {}, row.new_scm or {}
    for name in sorted({*old_scm, *new_scm}):
        yield Field(name, _text(old_scm.get(name)), _text(new_scm.get(name)), is_scm=True)


def _text(value: str | None) -> str:
    return "" if value is None else str(value)


def _label(labels: type[ActivationStatus | BlacklistReason], value: int) -> str:
    """Return the choice in words; nothing for the reason of a code that is not blacklisted."""
    return "" if labels is BlacklistReason and value == BlacklistReason.NONE else str(labels(value).label)
