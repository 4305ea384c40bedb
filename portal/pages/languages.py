"""The language and the time zone of a page or an e-mail: the person's own, else the company's, else the browser's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone, translation

from portal.background.outages import outage_of
from portal.models import Company, User

IN_ENGLISH = (
    *("/api/", "/storage/", "/static/", "/healthz", "/metrics", "/admin/", "/style/"),
    "/c/",  # which has texts of its own
)
AREAS = ("Africa", "America", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")


def time_zones() -> list[str]:
    """List the time zones that can be chosen besides UTC: places of the world."""
    return [*sorted(name for name in available_timezones() if name.partition("/")[0] in AREAS)]


def language_for(user: User | None, company: Company | None = None) -> str:
    """Return the language that the person, or else the company, has chosen; empty where neither has."""
    company = user.company if user else company
    return (user.language if user else "") or (company.language if company else "")


def zone_for(user: User | None, company: Company | None = None) -> str:
    """Return the time zone that the person, or else the company, has chosen; else UTC."""
    company = user.company if user else company
    return (user.time_zone if user else "") or (company.time_zone if company else "") or "UTC"


@contextmanager
def written_for(user: User | None, company: Company | None = None) -> Iterator[None]:
    """Write in the language and the time zone of a person, or of a company; in English and UTC where none is chosen."""
    zone = ZoneInfo(zone_for(user, company))
    with translation.override(language_for(user, company) or settings.LANGUAGE_CODE), timezone.override(zone):
        yield


def chosen(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Answer in the language and the time zone of whoever asks. The API and the back office stay English and UTC."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if request.path.startswith(IN_ENGLISH):
            return get_response(request)
        language, zone = _chosen_by(request)
        with translation.override(language), timezone.override(zone):
            return get_response(request)

    return middleware


def _chosen_by(request: HttpRequest) -> tuple[str, ZoneInfo]:
    """Return the language and the time zone of whoever asks; of a stranger's browser while the database is away."""
    language, zone = "", "UTC"
    try:
        user = request.user if request.user.is_authenticated else None
        language, zone = language_for(user), zone_for(user)
    except DatabaseError as error:
        if not outage_of(error):
            raise
    return language or translation.get_language_from_request(request), ZoneInfo(zone)
