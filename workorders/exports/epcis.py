"""Codes as EPCIS 2.0 events in JSON-LD: their commissioning, and what changes said of it since.

A code is commissioned with its workorder (ObjectEvent, ADD), decommissioned by the change that blacklists it (DELETE),
and commissioned anew by one that takes that back. Ids of GS1 are named by their canonical Digital Link without a batch,
as GTIN and serial number name the item; others by the code's URL. PostgreSQL sorts the events, so memory does not grow
with them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from workorders.exports.columns import ISO, Selection
from workorders.models import ActivationStatus

# ruff: noqa: S608  # the query is put together of our own names alone
CONTEXT: Final = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
MOST_OF_EVENT: Final = 1000  # codes in one event; repositories refuse much larger ones
BLACKLISTED: Final = int(ActivationStatus.BLACKLISTED)
STEPS: Final = {"ADD": ("commissioning", "active"), "DELETE": ("decommissioning", "inactive")}

EPC: Final = """CASE WHEN strpos(code.identifier, '/') > 0
        THEN 'https://id.gs1.org/' || left(code.identifier, 17)
            || substr(code.identifier, strpos(code.identifier, '/21/'))
        ELSE workorder.url_prefix || code.identifier END"""
CHAIN: Final = """
    WITH RECURSIVE chain AS (
        SELECT * FROM workorders_codechange
        WHERE change_id = code.last_change_id AND identifier = code.identifier
        UNION ALL
        SELECT earlier.* FROM chain CROSS JOIN LATERAL (
            SELECT * FROM workorders_codechange
            WHERE change_id = chain.previous AND identifier = code.identifier OFFSET 0
        ) AS earlier
    )"""
TURNS: Final = f"""
    SELECT change.created_at AS at, CASE WHEN chain.new_status = {BLACKLISTED} THEN 'DELETE' ELSE 'ADD' END AS action,
        chain.change_id AS source
    FROM chain JOIN workorders_change AS change ON change.id = chain.change_id
    WHERE chain.new_status = {BLACKLISTED} OR chain.old_status = {BLACKLISTED} AND chain.new_status IS NOT NULL"""
"""The changes that blacklisted a code or took that back."""
EVENTS: Final = f"""
    SELECT {ISO.format(moment="event.at")}, event.action, event.source, event.epc FROM (
        SELECT turn.at, turn.action, turn.source, {EPC} AS epc
        FROM (SELECT * FROM workorders_code AS code WHERE {{condition}} OFFSET 0) AS code
        JOIN workorders_workorder AS workorder ON workorder.id = code.workorder_id
        CROSS JOIN LATERAL (
            SELECT workorder.created_at AS at, 'ADD' AS action, -code.workorder_id AS source
            UNION ALL
            ({CHAIN} {TURNS})
            UNION ALL
            SELECT coalesce(change.created_at, workorder.created_at), 'DELETE', coalesce(change.id, -code.workorder_id)
            FROM (SELECT code.last_change_id AS id) AS latest
            LEFT JOIN workorders_change AS change ON change.id = latest.id
            WHERE code.activation_status = {BLACKLISTED}
                AND NOT EXISTS ({CHAIN} SELECT FROM chain WHERE chain.new_status = {BLACKLISTED})
        ) AS turn
    ) AS event
    ORDER BY event.at, event.action, event.source, event.epc COLLATE "C\""""
"""One row for each code and event. Where the history of a code has gone, its last change stands for the one that
blacklisted it, and its workorder where it was never changed."""


def events_query(codes: Selection) -> str:
    """Return the query of all that happened to the codes: when, which action, by what, and to which EPC."""
    return EVENTS.format(condition=codes.condition)


def write_events(rows: Iterable[tuple[str | None, ...]], created: str) -> Iterator[tuple[int, str]]:
    """Yield the text of an EPCIS document piece by piece, each with the number of rows that are in it so far."""
    head = {"@context": [CONTEXT], "type": "EPCISDocument", "schemaVersion": "2.0", "creationDate": created}
    yield 0, f'{json.dumps(head)[:-1]}, "epcisBody": {{"eventList": ['
    done, before = 0, "\n"
    for (at, action, source), group in groupby(rows, lambda row: row[:3]):
        for epcs in _parts(str(row[3]) for row in group):
            done += len(epcs)
            yield done, before + json.dumps(_event(str(at), str(action), str(source), epcs), ensure_ascii=False)
            before = ",\n"
    yield done, "\n]}}\n"


def _event(at: str, action: str, source: str, epcs: list[str]) -> dict[str, Any]:
    """Return one event. What is exported again has the same `eventID`, so that nobody counts it twice."""
    step, disposition = STEPS[action]
    return {
        "type": "ObjectEvent",
        "eventID": f"urn:uuid:{uuid5(NAMESPACE_URL, ' '.join([at, action, source, *epcs]))}",
        "eventTime": at,
        "eventTimeZoneOffset": "+00:00",
        "epcList": epcs,
        "action": action,
        "bizStep": step,
        "disposition": disposition,
    }


def _parts(epcs: Iterable[str]) -> Iterator[list[str]]:
    part: list[str] = []
    for epc in epcs:
        part.append(epc)
        if len(part) == MOST_OF_EVENT:
            yield part
            part = []
    if part:
        yield part
