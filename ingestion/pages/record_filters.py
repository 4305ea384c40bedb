"""The filters of the list of ingestion records."""

from __future__ import annotations

from django.utils.translation import gettext

from ingestion.models import IngestionRecord
from portal.models import Company, User
from portal.pages.access import PersonRequest
from portal.pages.lists import Filter, one_of, picked


def narrower_filters(request: PersonRequest, user: User, whose: bool) -> tuple[list[Filter], dict[str, str]]:
    """Return the filters that few need, and what they ask of the fields of a record."""
    filters: list[Filter] = []
    wanted: dict[str, str] = {}
    for name, label, none, choices in (
        ("ingestion_mode", gettext("Uploaded through"), gettext("API and portal"), IngestionRecord.Mode.choices),
        ("filetype", gettext("File type"), gettext("All types"), IngestionRecord.Filetype.choices),
    ):
        wanted[name] = picked(request, name, dict(choices))
        filters.append((name, label, none, choices, wanted[name]))
    people = User.objects.filter(company=user.company_id or 0)
    uploader = {"none": gettext("Everybody"), "said": "email", "typed": "email", "hint": "E-mail"}
    owners = Company.objects.filter(kind=Company.Kind.BRAND_OWNER)
    company = {"none": gettext("All companies"), "said": "name", "typed": "slug", "hint": gettext("Slug of a company")}
    for name, label, rows, words in (
        ("created_by", gettext("Uploader"), people, uploader),
        ("company", gettext("Company"), owners if whose else owners.none(), company),
    ):
        each, wanted[name] = one_of(request, name, label, rows, **words)
        if each[3] != []:
            filters.append(each)
    return filters, {name: value for name, value in wanted.items() if value}
