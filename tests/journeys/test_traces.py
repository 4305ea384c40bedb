"""Traces: an upload from its call to its end, as a collector gets it, and what a portal without a collector pays."""

from __future__ import annotations

import signal
import subprocess
from pathlib import Path

import httpx

from tests.support.collectors import collector, python_with_traces
from tests.support.paths import CHECKOUT
from tests.support.portals import Up, environment, free_port, run, wait
from workorders.models import Job

SAYS_LOADED = (
    "import sys, django; django.setup(); print([m for m in sys.modules if m.startswith('opentelemetry.inst')])"
)
ROUTE = "api/v2/ingestion/codes/upload/process/"
MANY = Job.MOST_SHORT + 1  # codes whose archive is work of its own
ROWS = "id\n" + "".join(f"secret-id-{number:05d}\n" for number in range(MANY))


def a_portal(folder: Path, python: str, endpoint: str) -> Up:
    """A portal of an installation with traces, whose spans go out at once."""
    command = (python, "manage.py", "up")
    return Up(
        folder / "out",
        folder / "var",
        command=command,
        OTEL_EXPORTER_OTLP_ENDPOINT=endpoint,
        OTEL_BSP_SCHEDULE_DELAY="200",
    )


def test_no_instrument_is_imported_where_no_collector_is_named(tmp_path: Path) -> None:
    command = [python_with_traces(), "-c", SAYS_LOADED]
    environ = environment(tmp_path / "home", DJANGO_SETTINGS_MODULE="portal.settings", OTEL_EXPORTER_OTLP_ENDPOINT="")
    done = subprocess.run(command, cwd=CHECKOUT, env=environ, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "[]\n"


def test_an_upload_is_one_trace_from_its_call_to_its_end_and_tells_nothing_of_people(tmp_path: Path) -> None:
    python = python_with_traces()
    with collector() as there, a_portal(tmp_path, python, there.url) as up:
        up.wait_ready()
        token = run([python, "manage.py", "create_token", "admin@demo.example"], CHECKOUT, up).strip()
        key = upload(up, token)
        wait(lambda: b"run/workorders.tasks.run_job" in there.raw, "the span of the archive")
        assert up.end(signal.SIGTERM) == 0
        spans, raw = there.spans(), there.raw

    (call,) = (span for span in spans if span["name"] == f"POST {ROUTE}")
    found = [span for span in spans if span["traceId"] == call["traceId"]]
    work = {span["name"]: span for span in found if "parentSpanId" in span and "/" in span["name"]}
    assert list(work) == [
        "apply_async/ingestion.tasks.run",
        "run/ingestion.tasks.run",
        "apply_async/workorders.tasks.run_job",
        "run/workorders.tasks.run_job",
    ]
    parents = [span["parentSpanId"] for span in work.values()]
    assert parents == [call["spanId"], *(span["spanId"] for span in list(work.values())[:-1])]
    kinds = [span["kind"].removeprefix("SPAN_KIND_") for span in (call, *work.values())]
    assert kinds == ["SERVER", "PRODUCER", "CONSUMER", "PRODUCER", "CONSUMER"]
    queries = [span for span in spans if span["kind"] == "SPAN_KIND_CLIENT"]
    assert {call["spanId"], work["run/ingestion.tasks.run"]["spanId"]} <= {span["parentSpanId"] for span in queries}

    said = {each["key"]: each["value"] for each in call["attributes"]}
    assert said["http.route"] == {"stringValue": ROUTE}
    secrets = (
        "demo.example",
        token,
        token[:11],
        key,
        "secret-id",
        "looked-for",
        "agent-smith",
        "state-text",
        "127.0.0.1",
    )
    assert [secret for secret in secrets if secret.encode() in raw] == []
    assert b" FROM " not in raw, "statements"


def test_a_collector_that_does_not_answer_is_told_once_a_process_and_holds_nothing_up(tmp_path: Path) -> None:
    with a_portal(tmp_path, python_with_traces(), f"http://127.0.0.1:{free_port()}") as up:
        up.wait_ready()
        wait(lambda: up.get("/accounts/login/") == 200 and "The collector of traces" in up.text, "the line")
        assert up.end(signal.SIGTERM) == 0
        assert "Traceback" not in up.text
        assert up.text.count("The collector of traces") <= 8  # processes


def upload(up: Up, token: str) -> str:
    """Upload ROWS by the calls of the API, wait until the record is completed, and return its key."""
    headers = {"Authorization": f"UAT {token}", "User-Agent": "agent-smith", "tracestate": "a=state-text"}
    calls = f"http://127.0.0.1:{up.port}/api/v2/ingestion"
    with httpx.Client(headers=headers, timeout=30) as client:
        made = client.post(f"{calls}/codes/upload/get-post-data/", json={"filetype": "csv"}).json()
        form, key = made["post_data"], str(made["record_key"])
        httpx.post(form["url"], data=form["fields"], files={"file": ROWS.encode()}).raise_for_status()
        client.post(f"{calls}/codes/upload/process/", json={"record": key}).raise_for_status()
        client.get(f"{calls}/", params={"search": "looked-for"}).raise_for_status()
        wait(lambda: client.get(f"{calls}/{key}/").json()["status"] == "completed", "its end")
    return key
