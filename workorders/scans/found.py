"""Finding what stands at the address of a public page, with one query for nearly all of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple
from unicodedata import category
from weakref import WeakSet

from django.conf import settings
from django.db import Error, OperationalError, connections

from portal.database import replica
from workorders.codes.url_prefixes import SHORTEST_ID
from workorders.identifiers import gs1
from workorders.links.link import Link, parse_links
from workorders.models import ActivationStatus
from workorders.scans.public_texts import Verdict

SLUG = re.compile(r"[a-z0-9-]{1,40}")
IDENTIFIER = re.compile(rf"[A-Za-z0-9_-]{{{SHORTEST_ID},100}}")
LONGEST_ADDRESS = 300  # characters of what stands behind the company's, with what is added to it
MOST_SLASHES = 3  # at its end that may be the serial number's
NOT_OF_AN_ID = "".join(  # white space, and what nobody sees
    character for character in map(chr, range(1, 0x10000)) if character.isspace() or category(character) in ("Cc", "Cf")
)
VERDICTS: dict[int, Verdict] = {
    ActivationStatus.INACTIVE: "inactive",
    ActivationStatus.ACTIVE: "active",
    ActivationStatus.BLACKLISTED: "blacklisted",
}
# ruff: noqa: S608  # the statements are put together of our own names alone
FACTS = """company_id, identifier, activation_status,
        (SELECT ARRAY[name, nullif(links, '[]')::text] FROM portal_company WHERE id = code.company_id),
        (SELECT ARRAY[coalesce(nullif(name, ''), sku), nullif(links, '[]')::text]
         FROM workorders_product WHERE id = code.product_id)"""
MINE = "company_id = (SELECT id FROM portal_company WHERE slug = $1)"
HERE = "(SELECT split_part(url_prefix, '://', 2) FROM workorders_workorder WHERE id = code.workorder_id) = ANY ($3)"
ITEM = "left(identifier, 17) || substr(identifier, strpos(identifier, '/21/'))"  # as the index has it
CODE_AT = f"SELECT {FACTS} FROM workorders_code code WHERE {MINE} AND identifier = $2 AND {HERE}"
STATEMENTS = {
    "code_at": CODE_AT,
    "item_at": f"""{CODE_AT} UNION ALL SELECT {FACTS} FROM workorders_code code
        WHERE {MINE} AND ({ITEM}) = $2 AND identifier::text LIKE '%/10/%' AND {HERE}""",
    "class_at": f"""SELECT {FACTS} FROM (
            SELECT * FROM workorders_code WHERE {MINE} AND identifier >= $2 || '/' AND identifier < $2 || '0'
            ORDER BY identifier LIMIT 1
        ) code WHERE {HERE}""",
}
"""What is prepared once in a connection, since planning it takes four times as long as running it.

