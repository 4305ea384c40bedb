"""Storing the links of a product or a company."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.db import transaction
from django.utils.translation import gettext

from portal.accounts.security_log import tell
from portal.models import Company
from portal.values.words import number
from workorders.links.link import Link
from workorders.links.rules import MOST_LINKS
from workorders.models import Product

Owner = Product | Company


class TooMany(Exception):  # noqa: N818  # an event, not a fault
    """A product or company has as many links as it can have. The message says so."""


def links_of(owner: Owner) -> list[Link]:
    """Return the links of a product or a company, in their order."""
    return [*map(Link.of, owner.links)]


def change_links(owner: Owner, changed: Callable[[list[Link]], Sequence[Link]]) -> None:
    """Store what `changed` makes of the links that there are now. Raise TooMany."""
    with transaction.atomic():
        row = type(owner).objects.select_for_update(no_key=True).get(pk=owner.pk)
        before = links_of(row)
        links = changed(before)
        if len(links) > MOST_LINKS:
            raise TooMany(gettext("There are {most} links already; remove one first.").format(most=number(MOST_LINKS)))
        row.links = [link.as_json() for link in links]
        row.save(update_fields=["links"])
        company, sku = (row.company, row.sku) if isinstance(row, Product) else (row, None)
        tell(
            "company_changed",
            of=company,
            company_name=company.name,
            changed=["links"],
            product=sku,
            before=_told(before),
            links=_told(links),
        )
    owner.links = row.links


def _told(links: Sequence[Link]) -> list[str]:
    return [f"{link.type} {link.url}" for link in links]
