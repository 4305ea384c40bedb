"""Filters that all templates have for days and moments: in words of the language, by the clock of the time zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from django import template
from django.contrib.humanize.templatetags.humanize import naturaltime
from django.utils import timezone
from django.utils.dateformat import format as formatted
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import pgettext

register = template.Library()

LATELY = timedelta(days=7)  # within which a moment is told by how long ago it was


@register.filter
def day(of: date | None) -> str:
    """Write a day in full; of a moment, the day it is in the time zone."""
    return formatted(_local(of), pgettext("date format", "j F Y")) if of else ""


@register.filter
def short_day(of: date | None) -> str:
    """Write a day with a short name of its month."""
    return formatted(_local(of), pgettext("date format", "j M Y")) if of else ""


@register.filter
def minute(of: datetime | None) -> str:
    """Write a moment to the minute, with its time zone."""
    return f"{formatted(_local(of), pgettext('date format', 'j F Y, H:i'))} {zone(of)}" if of else ""


def second(of: datetime) -> str:
    """Write a moment to the second."""
    return formatted(_local(of), pgettext("date format", "j F Y, H:i:s"))


@register.filter
def moment(of: datetime | None) -> SafeString | str:
    """Mark a moment up, told to the second."""
    return format_html('<time datetime="{}">{}</time>', iso(of), second(of)) if of else ""


@register.filter
def ago(of: datetime | None) -> SafeString | str:
    """Mark a moment up, told by how long ago it was or when it will be; beyond a week, by its day."""
    if not of:
        return ""
    told = naturaltime(of) if abs(timezone.now() - of) < LATELY else day(of)
    return format_html('<time datetime="{}" title="{} {}">{}</time>', iso(of), second(of), zone(of), told)


def iso(of: datetime) -> str:
    """Write a moment for programs, in UTC."""
    return of.astimezone(UTC).isoformat()


def zone(of: datetime) -> str:
    """Name the time zone as it is called at the moment."""
    return timezone.localtime(of).tzname() or ""


@register.simple_tag
def zone_now() -> str:
    """Name the time zone of the page's times, with its place."""
    place = timezone.get_current_timezone_name()
    name = zone(timezone.now())
    return place if name == place else f"{name} ({place})"


def _local(of: date) -> date:
    return timezone.localtime(of) if isinstance(of, datetime) else of
