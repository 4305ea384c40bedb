"""Codes as EPCIS 2.0 events: commissioned with their workorder, decommissioned by what blacklists them.

The published JSON schema is GS1's and not kept here; `is_event` checks what it asks of the events that are written.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest

from ingestion import engine
from ingestion.changes import start_selected
from ingestion.models import IngestionRecord
from portal.models import User
from tests.support.codes import some_codes
from tests.support.demo import Demo
from tests.support.exports import content, exported
from tests.support.tokens import client_of
from workorders.changes.values import NewValues
from workorders.codes.filters import parse_filter
from workorders.exports import epcis
from workorders.models import Change, Code, CodeChange, Workorder

GTIN = "09520123456788"
MADE, BLOCKED, BACK = "2026-11-23T12:30:00Z", "2026-11-24T08:00:00Z", "2026-11-25T09:00:00Z"
HOST = "http://127.0.0.1:8000/c/demo"
UUID = re.compile("urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
KEYS = ["type", "eventID", "eventTime", "eventTimeZoneOffset", "epcList", "action", "bizStep", "disposition"]


@pytest.fixture
def workorder(committed_demo: Demo) -> Workorder:
    made = some_codes(committed_demo.staff, "abc00001", f"01/{GTIN}/10/B7/21/a%2F1", f"01/{GTIN}/21/A2")
    Workorder.objects.filter(pk=made.pk).update(created_at=MADE)
    return made


def document(user: User, **filters: Any) -> Any:
    return json.loads(content(exported(user, "epcis", filters)))


def events(user: User, **filters: Any) -> list[tuple[str, str, list[str]]]:
    """Time, action and EPCs of the events, which are checked."""
    found = document(user, **filters)["epcisBody"]["eventList"]
    assert all(map(is_event, found)), found
    return [(each["eventTime"], each["action"], each["epcList"]) for each in found]


def is_event(event: dict[str, Any]) -> bool:
    """Say whether it has what the schema of an ObjectEvent wants, and nothing besides."""
    steps = {"ADD": ("commissioning", "active"), "DELETE": ("decommissioning", "inactive")}
    return (
        [*event] == KEYS
        and event["type"] == "ObjectEvent"
        and UUID.fullmatch(event["eventID"]) is not None
        and datetime.fromisoformat(event["eventTime"]).tzinfo is UTC
        and event["eventTimeZoneOffset"] == "+00:00"
        and 0 < len(event["epcList"]) <= epcis.MOST_OF_EVENT
        and len({*event["epcList"]}) == len(event["epcList"])
        and all(re.fullmatch(r"https?://\S+", epc) for epc in event["epcList"])
        and (event["bizStep"], event["disposition"]) == steps[event["action"]]
    )


def changed(demo: Demo, at: str, status: int, **filters: Any) -> None:
    """Change the status of codes by the engine, at a time."""
    meant = parse_filter(filters)
    values = NewValues(status=status, reason=4 if status == 2 else None)
    record = start_selected(demo.staff, demo.company, meant, values, IngestionRecord.Mode.PORTAL)
    engine.run(record.pk)
    record.refresh_from_db()
    assert record.status == "completed", record.result_data
    Change.objects.filter(record_key=record.key).update(created_at=at)


def test_codes_are_commissioned_with_their_workorder(committed_demo: Demo, workorder: Workorder) -> None:
    found = document(committed_demo.staff)
    assert [*found] == ["@context", "type", "schemaVersion", "creationDate", "epcisBody"]
    assert found["@context"] == ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"]
    assert (found["type"], found["schemaVersion"], [*found["epcisBody"]]) == ("EPCISDocument", "2.0", ["eventList"])
    assert datetime.fromisoformat(found["creationDate"]).tzinfo is UTC
    (event,) = found["epcisBody"]["eventList"]
    assert event | {"eventID": ""} == {
        "type": "ObjectEvent",
        "eventID": "",
        "eventTime": MADE,
        "eventTimeZoneOffset": "+00:00",
        "epcList": [
            f"{HOST}/abc00001",
            f"https://id.gs1.org/01/{GTIN}/21/A2",
            f"https://id.gs1.org/01/{GTIN}/21/a%2F1",
        ],
        "action": "ADD",
        "bizStep": "commissioning",
        "disposition": "active",
    }
    assert document(committed_demo.staff)["epcisBody"] == found["epcisBody"], "the same events have the same eventID"


def test_what_changes_say_are_events_too(committed_demo: Demo, workorder: Workorder) -> None:
    changed(committed_demo, "2026-11-23T20:00:00Z", 1)
    changed(committed_demo, BLOCKED, 2, extended_id="abc00001")
    changed(committed_demo, BACK, 1, extended_id="abc00001")
    changed(committed_demo, "2026-11-26T10:00:00Z", 2, search=f"01/{GTIN}")
    plain, gs1 = f"{HOST}/abc00001", [f"https://id.gs1.org/01/{GTIN}/21/{serial}" for serial in ("A2", "a%2F1")]
    assert events(committed_demo.staff) == [
        (MADE, "ADD", [plain, *gs1]),
        (BLOCKED, "DELETE", [plain]),
        (BACK, "ADD", [plain]),
        ("2026-11-26T10:00:00Z", "DELETE", gs1),
    ]
    assert events(committed_demo.staff, extended_id="abc00001") == [
        (MADE, "ADD", [plain]),
        (BLOCKED, "DELETE", [plain]),
        (BACK, "ADD", [plain]),
    ]


def test_a_blacklisted_code_is_decommissioned_though_its_history_has_gone(
    committed_demo: Demo, workorder: Workorder
) -> None:
    changed(committed_demo, BLOCKED, 2, extended_id="abc00001")
    CodeChange.objects.all().delete()
    Code.objects.filter(identifier__endswith="A2").update(activation_status=2, blacklist_reason=4)
    assert events(committed_demo.staff)[1:] == [
        (MADE, "DELETE", [f"https://id.gs1.org/01/{GTIN}/21/A2"]),
        (BLOCKED, "DELETE", [f"{HOST}/abc00001"]),
    ]


def test_events_are_cut_and_no_codes_are_no_events(
    committed_demo: Demo, workorder: Workorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(epcis, "MOST_OF_EVENT", 2)
    assert [len(epcs) for _at, _action, epcs in events(committed_demo.staff)] == [2, 1]
    assert events(committed_demo.staff, extended_id="unknown00") == []


def test_it_is_asked_for_by_the_api_and_the_page(committed_demo: Demo, workorder: Workorder) -> None:
    client: Any = client_of(committed_demo.staff)
    body = {"format": "epcis", "gzip": True, "workorder": workorder.pk}
    asked = client.post("/api/v2/codes/download/", body, format="json")
    assert asked.status_code == 202
    packed = exported(committed_demo.staff, "epcis", {"workorder": workorder.pk}, gzip=True)
    assert packed.file_path.endswith(".jsonld.gz")
    assert json.loads(content(packed))["type"] == "EPCISDocument"
    plain = exported(committed_demo.staff, "epcis")
    answer = client.get(f"/api/v2/codes/download/{plain.pk}/")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/ld+json")
    assert b"".join(answer.streaming_content) == content(plain)
    assert (plain.rows_done, plain.rows_total) == (3, 3)
    refused = client.post("/api/v2/codes/download/", {"format": "epcis", "neutralise_formulas": True}, format="json")
    assert refused.status_code == 400