http and https reach the same page. Without joins it goes by the same indexes whatever the statistics say.
"""
PLAIN = {
    name: text.replace("%", "%%").replace("$1", "%(slug)s").replace("$2", "%(about)s").replace("$3", "%(prefixes)s")
    for name, text in STATEMENTS.items()
}
"""The same, planned each time, behind a pooler that keeps no session."""
Row = tuple[int, str, int, list[str | None], list[str | None] | None]
"""What FACTS selects."""
_prepared: dict[str, WeakSet[Any]] = {name: WeakSet() for name in STATEMENTS}  # connections that know each of them


class Answer(NamedTuple):
    """The facts about an address that anybody may know."""

    verdict: Verdict
    maker: str = ""  # the company's name
    product: str = ""  # its name, or the SKU where it has none


class Found(NamedTuple):
    """What was found at an address: the answer, and the code's company, id and links, if there is a code.

    Of a GTIN, which names no single code, there are a company and links; `identifier` is empty.
    """

    answer: Answer
    company: int = 0
    identifier: str = ""
    links: Sequence[Link] = ()
    links_of_company: Sequence[Link] = ()


UNKNOWN = Found(Answer("unknown"))


def look_up(slug: str, identifier: str) -> Found:
    """Look up the code at `/c/<slug>/<identifier>`, with one query for each id that this may be, mostly one.

    A GS1 id is found by GTIN and serial number, too, whether or not a batch stands between them, there or here.
    """
    ids = [identifier] if IDENTIFIER.fullmatch(identifier) else list_candidate_ids(identifier)
    if not ids or not SLUG.fullmatch(slug):
        return UNKNOWN
    items = [gs1.item_of(each) for each in ids if gs1.is_gs1(each)]
    asked = [*(("code_at", each) for each in ids), *(("item_at", each) for each in dict.fromkeys(items))]
    row = _first_row(slug, asked)
    if row is None:
        return UNKNOWN
    found = _found(row)
    return found._replace(identifier=row[1], answer=found.answer._replace(verdict=VERDICTS[row[2]]))


def look_up_class(slug: str, gtin: str) -> Found:
    """Look up the links of a GTIN: those of the product that its first code has, and of the company."""
    row = _first_row(slug, [("class_at", f"01/{gtin}")]) if SLUG.fullmatch(slug) else None
    return UNKNOWN if row is None else _found(row)


def list_candidate_ids(address: str) -> list[str]:
    """List the ids that the end of an address may stand for, the most literal first.

    Scanners and messengers add slashes, white space and invisible characters to it. A slash may also be the last
    character of a GS1 serial number, since servers hand addresses on decoded.
    """
    text = strip_address(address)
    bare = text.rstrip(f"/{NOT_OF_AN_ID}")
    if IDENTIFIER.fullmatch(bare):
        return [bare]
    slashes = min(text.count("/", len(bare)), MOST_SLASHES)
    readings = (bare + "/" * left for left in range(slashes, -1, -1))
    return [identifier for reading in readings for identifier in gs1.of_address(reading)]


def strip_address(address: str) -> str:
    """Return the end of an address without what scanners put around it, but for slashes at its end."""
    return address[: LONGEST_ADDRESS + 1].strip(NOT_OF_AN_ID).lstrip("/")


def _found(row: Row) -> Found:
    company, _identifier, _status, (maker, links_of_company), product = row
    name, links = product or ("", None)
    answer = Answer("unknown", maker or "", name or "")
    return Found(answer, company, "", parse_links(links), parse_links(links_of_company))


def _first_row(slug: str, asked: Sequence[tuple[str, str]]) -> Row | None:
    """Return the row of the first of the statements that finds one, each with what it asks for.

    What the replica does not have the primary may: a code that was just made.
    """
    if replica.is_fresh():
        database = connections[replica.ALIAS]
        try:
            if row := _ask(database, slug, asked):
                return row
        except Error:
            database.close()
    primary = connections[replica.PRIMARY]
    try:
        return _ask(primary, slug, asked)
    except OperationalError:  # the connection was lost since it was last used
        primary.close()
        return _ask(primary, slug, asked)


def _ask(database: Any, slug: str, asked: Sequence[tuple[str, str]]) -> Row | None:
    bases = (url.partition("://")[2] for url in (settings.PUBLIC_URL, *settings.FORMER_PUBLIC_URLS))
    prefixes = [f"{base}/c/{slug}/" for base in bases]
    database.health_check_done = True  # the check would be a second query
    with database.cursor() as cursor:
        for name, about in asked:
            if settings.DATABASE_POOLER:
                cursor.execute(PLAIN[name], {"slug": slug, "about": about, "prefixes": prefixes})
            else:
                if cursor.connection not in _prepared[name]:
                    cursor.execute(f"PREPARE {name} (text, text, text[]) AS {STATEMENTS[name]}")
                    _prepared[name].add(cursor.connection)
                cursor.execute(f"EXECUTE {name} (%s, %s, %s)", [slug, about, prefixes])
            if rows := cursor.fetchall():
                first: Row = min(rows, key=lambda row: row[1])
                return first
    return None
